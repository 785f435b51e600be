import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";
import { approvedRequest, codeRedemption, pendingRequest, yesBy } from "./authorization-samples.ts";
import { enrolling } from "./factor-suite.ts";
import { sampleLink, signedInSession, use } from "./link-suite.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { provenReset } from "./password-suite.ts";
import {
  approvalBy,
  approvedGrant,
  DAY,
  MINUTE,
  pendingGrant,
  redemption,
  rotation,
  type Samples,
  sampleAudit,
  sampleInteraction,
  samplePasskey,
  seedSamples,
  signedIn,
  T0,
} from "./samples.ts";

const audit = () => sampleAudit("one row");

/** A device grant in each state in which it can still change. */
async function grantsOf(store: Store, samples: Samples) {
  const claimed = (await pendingGrant(store, samples)).id;
  await signInBrowser(store, samples.user.id, T0, "s1");
  await store.grants.claim(claimed, {
    sessionId: "s1",
    userId: samples.user.id,
    now: T0,
    audit: sampleAudit("grant"),
  });
  return {
    pending: (await pendingGrant(store, samples)).id,
    claimed,
    approved: await approvedGrant(store, samples),
  };
}

/** One of each thing that a user or their browser can have several of, and a way to read them all. */
async function thingsOf(store: Store, samples: Samples) {
  const { user } = samples;
  const grants = await grantsOf(store, samples);
  const [fresh, used] = [await signedIn(store, samples), await signedIn(store, samples)];
  const next = rotation(used.tokenHash, used.family.clientId);
  await store.tokens.rotate(next);
  const session = await signedInSession(store, user.id);
  const flow = sampleInteraction(session, {
    firstFactor: { userId: user.id, methods: ["password" as const], at: T0 },
    email: { address: user.email, purpose: "sign_in", verifiedAt: null },
    totpSecretSealed: "sealed",
  });
  await store.sessions.insertInteraction(flow);
  const code = { interactionId: flow.id, purpose: "sign_in" as const, codeHash: "right" };
  const times = { createdAt: T0, expiresAt: T0 + 10 * MINUTE };
  const address = { emailNormalized: user.emailNormalized, mailId: null };
  await store.mail.insertCode({ id: randomUUID(), ...code, ...address, ...times });
  const asked = await pendingRequest(store, samples);
  const request = await approvedRequest(store, samples, session);
  const [passkey, link] = [samplePasskey(user.id), sampleLink(user.id)];
  const { credentialsVersion = 0 } = (await store.directory.findUser(user.id)) ?? {};
  if ((await store.passkeys.insert(passkey, credentialsVersion)) !== "ok") throw new Error("no passkey");
  await store.links.insert(link);
  const mail = { id: randomUUID(), sealed: "sealed", ...times };
  await store.outbox.enqueue(mail);
  // With as many attempts as those that are deferred or given up.
  await store.outbox.lease({ id: mail.id, now: T0, until: T0 + MINUTE });
  const read = async () => ({
    user: await store.directory.findUser(user.id),
    pending: await store.grants.findById(grants.pending),
    claimed: await store.grants.findById(grants.claimed),
    approved: await store.grants.findById(grants.approved.id),
    tokens: await Promise.all(
      [fresh.tokenHash, used.tokenHash, next.next.tokenHash].map((hash) => store.tokens.findByRefreshToken(hash)),
    ),
    session: await store.sessions.find(session, T0),
    flow: await store.sessions.findInteraction(flow.id, session, T0),
    asked: await store.authorizations.find(asked.id),
    request: await store.authorizations.find(request.id),
    passkey: await store.passkeys.find(passkey.credentialId),
    link: await store.links.find(link.tokenHash, T0),
    mail: await store.outbox.find(mail.id),
  });
  const useCode = () => store.mail.useCode({ ...code, sessionId: session, maxAttempts: 1, now: T0 });
  return { grants, fresh, used, session, flow, asked, request, passkey, link, mail, read, useCode };
}

