import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";
import { signedInSession } from "./link-suite.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import {
  approvalBy,
  approvedGrant,
  DAY,
  LIFETIME,
  pendingGrant,
  redemption,
  type Samples,
  sampleAudit,
  sampleGrant,
  scopesAt,
  seedSamples,
  T0,
} from "./samples.ts";

export function grantSuite(makeStore: MakeStore): void {
  describe("device grants", () => {
    let place: TestStore;
    let store: Store;
    let samples: Samples;
    before(async () => {
      place = await makeStore();
      store = await place.open();
      samples = await seedSamples(store);
      for (const id of ["s1", "s2"]) await signInBrowser(store, samples.user.id, T0, id);
    });
    after(() => place.remove());

    const claimed = async (sessionId = "s1") => {
      const grant = await pendingGrant(store, samples);
      await store.grants.claim(grant.id, {
        sessionId,
        userId: samples.user.id,
        now: T0,
        audit: sampleAudit("grant"),
      });
      return grant;
    };

    test("a new grant is pending and found by each of its keys", async () => {
      const grant = await pendingGrant(store, samples);
      const expected = {
        ...grant,
        status: "pending",
        denialReason: null,
        sessionId: null,
        userId: null,
        approved: null,
        reach: [],
        decidedAt: null,
        decidedBy: null,
        methods: [],
        authTime: null,
        familyId: null,
      };
      assert.deepEqual(await store.grants.findById(grant.id), expected);
      assert.deepEqual(await store.grants.findByDeviceCodeHash(grant.deviceCodeHash), expected);
      assert.deepEqual(await store.grants.findByUserCode(grant.userCode), expected);
      const { id, clientId, expiresAt } = grant;
      assert.deepEqual(
        { ...(await store.grants.poll(grant.deviceCodeHash)) },
        {
          id,
          clientId,
          status: "pending",
          expiresAt,
        },
      );
    });

    test("an unknown code is undefined, not an error", async () => {
      assert.equal(await store.grants.poll("unknown hash"), undefined);
      assert.equal(await store.grants.findById("unknown id"), undefined);
      assert.equal(await store.grants.findByUserCode("BCDFGHJK"), undefined);
      assert.deepEqual(
        await store.grants.claim("none", { sessionId: "s", userId: "u", now: T0, audit: sampleAudit("grant") }),
        {
          outcome: "unknown",
        },
      );
      const approval = approvalBy("u", "s", samples.scopes);
      assert.deepEqual(await store.grants.approve("none", approval), { outcome: "unknown" });
      const denial = { sessionId: null, reason: "operator" as const, now: T0, audit: sampleAudit("grant") };
      assert.deepEqual(await store.grants.deny("none", denial), { outcome: "unknown" });
    });

    test("a user_code belongs to one grant at a time, and is free a day after that grant's end", async () => {
      const first = await pendingGrant(store, samples);
      const again = () => sampleGrant(first.clientId, first.requested, { userCode: first.userCode });
      assert.deepEqual(await store.grants.insert(again()), { outcome: "user_code_taken" });
      await store.purgeExpired(first.expiresAt + DAY - 1);
      assert.deepEqual(await store.grants.insert(again()), { outcome: "user_code_taken" });
      await store.purgeExpired(first.expiresAt + DAY);
      assert.deepEqual(await store.grants.insert(again()), { outcome: "inserted" });
    });

    test("pending and claimed grants count as live until they expire", async () => {
      const before = await store.grants.countLive(T0);
      const grant = await pendingGrant(store, samples);
      const late = await pendingGrant(store, samples, { expiresAt: T0 + 2 * LIFETIME });
      await claimed();
      await approvedGrant(store, samples);
      assert.equal(await store.grants.countLive(T0), before + 3);
      assert.equal(await store.grants.countLive(grant.expiresAt), 1);
      assert.equal(await store.grants.countLive(late.expiresAt), 0);
    });

    test("every stored grant counts in one state; one whose time is up without an end counts as expired", async () => {
      const before = await store.grants.countByState(T0);
      const lateBefore = await store.grants.countByState(T0 + LIFETIME);
      const pending = await pendingGrant(store, samples, { expiresAt: T0 + 2 * LIFETIME });
      await claimed();
      await approvedGrant(store, samples);
      const denied = await claimed();
      const by = { sessionId: "s1", reason: "user", now: T0, audit: sampleAudit("grant") } as const;
      assert.equal((await store.grants.deny(denied.id, by)).outcome, "done");
      const redeemed = await approvedGrant(store, samples);
      assert.equal((await store.tokens.redeem(redemption(redeemed, samples.user.id))).outcome, "redeemed");

      const more = (after: typeof before) =>
        Object.fromEntries(Object.entries(after).map(([state, count]) => [state, count - before[state as "pending"]]));
      const one = { pending: 1, claimed: 1, approved: 1, denied: 1, redeemed: 1, expired: 0 };
      assert.deepEqual(more(await store.grants.countByState(T0)), one);
      const late = await store.grants.countByState(T0 + LIFETIME);
      assert.deepEqual([late.pending - lateBefore.pending, late.claimed, late.approved], [1, 0, 0]);
      const { pending: live, claimed: held, approved, expired } = await store.grants.countByState(pending.expiresAt);
      assert.deepEqual([live, held, approved], [0, 0, 0]);
      assert.equal(expired, before.pending + before.claimed + before.approved + before.expired + 3);
    });

    test("a claim stores session and user; the same session may claim again", async () => {
      const grant = await pendingGrant(store, samples);
      const by = { sessionId: "s1", userId: samples.user.id, now: T0, audit: sampleAudit("grant") };
      for (let visit = 0; visit < 2; visit++) {
        const result = await store.grants.claim(grant.id, by);
        assert.ok(result.outcome === "claimed" && !result.tookOver);
        assert.deepEqual([result.grant.sessionId, result.grant.userId], ["s1", samples.user.id]);
      }
    });

    test("the same user in another session takes over, and the first session can no longer decide", async () => {
      const grant = await claimed("s1");
      const { id: userId } = samples.user;
      const result = await store.grants.claim(grant.id, {
        sessionId: "s2",
        userId,
        now: T0,
        audit: sampleAudit("grant"),
      });
      assert.ok(result.outcome === "claimed" && result.tookOver && result.grant.sessionId === "s2");
      const approval = await store.grants.approve(grant.id, approvalBy(userId, "s1", samples.scopes));
      const denial = await store.grants.deny(grant.id, {
        sessionId: "s1",
        reason: "user",
        now: T0,
        audit: sampleAudit("grant"),
      });
      assert.deepEqual([approval.outcome, denial.outcome], ["elsewhere", "elsewhere"]);
      assert.equal((await store.grants.approve(grant.id, approvalBy(userId, "s2", samples.scopes))).outcome, "done");
    });

    test("however many sessions of one user claim at once, each gets it, and one holds it", async () => {
      const { id } = await pendingGrant(store, samples);
      const claims = Array.from({ length: 24 }, (_, index) =>
        store.grants.claim(id, {
          sessionId: `s${index}`,
          userId: samples.user.id,
          now: T0,
          audit: sampleAudit("grant"),
        }),
      );
      for (const { outcome } of await Promise.all(claims)) assert.equal(outcome, "claimed");
      assert.match((await store.grants.findById(id))?.sessionId ?? "", /^s\d+$/);
    });

    test("another user's claim denies the grant for both", async () => {
      const grant = await claimed("s1");
      const result = await store.grants.claim(grant.id, {
        sessionId: "s2",
        userId: randomUUID(),
        now: T0,
        audit: sampleAudit("grant"),
      });
      assert.ok(result.outcome === "killed");
      assert.deepEqual([result.grant.status, result.grant.denialReason], ["denied", "two_users"]);
      const approval = await store.grants.approve(grant.id, approvalBy(samples.user.id, "s1", samples.scopes));
      assert.equal(approval.outcome, "ended");
      assert.equal((await store.grants.poll(grant.deviceCodeHash))?.status, "denied");
    });

    test("an unclaimed grant cannot be approved, nor one of another user", async () => {
      const { scopes, user } = samples;
      const pending = await pendingGrant(store, samples);
      assert.equal((await store.grants.approve(pending.id, approvalBy(user.id, "s1", scopes))).outcome, "elsewhere");
      assert.equal((await store.grants.findById(pending.id))?.status, "pending");
      const grant = await claimed("s1");
      assert.equal((await store.grants.approve(grant.id, approvalBy(randomUUID(), "s1", scopes))).outcome, "elsewhere");
      assert.equal((await store.grants.findById(grant.id))?.status, "claimed");
    });

    test("a browser that was signed out, or whose session has expired, cannot approve what it claimed", async () => {
      const { scopes, user } = samples;
      const browser = await signInBrowser(store, user.id, T0);
      const grant = await claimed(browser);
      await store.sessions.end(browser);
      const result = await store.grants.approve(grant.id, approvalBy(user.id, browser, scopes));
      assert.ok(result.outcome === "elsewhere");
      assert.equal(result.grant.status, "claimed");

      const brief = await claimed(await signedInSession(store, user.id, T0 + 1));
      const late = approvalBy(user.id, (await store.grants.findById(brief.id))!.sessionId!, scopes, T0 + 1);
      assert.equal((await store.grants.approve(brief.id, late)).outcome, "elsewhere");
      assert.equal((await store.grants.approve(brief.id, { ...late, now: T0 })).outcome, "done");
    });

    test("an operator approves without a browser", async () => {
      const grant = await claimed("the operator");
      const by = { ...approvalBy(samples.user.id, "the operator", samples.scopes), decidedBy: "operator" as const };
      assert.equal((await store.grants.approve(grant.id, by)).outcome, "done");
    });

    test("an approval freezes scopes, methods and time of the sign-in", async () => {
      const grant = await claimed("s1");
      const approved = scopesAt(GRAPH_RESOURCE_ID, []);
      const by = {
        ...approvalBy(samples.user.id, "s1", approved, T0 + 5),
        methods: ["password" as const, "email_second_factor" as const],
        authTime: T0 + 1,
      };
      const result = await store.grants.approve(grant.id, by);
      assert.ok(result.outcome === "done");
      const { status, methods, authTime, decidedAt, decidedBy } = result.grant;
      assert.deepEqual(
        { approved: result.grant.approved, status, methods, authTime, decidedAt, decidedBy },
        {
          approved,
          status: "approved",
          methods: ["password" as const, "email_second_factor" as const],
          authTime: T0 + 1,
          decidedAt: T0 + 5,
          decidedBy: "user",
        },
      );
    });

    test("the consents of an approval are stored with it, and not without it", async () => {
      const own = await seedSamples(store);
      const { app, user, scopes, consent } = own;
      await signInBrowser(store, user.id, T0, "s");
      const approve = (id: string) => store.grants.approve(id, approvalBy(user.id, "s", scopes));
      const remembered = () => store.directory.consentsFor(app.clientId, user.id);
      const claim = (id: string) =>
        store.grants.claim(id, { sessionId: "s", userId: user.id, now: T0, audit: sampleAudit("grant") });
      await seed(store).removeConsent(app.clientId, user.id, consent.resourceId);

      const denied = await pendingGrant(store, own);
      await approve(denied.id);
      await claim(denied.id);
      const denial = { sessionId: "s", reason: "user" as const, now: T0, audit: sampleAudit("grant") };
      await store.grants.deny(denied.id, denial);
      assert.equal((await approve(denied.id)).outcome, "ended");
      assert.deepEqual(await remembered(), []);

      const grant = await pendingGrant(store, own);
      await claim(grant.id);
      assert.equal((await approve(grant.id)).outcome, "done");
      const atGraph = { ...consent, resourceId: GRAPH_RESOURCE_ID, scopes: ["offline_access", "openid"] };
      assert.deepEqual(
        await remembered(),
        [atGraph, consent].sort((a, b) => (a.resourceId < b.resourceId ? -1 : 1)),
      );
    });

    test("the first decision is final: neither an approval after a denial, nor a denial after an approval", async () => {
      const { scopes, user } = samples;
      const approval = approvalBy(user.id, "s1", scopes);
      const denial = { sessionId: "s1", reason: "user" as const, now: T0, audit: sampleAudit("grant") };
      const denied = await claimed("s1");
      assert.equal((await store.grants.deny(denied.id, denial)).outcome, "done");
      assert.equal((await store.grants.approve(denied.id, approval)).outcome, "ended");
      assert.equal(
        (
          await store.grants.claim(denied.id, {
            sessionId: "s1",
            userId: user.id,
            now: T0,
            audit: sampleAudit("grant"),
          })
        ).outcome,
        "ended",
      );
      const approved = await claimed("s1");
      assert.equal((await store.grants.approve(approved.id, approval)).outcome, "done");
      assert.equal((await store.grants.deny(approved.id, denial)).outcome, "ended");
      assert.equal((await store.grants.deny(approved.id, { ...denial, sessionId: null })).outcome, "ended");
      assert.equal((await store.grants.approve(approved.id, approval)).outcome, "ended");
    });

    test("from the moment of expiry nothing can be done with it", async () => {
      const { scopes, user } = samples;
      const grant = await claimed("s1");
      const now = grant.expiresAt;
      assert.equal(
        (await store.grants.claim(grant.id, { sessionId: "s2", userId: user.id, now, audit: sampleAudit("grant") }))
          .outcome,
        "ended",
      );
      assert.equal((await store.grants.approve(grant.id, approvalBy(user.id, "s1", scopes, now))).outcome, "ended");
      assert.equal(
        (await store.grants.deny(grant.id, { sessionId: null, reason: "operator", now, audit: sampleAudit("grant") }))
          .outcome,
        "ended",
      );
      const approved = await approvedGrant(store, samples);
      const late = await store.tokens.redeem(redemption(approved, user.id, approved.expiresAt));
      assert.equal(late.outcome, "lost");
    });

    test("the operator may deny an unclaimed grant; a session may not", async () => {
      const grant = await pendingGrant(store, samples);
      const bySession = await store.grants.deny(grant.id, {
        sessionId: "s1",
        reason: "user",
        now: T0,
        audit: sampleAudit("grant"),
      });
      assert.equal(bySession.outcome, "elsewhere");
      const byOperator = await store.grants.deny(grant.id, {
        sessionId: null,
        reason: "operator",
        now: T0,
        audit: sampleAudit("grant"),
      });
      assert.ok(byOperator.outcome === "done");
      assert.deepEqual([byOperator.grant.denialReason, byOperator.grant.decidedBy], ["operator", "operator"]);
    });

    test("the operator may deny what a session holds; a denial by that session is the user's", async () => {
      const by = { sessionId: "s1", userId: samples.user.id, now: T0, audit: sampleAudit("grant") };
      const denials = [
        { sessionId: null, reason: "operator" as const, decidedBy: "operator" },
        { sessionId: "s1", reason: "user" as const, decidedBy: "user" },
      ];
      for (const { decidedBy, ...denial } of denials) {
        const { id } = await pendingGrant(store, samples);
        await store.grants.claim(id, by);
        const denied = await store.grants.deny(id, { ...denial, now: T0, audit: sampleAudit("grant") });
        assert.ok(denied.outcome === "done");
        assert.deepEqual([denied.grant.denialReason, denied.grant.decidedBy], [denial.reason, decidedBy]);
      }
    });
  });
}
