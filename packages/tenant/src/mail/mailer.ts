export interface OutgoingMail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** Sends a mail or throws `MailError`; the embedded default keeps it for `/inbox`. */
export interface Mailer {
  send(mail: OutgoingMail): Promise<void>;
  close(): Promise<void>;
}

/** A mail did not go out. */
export class MailError extends Error {
  readonly code: "mail_refused" | "mail_unreachable" | "mail_configuration";
  readonly hint: string;
  constructor(code: MailError["code"], message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = "MailError";
    this.code = code;
    this.hint = hint;
  }
}
