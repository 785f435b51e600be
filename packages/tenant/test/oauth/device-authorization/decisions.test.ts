// The decisions about a device's code, without pages: who may claim, approve and deny, and what is recorded.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Refusal } from "../../../src/directory/access-rules.ts";
import { GRAPH_RESOURCE_ID } from "../../../src/directory/scopes.ts";
import { type Approver, evaluateApproval, isOtherThanShown, loadFacts } from "../../../src/oauth/approval.ts";
import {
  approveGrant,
  claimGrant,
  denyAsOperator,
  denyGrant,
} from "../../../src/oauth/device-authorization/decisions.ts";
import type { DeviceGrant } from "../../../src/storage/device-grant.ts";
import type { NewGrant } from "../../../src/storage/store.ts";
import { signInBrowser } from "../../fixtures/browser.ts";
import { type QuickContext, quickContext } from "../../fixtures/quick-context.ts";
import { seed } from "../../fixtures/seed.ts";
import { MINUTE, pendingGrant, type Samples, sampleUser, scopesAt, seedSamples } from "../../storage/samples.ts";

describe("a device's code", () => {
  let quick: QuickContext;
  let ctx: QuickContext["ctx"];
  let store: QuickContext["ctx"]["store"];
  before(async () => {
    quick = await quickContext();
    ctx = quick.ctx;
    store = ctx.store;
  });
  after(() => store.close());

  const approverOf = (user: Samples["user"], changes: Partial<Approver> = {}): Approver => ({
    sessionId: randomUUID(),
    user,
    methods: ["password" as const],
    authTime: ctx.clock.now(),
    by: "user",
    ip: "192.0.2.9",
    ...changes,
  });
  const found = async ({ id }: { id: string }) => (await store.grants.findById(id))!;
  const records = async (event: string, { id }: { id: string }) =>
    (await store.audit.list({ event, limit: 99 })).filter(({ grantId }) => grantId === id);

  /** A pending grant, and its user. */
  async function asked(samples?: Samples, changes: Partial<NewGrant> = {}) {
    const own = samples ?? (await seedSamples(store));
    const createdAt = ctx.clock.now();
    const grant = await pendingGrant(store, own, { createdAt, expiresAt: createdAt + 15 * MINUTE, ...changes });
    const sessionId = await signInBrowser(store, own.user.id, createdAt);
    return { ...own, grant: await found(grant), approver: approverOf(own.user, { sessionId }) };
  }
  async function claimed(...given: Parameters<typeof asked>) {
    const own = await asked(...given);
    await claim(own.grant, own.approver);
    return { ...own, grant: await found(own.grant) };
  }
  const claim = async (grant: DeviceGrant, approver: Approver) =>
    claimGrant(ctx, grant, approver, await loadFacts(ctx, grant, approver.user.id));
  const approve = async (on: typeof ctx, grant: DeviceGrant, approver: Approver, shown?: string) =>
    approveGrant(on, grant, approver, await loadFacts(on, grant, approver.user.id), shown);
  const promptOf = async (own: { grant: DeviceGrant; approver: Approver }, on = ctx) => {
    const evaluated = evaluateApproval(
      on,
      own.grant,
      own.approver,
      await loadFacts(on, own.grant, own.approver.user.id),
    );
    assert.equal(evaluated.refusal, undefined);
    return evaluated.prompt;
  };
  const shownTo = async (own: { grant: DeviceGrant; approver: Approver }) => (await promptOf(own)).digest;

  describe("is claimed", () => {
    test("by the first session and user, and recorded if a second user comes", async () => {
      const own = await claimed();
      assert.deepEqual([own.grant.status, own.grant.userId], ["claimed", own.user.id]);
      assert.equal(own.grant.sessionId, own.approver.sessionId);
      assert.deepEqual(await records("device_grant.used_twice", own.grant), []);
      const second = approverOf((await seedSamples(store)).user);
      assert.equal((await claim(own.grant, second)).outcome, "killed");
      assert.deepEqual(await records("device_grant.used_twice", own.grant), [
        {
          at: ctx.clock.now(),
          event: "device_grant.used_twice",
          actor: "user",
          userId: second.user.id,
          clientId: own.app.clientId,
          grantId: own.grant.id,
          ip: "192.0.2.9",
          detail: {},
        },
      ]);
    });

    test("by no user who may not use the app or grant what it requests: they neither claim nor end it", async () => {
      const { app, grant, approver } = await asked();
      await seed(store).putApp({ ...app, assignmentRequired: true });
      assert.deepEqual(await claim(grant, approver), { outcome: "refused", why: "not_assigned", grant });
      const admin = await asked({
        ...(await seedSamples(store)),
        scopes: scopesAt(GRAPH_RESOURCE_ID, ["User.Read.All"]),
      });
      const outcome = await claim(admin.grant, admin.approver);
      assert.deepEqual(outcome, { outcome: "refused", why: "administrator_required", grant: admin.grant });
      for (const each of [grant, admin.grant]) assert.equal((await found(each)).status, "pending");
    });

    test("only if there is such a grant", async () => {
      const { grant, approver } = await asked();
      assert.deepEqual(await claim({ ...grant, id: randomUUID() }, approver), { outcome: "unknown" });
    });
  });

  describe("gets an approval", () => {
    test("from the session that read the page: scopes, methods and time are frozen, consent stored, and recorded", async () => {
      const own = await claimed();
      quick.clock.advance(1_000);
      const prompt = await promptOf(own);
      const result = await approve(ctx, own.grant, own.approver, prompt.digest);
      assert.ok(result.outcome === "done");
      assert.deepEqual(result.prompt, prompt);
      const approved = await found(own.grant);
      assert.deepEqual(
        [
          approved.status,
          approved.approved,
          approved.methods,
          approved.authTime,
          approved.decidedAt,
          approved.decidedBy,
        ],
        ["approved", own.scopes, ["password"], own.approver.authTime, ctx.clock.now(), "user"],
      );
      const consents = await store.directory.consentsFor(own.app.clientId, own.user.id);
      const kept = consents.find(({ resourceId }) => resourceId === GRAPH_RESOURCE_ID)?.scopes;
      assert.deepEqual(kept, ["offline_access", "openid"]);
      const [record, ...more] = await records("device_grant.approved", own.grant);
      assert.deepEqual([record?.actor, record?.userId, more], ["user", own.user.id, []]);
    });

    test("once: a second approval does nothing and is not recorded", async () => {
      const own = await claimed();
      const shown = await shownTo(own);
      await approve(ctx, own.grant, own.approver, shown);
      assert.equal((await approve(ctx, own.grant, own.approver, shown)).outcome, "ended");
      assert.equal((await records("device_grant.approved", own.grant)).length, 1);
    });

    test("from an operator without a page, recorded as theirs", async () => {
      const own = await asked();
      const operator = approverOf(own.user, { by: "operator", ip: null });
      await claim(own.grant, operator);
      assert.equal((await approve(ctx, own.grant, operator)).outcome, "done");
      assert.equal((await found(own.grant)).decidedBy, "operator");
      const [record] = await records("device_grant.approved", own.grant);
      assert.deepEqual([record?.actor, record?.userId, record?.ip], ["operator", own.user.id, null]);
    });

    const withoutApp = { ...sampleUser(), id: randomUUID() };
    const refusals: [Refusal, (own: Samples) => Promise<unknown>][] = [
      ["user_disabled", ({ user }) => seed(store).setUserDisabled(user.id, 1, 1)],
      ["app_unknown", ({ app }) => seed(store).deleteApp(app.clientId, 1)],
      ["app_disabled", ({ app }) => seed(store).putApp({ ...app, disabledAt: 1 })],
      ["not_assigned", ({ app }) => seed(store).putApp({ ...app, assignmentRequired: true })],
      ["second_factor_required", ({ app }) => seed(store).putApp({ ...app, requireMfa: true })],
      ["scope_unavailable", ({ api }) => seed(store).putApi({ ...api, scopes: [] })],
      [
        "consent_required",
        ({ api }) => seed(store).putApi({ ...api, scopes: api.scopes.map((each) => ({ ...each, consent: "Admin" })) }),
      ],
    ];
    for (const [why, change] of refusals) {
      test(`that is refused: ${why}; the grant does not change, and a claim is refused too`, async () => {
        const own = await claimed();
        const [shown, waiting] = [await shownTo(own), await asked(own)];
        await change(own);
        const { grant, approver } = own;
        assert.deepEqual(await approve(ctx, grant, approver, shown), { outcome: "refused", why, grant });
        assert.equal((await found(grant)).status, "claimed");
        assert.deepEqual(await records("device_grant.approved", grant), []);
        const refused = { outcome: "refused", why, grant: waiting.grant };
        assert.deepEqual(await claim(waiting.grant, approver), refused);
        assert.equal((await found(waiting.grant)).status, "pending");
      });
    }

    test("that is refused: user_unknown", async () => {
      const own = await asked();
      const approver = approverOf(withoutApp);
      assert.equal((await approve(ctx, own.grant, approver)).outcome, "refused");
      assert.equal(
        evaluateApproval(ctx, own.grant, approver, await loadFacts(ctx, own.grant, approver.user.id)).refusal,
        "user_unknown",
      );
    });

    test("that is refused: administrator_required; the right was removed after the claim", async () => {
      const samples = { ...(await seedSamples(store)), scopes: scopesAt(GRAPH_RESOURCE_ID, ["User.Read.All"]) };
      await seed(store).setUserAdministrator(samples.user.id, true);
      const own = await claimed(samples);
      const shown = await shownTo(own);
      await seed(store).setUserAdministrator(own.user.id, false);
      const { grant, approver } = own;
      const outcome = await approve(ctx, grant, approver, shown);
      assert.deepEqual(outcome, { outcome: "refused", why: "administrator_required", grant });
    });

    test("that is decided again in its transaction: a withdrawal after the first check refuses it", async () => {
      const own = await claimed();
      const shown = await shownTo(own);
      const late: typeof ctx = {
        ...ctx,
        store: {
          ...store,
          grants: {
            ...store.grants,
            approve: async (...args) => {
              await seed(store).putApp({ ...own.app, assignmentRequired: true });
              return store.grants.approve(...args);
            },
          },
        },
      };
      const { grant } = own;
      const result = await approve(late, grant, own.approver, shown);
      assert.deepEqual(result, { outcome: "refused", why: "not_assigned", grant });
      assert.deepEqual(await records("device_grant.approved", grant), []);
      const consents = await store.directory.consentsFor(own.app.clientId, own.user.id);
      assert.deepEqual(consents, [own.consent], "none of it is remembered");
    });

    test("that is ignored if the page showed something else; its prompt says what", async () => {
      const own = await claimed();
      const shown = await shownTo(own);
      await seed(store).putApp({ ...own.app, name: "Another name" });
      const { grant, approver } = own;
      const prompt = await promptOf(own);
      assert.deepEqual(await approve(ctx, grant, approver, shown), { outcome: "changed", grant, prompt });
      assert.equal((await found(grant)).status, "claimed");
      assert.deepEqual(await records("device_grant.approved", grant), []);
    });

    test("with a second factor if one is required", async () => {
      const own = await claimed();
      await seed(store).putApp({ ...own.app, requireMfa: true });
      const approver = { ...own.approver, methods: ["password" as const, "totp" as const] };
      const shown = await shownTo({ ...own, approver });
      assert.equal((await approve(ctx, own.grant, approver, shown)).outcome, "done");
    });

    test("that needs the digest of the page, unless the operator approves", async () => {
      const own = await claimed();
      for (const shown of [undefined, "", "x"]) {
        assert.equal((await approve(ctx, own.grant, own.approver, shown)).outcome, "changed");
      }
      const prompt = await promptOf(own);
      assert.equal(isOtherThanShown(prompt, { ...own.approver, by: "operator" }, "x"), false);
      assert.equal(isOtherThanShown(prompt, own.approver, prompt.digest), false);
    });
  });

  describe("is shown", () => {
    test("with the app and what it requests", async () => {
      const own = await asked();
      const prompt = await promptOf(own);
      assert.deepEqual([prompt.app, prompt.permissions.approved], [own.app, own.scopes]);
    });

    test("with a digest of grant, name, texts and scopes, which no other installation produces", async () => {
      const own = await asked();
      const another = await asked(own);
      const digest = await shownTo(own);
      assert.match(digest, /^[\w-]{16}$/);
      assert.equal(await shownTo(own), digest);
      const others = [
        await shownTo({ ...own, grant: another.grant }),
        await shownTo({ ...own, grant: { ...own.grant, requested: { ...own.scopes, oidc: ["openid"] } } }),
        await shownTo({ ...own, grant: { ...own.grant, requested: scopesAt(GRAPH_RESOURCE_ID, []) } }),
        (await promptOf(own, { ...ctx, sealKey: new Uint8Array(32) })).digest,
      ];
      await seed(store).putApp({ ...own.app, name: "Another name" });
      others.push(await shownTo(own));
      await seed(store).putApp(own.app);
      const scopes = own.api.scopes.map((each) => ({ ...each, displayName: "Other words" }));
      await seed(store).putApi({ ...own.api, scopes });
      others.push(await shownTo(own));
      assert.equal(new Set([digest, ...others]).size, 7);
    });
  });

  describe("gets a denial", () => {
    test("from the session that holds the claim, and from no other", async () => {
      const own = await claimed();
      const elsewhere = await denyGrant(ctx, own.grant, { ...own.approver, sessionId: randomUUID() });
      assert.equal(elsewhere.outcome, "elsewhere");
      assert.deepEqual(await records("device_grant.denied", own.grant), []);
      assert.equal((await denyGrant(ctx, own.grant, own.approver)).outcome, "done");
      const denied = await found(own.grant);
      assert.deepEqual(
        [denied.status, denied.denialReason, denied.decidedBy, denied.decidedAt],
        ["denied", "user", "user", ctx.clock.now()],
      );
      const [record, ...more] = await records("device_grant.denied", own.grant);
      assert.deepEqual([record?.actor, record?.userId, record?.ip, more], ["user", own.user.id, "192.0.2.9", []]);
    });

    test("from the operator without a claim, once", async () => {
      const { grant } = await asked();
      assert.equal((await denyAsOperator(ctx, grant)).outcome, "done");
      assert.equal((await records("device_grant.denied", grant)).length, 1);
      assert.equal((await denyAsOperator(ctx, grant)).outcome, "ended");
      const denied = await found(grant);
      assert.deepEqual([denied.status, denied.denialReason, denied.decidedBy], ["denied", "operator", "operator"]);
      const [record, ...more] = await records("device_grant.denied", grant);
      assert.deepEqual([record?.actor, record?.userId, record?.ip, more], ["operator", null, null, []]);
    });
  });
});
