import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleLink, use } from "./link-suite.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { approvalBy, pendingGrant, type Samples, sampleApp, sampleAudit, seedSamples, T0 } from "./samples.ts";

type Claimed = { id: string; sessionId: string };

/** Each change that ends a waiting poll, after a grant was claimed by a browser. */
export const changes: Record<string, (store: Store, samples: Samples, grant: Claimed) => Promise<unknown>> = {
  "an approval": (store, { user, scopes }, { id, sessionId }) =>
    store.grants.approve(id, approvalBy(user.id, sessionId, scopes)),
  "a refusal": (store, _samples, { id, sessionId }) =>
    store.grants.deny(id, { sessionId, reason: "user", now: T0, audit: sampleAudit("denied") }),
  "a refusal by the operator": (store, _samples, { id }) =>
    store.grants.deny(id, { sessionId: null, reason: "operator", now: T0, audit: sampleAudit("denied") }),
  "a second user's claim": (store, _samples, { id }) =>
    store.grants.claim(id, { sessionId: "other", userId: "other user", now: T0, audit: sampleAudit("twice") }),
  "a user who disowns the device": async (store, { user }, { id }) => {
    const link = sampleLink(user.id, { purpose: "new_device", subject: id });
    await store.links.insert(link);
    return store.links.use(use(link.tokenHash));
  },
  "a user who secures the account": async (store, { user }) => {
    const link = sampleLink(user.id);
    await store.links.insert(link);
    return store.links.use(use(link.tokenHash));
  },
  "an app that is disabled": (store, { app }) => seed(store).putApp({ ...app, disabledAt: T0 }),
  "an app that may no longer use device codes": (store, { app }) =>
    seed(store).putApp({ ...app, grantTypes: ["refresh_token"] }),
  "an app that is deleted": async (store, { app }) => {
    const found = await store.registrations.find({ clientId: app.clientId });
    return store.registrations.delete(found!.registration.objectId, T0, sampleAudit("app.deleted"));
  },
};

export function grantChangesSuite(makeStore: MakeStore): void {
  describe("changes of watched grants", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const claimed = async () => {
      const samples = await seedSamples(store);
      const { id, deviceCodeHash, clientId } = await pendingGrant(store, samples);
      const sessionId = await signInBrowser(store, samples.user.id, T0);
      await store.grants.claim(id, { sessionId, userId: samples.user.id, now: T0, audit: sampleAudit("grant") });
      return { samples, grant: { id, deviceCodeHash, clientId, sessionId } };
    };
    const reports = (grant: { deviceCodeHash: string; clientId: string }) => {
      let times = 0;
      const stop = store.grantChanges.watch(grant, () => void times++);
      // A change may be reported more than once.
      return { reported: () => times > 0, stop };
    };

    for (const [name, change] of Object.entries(changes)) {
      test(`${name} is reported when it is committed, to every watch of the grant and to no other`, async () => {
        const { samples, grant } = await claimed();
        const other = await claimed();
        const [one, two, elsewhere] = [reports(grant), reports(grant), reports(other.grant)];
        await change(store, samples, grant);
        await place.heard();
        assert.deepEqual([one.reported(), two.reported(), elsewhere.reported()], [true, true, false]);
        for (const each of [one, two, elsewhere]) each.stop();
      });
    }

    test("what changes no answer is not reported: a claim, a new name of the app, a decision that came too late", async () => {
      const samples = await seedSamples(store);
      const grant = await pendingGrant(store, samples);
      const watch = reports(grant);
      const { user, scopes, app } = samples;
      const claim = { userId: user.id, now: T0, audit: sampleAudit("grant") };
      const [session, anotherTab] = [await signInBrowser(store, user.id, T0), await signInBrowser(store, user.id, T0)];
      await store.grants.claim(grant.id, { ...claim, sessionId: session });
      await store.grants.claim(grant.id, { ...claim, sessionId: anotherTab });
      await seed(store).putApp({ ...app, name: "Renamed" });
      await store.grants.approve(grant.id, approvalBy(user.id, session, scopes));
      await store.grants.approve(grant.id, approvalBy(user.id, anotherTab, scopes, grant.expiresAt));
      await place.heard();
      assert.equal(watch.reported(), false);
      watch.stop();
    });

    test("an approval that the access rule refuses is rolled back and not reported", async () => {
      const { samples, grant } = await claimed();
      await seed(store).putApp(sampleApp({ ...samples.app, assignmentRequired: true }));
      const watch = reports(grant);
      const approval = approvalBy(samples.user.id, grant.sessionId, samples.scopes);
      assert.equal((await store.grants.approve(grant.id, approval)).outcome, "refused");
      await place.heard();
      assert.equal(watch.reported(), false);
      watch.stop();
    });

    test("a report comes after the commit: what is read then is what was decided", async () => {
      const { samples, grant } = await claimed();
      const seen = Promise.withResolvers<string | undefined>();
      const stop = store.grantChanges.watch(grant, () => {
        store.grants.poll(grant.deviceCodeHash).then((polled) => seen.resolve(polled?.status), seen.reject);
      });
      await store.grants.approve(grant.id, approvalBy(samples.user.id, grant.sessionId, samples.scopes));
      assert.equal(await seen.promise, "approved");
      stop();
    });

    test("a watch that ended gets no report, and the others keep theirs, in whatever order they end", async () => {
      for (const order of [[0], [1], [2], [0, 1], [2, 0], [1, 2], [0, 1, 2]]) {
        const { samples, grant } = await claimed();
        const watches = [reports(grant), reports(grant), reports(grant)];
        for (const index of order) watches[index]!.stop();
        await store.grants.approve(grant.id, approvalBy(samples.user.id, grant.sessionId, samples.scopes));
        await place.heard();
        const expected = watches.map((_, index) => !order.includes(index));
        assert.deepEqual(
          watches.map(({ reported }) => reported()),
          expected,
          `ended: ${order}`,
        );
        for (const { stop } of watches) stop();
      }
    });
  });
}

/** For stores that several handles share. `makeStore` checks for lost notifications every few milliseconds. */
export function lostNotificationSuite(makeStore: MakeStore): void {
  describe("a change without a notification", () => {
    for (const [name, statement] of Object.entries({
      "a decision": (hash: string) =>
        `update device_grants set status = 'denied', denial_reason = 'operator' where device_code_hash = '${hash}' returning id`,
      "an app that is disabled": (hash: string) =>
        `update apps set disabled_at = 1 where client_id in (select client_id from device_grants where device_code_hash = '${hash}') returning client_id`,
      "an app that may no longer use device codes": (hash: string) =>
        `update apps set grant_types = '["refresh_token"]' where client_id in (select client_id from device_grants where device_code_hash = '${hash}') returning client_id`,
    })) {
      test(`${name} is found by the next check, among many watched grants`, async () => {
        const place = await makeStore();
        try {
          const store = await place.open();
          const [samples, others] = [await seedSamples(store), await seedSamples(store)];
          const grant = await pendingGrant(store, samples);
          const watched = await Promise.all(Array.from({ length: 300 }, () => pendingGrant(store, others)));
          const reported: string[] = [];
          const found = Promise.withResolvers<void>();
          for (const each of [...watched, grant]) {
            store.grantChanges.watch(each, () => {
              reported.push(each.id);
              found.resolve();
            });
          }
          assert.equal((await place.query(statement(grant.deviceCodeHash))).length, 1);
          await found.promise;
          assert.deepEqual([...new Set(reported)], [grant.id]);
        } finally {
          await place.remove();
        }
      });
    }
  });
}
