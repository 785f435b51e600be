import { normalizeEmail } from "../directory/entities.ts";
import type { Clock } from "../kernel/time.ts";
import type { Store } from "../storage/store.ts";

export interface OutgoingMail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** A mail of the queue. Its id is the same at every attempt, so that one that arrives twice can be told to be one. */
export interface QueuedMail extends OutgoingMail {
  id: string;
}

/** Hands a mail over or throws `MailError`; the embedded default keeps it for `/inbox`. */
export interface Mailer {
  send(mail: QueuedMail): Promise<void>;
  /** Gives up what is being handed over. */
  close(): Promise<void>;
}

/**
 * A mail was not handed over. `mail_refused` is for good: the server will not take this mail for this address. All else
 * may pass: `mail_deferred` (later, says the server), `mail_unreachable` (no server, or no TLS with it) and
 * `mail_configuration` (it does not take us as a sender: the operator's to mend).
 */
export class MailError extends Error {
  readonly code: "mail_refused" | "mail_deferred" | "mail_unreachable" | "mail_configuration";
  readonly hint: string;
  /** The number of the server's answer (RFC 5321 §4.2), when there was one. */
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

/** The embedded default: no mail leaves the computer; it is read at `/inbox`. */
export function createInboxMailer({ store, clock }: { store: Pick<Store, "mail">; clock: Clock }): Mailer {
  return {
    async send({ id, to, subject, text, html }) {
      await store.mail.insertMail({ id, to: normalizeEmail(to), subject, text, html, createdAt: clock.now() });
    },
    async close() {},
  };
}
