// A code as a user types it: which one is found, and what is requested with it. Typing never claims it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newUserCode, userCodeLength } from "../../../src/directory/user-code.ts";
import { type Approver, evaluateApproval, loadFacts } from "../../../src/oauth/approval.ts";
import { endedBecause, enterCode } from "../../../src/oauth/device-authorization/decisions.ts";
import type { DeviceGrant } from "../../../src/storage/device-grant.ts";
import type { NewGrant } from "../../../src/storage/store.ts";
import { type QuickContext, quickContext } from "../../fixtures/quick-context.ts";
import { seed } from "../../fixtures/seed.ts";
import { MINUTE, pendingGrant, seedSamples } from "../../storage/samples.ts";

describe("a device's code", () => {
  let ctx: QuickContext["ctx"];
  let store: QuickContext["ctx"]["store"];
  before(async () => {
    ({ ctx } = await quickContext());
    store = ctx.store;
  });
  after(() => store.close());

  const found = async ({ id }: { id: string }) => (await store.grants.findById(id))!;
  /** A pending grant, and its user. */
  async function asked(changes: Partial<NewGrant> = {}) {
    const own = await seedSamples(store);
    const createdAt = ctx.clock.now();
    const grant = await pendingGrant(store, own, { createdAt, expiresAt: createdAt + 15 * MINUTE, ...changes });
    const approver: Approver = {
      ...{ sessionId: "session", user: own.user, methods: ["password" as const] },
      ...{ authTime: createdAt, by: "user", ip: "192.0.2.9" },
    };
    return { ...own, grant: await found(grant), approver };
  }

  test("is found as a user types it, and does not change", async () => {
    const { grant } = await asked();
    const typed = `${grant.userCode.slice(0, 6).toLowerCase()} - ${grant.userCode.slice(6)}`;
    assert.deepEqual(await enterCode(ctx, typed), { outcome: "found", grant });
    assert.equal((await found(grant)).status, "pending");
    for (const other of ["", "-", "BCDF-GHJK"]) assert.deepEqual(await enterCode(ctx, other), { outcome: "unknown" });
  });

  test("without a request has the facts of the account page", async () => {
    const { user } = await asked();
    const { app, api, consents } = await loadFacts(ctx, undefined, user.id);
    assert.deepEqual([app, api, consents], [undefined, undefined, []]);
  });

  test("that is empty is not looked up", async () => {
    const watched = {
      ...ctx,
      store: { grants: { findByUserCode: () => assert.fail("asked") } },
    } as unknown as typeof ctx;
    assert.deepEqual(await enterCode(watched, " - "), { outcome: "unknown" });
  });

  test("that is too short for the wrong guesses of the day is unknown, unless it was long enough for them", async () => {
    const guesses = 501;
    const length = userCodeLength((await store.grants.countLive(ctx.clock.now())) + 2, 1);
    const ofLength = async (letters: number) => (await asked({ userCode: newUserCode(letters) })).grant;
    const [short, long] = [await ofLength(length - 1), await ofLength(length)];
    assert.deepEqual(await enterCode(ctx, short.userCode, guesses), { outcome: "unknown" });
    assert.deepEqual(await enterCode(ctx, long.userCode, guesses), { outcome: "found", grant: long });
    assert.deepEqual(await enterCode(ctx, short.userCode, guesses - 1), { outcome: "found", grant: short });
  });

  test("and a program's request are each checked by the grant type that they use", async () => {
    const own = await asked();
    const byBrowser = { ...own.grant, redirectUri: "https://shop.example/back" };
    const refusals = async () => {
      const facts = await loadFacts(ctx, own.grant, own.user.id);
      return [own.grant, byBrowser].map((each) => evaluateApproval(ctx, each, own.approver, facts).refusal);
    };
    await seed(store).putApp({ ...own.app, grantTypes: ["device_code"] });
    assert.deepEqual(await refusals(), [undefined, "grant_not_allowed"]);
    await seed(store).putApp({ ...own.app, grantTypes: ["authorization_code"] });
    assert.deepEqual(await refusals(), ["grant_not_allowed", undefined]);
  });

  test("is checked with the tenant's own lifetimes", async () => {
    const own = await asked();
    const lifetimes = { ...ctx.config.lifetimes, signInIdleDays: 7, signInDays: 30 };
    const facts = await loadFacts(ctx, own.grant, own.user.id);
    const withThem = { ...ctx, config: { ...ctx.config, lifetimes } };
    const evaluated = evaluateApproval(withThem, own.grant, own.approver, facts);
    assert.ok(evaluated.refusal === undefined);
    assert.deepEqual(evaluated.prompt.permissions.stays.line, { kind: "offline", days: 7, maxDays: 30 });
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

  test("that has ended says so when it is typed", async () => {
    const { grant } = await asked({ expiresAt: ctx.clock.now() });
    assert.deepEqual(await enterCode(ctx, grant.userCode), { outcome: "ended", why: "expired", grant });
  });
});
