import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Store } from "../../src/storage/store.ts";
import { enrolling } from "./factor-suite.ts";
import { sampleLink, use } from "./link-suite.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { provenReset } from "./password-suite.ts";
import {
  approvedGrant,
  LIFETIME,
  pendingGrant,
  redemption,
  rotation,
  sampleAudit,
  sampleInteraction,
  samplePasskey,
  seedSamples,
  signedIn,
  T0,
} from "./samples.ts";

/** What a restart, and a second node next to the first, must find. */
export function restartSuite(makeStore: MakeStore): void {
  describe("restart", () => {
    let place: TestStore;
    before(async () => {
      place = await makeStore();
    });
    after(() => place.remove());

    const openFlow = async (store: Store) => {
      const flow = sampleInteraction(randomUUID());
      await store.sessions.ensure({ id: flow.sessionId, createdAt: T0, expiresAt: T0 + LIFETIME });
      await store.sessions.insertInteraction(flow);
      return flow;
    };

    test("a restart restores nothing that was redeemed, rotated, revoked, denied or used", async () => {
      const first = await place.open();
      const samples = await seedSamples(first);
      const { clientId } = samples.app;
      const redeemed = await approvedGrant(first, samples);
      await first.tokens.redeem(redemption(redeemed, samples.user.id));
      const denied = await pendingGrant(first, samples);
      await first.grants.deny(denied.id, { sessionId: null, reason: "operator", now: T0, audit: sampleAudit("grant") });
      const rotated = await signedIn(first, samples);
      const next = rotation(rotated.tokenHash, clientId);
      await first.tokens.rotate(next);
      await first.tokens.rotate(rotation(next.next.tokenHash, clientId));
      const revoked = await signedIn(first, samples);
      await first.tokens.revokeFamily(revoked.family.id, "signed_out", T0, sampleAudit("revoked"));
      const enrolment = await enrolling(first, samples.user.id);
      await first.factors.enrolTotp(enrolment);
      await first.factors.useTotpStep(enrolment, enrolment.step + 1);
      const [recoveryCode = ""] = enrolment.recoveryCodeHashes;
      await first.factors.useRecoveryCode(enrolment.userId, recoveryCode, T0);
      const synced = samplePasskey(samples.user.id, { counter: 4 });
      await first.passkeys.insert(synced, 0);
      await first.passkeys.use(synced.credentialId, { from: 4, to: 5, backedUp: false, now: T0 });
      const removed = samplePasskey(samples.user.id);
      await first.passkeys.insert(removed, 0);
      await first.passkeys.remove(samples.user, removed.credentialId, T0);
      const flow = await openFlow(first);
      await first.sessions.takeChallenge(flow.id, flow.sessionId, 0, T0);
      await first.throttle.take("bucket", { count: 1, windowMs: 1000 }, T0);
      const { user: warned } = await seedSamples(first);
      const [usedLink, link] = [sampleLink(warned.id), sampleLink(warned.id)];
      for (const one of [usedLink, link]) await first.links.insert(one);
      await first.links.use(use(usedLink.tokenHash));
      const { user: forgetful } = await seedSamples(first);
      const reset = await provenReset(first, forgetful.email);
      assert.ok(await first.sessions.resetPassword(reset));
      await first.close();

      const second = await place.open();
      assert.equal((await second.links.use(use(usedLink.tokenHash))).outcome, "dead");
      assert.equal((await second.links.use(use(link.tokenHash))).outcome, "done");
      assert.equal((await second.tokens.redeem(redemption(redeemed, samples.user.id))).outcome, "lost");
      assert.equal((await second.grants.poll(denied.deviceCodeHash))?.status, "denied");
      assert.equal((await second.tokens.rotate(rotation(rotated.tokenHash, clientId))).outcome, "reuse");
      assert.equal((await second.tokens.rotate(rotation(revoked.tokenHash, clientId))).outcome, "revoked");
      assert.equal(await second.factors.enrolTotp(enrolment), false);
      assert.equal(await second.factors.useTotpStep(enrolment, enrolment.step + 1), false);
      assert.equal(await second.factors.useTotpStep(enrolment, enrolment.step + 2), true);
      assert.equal(await second.factors.useRecoveryCode(enrolment.userId, recoveryCode, T0), undefined);
      const again = { from: 4, to: 5, backedUp: false, now: T0 };
      assert.equal(await second.passkeys.use(synced.credentialId, again), false);
      assert.equal((await second.passkeys.find(synced.credentialId))?.counter, 5);
      assert.equal(await second.passkeys.find(removed.credentialId), undefined);
      assert.equal(await second.sessions.takeChallenge(flow.id, flow.sessionId, 0, T0), false);
      assert.equal((await second.throttle.take("bucket", { count: 1, windowMs: 1000 }, T0)).allowed, false);
      assert.equal(await second.sessions.resetPassword({ ...reset, passwordHash: "another" }), undefined);
      assert.equal((await second.directory.findUser(forgetful.id))?.passwordHash, reset.passwordHash);
      await second.close();
    });

    test("a restart loses nothing that was acknowledged", async () => {
      const first = await place.open();
      const samples = await seedSamples(first);
      const grant = await approvedGrant(first, samples);
      const { tokenHash, family } = await signedIn(first, samples);
      await first.close();
      const second = await place.open();
      assert.deepEqual(await second.directory.findUser(samples.user.id), samples.user);
      assert.equal((await second.tokens.redeem(redemption(grant, samples.user.id))).outcome, "redeemed");
      assert.equal((await second.tokens.rotate(rotation(tokenHash, family.clientId))).outcome, "rotated");
      await second.close();
    });

    test("a mail that is being sent survives a restart, a sent one does not return", async () => {
      const first = await place.open();
      const [waiting, held, sent] = ["waiting", "held", "sent"].map((sealed) => ({ id: randomUUID(), sealed }));
      const times = { createdAt: T0, expiresAt: T0 + 600_000 };
      for (const each of [waiting!, held!, sent!]) await first.outbox.enqueue({ ...each, ...times });
      const until = T0 + 60_000;
      for (const { id } of [held!, sent!]) await first.outbox.lease({ id, now: T0, until });
      await first.outbox.sent(sent!.id, T0);
      await first.close();
      const second = await place.open();
      assert.deepEqual(await second.outbox.lease({ now: T0, until }), { ...waiting, attempt: 1 });
      assert.equal(await second.outbox.lease({ now: until - 1, until }), undefined);
      assert.equal((await second.outbox.lease({ id: held!.id, now: until, until: until + 1 }))?.attempt, 2);
      assert.equal(await second.outbox.lease({ id: sent!.id, now: until, until: until + 1 }), undefined);
      await second.close();
    });

    test("two handles on one store share every transition", async () => {
      const [one, two] = [await place.open(), await place.open()];
      const samples = await seedSamples(one);
      const grant = await approvedGrant(one, samples);
      assert.equal((await two.grants.poll(grant.deviceCodeHash))?.status, "approved");
      const results = await Promise.all(
        [one, two, one, two].map((store) => store.tokens.redeem(redemption(grant, samples.user.id))),
      );
      assert.equal(results.filter(({ outcome }) => outcome === "redeemed").length, 1);
      for (const store of [one, two]) {
        assert.equal((await store.grants.poll(grant.deviceCodeHash))?.status, "redeemed");
        await store.ping();
      }
    });

    test("a closed store says so, and closing it again is not an error", async () => {
      const store = await place.open();
      await store.close();
      await store.close();
      await assert.rejects(store.ping());
    });
  });
}
