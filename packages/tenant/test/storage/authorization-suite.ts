import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Refusal } from "../../src/directory/access-rules.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { approvedRequest, codeRedemption, pendingRequest, sampleRequest, yesBy } from "./authorization-samples.ts";
import { sampleLink, signedInSession, use } from "./link-suite.ts";
import { type MakeStore, rounds, type TestStore } from "./open-test-store.ts";
import {
  DAY,
  LIFETIME,
  MINUTE,
  rotation,
  type Samples,
  sampleAudit,
  sampleInteraction,
  scopesAt,
  seedSamples,
  T0,
} from "./samples.ts";

export function authorizationSuite(makeStore: MakeStore): void {
  describe("authorization requests", () => {
    let place: TestStore;
    let store: Store;
    let samples: Samples;
    let browser: string;
    before(async () => {
      place = await makeStore();
      store = await place.open();
      samples = await seedSamples(store);
      browser = await signedInSession(store, samples.user.id);
    });
    after(() => place.remove());

    const statusOf = async (id: string) => (await store.authorizations.find(id))?.status;
    const no = (sessionId: string, now = T0) => ({ sessionId, now, audit: sampleAudit("authorization.denied", now) });

    test("a request is stored as it was sent, with or without a state, a nonce or a challenge", async () => {
      const bare = {
        state: null,
        nonce: null,
        codeChallenge: null,
        signedInSince: T0,
        responseMode: "form_post" as const,
      };
      for (const changes of [{}, bare]) {
        const request = sampleRequest(samples.app.clientId, samples.scopes, changes);
        await store.authorizations.insert(request);
        const undecided = { sessionId: null, userId: null, decidedAt: null, approved: null, authTime: null };
        const rest = {
          ...undecided,
          reach: [],
          methods: [],
          codeHash: null,
          codeExpiresAt: null,
          familyId: null,
          status: "pending",
        };
        assert.deepEqual(await store.authorizations.find(request.id), { ...request, ...rest });
      }
      assert.equal(await store.authorizations.find("unknown"), undefined);
    });

    test("an approval creates one code, remembers consent and is recorded", async () => {
      const own = await seedSamples(store);
      const { id } = await pendingRequest(store, own);
      const yes = yesBy(own.user.id, await signedInSession(store, own.user.id), own.scopes);
      const approved = await store.authorizations.approve(id, yes);
      assert.ok(approved.outcome === "done");
      const { status, codeHash, approved: frozen } = approved.request;
      assert.deepEqual([status, codeHash, frozen], ["approved", yes.codeHash, own.scopes]);
      assert.deepEqual(await store.authorizations.findByCode(yes.codeHash), approved.request);
      const consents = await store.directory.consentsFor(own.app.clientId, own.user.id);
      const atGraph = consents.find(({ resourceId }) => resourceId === GRAPH_RESOURCE_ID);
      assert.deepEqual(atGraph?.scopes, ["offline_access", "openid"]);
      assert.ok((await store.audit.list({ event: "authorization.approved", limit: 1 })).length === 1);
    });

    test("an approval counts only while the user is signed in there, enabled, and in time", async () => {
      const own = await seedSamples(store);
      const session = await signedInSession(store, own.user.id);
      const { id } = await pendingRequest(store, own);
      const approve = (changes: Partial<ReturnType<typeof yesBy>>) =>
        store.authorizations.approve(id, { ...yesBy(own.user.id, session, own.scopes), ...changes });
      const ended = { outcome: "ended" };
      assert.deepEqual(await approve({ sessionId: randomUUID() }), ended);
      assert.deepEqual(await approve({ sessionId: browser }), ended, "another user's browser");
      assert.deepEqual(await approve({ now: T0 + LIFETIME }), ended);
      const brief = await signedInSession(store, own.user.id, T0 + MINUTE);
      assert.deepEqual(await approve({ sessionId: brief, now: T0 + MINUTE }), ended, "its session has expired");
      await seed(store).setUserDisabled(own.user.id, T0, T0);
      assert.deepEqual(await approve({}), ended);
      assert.equal(await statusOf(id), "pending");
    });

    test("an approval that the access rule refuses changes nothing, remembers nothing and has no record", async () => {
      const own = await seedSamples(store);
      const { app, user, api } = own;
      const session = await signedInSession(store, user.id);
      const { id } = await pendingRequest(store, own);
      const before = await store.authorizations.find(id);
      const yes = { ...yesBy(user.id, session, own.scopes), audit: sampleAudit(randomUUID()) };
      const changes: [Refusal, () => Promise<unknown>][] = [
        ["app_disabled", () => seed(store).putApp({ ...app, disabledAt: T0 })],
        ["not_assigned", () => seed(store).putApp({ ...app, assignmentRequired: true })],
        ["second_factor_required", () => seed(store).putApp({ ...app, requireMfa: true })],
        ["scope_unavailable", () => seed(store).putApi({ ...api, scopes: [] })],
        ["user_disabled", () => seed(store).setUserDisabled(user.id, T0, T0)],
      ];
      for (const [why, change] of changes) {
        if (why !== "user_disabled") await seed(store).putApp(app);
        await change();
        // A session of a disabled user has ended, like any other ended session.
        const expected = why === "user_disabled" ? { outcome: "ended" } : { outcome: "refused", why };
        assert.deepEqual(await store.authorizations.approve(id, yes), expected);
        assert.deepEqual(await store.authorizations.find(id), before);
      }
      assert.deepEqual(await store.audit.list({ event: yes.audit.event, limit: 1 }), []);
      // Deleting the scope also deleted its consents.
      assert.deepEqual(await store.directory.consentsFor(app.clientId, user.id), []);
    });

    test("an approval is refused if its sign-in is older than the request allows", async () => {
      const own = await seedSamples(store);
      const session = await signedInSession(store, own.user.id);
      const request = sampleRequest(own.app.clientId, own.scopes, { signedInSince: T0 });
      await store.authorizations.insert(request);
      const yes = yesBy(own.user.id, session, own.scopes);
      const old = await store.authorizations.approve(request.id, { ...yes, authTime: T0 - 1 });
      assert.deepEqual(old, { outcome: "refused", why: "login_required" });
      assert.equal((await store.authorizations.approve(request.id, { ...yes, authTime: T0 })).outcome, "done");
    });

    test("a decision and its record are one: without the record it is rolled back", async () => {
      const own = await seedSamples(store);
      const session = await signedInSession(store, own.user.id);
      const { id } = await pendingRequest(store, own);
      const yes = yesBy(own.user.id, session, own.scopes);
      const broken = { ...sampleAudit("broken"), event: null as unknown as string };
      await assert.rejects(store.authorizations.approve(id, { ...yes, audit: broken }));
      await assert.rejects(store.authorizations.deny(id, { ...no(session), audit: broken }));
      assert.equal(await statusOf(id), "pending");
      assert.deepEqual(await store.directory.consentsFor(own.app.clientId, own.user.id), [own.consent]);
    });

    test("a second approval by the same browser replaces the code, until one is redeemed", async () => {
      const first = await approvedRequest(store, samples, browser);
      const again = yesBy(samples.user.id, browser, samples.scopes);
      assert.equal((await store.authorizations.approve(first.id, again)).outcome, "done");
      assert.ok(await store.authorizations.findByCode(again.codeHash));
      assert.equal(await store.authorizations.findByCode(first.codeHash), undefined);
      assert.equal((await store.authorizations.redeem(codeRedemption(first, samples.user.id))).outcome, "lost");
      const elsewhere = await signedInSession(store, samples.user.id);
      const other = yesBy(samples.user.id, elsewhere, samples.scopes);
      assert.equal((await store.authorizations.approve(first.id, other)).outcome, "ended");
      const second = codeRedemption({ ...first, codeHash: again.codeHash }, samples.user.id);
      assert.equal((await store.authorizations.redeem(second)).outcome, "redeemed");
      const late = yesBy(samples.user.id, browser, samples.scopes);
      assert.equal((await store.authorizations.approve(first.id, late)).outcome, "ended");
      assert.equal(await store.authorizations.deny(first.id, no(browser)), false);
    });

    test("a denial ends a request, and an unredeemed approval by the same browser, and is final", async () => {
      const { id } = await pendingRequest(store, samples);
      assert.equal(await store.authorizations.deny(id, no(browser, T0 + LIFETIME)), false);
      assert.equal(await store.authorizations.deny(id, no(browser)), true);
      const yes = yesBy(samples.user.id, browser, samples.scopes);
      assert.equal((await store.authorizations.approve(id, yes)).outcome, "ended");
      const approved = await approvedRequest(store, samples, browser);
      assert.equal(await store.authorizations.deny(approved.id, no(randomUUID())), false);
      assert.equal(await store.authorizations.deny(approved.id, no(browser)), true);
      assert.equal((await store.authorizations.redeem(codeRedemption(approved, samples.user.id))).outcome, "lost");
    });

    test("a code results in one family with its refresh token and its audit record", async () => {
      const input = codeRedemption(await approvedRequest(store, samples, browser), samples.user.id);
      const family = { ...input.family, grantType: "authorization_code", revokedAt: null, revokedReason: null };
      assert.deepEqual(await store.authorizations.redeem(input), { outcome: "redeemed", family });
      const { tokenHash } = input.refreshToken;
      assert.deepEqual(await store.tokens.findByRefreshToken(tokenHash), {
        family,
        generation: 1,
        expiresAt: family.expiresAt,
        usedAt: null,
      });
      assert.deepEqual((await store.audit.list({ event: "authorization.redeemed", limit: 1 }))[0], input.audit);
      assert.equal(await statusOf(input.family.grantId), "redeemed");
    });

    test("a code is useless to another client, with another redirect, without its verifier, or too late, and stays valid", async () => {
      const request = await approvedRequest(store, samples, browser);
      const input = codeRedemption(request, samples.user.id);
      const misfits = [
        { clientId: randomUUID() },
        { redirectUri: "http://localhost:51005/callback" },
        { codeChallenge: "another" },
        { codeChallenge: null },
        { codeHash: "unknown" },
        { now: T0 + 5 * MINUTE },
      ];
      for (const misfit of misfits) {
        const { outcome } = await store.authorizations.redeem({ ...input, ...misfit });
        // An app that does not exist changes nothing: the code is not its.
        assert.equal(outcome, "lost", JSON.stringify(misfit));
        assert.equal(await statusOf(request.id), "approved");
      }
      const inTime = { ...input, now: T0 + 5 * MINUTE - 1 };
      assert.equal((await store.authorizations.redeem(inTime)).outcome, "redeemed");
    });

    test("the family must belong to the user who approved", async () => {
      const other = await seedSamples(store);
      const scopes = scopesAt(GRAPH_RESOURCE_ID, []);
      const request = await approvedRequest(store, { ...samples, scopes }, browser);
      const { outcome } = await store.authorizations.redeem(codeRedemption(request, other.user.id));
      assert.deepEqual([outcome, await statusOf(request.id)], ["lost", "approved"]);
    });

    test("a used code that another client presents ends nothing", async () => {
      const request = await approvedRequest(store, samples, browser);
      const input = codeRedemption(request, samples.user.id);
      await store.authorizations.redeem(input);
      const other = await seedSamples(store);
      const again = { ...codeRedemption(request, samples.user.id), clientId: other.app.clientId };
      assert.equal((await store.authorizations.redeem(again)).outcome, "lost");
      assert.equal((await store.tokens.findFamily(input.family.id))?.revokedAt, null);
    });

    test("a code without a challenge cannot be used with a verifier", async () => {
      const request = sampleRequest(samples.app.clientId, samples.scopes, { codeChallenge: null });
      await store.authorizations.insert(request);
      const yes = yesBy(samples.user.id, browser, samples.scopes);
      const approved = await store.authorizations.approve(request.id, yes);
      assert.ok(approved.outcome === "done");
      const input = codeRedemption({ ...approved.request, codeHash: yes.codeHash }, samples.user.id);
      assert.equal((await store.authorizations.redeem({ ...input, codeChallenge: "x" })).outcome, "lost");
      assert.equal((await store.authorizations.redeem(input)).outcome, "redeemed");
    });

    test("a second use of a code, however late, revokes what the first got, and is recorded once", async () => {
      const request = await approvedRequest(store, samples, browser);
      const input = codeRedemption(request, samples.user.id);
      await store.authorizations.redeem(input);
      const later = T0 + 60 * MINUTE;
      assert.deepEqual(await store.authorizations.redeem({ ...codeRedemption(request, samples.user.id, later) }), {
        outcome: "reused",
        ended: true,
      });
      const family = await store.tokens.findFamily(input.family.id);
      assert.deepEqual([family?.revokedAt, family?.revokedReason], [later, "authorization_code_reused"]);
      const renewal = rotation(input.refreshToken.tokenHash, samples.app.clientId, later);
      assert.equal((await store.tokens.rotate(renewal)).outcome, "revoked");
      assert.equal((await store.authorizations.redeem(codeRedemption(request, samples.user.id))).outcome, "reused");
      const records = await store.audit.list({ event: "authorization_code.reused", limit: 10 });
      assert.equal(records.filter(({ detail }) => detail.family === input.family.id).length, 1);
    });

    test("of 64 uses of a code at once exactly one creates a family, and the others end it", async () => {
      const own = await seedSamples(store);
      for (let round = 0; round < rounds(10, makeStore); round++) {
        const request = await approvedRequest(store, own);
        const attempts = Array.from({ length: 64 }, () => codeRedemption(request, own.user.id));
        const results = await Promise.all(attempts.map((attempt) => store.authorizations.redeem(attempt)));
        assert.equal(results.filter(({ outcome }) => outcome === "redeemed").length, 1);
        assert.equal(results.filter(({ outcome }) => outcome === "reused").length, 63);
        const stored = await Promise.all(attempts.map(({ family }) => store.tokens.findFamily(family.id)));
        const made = stored.filter((family) => family !== undefined);
        assert.deepEqual([made.length, made[0]?.revokedReason], [1, "authorization_code_reused"]);
      }
    });

    const withdrawals: Record<string, (own: Samples) => Promise<unknown>> = {
      user_disabled: ({ user }) => seed(store).setUserDisabled(user.id, T0, T0),
      app_disabled: ({ app }) => seed(store).putApp({ ...app, disabledAt: T0 }),
      not_assigned: ({ app }) => seed(store).putApp({ ...app, assignmentRequired: true }),
      second_factor_required: ({ app }) => seed(store).putApp({ ...app, requireMfa: true }),
      consent_required: ({ app, user, api }) => seed(store).removeConsent(app.clientId, user.id, api.clientId),
    };
    for (const [why, withdraw] of Object.entries(withdrawals)) {
      test(`what an approval depends on is checked again at the code: ${why}; the code is spent`, async () => {
        const own = await seedSamples(store);
        const request = await approvedRequest(store, own);
        await withdraw(own);
        const input = codeRedemption(request, own.user.id);
        assert.deepEqual(await store.authorizations.redeem(input), { outcome: "refused", why });
        assert.equal(await store.tokens.findFamily(input.family.id), undefined);
        assert.equal(await statusOf(request.id), "denied");
        const [record] = await store.audit.list({ event: "authorization.refused", limit: 1 });
        assert.equal(record?.detail.why, why);
      });
    }

    test("enabling a user does not restore their earlier codes", async () => {
      const own = await seedSamples(store);
      const request = await approvedRequest(store, own);
      await seed(store).setUserDisabled(own.user.id, T0, T0);
      await seed(store).setUserDisabled(own.user.id, null, T0);
      assert.equal((await store.authorizations.redeem(codeRedemption(request, own.user.id))).outcome, "lost");
    });

    test("a new password ends earlier codes, and an approval that is being submitted", async () => {
      const own = await seedSamples(store);
      const session = await signedInSession(store, own.user.id);
      const approved = await approvedRequest(store, own, session);
      const pending = await pendingRequest(store, own);
      const audit = sampleAudit("user.password_changed");
      const change = { user: own.user, passwordHash: "new", keepSessionId: null, now: T0, audit };
      assert.equal(await store.sessions.changePassword(change), true);
      assert.equal((await store.authorizations.redeem(codeRedemption(approved, own.user.id))).outcome, "lost");
      assert.equal(
        (await store.authorizations.approve(pending.id, yesBy(own.user.id, session, own.scopes))).outcome,
        "ended",
      );
    });

    test("“this wasn’t me” ends earlier codes", async () => {
      const own = await seedSamples(store);
      const approved = await approvedRequest(store, own);
      const link = sampleLink(own.user.id);
      await store.links.insert(link);
      await store.links.use(use(link.tokenHash));
      assert.equal((await store.authorizations.redeem(codeRedemption(approved, own.user.id))).outcome, "lost");
    });

    test("an interaction can be about a request", async () => {
      const { id } = await pendingRequest(store, samples);
      const flow = sampleInteraction(browser, { subject: { kind: "authorization", id } });
      assert.equal(await store.sessions.insertInteraction(flow), true);
      assert.deepEqual(await store.sessions.findInteraction(flow.id, browser, T0), flow);
    });

    test("a request is deleted a day after its end", async () => {
      const { id, expiresAt } = await pendingRequest(store, samples);
      await store.purgeExpired(expiresAt + DAY - 1);
      assert.equal(await statusOf(id), "pending");
      await store.purgeExpired(expiresAt + DAY);
      assert.equal(await statusOf(id), undefined);
    });
  });
}