/** Every update and delete names its row: rows of other users, and other rows of the same user, do not change. */
export function oneRowSuite(makeStore: MakeStore): void {
  describe("a change of one row changes no other", () => {
    let place: TestStore;
    let store: Store;
    let samples: Samples;
    let stranger: Samples;
    before(async () => {
      place = await makeStore();
      store = await place.open();
      samples = await seedSamples(store);
      stranger = await seedSamples(store);
      const first = { user: stranger.user, passwordHash: "kept", keepSessionId: null, now: T0 };
      assert.ok(await store.sessions.changePassword({ ...first, audit: audit() }));
    });
    after(() => place.remove());

    /** Each change succeeds, and what `read` returns stays the same. */
    async function changeBeside(read: () => Promise<unknown>, changes: Record<string, () => Promise<unknown>>) {
      const before = await read();
      for (const [what, change] of Object.entries(changes)) {
        assert.ok(await change(), what);
        assert.deepEqual(await read(), before, what);
      }
    }
    const outcomeIs = async (result: Promise<{ outcome: string }>, outcome: string) =>
      assert.equal((await result).outcome, outcome) ?? true;

    test("device grants", async () => {
      const { user, app, scopes } = samples;
      const claim = (id: string, sessionId: string, userId = user.id) =>
        store.grants.claim(id, { sessionId, userId, now: T0, audit: sampleAudit("grant") });
      const own = () => grantsOf(store, samples);
      const beside = await own();
      const ids = [beside.pending, beside.claimed, beside.approved.id];
      const deny = { sessionId: "s1", reason: "user" as const, now: T0, audit: sampleAudit("grant") };
      await changeBeside(() => Promise.all(ids.map((id) => store.grants.findById(id))), {
        claim: async () => outcomeIs(claim((await own()).pending, "s1"), "claimed"),
        "take over": async () => outcomeIs(claim((await own()).claimed, "s2"), "claimed"),
        kill: async () => outcomeIs(claim((await own()).claimed, "s2", stranger.user.id), "killed"),
        approve: async () =>
          outcomeIs(store.grants.approve((await own()).claimed, approvalBy(user.id, "s1", scopes)), "done"),
        deny: async () => outcomeIs(store.grants.deny((await own()).claimed, deny), "done"),
        "deny as operator": async () =>
          outcomeIs(store.grants.deny((await own()).pending, { ...deny, sessionId: null }), "done"),
        redeem: async () => outcomeIs(store.tokens.redeem(redemption((await own()).approved, user.id)), "redeemed"),
        "refuse to redeem": async () => {
          const input = redemption((await own()).approved, user.id);
          await seed(store).putApp({ ...app, requireMfa: true });
          const refused = await outcomeIs(store.tokens.redeem(input), "refused");
          await seed(store).putApp(app);
          return refused;
        },
      });
    });

    test("sign-ins, sessions, interactions, requests, passkeys, links and mails, of the same user too", async () => {
      const { user, scopes } = samples;
      const mine = await thingsOf(store, samples);
      const beside = [await thingsOf(store, samples), await thingsOf(store, stranger)];
      const { tokens, sessions, authorizations, passkeys, outbox } = store;
      const { fresh, used, session, flow, request, passkey, mail } = mine;
      const late = T0 + 10 * MINUTE;
      const methods = ["password" as const, "email_second_factor" as const];
      const passed = { userId: user.id, methods, at: T0 + 1, keepSignedIn: true, credentialsVersion: 0 };
      const yes = yesBy(user.id, session, scopes);
      const lease = async (id: string) => (await outbox.lease({ id, now: T0, until: T0 + MINUTE }))!;
      const mailed = async () => {
        const id = randomUUID();
        await outbox.enqueue({ ...mail, id });
        return lease(id);
      };
      await changeBeside(() => Promise.all(beside.map((each) => each.read())), {
        rotate: () => outcomeIs(tokens.rotate(rotation(fresh.tokenHash, fresh.family.clientId, T0 + 1)), "rotated"),
        revoke: () => tokens.revokeFamily(fresh.family.id, "signed_out", T0, audit()),
        "end by reuse": () => outcomeIs(tokens.rotate(rotation(used.tokenHash, used.family.clientId, late)), "reuse"),
        "use a mailed code": async () => (await mine.useCode()) === "ok",
        "set an address": () => sessions.setEmail(flow.id, session, "other@contoso.example", "sign_up"),
        "set a first factor": () => sessions.setFirstFactor(flow.id, session, passed),
        "keep signed in": () => sessions.setKeepSignedIn(flow.id, session, false),
        "set a secret": () => sessions.setTotpSecret(flow.id, session, user.id, "another"),
        "answer a challenge": () => sessions.takeChallenge(flow.id, session, 0, T0),
        "approve again": () => outcomeIs(authorizations.approve(request.id, yes), "done"),
        "redeem a code": () =>
          outcomeIs(authorizations.redeem(codeRedemption({ ...request, codeHash: yes.codeHash }, user.id)), "redeemed"),
        "redeem it again": () =>
          outcomeIs(authorizations.redeem(codeRedemption({ ...request, codeHash: yes.codeHash }, user.id)), "reused"),
        deny: () => authorizations.deny(mine.asked.id, { sessionId: session, now: T0, audit: audit() }),
        "use a passkey": () => passkeys.use(passkey.credentialId, { from: 0, to: 0, backedUp: true, now: T0 }),
        "rename a passkey": () => passkeys.rename(user.id, passkey.credentialId, "Renamed"),
        "send a mail": async () => outbox.sent((await mailed()).id, T0),
        "defer a mail": async () => outbox.retryLater(await mailed(), T0 + MINUTE, "later"),
        "give a mail up": async () => outbox.failed(await mailed(), "never", T0),
        "sign in again": async () => {
          const { credentialsVersion = 0 } = (await store.directory.findUser(user.id)) ?? {};
          const by = { userId: user.id, credentialsVersion, methods: ["password" as const] };
          const next = { id: randomUUID(), ...by, authTime: T0, createdAt: T0 };
          return sessions.signIn(session, { ...next, expiresAt: T0 + MINUTE });
        },
        "sign out": async () => sessions.end(await signedInSession(store, user.id)).then(() => true),
      });
      for (const each of beside) assert.equal(await each.useCode(), "ok");
    });

    test("everything of a user ends without another's", async () => {
      const beside = await thingsOf(store, stranger);
      const enrolled = async (userId: string) => {
        const enrolment = await enrolling(store, userId);
        assert.ok(await store.factors.enrolTotp(enrolment));
        return enrolment;
      };
      await enrolled(stranger.user.id);
      const read = async () => ({
        ...(await beside.read()),
        totp: await store.factors.totpOf(stranger.user.id),
        codes: await store.factors.countRecoveryCodes(stranger.user.id),
      });
      const person = async () => {
        const own = await seedSamples(store);
        await signedIn(store, own);
        return { ...own, enrolment: await enrolled(own.user.id) };
      };
      const { factors, sessions, tokens, links } = store;
      const disown = async (purpose: "password_changed" | "authenticator_added") => {
        const { user } = await person();
        const link = sampleLink(user.id, { purpose });
        await links.insert(link);
        return outcomeIs(links.use(use(link.tokenHash)), "done");
      };
      await changeBeside(read, {
        disable: async () => seed(store).setUserDisabled((await person()).user.id, T0, T0),
        enable: async () => {
          const { id } = (await person()).user;
          await seed(store).setUserDisabled(id, T0, T0);
          return seed(store).setUserDisabled(id, null, T0);
        },
        "make administrator": async () => seed(store).setUserAdministrator((await person()).user.id, true),
        "reset the password": async () => sessions.resetPassword(await provenReset(store, (await person()).user.email)),
        "change the password": async () => {
          const { id: userId } = (await person()).user;
          const change = {
            user: { id: userId, credentialsVersion: 0 },
            passwordHash: "new",
            keepSessionId: null,
            now: T0,
          };
          return sessions.changePassword({ ...change, audit: audit() });
        },
        "revoke all": async () => (await tokens.revokeUser((await person()).user.id, "left", T0, audit())) > 0,
        "disown a device": async () => {
          const own = await person();
          const device = await signedIn(store, own);
          const link = sampleLink(own.user.id, { purpose: "new_device", subject: device.family.grantId });
          await links.insert(link);
          return outcomeIs(links.use(use(link.tokenHash)), "done");
        },
        "disown a password": () => disown("password_changed"),
        "disown a passkey": async () => {
          const { id } = (await person()).user;
          const other = { ...samplePasskey(id), createdAt: T0 - 7 * DAY };
          const [added, recent] = [{ ...samplePasskey(id), createdAt: T0 - 8 * DAY }, samplePasskey(id)];
          for (const each of [other, added, recent]) await store.passkeys.insert(each, 0);
          const link = sampleLink(id, { purpose: "passkey_added", subject: added.credentialId });
          await links.insert(link);
          await outcomeIs(links.use(use(link.tokenHash)), "done");
          assert.deepEqual(await store.passkeys.listOf(id), [other]);
          return (await links.find("unknown", T0)) === undefined;
        },
        "disown an authenticator": () => disown("authenticator_added"),
        "use a step": async () => factors.useTotpStep((await person()).enrolment, 2_000),
        "use a recovery code": async () => {
          const { user, enrolment } = await person();
          return factors.useRecoveryCode(user.id, enrolment.recoveryCodeHashes[0] ?? "", T0);
        },
        "replace recovery codes": async () => factors.replaceRecoveryCodes((await person()).user, ["new"], T0),
        "enroll another app": async () => {
          const { user, enrolment } = await person();
          return factors.enrolTotp({ ...(await enrolling(store, user.id)), replaces: enrolment.secretSealed });
        },
        "remove a passkey": async () => {
          const { user } = await person();
          const [gone, other] = [samplePasskey(user.id), samplePasskey(user.id)];
          for (const each of [gone, other]) await store.passkeys.insert(each, 0);
          assert.deepEqual(await store.passkeys.remove(user, gone.credentialId, T0), gone);
          return (await store.passkeys.find(other.credentialId)) !== undefined;
        },
        "remove the app": async () => factors.removeTotp((await person()).user, T0),
        "delete the app": async () => seed(store).deleteApp((await person()).app.clientId, T0),
        delete: async () => store.administration.users.delete((await person()).user.id, T0, audit()),
      });
      assert.equal(await beside.useCode(), "ok");
    });
  });
}
