import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { User } from "../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Interaction, MailCodePurpose, Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { approvedRequest, codeRedemption, pendingRequest, yesBy } from "./authorization-samples.ts";
import { enrolling } from "./factor-suite.ts";
import { sampleLink, signedInSession, use } from "./link-suite.ts";
import {
  DAY,
  MINUTE,
  sampleApp,
  sampleAudit,
  sampleInteraction,
  samplePasskey,
  sampleUser,
  scopesAt,
  T0,
} from "./samples.ts";

/** What may happen between showing a page and checking its form. */
export type Meanwhile =
  | "disabled"
  | "disabled and enabled again"
  | "deleted"
  | "session ended"
  | "password reset in another browser"
  | "“this wasn’t me”";

export interface OneTimeThing {
  user: User;
  /** The browser of the interaction. */
  sessionId: string;
  flow: Interaction;
  /** The session that using it would create. */
  nextSessionId: string;
  /** The store's method that uses it up. */
  spend(store: Store): Promise<boolean>;
  /** The same, with everything that the page does afterwards. True if the user has gained something. */
  enter(store: Store): Promise<boolean>;
}

interface Kind {
  make(store: Store): Promise<OneTimeThing>;
  /** The changes after which it rightly stays valid. */
  outlives?: Meanwhile[];
}

/** A user, and an interaction in an anonymous browser, or in one where they are signed in. */
async function walk(store: Store, changes: (user: User) => Partial<Interaction> = () => ({}), signedIn = false) {
  const user = sampleUser();
  await seed(store).insertUser(user);
  const sessionId = randomUUID();
  const anonymous = { id: signedIn ? randomUUID() : sessionId, createdAt: T0, expiresAt: T0 + DAY };
  await store.sessions.ensure(anonymous);
  const session = { userId: user.id, methods: ["password" as const], authTime: T0, createdAt: T0, expiresAt: T0 + DAY };
  const first = { ...session, id: sessionId, credentialsVersion: 0 };
  if (signedIn) assert.ok(await store.sessions.signIn(anonymous.id, first));
  const flow = sampleInteraction(sessionId, changes(user));
  assert.ok(await store.sessions.insertInteraction(flow));
  const nextSessionId = randomUUID();
  /** Like the pages: the user is read first, then the proof is used up, then the session is created. */
  const signingIn = async (on: Store, spend: (on: Store) => Promise<boolean>) => {
    const { credentialsVersion = 0 } = (await on.directory.findUser(user.id)) ?? {};
    if (!(await spend(on))) return false;
    const after = flow.firstFactor === null ? {} : { interactionId: flow.id };
    return on.sessions.signIn(sessionId, { ...session, id: nextSessionId, credentialsVersion, ...after });
  };
  return { user, sessionId, flow, nextSessionId, signingIn };
}

function mailedCode(
  purpose: MailCodePurpose,
  after: ((on: Store, at: Awaited<ReturnType<typeof walk>>) => unknown) | "signs in",
): Kind {
  return {
    async make(store) {
      const at = await walk(store, ({ id, email }) => ({
        email: { address: email, purpose, verifiedAt: null },
        firstFactor: purpose === "second_factor" ? { userId: id, methods: ["password" as const], at: T0 } : null,
      }));
      const { flow, sessionId, user } = at;
      await store.mail.insertCode({
        id: randomUUID(),
        purpose,
        interactionId: flow.id,
        emailNormalized: user.emailNormalized,
        codeHash: "right",
        mailId: null,
        createdAt: T0,
        expiresAt: T0 + 10 * MINUTE,
      });
      const code = { interactionId: flow.id, sessionId, purpose, codeHash: "right", maxAttempts: 64, now: T0 };
      const spend = async (on: Store) => (await on.mail.useCode(code)) === "ok";
      if (after === "signs in") return signingIn(at, spend);
      return { ...at, spend, enter: async (on) => (await spend(on)) && Boolean(await after(on, at)) };
    },
  };
}

const newPassword = (on: Store, { flow, sessionId }: { flow: Interaction; sessionId: string }) => {
  const { userId: _, ...audit } = sampleAudit("user.password_reset");
  return on.sessions.resetPassword({ interactionId: flow.id, sessionId, passwordHash: randomUUID(), now: T0, audit });
};

/** A user with an authenticator app, whose interaction waits for its code or a replacement. */
async function waitingForTheApp(store: Store) {
  const at = await walk(store, ({ id }) => ({ firstFactor: { userId: id, methods: ["password" as const], at: T0 } }));
  const enrolment = await enrolling(store, at.user.id);
  assert.ok(await store.factors.enrolTotp(enrolment));
  return { at, enrolment };
}

/** `spend`, and then the sign-in that it is for. */
function signingIn(at: Awaited<ReturnType<typeof walk>>, spend: (on: Store) => Promise<boolean>): OneTimeThing {
  return { ...at, spend, enter: (on) => at.signingIn(on, spend) };
}

