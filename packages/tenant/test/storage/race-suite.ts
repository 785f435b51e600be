import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import {
  approvalBy,
  approvedGrant,
  LIFETIME,
  pendingGrant,
  redemption,
  rotation,
  type Samples,
  sampleAudit,
  seedSamples,
  signedIn,
  T0,
} from "./samples.ts";

const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));

const countBy = (results: { outcome: string }[]) => {
  const counts: Record<string, number> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

/** Many at once, each race repeated: in the release tier `times` as often as in `npm test`. */
export function raceSuite(makeStore: MakeStore, times: number): void {
  const rounds = (count: number) => count * times;
  describe("races", () => {
    let place: TestStore;
    let store: Store;
    let samples: Samples;
    before(async () => {
      place = await makeStore();
      store = await place.open();
      samples = await seedSamples(store);
    });
    after(() => place.remove());

    test("of 64 concurrent redemptions exactly one issues tokens", async () => {
      for (let round = 0; round < rounds(10); round++) {
        const grant = await approvedGrant(store, samples);
        const attempts = many(64, () => redemption(grant, samples.user.id));
        const results = await Promise.all(attempts.map((attempt) => store.tokens.redeem(attempt)));
        assert.deepEqual(countBy(results), { redeemed: 1, lost: 63 });
        const winner = attempts[results.findIndex((result) => result.outcome === "redeemed")]!;
        const stored = await Promise.all(attempts.map((attempt) => store.tokens.findFamily(attempt.family.id)));
        assert.deepEqual(
          stored.filter(Boolean).map((family) => family?.id),
          [winner.family.id],
        );
        assert.equal((await store.grants.findById(grant.id))?.familyId, winner.family.id);
      }
    });

    test("of 16 concurrent rotations exactly one creates the next generation, the others repeat it", async () => {
      for (let round = 0; round < rounds(5); round++) {
        const { family, tokenHash } = await signedIn(store, samples);
        const { clientId } = family;
        // Every other one as a token endpoint, which has read everything before.
        const renewal = await store.tokens.findRenewal({ tokenHash, clientId });
        const attempts = many(16, (index) => ({ ...rotation(tokenHash, clientId), ...(index % 2 ? { renewal } : {}) }));
        const results = await Promise.all(attempts.map((attempt) => store.tokens.rotate(attempt)));
        assert.deepEqual(countBy(results), { rotated: 1, grace: 15 });
        const winner = attempts[results.findIndex((result) => result.outcome === "rotated")]!;
        for (const result of results) {
          assert.ok(result.outcome === "rotated" || result.outcome === "grace");
          assert.equal(result.generation, 2);
          if (result.outcome === "grace") assert.equal(result.successorSealed, winner.nextSealed);
        }
        for (const attempt of attempts) {
          const found = await store.tokens.findByRefreshToken(attempt.next.tokenHash);
          assert.equal(found !== undefined, attempt === winner);
        }
        assert.equal((await store.tokens.findFamily(family.id))?.revokedAt, null);
      }
    });

    test("after a revocation is confirmed, no refresh token of the family is valid", async () => {
      for (let round = 0; round < rounds(5); round++) {
        const { family, tokenHash } = await signedIn(store, samples);
        const { clientId } = family;
        const renewal = await store.tokens.findRenewal({ tokenHash, clientId });
        const attempts = many(8, (index) => ({ ...rotation(tokenHash, clientId), ...(index % 2 ? { renewal } : {}) }));
        const revoke = () => store.tokens.revokeFamily(family.id, "signed_out", T0, sampleAudit("revoked"));
        const rotations = attempts.map((attempt) => store.tokens.rotate(attempt));
        const answered = revoke().then(() => store.tokens.rotate(rotation(tokenHash, family.clientId)));
        assert.equal((await answered).outcome, "revoked");
        await Promise.all(rotations);
        for (const attempt of attempts) {
          const { outcome } = await store.tokens.rotate(rotation(attempt.next.tokenHash, family.clientId));
          assert.ok(outcome === "revoked" || outcome === "unknown", outcome);
        }
      }
    });

    test("after a user is disabled, no redemption and no rotation returns anything", async () => {
      for (let round = 0; round < rounds(3); round++) {
        const own = await seedSamples(store);
        const { family, tokenHash } = await signedIn(store, own);
        const grant = await approvedGrant(store, own);
        const redeem = redemption(grant, own.user.id);
        const { clientId } = family;
        const renewal = await store.tokens.findRenewal({ tokenHash, clientId });
        const rotate = { ...rotation(tokenHash, clientId), ...(round % 2 ? {} : { renewal }) };
        await Promise.all([
          store.tokens.redeem(redeem),
          store.tokens.rotate(rotate),
          seed(store).setUserDisabled(own.user.id, T0, T0),
        ]);
        for (const hash of [tokenHash, rotate.next.tokenHash, redeem.refreshToken.tokenHash]) {
          const { outcome } = await store.tokens.rotate(rotation(hash, family.clientId));
          assert.ok(outcome === "revoked" || outcome === "unknown", outcome);
        }
        const redeemed = await store.tokens.findFamily(redeem.family.id);
        assert.ok(redeemed === undefined || redeemed.revokedAt === T0);
      }
    });

    test("of approval, denial and expiry the first wins and the others see that it has ended", async () => {
      const { user, scopes } = samples;
      for (let round = 0; round < rounds(5); round++) {
        const grant = await pendingGrant(store, samples);
        await store.grants.claim(grant.id, { sessionId: "s", userId: user.id, now: T0, audit: sampleAudit("grant") });
        await signInBrowser(store, user.id, T0, "s");
        const deny = { sessionId: "s", reason: "user" as const, now: T0, audit: sampleAudit("grant") };
        const results = await Promise.all([
          store.grants.approve(grant.id, approvalBy(user.id, "s", scopes)),
          store.grants.deny(grant.id, deny),
          store.grants.approve(grant.id, approvalBy(user.id, "s", scopes, T0 + LIFETIME)),
          store.grants.deny(grant.id, { ...deny, sessionId: null, reason: "operator" }),
        ]);
        assert.deepEqual(countBy(results), { done: 1, ended: 3 });
        assert.equal(results[2]?.outcome, "ended");
        const winner = results.find((result) => result.outcome === "done");
        assert.ok(winner?.outcome === "done");
        assert.deepEqual(await store.grants.findById(grant.id), winner.grant);
      }
    });

    test("two users who claim one grant at once deny it", async () => {
      const other = await seedSamples(store);
      for (let round = 0; round < rounds(5); round++) {
        const grant = await pendingGrant(store, samples);
        const claims = many(8, (index) => ({
          sessionId: `s${index}`,
          userId: (index % 2 ? samples : other).user.id,
          now: T0,
        }));
        const results = await Promise.all(
          claims.map((claim) => store.grants.claim(grant.id, { ...claim, audit: sampleAudit("grant") })),
        );
        assert.equal(countBy(results).killed, 1);
        const end = await store.grants.findById(grant.id);
        assert.deepEqual([end?.status, end?.denialReason], ["denied", "two_users"]);
      }
    });

    test("of one user's sessions that claim at once, one holds the grant at the end", async () => {
      const { user } = samples;
      for (let round = 0; round < rounds(2); round++) {
        const grant = await pendingGrant(store, samples);
        const claims = many(8, (index) => ({ sessionId: `s${index}`, userId: user.id, now: T0 }));
        const results = await Promise.all(
          claims.map((claim) => store.grants.claim(grant.id, { ...claim, audit: sampleAudit("grant") })),
        );
        assert.deepEqual(countBy(results), { claimed: 8 });
        assert.equal(results.filter((result) => result.outcome === "claimed" && !result.tookOver).length, 1);
        const end = await store.grants.findById(grant.id);
        assert.ok(end?.status === "claimed" && claims.some((claim) => claim.sessionId === end.sessionId));
      }
    });
  });
}
