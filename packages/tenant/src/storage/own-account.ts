import type { Consent } from "../directory/entities.ts";
import type { AuditRecord } from "./audit.ts";
import type { NewOutboxMail } from "./mail.ts";
import type { RoleAssignment } from "./permissions.ts";
import type { BrowserSession } from "./sessions.ts";
import type { SignedInDevice, TokenFamily } from "./tokens.ts";

/** The browser in which a user changes their own account, and what that change was decided on. */
export interface OwnChange {
  sessionId: string;
  userId: string;
  /** Of the user, as the request read it. */
  credentialsVersion: number;
  /** The sign-in must be newer than this, in milliseconds since the epoch. */
  signedInAfter: number;
  /** Whether passkeys work at this tenant's address. If not, users are not asked for theirs. */
  passkeysWork: boolean;
  now: number;
}

/** One app that a user has allowed something, or that is signed in as them. */
export interface OwnApp {
  clientId: string;
  name: string;
  /** How many of its sign-ins are live. */
  signIns: number;
}

/** To whom an address belonged that the account has no longer. */
export interface DisplacedUser {
  email: string;
  locale: string | null;
}

/** A change of a user's email address, which the reader of the old address can take back. */
export interface EmailChange {
  /** Of the link that was mailed to the old address. */
  tokenHash: string;
  userId: string;
  /** As it was typed. */
  oldEmail: string;
  changedAt: number;
  /** Until then, the link works. A later change moves it, so that an older link never ends before a newer one. */
  expiresAt: number;
  /** When it was taken back, or when an earlier change was. */
  undoneAt: number | null;
}

/** What else the tenant has stored about a user, for the copy of their data. */
export interface OwnRecords {
  groups: { id: string; name: string }[];
  /** Of the user, or of one of the groups. */
  assignments: RoleAssignment[];
  /** `terms`: their address, or without one their text. */
  acceptedTerms: { terms: string; acceptedAt: number }[];
  /** Sign-ins of programs that have ended, newest first, until the purge deletes them. */
  endedDevices: (SignedInDevice &
    Pick<TokenFamily, "id" | "clientId" | "grantType" | "createdAt" | "revokedAt" | "revokedReason">)[];
}

export type EmailChanged =
  | "done"
  /** To an address whose reader could take the account back. It counts as taken back: there is no link against it. */
  | "returned"
  | "refused"
  /** Nothing was verified. */
  | "stale"
  /** An account has this address. */
  | "taken";

export type EmailChangeUndone =
  | { outcome: "done"; change: EmailChange }
  /** Another account has this address now. Nothing changed, and the link still works. */
  | { outcome: "taken" }
  /** Used, expired, taken back by an older link, or unknown. Nothing changed. */
  | { outcome: "dead" };

export type AccountDeleted =
  | { outcome: "done" }
  | { outcome: "refused" }
  | { outcome: "last_administrator" }
  /** The reader of an earlier address can take the account back until then. */
  | { outcome: "kept"; until: number };

/**
 * What users see and change of their own account. Every change repeats `mayChangeAccount` in its transaction, on the
 * session, the user and their factors as they are then, locked until it ends. `refused`: it no longer allows the change,
 * the session has ended, or the user was disabled or changed a credential elsewhere. Then nothing changes.
 */
export interface OwnAccountStore {
  /** False if this user has no such live sign-in. */
  renameDevice(
    by: OwnChange,
    device: { id: string; label: string | null },
    audit: AuditRecord,
  ): Promise<boolean | "refused">;
  /** Ends one sign-in of a program. False if this user has no such sign-in that has not ended. */
  signOutDevice(by: OwnChange, id: string, audit: AuditRecord): Promise<boolean | "refused">;
  /**
   * Ends every sign-in of programs and every other browser of the user, and withdraws what was approved and not redeemed.
   * The browser that asks stays signed in. Returns how many programs were signed in, which is added to the audit record.
   */
  signOutAll(by: OwnChange, audit: AuditRecord): Promise<number | "refused">;
  /** Sorted by name. */
  listApps(userId: string, now: number): Promise<OwnApp[]>;
  /** The user's own consents, to every app. */
  listConsents(userId: string): Promise<Consent[]>;
  /**
   * Deletes the user's consents to this app and what they were shown with it, ends its sign-ins, and withdraws what was
   * approved and not redeemed. The administrator's consents stay. False if there was nothing.
   */
  withdrawApp(by: OwnChange, clientId: string, audit: AuditRecord): Promise<boolean | "refused">;
  listRecords(userId: string, of: { now: number; limit: number }): Promise<OwnRecords>;
  changeName(by: OwnChange, displayName: string, audit: AuditRecord): Promise<boolean | "refused">;
  /** Live browser sessions, newest first. Without their IDs. */
  listBrowsers(userId: string, now: number): Promise<Pick<BrowserSession, "methods" | "createdAt" | "expiresAt">[]>;
  /**
   * Deletes the account, as `ManagedUsers.delete`, unless a change of its address can still be taken back. Stores the mail
   * about it in the same transaction.
   */
  delete(by: OwnChange, mail: NewOutboxMail, audit: AuditRecord): Promise<AccountDeleted>;
}

export interface EmailChangeStore {
  /**
   * Gives the account the address that the interaction verified for `change_email`, and uses the verification up. In the
   * same transaction it stores the link for the old address, and the mail with it. Verifications of either address that
   * began before are void. Links of earlier changes live as long as the new one.
   *
   * If the address is one that an open change took from the account, the changes after that one are void instead, there
   * is no new link, and the mail is `returned`.
   */
  change(
    by: OwnChange & { interactionId: string },
    undo: { tokenHash: string; expiresAt: number; mail: NewOutboxMail; returned: NewOutboxMail },
    audit: AuditRecord,
  ): Promise<EmailChanged>;
  /** Undefined unless its link can be used at `now`. Changes nothing. */
  find(tokenHash: string, now: number): Promise<EmailChange | undefined>;
  /** Oldest first, until they expire. */
  listOf(userId: string): Promise<EmailChange[]>;
  /**
   * Uses the link once, by compare-and-swap. In the same transaction the account gets its old address back; later changes
   * of the address, and links that were mailed to the addresses since, become useless; every browser and device is signed
   * out; the password stops working; and factors from `TAKE_BACK_MS` before the change on are removed. The mail of
   * `toDisplaced` is stored for the address that the account loses. Recorded as `user.email_restored`.
   */
  undo(input: {
    tokenHash: string;
    now: number;
    ip: string | null;
    toDisplaced: (user: DisplacedUser) => NewOutboxMail;
  }): Promise<EmailChangeUndone>;
}