export const oneTimeThings: Record<string, Kind> = {
  "a code mailed to sign in": mailedCode("sign_in", "signs in"),
  "a code mailed as second factor": mailedCode("second_factor", "signs in"),
  "a code mailed for a reset": mailedCode("reset", newPassword),
  "a code mailed to sign up": mailedCode("sign_up", (on, { flow, sessionId }) =>
    on.sessions.setPassword(flow.id, sessionId, "hash"),
  ),
  "the verified address for a reset": {
    async make(store) {
      const at = await walk(store, ({ email }) => ({ email: { address: email, purpose: "reset", verifiedAt: T0 } }));
      const spend = async (on: Store) => (await newPassword(on, at)) !== undefined;
      return { ...at, spend, enter: spend };
    },
  },
  "a step of an authenticator app": {
    async make(store) {
      const { at, enrolment } = await waitingForTheApp(store);
      return signingIn(at, (on) => on.factors.useTotpStep(enrolment, enrolment.step + 1));
    },
  },
  "a recovery code": {
    async make(store) {
      const { at, enrolment } = await waitingForTheApp(store);
      const [hash = ""] = enrolment.recoveryCodeHashes;
      return signingIn(at, async (on) => (await on.factors.useRecoveryCode(at.user.id, hash, T0)) !== undefined);
    },
  },
  "a secret that is being enrolled": {
    async make(store) {
      const at = await walk(store, ({ id }) => ({
        firstFactor: { userId: id, methods: ["password" as const], at: T0 },
        totpSecretSealed: "sealed",
      }));
      const { flow, sessionId, user } = at;
      const enrolment = {
        interactionId: flow.id,
        sessionId,
        userId: user.id,
        secretSealed: "sealed",
        step: 1,
        now: T0,
      };
      const spend = (on: Store) => on.factors.enrolTotp({ ...enrolment, replaces: null, recoveryCodeHashes: ["one"] });
      return signingIn(at, spend);
    },
  },
  "a challenge to sign in with a passkey": {
    async make(store) {
      const at = await walk(store);
      return signingIn(at, (on) => on.sessions.takeChallenge(at.flow.id, at.sessionId, 0, T0));
    },
    // No user was identified before the passkey was used.
    outlives: ["disabled and enabled again", "password reset in another browser", "“this wasn’t me”"],
  },
  "a challenge to create a passkey": {
    async make(store) {
      const at = await walk(
        store,
        ({ id }) => ({ firstFactor: { userId: id, methods: ["password" as const], at: T0 }, subject: null }),
        true,
      );
      const spend = (on: Store) => on.sessions.takeChallenge(at.flow.id, at.sessionId, 0, T0);
      const insert = async (on: Store) => (await on.passkeys.insert(samplePasskey(at.user.id), 0)) === "ok";
      return { ...at, spend, enter: async (on) => (await spend(on)) && insert(on) };
    },
  },
  "the next count of a passkey": {
    async make(store) {
      const at = await walk(store);
      const passkey = samplePasskey(at.user.id, { counter: 7, createdAt: T0 - 8 * DAY });
      assert.equal(await store.passkeys.insert(passkey, 0), "ok");
      const used = { from: 7, to: 8, backedUp: false, now: T0 };
      return signingIn(at, (on) => on.passkeys.use(passkey.credentialId, used));
    },
    // A passkey that is not newer than the link is not removed by a password or another link.
    outlives: ["disabled and enabled again", "password reset in another browser", "“this wasn’t me”"],
  },
  "an approval of a program": {
    async make(store) {
      const at = await walk(store, undefined, true);
      const app = sampleApp();
      await seed(store).putApp(app);
      const scopes = scopesAt(GRAPH_RESOURCE_ID, []);
      const request = await pendingRequest(store, { app, scopes });
      const spend = async (on: Store) => {
        // Another browser's approval does not replace the first one, as a second one by the same browser would.
        const own = await signedInSession(on, at.user.id);
        return (await on.authorizations.approve(request.id, yesBy(at.user.id, own, scopes))).outcome === "done";
      };
      const here = yesBy(at.user.id, at.sessionId, scopes);
      const enter = async (on: Store) => (await on.authorizations.approve(request.id, here)).outcome === "done";
      return { ...at, spend, enter };
    },
  },
  "an authorization code": {
    async make(store) {
      const at = await walk(store, undefined, true);
      const app = sampleApp();
      await seed(store).putApp(app);
      const scopes = scopesAt(GRAPH_RESOURCE_ID, []);
      const request = await approvedRequest(store, { app, scopes, user: at.user }, at.sessionId);
      const redeem = (on: Store) => on.authorizations.redeem(codeRedemption(request, at.user.id));
      const spend = async (on: Store) => (await redeem(on)).outcome === "redeemed";
      return { ...at, spend, enter: spend };
    },
    // By then, the program has it.
    outlives: ["session ended"],
  },
  "a link that says “this wasn’t me”": {
    async make(store) {
      const at = await walk(store);
      const link = sampleLink(at.user.id);
      await store.links.insert(link);
      const spend = async (on: Store) => (await on.links.use(use(link.tokenHash))).outcome === "done";
      return { ...at, spend, enter: spend };
    },
    // It belongs to no browser, and grants nothing: it only ends things.
    outlives: [
      "disabled",
      "disabled and enabled again",
      "session ended",
      "password reset in another browser",
      "“this wasn’t me”",
    ],
  },
};
