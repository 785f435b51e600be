import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { MailCodePurpose, Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import {
  approvalBy,
  approvedGrant,
  DAY,
  MINUTE,
  pendingGrant,
  redemption,
  rotation,
  sampleAudit,
  sampleInteraction,
  sampleUser,
  seedSamples,
  signedIn,
  T0,
} from "./samples.ts";

/** What resets the password of an address that a flow in an anonymous browser has just verified. */
export async function provenReset(store: Store, email: string, purpose: MailCodePurpose = "reset") {
  const sessionId = randomUUID();
  await store.sessions.ensure({ id: sessionId, createdAt: T0, expiresAt: T0 + DAY });
  const flow = sampleInteraction(sessionId, { email: { address: email, purpose, verifiedAt: T0 } });
  await store.sessions.insertInteraction(flow);
  const { userId: _, ...audit } = sampleAudit("user.password_reset");
  return { interactionId: flow.id, sessionId, passwordHash: `hash-${randomUUID()}`, now: T0, audit };
}

export function passwordSuite(makeStore: MakeStore): void {
  describe("new passwords", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const newUser = async () => {
      const user = sampleUser({ passwordHash: "old" });
      await seed(store).insertUser(user);
      return user;
    };
    const signInAs = async (userId: string) => {
      const [oldId, id] = [randomUUID(), randomUUID()];
      await store.sessions.ensure({ id: oldId, createdAt: T0, expiresAt: T0 + DAY });
      const { credentialsVersion = 0 } = (await store.directory.findUser(userId)) ?? {};
      const by = { userId, credentialsVersion, methods: ["password" as const], authTime: T0 };
      const session = { id, ...by, createdAt: T0, expiresAt: T0 + DAY };
      assert.equal(await store.sessions.signIn(oldId, session), true);
      return id;
    };
    const hashOf = async (userId: string) => (await store.directory.findUser(userId))?.passwordHash;

    test("a reset ends every session and token of the account, and of no other user", async () => {
      const samples = await seedSamples(store);
      const { user, app } = samples;
      const other = await newUser();
      const sessions = [await signInAs(user.id), await signInAs(user.id)];
      const theirs = await signInAs(other.id);
      const { tokenHash, family } = await signedIn(store, samples);
      const approved = await approvedGrant(store, samples);

      const reset = await provenReset(store, user.email.toUpperCase());
      const { passwordHash } = reset;
      assert.deepEqual(await store.sessions.resetPassword(reset), { ...user, passwordHash, credentialsVersion: 1 });
      assert.equal(await hashOf(user.id), passwordHash);
      assert.equal(await hashOf(other.id), "old");
      for (const id of sessions) assert.equal(await store.sessions.find(id, T0), undefined);
      assert.notEqual(await store.sessions.find(theirs, T0), undefined);
      assert.notEqual(await store.sessions.find(reset.sessionId, T0), undefined, "this anonymous browser's");
      assert.equal((await store.tokens.findFamily(family.id))?.revokedReason, "password_changed");
      assert.equal((await store.tokens.rotate(rotation(tokenHash, app.clientId))).outcome, "revoked");
      assert.equal((await store.tokens.redeem(redemption(approved, user.id))).outcome, "lost");
      assert.equal((await store.grants.findById(approved.id))?.denialReason, "withdrawn");
      const [record] = await store.audit.list({ event: "user.password_reset", limit: 1 });
      assert.equal(record?.userId, user.id);
    });

    test("a reset uses up the verification: the flow continues with the address and without it", async () => {
      const user = await newUser();
      const reset = await provenReset(store, user.email);
      assert.ok(await store.sessions.resetPassword(reset));
      const flow = await store.sessions.findInteraction(reset.interactionId, reset.sessionId, T0);
      assert.deepEqual(flow?.email, { address: user.email, purpose: null, verifiedAt: null });
      assert.equal(await store.sessions.resetPassword({ ...reset, passwordHash: "again" }), undefined);
      assert.equal(await hashOf(user.id), reset.passwordHash);
    });

    test("of 64 concurrent resets with one verification exactly one counts", async () => {
      for (let round = 0; round < 5; round++) {
        const user = await newUser();
        const reset = await provenReset(store, user.email);
        const tries = Array.from({ length: 64 }, (_, index) => ({ ...reset, passwordHash: `hash ${index}` }));
        const results = await Promise.all(tries.map((each) => store.sessions.resetPassword(each)));
        const winners = results.flatMap((result) => (result ? [result.passwordHash] : []));
        assert.equal(winners.length, 1);
        assert.equal(await hashOf(user.id), winners[0]);
      }
    });

    test("only a verification for a reset allows it: no other purpose, browser or time, nor an unverified address", async () => {
      const user = await newUser();
      for (const purpose of ["sign_up", "sign_in", "second_factor"] as const) {
        assert.equal(await store.sessions.resetPassword(await provenReset(store, user.email, purpose)), undefined);
      }
      const reset = await provenReset(store, user.email);
      assert.equal(await store.sessions.resetPassword({ ...reset, sessionId: randomUUID() }), undefined);
      assert.equal(await store.sessions.resetPassword({ ...reset, now: T0 + 30 * MINUTE }), undefined);
      await store.sessions.setEmail(reset.interactionId, reset.sessionId, user.email, "reset");
      assert.equal(await store.sessions.resetPassword(reset), undefined);
      assert.equal(await hashOf(user.id), "old");
    });

    test("grants that have ended do not change", async () => {
      const samples = await seedSamples(store);
      const { family } = await signedIn(store, samples);
      const denied = await approvedGrant(store, samples);
      await seed(store).putApp({ ...samples.app, requireMfa: true });
      await store.tokens.redeem(redemption(denied, samples.user.id));
      const rows = () => Promise.all([family.grantId ?? "", denied.id].map((id) => store.grants.findById(id)));
      const before = await rows();
      assert.deepEqual(
        before.map((row) => row?.status),
        ["redeemed", "denied"],
      );
      assert.ok(await store.sessions.resetPassword(await provenReset(store, samples.user.email)));
      assert.deepEqual(await rows(), before);
    });

    test("a disabled account and an address without one are not reset", async () => {
      const user = await newUser();
      const reset = await provenReset(store, user.email);
      await seed(store).setUserDisabled(user.id, T0, T0);
      assert.equal(await store.sessions.resetPassword(reset), undefined);
      const proven = await provenReset(store, user.email);
      assert.equal(await store.sessions.resetPassword(proven), undefined, "verified since");
      const change = { user, passwordHash: "new", keepSessionId: null, now: T0 };
      const audit = sampleAudit("user.password_changed");
      assert.equal(await store.sessions.changePassword({ ...change, audit }), false);
      assert.equal(await hashOf(user.id), "old");
      const unknown = await provenReset(store, `${randomUUID()}@contoso.example`);
      assert.equal(await store.sessions.resetPassword(unknown), undefined);
    });

    test("after the first factor with the old password, the sign-in must start again", async () => {
      const user = await newUser();
      const sessionId = randomUUID();
      await store.sessions.ensure({ id: sessionId, createdAt: T0, expiresAt: T0 + DAY });
      const flow = sampleInteraction(sessionId);
      await store.sessions.insertInteraction(flow);
      const passed = {
        userId: user.id,
        methods: ["password" as const],
        at: T0,
        keepSignedIn: false,
        credentialsVersion: 0,
      };
      await store.sessions.setFirstFactor(flow.id, sessionId, passed);
      await store.sessions.resetPassword(await provenReset(store, user.email));
      assert.deepEqual(await store.sessions.findInteraction(flow.id, sessionId, T0), flow);
    });

    test("an unfinished sign-in with the old password comes too late after a new one is set", async () => {
      const user = await newUser();
      const sessionId = randomUUID();
      await store.sessions.ensure({ id: sessionId, createdAt: T0, expiresAt: T0 + DAY });
      const flow = sampleInteraction(sessionId);
      await store.sessions.insertInteraction(flow);
      const methods = ["password" as const];
      const passed = { userId: user.id, methods, at: T0, keepSignedIn: false, credentialsVersion: 0 };
      const signIn = (by: { credentialsVersion: number; interactionId?: string }) =>
        store.sessions.signIn(sessionId, {
          ...{ id: randomUUID(), userId: user.id, methods: ["password" as const] },
          ...{ authTime: T0, createdAt: T0, expiresAt: T0 + DAY, ...by },
        });
      assert.equal(
        await signIn({ credentialsVersion: 0, interactionId: flow.id }),
        false,
        "no first factor was passed yet",
      );
      assert.equal(await store.sessions.setFirstFactor(flow.id, sessionId, passed), true);
      const reset = await provenReset(store, user.email);
      assert.ok(await store.sessions.resetPassword(reset));
      assert.equal(await store.sessions.setFirstFactor(flow.id, sessionId, passed), false);
      assert.equal(await signIn({ credentialsVersion: 0 }), false);
      assert.equal(await signIn({ credentialsVersion: 0, interactionId: flow.id }), false);
      const byWalk = { credentialsVersion: 1, interactionId: flow.id };
      assert.equal(await signIn(byWalk), false);
      const again = { ...passed, credentialsVersion: 1 };
      assert.equal(await store.sessions.setFirstFactor(flow.id, sessionId, again), true);
      assert.equal(await signIn(byWalk), true);
    });

    test("of 16 sign-ins at the moment of a reset none with the old password survives", async () => {
      for (let round = 0; round < 5; round++) {
        const user = await newUser();
        const reset = await provenReset(store, user.email);
        const ids = Array.from({ length: 16 }, () => randomUUID());
        for (const id of ids) await store.sessions.ensure({ id: `old ${id}`, createdAt: T0, expiresAt: T0 + DAY });
        const times = { authTime: T0, createdAt: T0, expiresAt: T0 + DAY };
        const signIns = ids.map(
          (id) => () =>
            store.sessions.signIn(`old ${id}`, {
              ...{ id, userId: user.id, methods: ["password" as const] },
              ...times,
              credentialsVersion: 0,
            }),
        );
        const [one, ...others] = signIns.map((signIn) => signIn());
        await Promise.all([one, store.sessions.resetPassword(reset), ...others]);
        for (const id of ids) assert.equal(await store.sessions.find(id, T0), undefined);
      }
    });

    test("an approval from a browser whose session a new password ends comes too late; the same user continues in another", async () => {
      const samples = await seedSamples(store);
      const { user, scopes } = samples;
      const own = await signInAs(user.id);
      const grants = [await pendingGrant(store, samples), await pendingGrant(store, samples)] as const;
      const claim = (id: string, sessionId: string) =>
        store.grants.claim(id, { sessionId, userId: user.id, now: T0, audit: sampleAudit("grant") });
      const yes = (id: string, sessionId: string) => store.grants.approve(id, approvalBy(user.id, sessionId, scopes));
      await claim(grants[0].id, "ended");
      await claim(grants[1].id, own);
      const change = { user, keepSessionId: own, now: T0, audit: sampleAudit("user.password_changed") };
      assert.equal(await store.sessions.changePassword({ ...change, passwordHash: "new" }), true);
      assert.equal((await yes(grants[0].id, "ended")).outcome, "elsewhere");
      assert.equal((await yes(grants[1].id, own)).outcome, "done");
      const taken = await claim(grants[0].id, own);
      assert.deepEqual([taken.outcome, "tookOver" in taken && taken.tookOver], ["claimed", true]);
      assert.equal((await yes(grants[0].id, own)).outcome, "done");
    });

    test("a rejected change or reset withdraws nothing", async () => {
      const samples = await seedSamples(store);
      const { user } = samples;
      const approved = await approvedGrant(store, samples);
      const change = {
        user: { ...user, credentialsVersion: 7 },
        keepSessionId: null,
        now: T0,
        audit: sampleAudit("user.password_changed"),
      };
      assert.equal(await store.sessions.changePassword({ ...change, passwordHash: "x" }), false);
      assert.equal((await store.grants.findById(approved.id))?.status, "approved");
    });

    test("a signed-in change keeps its own session, ends the others, and is a compare-and-swap", async () => {
      const user = await newUser();
      const [own, other] = [await signInAs(user.id), await signInAs(user.id)];
      const change = { user, keepSessionId: own, now: T0, audit: sampleAudit("user.password_changed") };
      const late = { ...change, user: { ...user, credentialsVersion: 7 } };
      assert.equal(await store.sessions.changePassword({ ...late, passwordHash: "x" }), false);
      assert.notEqual(await store.sessions.find(other, T0), undefined);
      const tries = ["a", "b", "c", "d"].map((passwordHash) =>
        store.sessions.changePassword({ ...change, passwordHash }),
      );
      assert.equal((await Promise.all(tries)).filter(Boolean).length, 1);
      assert.notEqual(await store.sessions.find(own, T0), undefined);
      assert.equal(await store.sessions.find(other, T0), undefined);
      const first = { ...change, user: await noPassword(), keepSessionId: null };
      assert.equal(await store.sessions.changePassword({ ...first, passwordHash: "x" }), true);
    });

    const noPassword = async () => {
      const user = sampleUser();
      await seed(store).insertUser(user);
      return user;
    };

    test("“keep me signed in” is stored in its own session only", async () => {
      const sessionId = randomUUID();
      await store.sessions.ensure({ id: sessionId, createdAt: T0, expiresAt: T0 + DAY });
      const flow = sampleInteraction(sessionId);
      await store.sessions.insertInteraction(flow);
      assert.equal(await store.sessions.setKeepSignedIn(flow.id, randomUUID(), true), false);
      assert.equal(await store.sessions.setKeepSignedIn(flow.id, sessionId, true), true);
      assert.equal((await store.sessions.findInteraction(flow.id, sessionId, T0))?.keepSignedIn, true);
      assert.equal(await store.sessions.setKeepSignedIn(flow.id, sessionId, false), true);
      assert.equal((await store.sessions.findInteraction(flow.id, sessionId, T0))?.keepSignedIn, false);
    });
  });
}
