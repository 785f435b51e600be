import type { User } from "../directory/entities.ts";
import type { SignInMethod } from "../directory/sign-in-methods.ts";
import type { AuditRecord } from "./audit.ts";
import type { MailCodePurpose } from "./mail.ts";

/** A browser on the pages origin. Its cookie has a random value (256 bits); only the SHA-256 is stored. */
export interface BrowserSession {
  /** Hash of the cookie's value: the session's ID. */
  id: string;
  userId: string | null;
  methods: SignInMethod[];
  authTime: number | null;
  createdAt: number;
  /** Absolute end. */
  expiresAt: number;
  /** The end unless the session is used again. Null: only the absolute end applies. */
  idleExpiresAt: number | null;
  /** "Keep me signed in" was checked when it began. */
  keepSignedIn: boolean;
}

/** A session with its signed-in user. */
export interface OpenSession extends BrowserSession {
  user: User | null;
}

/**
 * What an interaction is about: a device grant, or a program's authorization request. A device without an ID belongs to
 * the code page, where the user signs in before entering a code. `console`: an administrator signs in to the console.
 */
export type InteractionSubject =
  | { kind: "device"; id: string | null }
  | { kind: "authorization"; id: string }
  | { kind: "console"; id: null };

/**
 * One pass of a user through the pages, in one session: several tabs are several interactions. The ID is random and
 * useless without the session's cookie.
 */
export interface Interaction {
  id: string;
  sessionId: string;
  /** Null: the user's own account page. */
  subject: InteractionSubject | null;
  /**
   * The address that was entered or hinted, and the purpose of the code mailed to it. Verified once `verifiedAt` is
   * set.
   */
  email: { address: string; purpose: MailCodePurpose | null; verifiedAt: number | null } | null;
  /** Chosen at sign-up (Argon2id PHC), while the name is still to be asked. */
  newPasswordHash: string | null;
  /** Who passed a first factor here, with which methods, and when. A second factor may still be required. */
  firstFactor: { userId: string; methods: SignInMethod[]; at: number } | null;
  /** "Keep me signed in" was checked. */
  keepSignedIn: boolean;
  /** How many WebAuthn challenges were answered. The next one is derived from this number. */
  challengeNumber: number;
  /** The sealed secret of an authenticator app that is being enrolled. */
  totpSecretSealed: string | null;
  createdAt: number;
  expiresAt: number;
}

/** A session to be created by a sign-in, with the conditions that must still hold. */
export interface NewSignIn extends Omit<BrowserSession, "idleExpiresAt" | "keepSignedIn"> {
  userId: string;
  /** Default: none before the absolute end. */
  idleExpiresAt?: number | null;
  keepSignedIn?: boolean;
  /** The user's version when the factor was verified (`User.credentialsVersion`). */
  credentialsVersion: number;
  /** After a second factor: the interaction of this session in which the user passed the first one. */
  interactionId?: string;
}

/** Who passed a first factor, and with which version of their credentials. */
export interface FirstFactorPassed {
  userId: string;
  methods: SignInMethod[];
  at: number;
  keepSignedIn: boolean;
  credentialsVersion: number;
}

export interface SessionStore {
  /** Creates an anonymous session, unless it exists. */
  ensure(session: Pick<BrowserSession, "id" | "createdAt" | "expiresAt">): Promise<void>;
  /** Undefined if it is unknown, ended or expired at `now`, or if its user is disabled or deleted. */
  find(id: string, now: number): Promise<OpenSession | undefined>;
  /**
   * Sign-in: in one transaction, a new session ID takes over user and interactions, and the old ID ends. False if the
   * old session is gone, the user is disabled, or their credentials have changed since they were verified.
   */
  signIn(oldId: string, signIn: NewSignIn): Promise<boolean>;
  /** The session is in use: moves its idle end forward, never back. */
  touch(id: string, idleExpiresAt: number): Promise<void>;
  /** Sign-out: ends the session. */
  end(id: string): Promise<void>;

  /** False if its session has ended. */
  insertInteraction(interaction: Interaction): Promise<boolean>;
  /** Only within its own session. */
  findInteraction(id: string, sessionId: string, now: number): Promise<Interaction | undefined>;
  /** Starts (again) to verify an address for one purpose. Discards earlier verifications. */
  setEmail(id: string, sessionId: string, email: string, purpose: MailCodePurpose): Promise<boolean>;
  /** Compare-and-swap: only after the email was verified. */
  setPassword(id: string, sessionId: string, passwordHash: string): Promise<boolean>;
  /**
   * Records who passed a first factor. The session does not change before the second one. A different user does not
   * inherit what the previous one was enrolling. False if the user's credentials have changed.
   */
  setFirstFactor(id: string, sessionId: string, passed: FirstFactorPassed): Promise<boolean>;
  /** "Keep me signed in" was checked, before the user authenticated. */
  setKeepSignedIn(id: string, sessionId: string, keepSignedIn: boolean): Promise<boolean>;
  /** The secret that the user is asked to enroll. False unless this user passed a first factor. */
  setTotpSecret(id: string, sessionId: string, userId: string, secretSealed: string): Promise<boolean>;
  /** Compare-and-swap: true only for the first answer to challenge `number`. */
  takeChallenge(id: string, sessionId: string, number: number, now: number): Promise<boolean>;

  /**
   * Sets the password of the account whose address the interaction verified for `reset`, and ends everything that the
   * old one began: all sessions, token families and approvals that are not redeemed; in every browser, unfinished
   * sign-ins, codes and verifications for that address. A device that was only claimed keeps waiting for the same user,
   * in another session. Enrolled factors stay.
   *
   * One transaction, which uses up the verification and writes the audit record with the user's ID. Undefined, without
   * any change, if nothing was verified, or if the account is deleted, disabled, or has a passkey and no password.
   */
  resetPassword(input: {
    interactionId: string;
    sessionId: string;
    passwordHash: string;
    now: number;
    audit: Omit<AuditRecord, "userId">;
  }): Promise<User | undefined>;
  /** The same for a signed-in user, whose own session stays. Compare-and-swap on the version of their credentials. */
  changePassword(input: {
    user: Pick<User, "id" | "credentialsVersion">;
    passwordHash: string;
    keepSessionId: string | null;
    now: number;
    audit: AuditRecord;
  }): Promise<boolean>;
}
