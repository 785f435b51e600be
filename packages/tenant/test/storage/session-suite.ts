import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { MailCodePurpose, Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { MINUTE, sampleInteraction, sampleUser, T0 } from "./samples.ts";

export function sessionSuite(makeStore: MakeStore): void {
  describe("sessions and flows", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const anonymous = async () => {
      const session = { id: randomUUID(), createdAt: T0, expiresAt: T0 + 60 * MINUTE };
      await store.sessions.ensure(session);
      return session;
    };
    const flowOf = async (sessionId: string) => {
      const flow = sampleInteraction(sessionId, { subject: { kind: "device", id: "grant" } });
      await store.sessions.insertInteraction(flow);
      return flow;
    };
    const signIn = async (oldId: string, userId: string, now = T0) => {
      const session = {
        id: randomUUID(),
        userId,
        credentialsVersion: (await store.directory.findUser(userId))?.credentialsVersion ?? 0,
        methods: ["password" as const],
        authTime: now,
        createdAt: now,
        expiresAt: now + 60 * MINUTE,
      };
      return { session, ok: await store.sessions.signIn(oldId, session) };
    };
    const newUser = async () => {
      const user = sampleUser();
      await seed(store).insertUser(user);
      return user;
    };

    test("a session starts anonymous; requesting it again does not change it", async () => {
      const session = await anonymous();
      await store.sessions.ensure({ ...session, expiresAt: T0 + 999 * MINUTE });
      const expected = {
        ...{ ...session, userId: null, methods: [], authTime: null, user: null },
        ...{ idleExpiresAt: null, keepSignedIn: false },
      };
      assert.deepEqual(await store.sessions.find(session.id, T0), expected);
      assert.equal(await store.sessions.find(session.id, session.expiresAt), undefined);
      assert.equal(await store.sessions.find("unknown", T0), undefined);
    });

    test("sign-in creates a new ID, takes the flows along and ends the old ID", async () => {
      const user = await newUser();
      const old = await anonymous();
      const flow = await flowOf(old.id);
      const { session, ok } = await signIn(old.id, user.id);
      assert.equal(ok, true);
      const { credentialsVersion: _, ...kept } = session;
      const found = { ...kept, user, idleExpiresAt: null, keepSignedIn: false };
      assert.deepEqual(await store.sessions.find(session.id, T0), found);
      assert.equal(await store.sessions.find(old.id, T0), undefined);
      assert.equal(await store.sessions.findInteraction(flow.id, old.id, T0), undefined);
      assert.deepEqual(await store.sessions.findInteraction(flow.id, session.id, T0), {
        ...flow,
        sessionId: session.id,
      });
    });

    test("of several sign-ins in one session at once, one succeeds", async () => {
      const user = await newUser();
      const old = await anonymous();
      const results = await Promise.all([1, 2, 3, 4].map(() => signIn(old.id, user.id)));
      assert.equal(results.filter(({ ok }) => ok).length, 1);
      for (const { ok, session } of results) {
        assert.equal((await store.sessions.find(session.id, T0)) !== undefined, ok);
      }
    });

    test("a session that ended or expired cannot sign in, nor a disabled user", async () => {
      const user = await newUser();
      const old = await anonymous();
      await store.sessions.end(old.id);
      assert.equal((await signIn(old.id, user.id)).ok, false);
      const expiring = await anonymous();
      const late = await signIn(expiring.id, user.id, expiring.expiresAt);
      assert.equal(late.ok, false);
      assert.equal(await store.sessions.find(late.session.id, T0), undefined);
      assert.equal((await signIn(expiring.id, user.id, expiring.expiresAt - 1)).ok, true, "to its last millisecond");
      await seed(store).setUserDisabled(user.id, T0, T0);
      assert.equal((await signIn((await anonymous()).id, user.id)).ok, false);
    });

    test("tabs do not see each other's interactions", async () => {
      const { id: sessionId } = await anonymous();
      const [first, own, last] = [await flowOf(sessionId), await flowOf(sessionId), await flowOf(sessionId)];
      const { sessions } = store;
      const { id: userId, credentialsVersion } = await newUser();
      const passed = { userId, credentialsVersion, methods: ["password" as const], at: T0, keepSignedIn: true };
      const changes = [
        () => sessions.setEmail(own.id, sessionId, "ana@contoso.example", "sign_in"),
        () => sessions.setFirstFactor(own.id, sessionId, passed),
        () => sessions.setTotpSecret(own.id, sessionId, userId, "sealed"),
        () => sessions.setKeepSignedIn(own.id, sessionId, false),
        () => sessions.takeChallenge(own.id, sessionId, 0, T0),
      ];
      for (const change of changes) assert.equal(await change(), true);
      for (const tab of [first, last]) assert.deepEqual(await sessions.findInteraction(tab.id, sessionId, T0), tab);
      assert.equal((await sessions.findInteraction(own.id, sessionId, T0))?.challengeNumber, 1);
    });

    test("a sign-in that depends on an interaction needs it, in its own session, for the same user", async () => {
      const [user, eve] = [await newUser(), await newUser()];
      const [mine, other] = [await anonymous(), await anonymous()];
      const walk = async (sessionId: string, userId: string) => {
        const flow = sampleInteraction(sessionId, { firstFactor: { userId, methods: ["password" as const], at: T0 } });
        await store.sessions.insertInteraction(flow);
        return flow.id;
      };
      const [own, theirs, hers] = [
        await walk(mine.id, user.id),
        await walk(other.id, user.id),
        await walk(mine.id, eve.id),
      ];
      const signInBy = (interactionId: string, userId: string) => {
        const by = { userId, credentialsVersion: 0, methods: ["password" as const], authTime: T0 };
        const session = { id: randomUUID(), ...by, createdAt: T0, expiresAt: T0 + MINUTE };
        return store.sessions.signIn(mine.id, { ...session, interactionId });
      };
      for (const interactionId of [theirs, hers, "unknown"])
        assert.equal(await signInBy(interactionId, user.id), false, interactionId);
      assert.equal(await signInBy(own, user.id), true);
    });

    test("disabling ends interactions that wait for a second factor, and codes and verifications of that address in any browser", async () => {
      const [user, other] = [await newUser(), await newUser()];
      const codeOf = (interactionId: string) => ({
        id: randomUUID(),
        interactionId,
        purpose: "sign_in" as const,
        emailNormalized: user.emailNormalized,
        codeHash: "c",
        mailId: null,
        createdAt: T0,
        expiresAt: T0 + MINUTE,
      });
      const walk = async (changes: Parameters<typeof sampleInteraction>[1]) => {
        const flow = sampleInteraction((await anonymous()).id, changes);
        await store.sessions.insertInteraction(flow);
        return { flow, now: () => store.sessions.findInteraction(flow.id, flow.sessionId, T0) };
      };
      const first = (userId: string) => ({ userId, methods: ["password" as const], at: T0 });
      const email = (address: string, purpose: MailCodePurpose | null, verifiedAt: number | null) => ({
        ...{ address, purpose, verifiedAt },
      });
      const waiting = await walk({ firstFactor: first(user.id) });
      const theirs = await walk({ firstFactor: first(other.id), email: email(other.email, null, T0) });
      const proven = await walk({ email: email(user.email.toUpperCase(), "reset", T0) });
      // Another person signs up with the address, which got its account in the meantime.
      const signingUp = await walk({ email: email(user.email, null, T0), newPasswordHash: "hash" });
      const mailed = await walk({ email: email(user.email, "sign_in", null) });
      await store.mail.insertCode(codeOf(mailed.flow.id));

      await seed(store).setUserDisabled(user.id, T0, T0);
      assert.deepEqual(await waiting.now(), { ...waiting.flow, firstFactor: null });
      assert.deepEqual(await theirs.now(), theirs.flow);
      assert.equal((await proven.now())?.email?.verifiedAt, null);
      const later = await signingUp.now();
      assert.deepEqual([later?.email?.verifiedAt, later?.newPasswordHash], [null, null]);
      const { id: interactionId, sessionId } = mailed.flow;
      const use = { interactionId, sessionId, purpose: "sign_in" as const, codeHash: "c", maxAttempts: 5, now: T0 };
      assert.equal(await store.mail.useCode(use), "dead");
    });

    test("disabling a user ends their sessions for good, and no other user's", async () => {
      const [user, other] = [await newUser(), await newUser()];
      const first = await signIn((await anonymous()).id, user.id);
      const theirs = await signIn((await anonymous()).id, other.id);
      await seed(store).setUserDisabled(user.id, T0, T0);
      assert.equal(await store.sessions.find(first.session.id, T0), undefined);
      await seed(store).setUserDisabled(user.id, null, T0);
      assert.equal(await store.sessions.find(first.session.id, T0), undefined);
      assert.notEqual(await store.sessions.find(theirs.session.id, T0), undefined);
    });

    for (const subject of [
      null,
      { kind: "device", id: null },
      { kind: "device", id: "a grant" },
      { kind: "authorization", id: "a request" },
    ] as const) {
      test(`an interaction about ${JSON.stringify(subject)} is read as it was stored`, async () => {
        const { id: sessionId } = await anonymous();
        const kept = sampleInteraction(sessionId, {
          subject,
          email: { address: "ana@contoso.example", purpose: "sign_up", verifiedAt: T0 },
          newPasswordHash: "hash",
          firstFactor: { userId: "ana", methods: ["password" as const, "email_second_factor" as const], at: T0 },
          keepSignedIn: true,
          challengeNumber: 3,
          totpSecretSealed: "sealed",
        });
        assert.equal(await store.sessions.insertInteraction(kept), true);
        assert.deepEqual(await store.sessions.findInteraction(kept.id, sessionId, T0), kept);
      });
    }

    test("a flow can be used only within its session and its lifetime", async () => {
      const [session, other] = [await anonymous(), await anonymous()];
      const flow = await flowOf(session.id);
      assert.deepEqual(await store.sessions.findInteraction(flow.id, session.id, T0), flow);
      assert.equal(await store.sessions.findInteraction(flow.id, other.id, T0), undefined);
      assert.equal(await store.sessions.findInteraction(flow.id, session.id, flow.expiresAt), undefined);
      assert.equal(await store.sessions.setEmail(flow.id, other.id, "x@contoso.example", "sign_up"), false);
      await store.sessions.end(session.id);
      assert.equal(await store.sessions.findInteraction(flow.id, session.id, T0), undefined);
    });

    test("a password is accepted only after the address is verified, and a new address discards both", async () => {
      const session = await anonymous();
      const flow = await flowOf(session.id);
      const { sessions, mail } = store;
      assert.equal(await sessions.setEmail(flow.id, session.id, "ana@contoso.example", "sign_up"), true);
      assert.equal(await sessions.setPassword(flow.id, session.id, "hash"), false);
      const code = {
        id: randomUUID(),
        purpose: "sign_up" as const,
        interactionId: flow.id,
        codeHash: "c",
        mailId: null,
      };
      const times = { createdAt: T0, expiresAt: T0 + MINUTE };
      await mail.insertCode({ ...code, ...times, emailNormalized: "ana@contoso.example" });
      const use = {
        purpose: "sign_up" as const,
        interactionId: flow.id,
        sessionId: session.id,
        codeHash: "c",
        maxAttempts: 5,
        now: T0 + 1,
      };
      assert.equal(await mail.useCode(use), "ok");
      assert.equal(await sessions.setPassword(flow.id, session.id, "hash"), true);
      const proven = await sessions.findInteraction(flow.id, session.id, T0);
      assert.deepEqual([proven?.email?.verifiedAt, proven?.newPasswordHash], [T0 + 1, "hash"]);
      assert.equal(await sessions.setEmail(flow.id, session.id, "eve@contoso.example", "sign_up"), true);
      const changed = await sessions.findInteraction(flow.id, session.id, T0);
      assert.deepEqual(
        [changed?.email?.address, changed?.email?.verifiedAt, changed?.newPasswordHash],
        ["eve@contoso.example", null, null],
      );
    });

    test("an interaction remembers who passed the first factor, and only in its own session", async () => {
      const [session, other] = [await anonymous(), await anonymous()];
      const flow = await flowOf(session.id);
      const [ana, eve] = [await newUser(), await newUser()];
      const passed = {
        userId: ana.id,
        credentialsVersion: 0,
        methods: ["password" as const],
        at: T0,
        keepSignedIn: true,
      };
      assert.equal(await store.sessions.setFirstFactor(flow.id, other.id, passed), false);
      assert.equal((await store.sessions.findInteraction(flow.id, session.id, T0))?.firstFactor, null);
      assert.equal(await store.sessions.setFirstFactor(flow.id, session.id, passed), true);
      assert.equal(await store.sessions.setTotpSecret(flow.id, session.id, eve.id, "hers"), false);
      assert.equal(await store.sessions.setTotpSecret(flow.id, session.id, ana.id, "sealed"), true);
      assert.deepEqual(await store.sessions.findInteraction(flow.id, session.id, T0), {
        ...flow,
        firstFactor: { userId: ana.id, methods: ["password" as const], at: T0 },
        keepSignedIn: true,
        totpSecretSealed: "sealed",
      });
      await store.sessions.setFirstFactor(flow.id, session.id, passed);
      assert.equal((await store.sessions.findInteraction(flow.id, session.id, T0))?.totpSecretSealed, "sealed");
      await store.sessions.setFirstFactor(flow.id, session.id, { ...passed, userId: eve.id });
      assert.equal((await store.sessions.findInteraction(flow.id, session.id, T0))?.totpSecretSealed, null);
    });

    test("a challenge is answered once, however many try at once", async () => {
      const session = await anonymous();
      const flow = await flowOf(session.id);
      for (let number = 0; number < 20; number++) {
        const tries = Array.from({ length: 16 }, () => store.sessions.takeChallenge(flow.id, session.id, number, T0));
        assert.deepEqual((await Promise.all(tries)).filter(Boolean), [true]);
      }
      assert.equal(await store.sessions.takeChallenge(flow.id, session.id, 3, T0), false);
      assert.equal(await store.sessions.takeChallenge(flow.id, session.id, 20, flow.expiresAt), false);
      assert.equal(await store.sessions.takeChallenge(flow.id, "another", 20, T0), false);
    });

    test("a session that ended accepts no flow, and a flow that ended with it no code", async () => {
      const session = await anonymous();
      const flow = await flowOf(session.id);
      const code = {
        id: randomUUID(),
        purpose: "sign_up" as const,
        interactionId: flow.id,
        emailNormalized: "a@b.example",
        mailId: null,
      };
      await store.sessions.end(session.id);
      assert.equal(await store.sessions.insertInteraction({ ...flow, id: randomUUID() }), false);
      assert.equal(await store.mail.insertCode({ ...code, codeHash: "x", createdAt: T0, expiresAt: T0 + 1 }), false);
    });

    test("a purge removes sessions and flows at their end and nothing before", async () => {
      const session = await anonymous();
      const flow = await flowOf(session.id);
      await store.purgeExpired(flow.expiresAt - 1);
      assert.notEqual(await store.sessions.findInteraction(flow.id, session.id, T0), undefined);
      await store.purgeExpired(flow.expiresAt);
      assert.equal(await store.sessions.findInteraction(flow.id, session.id, T0), undefined);
      assert.notEqual(await store.sessions.find(session.id, T0), undefined);
      await store.purgeExpired(session.expiresAt);
      assert.equal(await store.sessions.find(session.id, T0), undefined);
    });
  });
}
