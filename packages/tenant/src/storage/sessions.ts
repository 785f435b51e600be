import type { User } from "../directory/entities.ts";
import type { AuditRecord } from "./audit.ts";
import type { MailCodePurpose } from "./mail.ts";

/** A browser on the pages origin. Its cookie's value is random (256 bit); only its SHA-256 is stored. */
export interface BrowserSession {
  /** Hash of the cookie's value: the session's identity. */
  id: string;
  userId: string | null;
  amr: string[];
  authTime: number | null;
  createdAt: number;
  expiresAt: number;
}

/** One walk through the pages, within one session: several tabs are several flows. Its id is random and of no use without the session's cookie. */
export interface Flow {
  id: string;
  sessionId: string;
  /** What it is about, if anything: a device grant or, by its intent, an authorization request. */
  grantId: string | null;
  /** Where it leads once the person is signed in: to the device's question, to their own account's page, or back to a program. */
  intent: "device" | "account" | "authorization";
  /** The address that was typed, and what a code is mailed there for; proven once `emailVerifiedAt` is set. */
  email: string | null;
  emailPurpose: MailCodePurpose | null;
  emailVerifiedAt: number | null;
  /** Password chosen at sign-up (Argon2id PHC) while the name is still being asked. */
  passwordHash: string | null;
  /** Who passed a first factor in this walk, by which methods (RFC 8176), and when; a second one may still be owed. */
  userId: string | null;
  amr: string[];
  firstFactorAt: number | null;
  /** "Keep me signed in" was ticked. */
  keepSignedIn: boolean;
  /** How many WebAuthn challenges of this walk were answered; the next one is derived from it. */
  challengeNumber: number;
  /** An authenticator app's secret that is being enrolled, sealed. */
  totpSecretSealed: string | null;
  createdAt: number;
  expiresAt: number;
}

/** The password's hash, as it was verified; or the walk of this session in which the person passed a first factor. */
export type SignInGround = { passwordHash: string } | { flowId: string };

export interface SessionStore {
  /** Creates an anonymous session, or leaves the one that exists. */
  ensure(session: Pick<BrowserSession, "id" | "createdAt" | "expiresAt">): Promise<void>;
  /** Undefined when unknown, ended or expired at `now`, or its user is disabled or gone. */
  find(id: string, now: number): Promise<BrowserSession | undefined>;
  /**
   * Sign-in: a new session id takes over user and flows, the old id ends; one transaction. False when the old one is
   * gone, the person is disabled, or what the sign-in stands on: a new password has come since.
   */
  signIn(oldId: string, session: BrowserSession & { userId: string; standsOn?: SignInGround }): Promise<boolean>;
  /** Sign-out: ends it. */
  end(id: string): Promise<void>;

  /** False when its session has ended. */
  insertFlow(flow: Flow): Promise<boolean>;
  /** Only within its own session. */
  findFlow(id: string, sessionId: string, now: number): Promise<Flow | undefined>;
  /** Starts (again) to prove an address for one purpose: forgets what was proven before. */
  setFlowEmail(id: string, sessionId: string, email: string, purpose: MailCodePurpose): Promise<boolean>;
  /** Compare-and-swap: only after the email was verified. */
  setFlowPassword(id: string, sessionId: string, passwordHash: string): Promise<boolean>;
  /**
   * Notes who passed a first factor; the session stays as it is until the second. Another person than before gets
   * nothing of what that one was enrolling. `passwordHash`: as it was verified; false when it is another by now.
   */
  setFlowFirstFactor(
    id: string,
    sessionId: string,
    passed: { userId: string; amr: string[]; at: number; keepSignedIn: boolean; passwordHash?: string },
  ): Promise<boolean>;
  /** "Keep me signed in" was ticked, before who it is was proven. */
  setFlowKeepSignedIn(id: string, sessionId: string, keepSignedIn: boolean): Promise<boolean>;
  /** The secret that the person is asked to enrol; false unless it is they who passed a first factor. */
  setFlowTotpSecret(id: string, sessionId: string, userId: string, secretSealed: string): Promise<boolean>;
  /** Compare-and-swap: challenge number `number` is answered now, and by nobody before. */
  takeChallenge(id: string, sessionId: string, number: number, now: number): Promise<boolean>;

  /**
   * Spends the flow's proof of its address for `reset`, sets the password of that address's account and ends what stood
   * on the old one: every session, every token family, approvals not yet redeemed, walks that wait for a second factor.
   * A device that was only claimed goes on waiting for the same person, in another session.
   * What is enrolled stays. One transaction; the audit record is written with the user's id. Undefined when nothing was
   * proven, or the account is gone or disabled: nothing changes.
   */
  resetPassword(input: {
    flowId: string;
    sessionId: string;
    passwordHash: string;
    now: number;
    audit: Omit<AuditRecord, "userId">;
  }): Promise<User | undefined>;
  /** The same by a signed-in person, whose own session stays. Compare-and-swap: false when `from` is no longer the hash. */
  changePassword(input: {
    userId: string;
    from: string | null;
    passwordHash: string;
    keepSessionId: string | null;
    now: number;
    audit: AuditRecord;
  }): Promise<boolean>;
}
