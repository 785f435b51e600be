/** What a mailed code proves an address for; a code proves nothing for another purpose (ASVS 6.6.2). */
export type MailCodePurpose = "sign_up" | "sign_in" | "second_factor" | "reset";

export interface MailCode {
  id: string;
  purpose: MailCodePurpose;
  flowId: string;
  emailNormalized: string;
  /** Keyed hash of the 8 digits; the code is bound to its flow and address. */
  codeHash: string;
  /** The mail that carries it. */
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

export interface MailStore {
  /** A new code ends the earlier ones of its flow. False when the flow is gone, its session having ended. */
  insertCode(code: MailCode): Promise<boolean>;
  /**
   * Counts the attempt, and in the same statement or transaction uses the code when it matches:
   * marks the flow's email verified. At most `maxAttempts` per code; then it is dead.
   */
  useCode(input: {
    flowId: string;
    sessionId: string;
    purpose: MailCodePurpose;
    codeHash: string;
    maxAttempts: number;
    now: number;
  }): Promise<"ok" | "wrong" | "dead" | "none">;
  /** The embedded default's inbox; a mail that is there already stays as it is. */
  insertMail(mail: Mail): Promise<void>;
  /** Newest first; of one recipient when given (normalized). */
  listMails(to?: string): Promise<Mail[]>;
  findMail(id: string): Promise<Mail | undefined>;
}

/** `queued` is under way or waits for its next attempt; the others are ends. */
export type MailState = "queued" | "sent" | "failed" | "expired";

/** A mail that is to be sent. The store never sees more of it than its sealed text. */
export interface NewOutboxMail {
  id: string;
  /** Recipient, subject and bodies, sealed. */
  sealed: string;
  createdAt: number;
  /** From then on it would be of no use, and is not sent any more. */
  expiresAt: number;
}

/** One attempt at a mail, held by one worker. */
export interface MailLease {
  id: string;
  sealed: string;
  /** Which attempt this is, from 1: a later one has another number, so that an earlier holder decides nothing any more. */
  attempt: number;
}

export interface OutboxStore {
  /** Due at once. */
  enqueue(mail: NewOutboxMail): Promise<void>;
  /**
   * One mail that is due, or the one of this id if it is: for one worker until `until`. Whoever was killed meanwhile
   * leaves it to the next one.
   */
  lease(input: { id?: string; now: number; until: number }): Promise<MailLease | undefined>;
  /**
   * The server has taken it over. Counts whoever says it, as long as the mail has not ended: a delivered mail must not
   * be sent again because its lease ran out on the way. As with every end, the content is deleted.
   */
  sent(id: string, now: number): Promise<boolean>;
  /** By the lease's holder only: it is due again at `at`. `error` is a code, never content. */
  retryLater(lease: Pick<MailLease, "id" | "attempt">, at: number, error: string): Promise<boolean>;
  /** By the lease's holder only: it will never arrive. */
  failed(lease: Pick<MailLease, "id" | "attempt">, error: string, now: number): Promise<boolean>;
  /** Ends what is too late to send and is not being sent at this moment; returns how many. */
  expire(now: number): Promise<number>;
  /** Undefined when unknown, or ended more than a day ago. */
  find(id: string): Promise<{ state: MailState; attempts: number; lastError: string | null } | undefined>;
  /** What became of the mail that carries the flow's newest code; undefined where `find` would be. */
  stateOfCode(flowId: string): Promise<MailState | undefined>;
}
