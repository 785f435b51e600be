/** What a mailed code proves an address for; a code proves nothing for another purpose (ASVS 6.6.2). */
export type MailCodePurpose = "sign_up" | "sign_in" | "second_factor" | "reset";

export interface MailCode {
  id: string;
  purpose: MailCodePurpose;
  interactionId: string;
  emailNormalized: string;
  /** Keyed hash of the 8 digits; the code is bound to its interaction and address. */
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
  /** A new code ends the earlier ones of its interaction. False when that is gone, its session having ended. */
  insertCode(code: MailCode): Promise<boolean>;
  /**
   * Counts the attempt, and in the same statement or transaction uses the code when it matches:
   * marks the interaction's email verified. At most `maxAttempts` per code; then it is dead.
   */
  useCode(input: {
    interactionId: string;
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
