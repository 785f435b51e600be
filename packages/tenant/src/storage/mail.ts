/** The purpose for which a mailed code verifies an address. A code is not valid for any other purpose (ASVS 6.6.2). */
export type MailCodePurpose = "sign_up" | "sign_in" | "second_factor" | "reset" | "change_email";

export interface MailCode {
  id: string;
  purpose: MailCodePurpose;
  interactionId: string;
  emailNormalized: string;
  /** Keyed hash of the 8 digits. The code is bound to its interaction and address. */
  codeHash: string;
  /** The mail that contains it. */
  mailId: string | null;
  createdAt: number;
  expiresAt: number;
}

export interface Mail {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  createdAt: number;
}

/** `seq`: its place in the order of arrival. */
export interface ListedMail extends Mail {
  seq: number;
}

export interface MailStore {
  /** Replaces earlier codes of the interaction. False if the interaction is gone because its session has ended. */
  insertCode(code: MailCode): Promise<boolean>;
  /**
   * Counts the attempt, and in the same statement or transaction uses the code if it matches: marks the interaction's
   * email as verified. After `maxAttempts`, a code is no longer valid.
   */
  useCode(input: {
    interactionId: string;
    sessionId: string;
    purpose: MailCodePurpose;
    codeHash: string;
    maxAttempts: number;
    now: number;
  }): Promise<"ok" | "wrong" | "dead" | "none">;
  /** The inbox of the embedded default. A mail that already exists stays unchanged. */
  insertMail(mail: Mail): Promise<void>;
  /** Newest first. If a recipient is given (normalized), only their mails. */
  listMails(to?: string): Promise<Mail[]>;
  findMail(id: string): Promise<Mail | undefined>;
  /** The newest mails whose recipient or subject contains the text, and how many there are. */
  searchMails(of: { text: string; limit: number }): Promise<{ mails: ListedMail[]; total: number }>;
  /**
   * Deletes one mail, or those that `searchMails` found: none that arrived after the one with the number `upTo`. Returns
   * how many.
   */
  deleteMails(of: { id: string } | { text: string; upTo: number }): Promise<number>;
}

/** `queued` is in progress or waits for its next attempt. The others are final. */
export type MailState = "queued" | "sent" | "failed" | "expired";

/** A mail to be sent. The store sees only its sealed text. */
export interface NewOutboxMail {
  id: string;
  /** Recipient, subject and bodies, sealed. */
  sealed: string;
  createdAt: number;
  /** After this time the mail is useless and is no longer sent. */
  expiresAt: number;
}

/** One attempt to send a mail, by one worker. */
export interface MailLease {
  id: string;
  sealed: string;
  /**
   * The number of this attempt, from 1. A later attempt has another number, so that an earlier worker cannot decide
   * anything any more.
   */
  attempt: number;
}

export interface OutboxStore {
  /** Due immediately. */
  enqueue(mail: NewOutboxMail): Promise<void>;
  /**
   * Leases one due mail (or the one with this ID, if due) to one worker until `until`. If the worker is killed
   * meanwhile, another worker gets the mail.
   */
  lease(input: { id?: string; now: number; until: number }): Promise<MailLease | undefined>;
  /**
   * The server accepted the mail. Valid from any worker as long as the mail has not ended: a delivered mail must not be
   * sent again because its lease expired meanwhile. The content is deleted, as after every outcome.
   */
  sent(id: string, now: number): Promise<boolean>;
  /** Only by the holder of the lease: the mail is due again at `at`. `error` is a code, never content. */
  retryLater(lease: Pick<MailLease, "id" | "attempt">, at: number, error: string): Promise<boolean>;
  /** Only by the holder of the lease: the mail will never be delivered. */
  failed(lease: Pick<MailLease, "id" | "attempt">, error: string, now: number): Promise<boolean>;
  /** Ends mails that are too late to send and not being sent at this moment. Returns how many. */
  expire(now: number): Promise<number>;
  /** Mails that wait or are being sent, and when the oldest of them was stored. For the metrics. */
  backlog(now: number): Promise<{ queued: number; oldestAt: number | null }>;
  /** Undefined if unknown, or if it ended more than a day ago. */
  find(id: string): Promise<{ state: MailState; attempts: number; lastError: string | null } | undefined>;
  /** The state of the mail with the flow's newest code. Undefined in the same cases as `find`. */
  stateOfCode(interactionId: string): Promise<MailState | undefined>;
}
