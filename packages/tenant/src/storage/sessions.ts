import type { User } from "../directory/entities.ts";
import type { SignInMethod } from "../directory/sign-in-methods.ts";
import type { AuditRecord } from "./audit.ts";
import type { MailCodePurpose } from "./mail.ts";

/** A browser on the pages origin. Its cookie's value is random (256 bit); only its SHA-256 is stored. */
export interface BrowserSession {
  /** Hash of the cookie's value: the session's identity. */
  id: string;
  userId: string | null;
  methods: SignInMethod[];
  authTime: number | null;
  createdAt: number;
  /** Absolute end. */
  expiresAt: number;
  /** End unless it is used again; null: none before the absolute one. */
  idleExpiresAt: number | null;
  /** "Keep me signed in" was ticked when it began. */
  keepSignedIn: boolean;
}

/** A session with the person who is signed in by it. */
export interface OpenSession extends BrowserSession {
  user: User | null;
}

/**
 * What an interaction is about: a device's grant, or a program's authorization request. A device without an id is the
 * code page's: its person signs in before they enter a code.
 */
export type InteractionSubject = { kind: "device"; id: string | null } | { kind: "authorization"; id: string };

/**
 * One way of a person through the pages, within one session: several tabs are several interactions. The id is random and
 * of no use without the session's cookie.
 */
export interface Interaction {
  id: string;
  sessionId: string;
  /** Null: the person's own account page. */
  subject: InteractionSubject | null;
  /** The address that was typed or hinted at, and what a code is mailed there for; proven once `verifiedAt` is set. */
  email: { address: string; purpose: MailCodePurpose | null; verifiedAt: number | null } | null;
  /** Chosen at sign-up (Argon2id PHC) while the name is still being asked. */
  newPasswordHash: string | null;
  /** Who passed a first factor here, by which methods, and when; a second one may still be owed. */
  firstFactor: { userId: string; methods: SignInMethod[]; at: number } | null;
  /** "Keep me signed in" was ticked. */
  keepSignedIn: boolean;
  /** How many WebAuthn challenges were answered; the next one is derived from it. */
  challengeNumber: number;
  /** An authenticator app's secret that is being enrolled, sealed. */
  totpSecretSealed: string | null;
  createdAt: number;
  expiresAt: number;
}

/** A session to be made of a sign-in, with what has to be so still when it is made. */
export interface NewSignIn extends Omit<BrowserSession, "idleExpiresAt" | "keepSignedIn"> {
  userId: string;
  /** Left out: none before the absolute one. */
  idleExpiresAt?: number | null;
  keepSignedIn?: boolean;
  /** The person's when the factor was verified (`User.credentialsVersion`). */
  credentialsVersion: number;
  /** After a second factor: the interaction of this session in which the person passed the first one. */
  interactionId?: string;
}

/** Who passed a first factor, and under which version of their credentials. */
export interface FirstFactorPassed {
  userId: string;
  methods: SignInMethod[];
  at: number;
  keepSignedIn: boolean;
  credentialsVersion: number;
}

export interface SessionStore {
  /** Creates an anonymous session, or leaves the one that exists. */
  ensure(session: Pick<BrowserSession, "id" | "createdAt" | "expiresAt">): Promise<void>;
  /** Undefined when unknown, ended or expired at `now`, or its user is disabled or gone. */
  find(id: string, now: number): Promise<OpenSession | undefined>;
  /**
   * Sign-in: a new session id takes over user and interactions, the old id ends; one transaction. False when the old one is
   * gone, the person is disabled, or what they sign in with has changed since it was verified.
   */
  signIn(oldId: string, signIn: NewSignIn): Promise<boolean>;
  /** It is in use: moves its idle end on, never back. */
  touch(id: string, idleExpiresAt: number): Promise<void>;
  /** Sign-out: ends it. */
  end(id: string): Promise<void>;

  /** False when its session has ended. */
  insertInteraction(interaction: Interaction): Promise<boolean>;
  /** Only within its own session. */
  findInteraction(id: string, sessionId: string, now: number): Promise<Interaction | undefined>;
  /** Starts (again) to prove an address for one purpose: forgets what was proven before. */
  setEmail(id: string, sessionId: string, email: string, purpose: MailCodePurpose): Promise<boolean>;
  /** Compare-and-swap: only after the email was verified. */
  setPassword(id: string, sessionId: string, passwordHash: string): Promise<boolean>;
  /**
   * Notes who passed a first factor; the session stays as it is until the second. Another person than before gets
   * nothing of what that one was enrolling. False when the person's credentials are of another version by now.
   */
  setFirstFactor(id: string, sessionId: string, passed: FirstFactorPassed): Promise<boolean>;
  /** "Keep me signed in" was ticked, before who it is was proven. */
  setKeepSignedIn(id: string, sessionId: string, keepSignedIn: boolean): Promise<boolean>;
  /** The secret that the person is asked to enrol; false unless it is they who passed a first factor. */
  setTotpSecret(id: string, sessionId: string, userId: string, secretSealed: string): Promise<boolean>;
  /** Compare-and-swap: challenge number `number` is answered now, and by nobody before. */
  takeChallenge(id: string, sessionId: string, number: number, now: number): Promise<boolean>;

  /**
   * Spends the interaction's proof of its address for `reset`, sets the password of that address's account and ends what stood
   * on the old one: every session, every token family, approvals not yet redeemed; in every browser the sign-ins that wait for
   * a second factor, and the codes and proofs of that address.
   * A device that was only claimed goes on waiting for the same person, in another session.
   * What is enrolled stays. One transaction; the audit record is written with the user's id. Undefined when nothing was
   * proven, or the account is gone, disabled, or has a passkey and no password: nothing changes.
   */
  resetPassword(input: {
    interactionId: string;
    sessionId: string;
    passwordHash: string;
    now: number;
    audit: Omit<AuditRecord, "userId">;
  }): Promise<User | undefined>;
  /** The same by a signed-in person, whose own session stays. Compare-and-swap on the version of their credentials. */
  changePassword(input: {
    user: Pick<User, "id" | "credentialsVersion">;
    passwordHash: string;
    keepSessionId: string | null;
    now: number;
    audit: AuditRecord;
  }): Promise<boolean>;
}
