// The decisions about a device's code, without pages: who may claim, say yes and no, and what is recorded of it.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { consentedScopes } from "../../../src/directory/consented.ts";
import { GRAPH_RESOURCE_ID } from "../../../src/directory/scopes.ts";
import {
  approveGrant,
  claimGrant,
  type Decider,
  denyAsOperator,
  denyGrant,
  describeGrant,
  endedBecause,
  enterCode,
  groundOfYes,
} from "../../../src/oauth/device-authorization/decisions.ts";
import type { DeviceGrant } from "../../../src/storage/device-grant.ts";
import type { NewGrant } from "../../../src/storage/store.ts";
import { type QuickContext, quickContext } from "../../fixtures/quick-context.ts";
import { seed } from "../../fixtures/seed.ts";
import { type Furniture, furnish, MINUTE, pendingGrant, sampleUser, scopesAt } from "../../storage/samples.ts";

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

  const deciderOf = (user: Furniture["user"], changes: Partial<Decider> = {}): Decider => ({
    sessionId: randomUUID(),
    user,
    amr: ["pwd"],
    authTime: ctx.clock.now(),
    by: "user",
    ip: "192.0.2.9",
    ...changes,
  });
  const found = async ({ id }: { id: string }) => (await store.grants.findById(id))!;
  const records = async (event: string, { id }: { id: string }) =>
    (await store.audit.list({ event, limit: 99 })).filter(({ grantId }) => grantId === id);

  /** A grant that waits, and the person it is for. */
  async function asked(furniture?: Furniture, changes: Partial<NewGrant> = {}) {
    const own = furniture ?? (await furnish(store));
    const createdAt = ctx.clock.now();
    const grant = await pendingGrant(store, own, { createdAt, expiresAt: createdAt + 15 * MINUTE, ...changes });
    return { ...own, grant: await found(grant), decider: deciderOf(own.user) };
  }
  async function claimed(...given: Parameters<typeof asked>) {
    const own = await asked(...given);
    await claimGrant(ctx, own.grant.id, own.decider);
    return { ...own, grant: await found(own.grant) };
  }
  const shownTo = async ({ grant, user }: { grant: DeviceGrant; user: { id: string } }) =>
    (await describeGrant(ctx, grant, user.id))!.digest;

  test("is found as a person types it, and stays as it is", async () => {
    const { grant } = await asked();
    const typed = `${grant.userCode.slice(0, 6).toLowerCase()} - ${grant.userCode.slice(6)}`;
    assert.deepEqual(await enterCode(ctx, typed), { outcome: "found", grant });
    assert.equal((await found(grant)).status, "pending");
    for (const other of ["", "-", "BCDF-GHJK"]) assert.deepEqual(await enterCode(ctx, other), { outcome: "unknown" });
  });

  test("that holds nothing is not looked for", async () => {
    const watched = {
      ...ctx,
      store: { grants: { findByUserCode: () => assert.fail("asked") } },
    } as unknown as typeof ctx;
    assert.deepEqual(await enterCode(watched, " - "), { outcome: "unknown" });
  });

  const statuses: [Partial<DeviceGrant>, ReturnType<typeof endedBecause>][] = [
    [{ status: "pending" }, undefined],
    [{ status: "claimed" }, undefined],
    [{ status: "approved" }, "used"],
    [{ status: "redeemed" }, "used"],
    [{ status: "denied", denialReason: "user" }, "used"],
    [{ status: "denied", denialReason: "two_users" }, "used_twice"],
  ];
  for (const [state, why] of statuses) {
    test(`that is ${Object.values(state).join(" by ")} is ${why ?? "open until its end"}`, async () => {
      const { grant } = await asked();
      const at = (now: number) => endedBecause({ ...grant, ...state }, now);
      assert.equal(at(grant.expiresAt - 1), why);
      assert.equal(at(grant.expiresAt), why ?? "expired");
    });
  }

  test("that is over says so when it is typed", async () => {
    const { grant } = await asked(undefined, { expiresAt: ctx.clock.now() });
    assert.deepEqual(await enterCode(ctx, grant.userCode), { outcome: "ended", why: "expired", grant });
  });

  describe("is claimed", () => {
    test("by the session and the person that come first, and recorded when a second person comes", async () => {
      const own = await claimed();
      assert.deepEqual([own.grant.status, own.grant.userId], ["claimed", own.user.id]);
      assert.equal(own.grant.sessionId, own.decider.sessionId);
      assert.deepEqual(await records("device_grant.used_twice", own.grant), []);
      const second = deciderOf((await furnish(store)).user);
      assert.equal((await claimGrant(ctx, own.grant.id, second)).outcome, "killed");
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

    test("by nobody who may not use the app or grant what it asks: they neither claim nor end it", async () => {
      const { app, grant, decider } = await asked();
      await seed(store).putApp({ ...app, assignmentRequired: true });
      assert.deepEqual(await claimGrant(ctx, grant.id, decider), { outcome: "unassigned", grant });
      const admin = await asked({ ...(await furnish(store)), scopes: scopesAt(GRAPH_RESOURCE_ID, ["User.Read.All"]) });
      const outcome = await claimGrant(ctx, admin.grant.id, admin.decider);
      assert.deepEqual(outcome, { outcome: "not_administrator", grant: admin.grant });
      for (const each of [grant, admin.grant]) assert.equal((await found(each)).status, "pending");
    });

    test("only where there is such a grant", async () => {
      assert.deepEqual(await claimGrant(ctx, randomUUID(), deciderOf(sampleUser())), { outcome: "unknown" });
    });
  });

  describe("gets a yes", () => {
    test("from the session that read the page: scopes, methods and time are frozen, consent kept, and recorded", async () => {
      const own = await claimed();
      quick.clock.advance(1_000);
      const result = await approveGrant(ctx, own.grant, own.decider, await shownTo(own));
      assert.equal(result.outcome, "done");
      const approved = await found(own.grant);
      assert.deepEqual(
        [approved.status, approved.approved, approved.amr, approved.authTime, approved.decidedAt, approved.decidedBy],
        ["approved", own.scopes, ["pwd"], own.decider.authTime, ctx.clock.now(), "user"],
      );
      const kept = await consentedScopes(store, own.app.clientId, own.user.id, GRAPH_RESOURCE_ID);
      assert.deepEqual(kept.sort(), ["offline_access", "openid"]);
      const [record, ...more] = await records("device_grant.approved", own.grant);
      assert.deepEqual([record?.actor, record?.userId, more], ["user", own.user.id, []]);
    });

    test("once: a second yes does nothing and is not recorded", async () => {
      const own = await claimed();
      const shown = await shownTo(own);
      await approveGrant(ctx, own.grant, own.decider, shown);
      assert.equal((await approveGrant(ctx, own.grant, own.decider, shown)).outcome, "ended");
      assert.equal((await records("device_grant.approved", own.grant)).length, 1);
    });

    test("from an operator without a page, recorded as theirs", async () => {
      const own = await asked();
      const operator = deciderOf(own.user, { by: "operator", ip: null });
      await claimGrant(ctx, own.grant.id, operator);
      assert.equal((await approveGrant(ctx, own.grant, operator)).outcome, "done");
      assert.equal((await found(own.grant)).decidedBy, "operator");
      const [record] = await records("device_grant.approved", own.grant);
      assert.deepEqual([record?.actor, record?.userId, record?.ip], ["operator", own.user.id, null]);
    });

    const obstacles: Record<string, (own: Furniture) => Promise<unknown>> = {
      ended: ({ app }) => seed(store).putApp({ ...app, disabledAt: 1 }),
      mfa_required: ({ app }) => seed(store).putApp({ ...app, requireMfa: true }),
      unassigned: ({ app }) => seed(store).putApp({ ...app, assignmentRequired: true }),
      changed: ({ app }) => seed(store).putApp({ ...app, name: "Another name" }),
    };
    for (const [outcome, change] of Object.entries(obstacles)) {
      test(`that is none: ${outcome}; the grant stays as it is`, async () => {
        const own = await claimed();
        const shown = await shownTo(own);
        await change(own);
        const current = await describeGrant(ctx, own.grant, own.user.id);
        const { grant, decider } = own;
        const up_to_date = outcome === "changed" ? shown : (current?.digest ?? shown);
        assert.deepEqual(await approveGrant(ctx, grant, decider, up_to_date), { outcome, grant });
        assert.equal((await found(grant)).status, "claimed");
        assert.deepEqual(await records("device_grant.approved", grant), []);
      });
    }

    test("that is none: not_administrator; the right was taken back since the claim", async () => {
      const furniture = { ...(await furnish(store)), scopes: scopesAt(GRAPH_RESOURCE_ID, ["User.Read.All"]) };
      await seed(store).setUserAdministrator(furniture.user.id, true);
      const own = await claimed(furniture);
      await seed(store).setUserAdministrator(own.user.id, false);
      const { grant, decider } = own;
      const outcome = await approveGrant(ctx, grant, decider, await shownTo(own));
      assert.deepEqual(outcome, { outcome: "not_administrator", grant });
    });

    test("with a second factor where one is required", async () => {
      const own = await claimed();
      await seed(store).putApp({ ...own.app, requireMfa: true });
      const decider = { ...own.decider, amr: ["pwd", "otp", "mfa"] };
      assert.equal((await approveGrant(ctx, own.grant, decider, await shownTo(own))).outcome, "done");
    });

    test("that means nothing without the digest of the page, unless it is the operator's", async () => {
      const own = await claimed();
      for (const shown of [undefined, "", "x"]) {
        assert.deepEqual(await groundOfYes(ctx, own.grant, own.decider, shown), { outcome: "changed" });
      }
      assert.ok("app" in (await groundOfYes(ctx, own.grant, { ...own.decider, by: "operator" }, "x")));
    });
  });

  describe("is shown", () => {
    test("with the app and what it asks", async () => {
      const own = await asked();
      const described = (await describeGrant(ctx, own.grant, own.user.id))!;
      assert.deepEqual([described.app, described.permissions.approved], [own.app, own.scopes]);
    });

    const gone: Record<string, (own: Furniture) => Promise<unknown>> = {
      "its app was disabled": ({ app }) => seed(store).putApp({ ...app, disabledAt: 1 }),
      "its app was deleted": ({ app }) => seed(store).deleteApp(app.clientId, 1),
      "a scope was switched off": ({ api }) => seed(store).putApi({ ...api, scopes: [] }),
      "a scope was reserved to the administrator": ({ api }) =>
        seed(store).putApi({ ...api, scopes: api.scopes.map((each) => ({ ...each, consent: "Admin" })) }),
    };
    for (const [what, change] of Object.entries(gone)) {
      test(`no more once ${what}`, async () => {
        const own = await asked();
        await change(own);
        assert.equal(await describeGrant(ctx, own.grant, own.user.id), undefined);
      });
    }

    test("under a digest of grant, name, words and scopes, which no other installation makes", async () => {
      const own = await asked();
      const another = await asked(own);
      const digest = await shownTo(own);
      assert.match(digest, /^[\w-]{16}$/);
      assert.equal(await shownTo(own), digest);
      const others = [
        await shownTo({ ...own, grant: another.grant }),
        await shownTo({ ...own, grant: { ...own.grant, requested: { ...own.scopes, oidc: ["openid"] } } }),
        await shownTo({ ...own, grant: { ...own.grant, requested: scopesAt(GRAPH_RESOURCE_ID, []) } }),
        (await describeGrant({ ...ctx, sealKey: new Uint8Array(32) }, own.grant, own.user.id))!.digest,
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

  describe("gets a no", () => {
    test("from the session that holds the claim, and from no other", async () => {
      const own = await claimed();
      const elsewhere = await denyGrant(ctx, own.grant, { ...own.decider, sessionId: randomUUID() });
      assert.equal(elsewhere.outcome, "elsewhere");
      assert.deepEqual(await records("device_grant.denied", own.grant), []);
      assert.equal((await denyGrant(ctx, own.grant, own.decider)).outcome, "done");
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
