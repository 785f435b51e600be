import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Refusal } from "../../src/directory/access-rules.ts";
import type { App } from "../../src/directory/entities.ts";
import type { AuditRecord, Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { approvalBy, pendingGrant, type Samples, sampleAudit, seedSamples, T0 } from "./samples.ts";

/** A transition of a device grant and its audit record are one transaction. */
export function grantRecordsSuite(makeStore: MakeStore): void {
  describe("records of device grants", () => {
    let place: TestStore;
    let store: Store;
    let samples: Samples;
    before(async () => {
      place = await makeStore();
      store = await place.open();
      samples = await seedSamples(store);
    });
    after(() => place.remove());

    const claimed = async () => {
      const grant = await pendingGrant(store, samples);
      const by = { sessionId: "s1", userId: samples.user.id, now: T0 };
      await store.grants.claim(grant.id, { ...by, audit: sampleAudit("grant") });
      return grant;
    };

    /** Each recorded transition, ready to run with this record; and the same when it is no longer possible. */
    const recorded: Record<string, () => Promise<(audit: AuditRecord) => Promise<{ outcome: string }>>> = {
      "a claim that denies": async () => {
        const { id } = await claimed();
        return (audit) => store.grants.claim(id, { sessionId: "s2", userId: randomUUID(), now: T0, audit });
      },
      "an approval": async () => {
        const { id } = await claimed();
        await signInBrowser(store, samples.user.id, T0, "s1");
        return (audit) => store.grants.approve(id, { ...approvalBy(samples.user.id, "s1", samples.scopes), audit });
      },
      "a denial": async () => {
        const { id } = await claimed();
        return (audit) => store.grants.deny(id, { sessionId: "s1", reason: "user", now: T0, audit });
      },
      "the operator's denial": async () => {
        const { id } = await pendingGrant(store, samples);
        return (audit) => store.grants.deny(id, { sessionId: null, reason: "operator", now: T0, audit });
      },
    };
    for (const [what, prepare] of Object.entries(recorded)) {
      test(`${what} and its record are one: without the record it is rolled back, and what did not happen has none`, async () => {
        const transition = await prepare();
        const audit = { ...sampleAudit(randomUUID()), grantId: randomUUID() };
        const records = async () => (await store.audit.list({ event: audit.event, limit: 9 })).length;
        await assert.rejects(transition({ ...audit, event: null as unknown as string }));
        assert.equal(await records(), 0);
        // It is still possible, so nothing of the first attempt is left.
        assert.match((await transition(audit)).outcome, /^(?:done|killed)$/);
        assert.deepEqual((await store.audit.list({ event: audit.event, limit: 9 }))[0], audit);
        assert.equal((await transition(audit)).outcome, "ended");
        assert.equal(await records(), 1);
      });
    }

    test("an approval that the access rule refuses changes nothing, remembers nothing and has no record", async () => {
      const own = await seedSamples(store);
      const { app, user, scopes } = own;
      const grant = await pendingGrant(store, own);
      await store.grants.claim(grant.id, { sessionId: "s", userId: user.id, now: T0, audit: sampleAudit("grant") });
      await signInBrowser(store, user.id, T0, "s");
      const audit = sampleAudit(randomUUID());
      const approve = () => store.grants.approve(grant.id, { ...approvalBy(user.id, "s", scopes), audit });
      const before = await store.grants.findById(grant.id);
      const refusals: [Refusal, Partial<App>][] = [
        ["app_disabled", { disabledAt: T0 }],
        ["not_assigned", { assignmentRequired: true }],
        ["second_factor_required", { requireMfa: true }],
      ];
      for (const [why, changes] of refusals) {
        await seed(store).putApp({ ...app, ...changes });
        assert.deepEqual(await approve(), { outcome: "refused", why, grant: before });
        assert.deepEqual(await store.grants.findById(grant.id), before);
      }
      assert.deepEqual(await store.audit.list({ event: audit.event, limit: 1 }), []);
      assert.deepEqual(await store.directory.consentsFor(app.clientId, user.id), [own.consent]);
      await seed(store).putApp(app);
      assert.equal((await approve()).outcome, "done");
    });
  });
}
