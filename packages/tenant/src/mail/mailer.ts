import { normalizeEmail } from "../directory/entities.ts";
import type { Clock } from "../kernel/time.ts";
import type { Store } from "../storage/store.ts";

/** A mail to send. */
export interface OutgoingMail {
  /** The recipient's address. */
  to: string;
  /** The subject line. */
  subject: string;
  /** The plain-text body. */
  text: string;
  /** The HTML body. */
  html: string;
}

/** A mail in the queue. */
export interface QueuedMail extends OutgoingMail {
  /** The same at every attempt, so that a mail that arrives twice can be recognized. */
  id: string;
}

/** Sends mails, or throws `MailError`. The embedded tenant keeps them for its inbox instead. */
export interface Mailer {
  /**
   * Sends one mail.
   * @throws MailError
   */
  send(mail: QueuedMail): Promise<void>;
  /** Cancels pending deliveries. */
  close(): Promise<void>;
}

/**
 * A mail that was not sent. `mail_refused` is permanent: the server does not accept this mail for this address. The
 * others may be temporary: `mail_deferred` (the server asks to try later), `mail_unreachable` (no server, or no TLS
 * with it) and `mail_configuration` (the server does not accept the sender, which the operator must fix).
 * @example
 * ```ts
 * import { MailError, type Mailer } from "@doorcode/tenant";
 *
 * const mailer: Mailer = {
 *   async send({ to, subject, text, html, id }) {
 *     const body = JSON.stringify({ to, subject, text, html, id });
 *     const response = await fetch("https://mail.contoso.example/send", { method: "POST", body });
 *     if (!response.ok) throw new MailError("mail_deferred", "The mail service is busy.", "Check its status page.");
 *   },
 *   async close() {},
 * };
 * ```
 */
export class MailError extends Error {
  /** Why the mail was not sent: stable, for programs. */
  readonly code: "mail_refused" | "mail_deferred" | "mail_unreachable" | "mail_configuration";
  /** What the operator can do. */
  readonly hint: string;
  /** The status of the server's reply (RFC 5321 §4.2); null if there was none. */
  readonly status: number | null;
  constructor(
    code: MailError["code"],
    message: string,
    hint: string,
    options: { status?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = "MailError";
    this.code = code;
    this.hint = hint;
    this.status = options.status ?? null;
  }
}

/** The embedded default: no mail leaves the computer. The console shows them. */
export function createInboxMailer(options: {
  store: Pick<Store, "mail">;
  clock: Clock;
  arrived?: (mail: OutgoingMail) => void;
}): Mailer {
  const { store, clock, arrived } = options;
  return {
    async send({ id, to, subject, text, html }) {
      await store.mail.insertMail({ id, to: normalizeEmail(to), subject, text, html, createdAt: clock.now() });
      arrived?.({ to, subject, text, html });
    },
    async close() {},
  };
}
