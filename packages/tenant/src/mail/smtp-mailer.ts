import { createTransport } from "nodemailer";
import addressparser from "nodemailer/lib/addressparser";
import { isLoopbackAddress } from "../kernel/ip-address.ts";
import { checkDkim, type Dkim } from "./dkim.ts";
import { MailError, type Mailer } from "./mailer.ts";

export interface SmtpOptions {
  host: string;
  port: number;
  /** `tls`: from the first byte (465). `starttls`: required after the greeting (587). `none`: a relay on this computer. */
  security: "tls" | "starttls" | "none";
  /** Mails, codes included, may cross the network readable for all on the way: `none` to another computer. */
  allowCleartext?: boolean;
  /** `Contoso <no-reply@contoso.example>` */
  from: string;
  replyTo?: string;
  user?: string;
  password?: string;
  /** PEM of a private certificate authority. */
  ca?: string;
  dkim?: Dkim;
}

const CONNECT_MS = 10_000;
/** A server may look into a mail for long before it says 250; giving up then would send it twice (RFC 5321 §4.5.3.2.6). */
const SEND_MS = 60_000;

/** Mail through the organization's server. Certificates are always verified; a password never travels in the clear. */
export function createSmtpMailer(options: SmtpOptions): Mailer {
  const { host, port, security, user, password, ca } = options;
  if (security === "none") refuseCleartext(options);
  const from = mailbox(options.from);
  const replyTo = options.replyTo === undefined ? {} : { replyTo: mailbox(options.replyTo) };
  const dkim = options.dkim && checkDkim(options.dkim);
  const transport = createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(dkim && { dkim: { domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkim.privateKey } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SEND_MS,
    // What we send is text of ours: no file, no address is ever fetched into a mail.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  const closing = new AbortController();
  return {
    async send({ id, to, subject, text, html }) {
      try {
        await transport.sendMail({
          from,
          ...replyTo,
          to: { name: "", address: to },
          subject,
          text,
          html,
          messageId: `<${id}@${domain}>`,
          // So that no out-of-office note answers (RFC 3834 §5).
          headers: { "Auto-Submitted": "auto-generated" },
          signal: AbortSignal.any([closing.signal, AbortSignal.timeout(SEND_MS)]),
        });
      } catch (cause) {
        throw mailErrorOf(host, cause);
      }
    },
    async close() {
      closing.abort();
      transport.close();
    },
  };
}

function refuseCleartext({ host, user, allowCleartext }: SmtpOptions): void {
  if (user !== undefined) {
    throw new MailError(
      "mail_configuration",
      "A mail password would travel without encryption.",
      "Use security tls or starttls, or leave user and password out.",
    );
  }
  if (host === "localhost" || isLoopbackAddress(host) || allowCleartext) return;
  throw new MailError(
    "mail_configuration",
    `Mails would travel to ${host} without encryption, and the codes in them.`,
    "Use security tls or starttls; a relay without either belongs on this computer.",
  );
}

function mailbox(text: string): { name: string; address: string } {
  const [first, ...more] = addressparser(text, { flatten: true });
  if (first && more.length === 0 && /^[^@\s]+@[^@\s]+$/.test(first.address)) return first;
  throw new MailError(
    "mail_configuration",
    "The sender of mails is not an address.",
    "For example 'Contoso <no-reply@contoso.example>'.",
  );
}

/**
 * Whose fault it is and whether it passes, told by the answer's number and the command that it answered (RFC 5321
 * §4.2.1, RFC 4954 §6). Only what the server says of the recipient or of the mail itself is a refusal: one of our
 * password or our sender address says nothing about the person's address.
 */
export function mailErrorOf(host: string, cause: unknown): MailError {
  const { code, command = "", responseCode: status } = cause as Partial<SmtpFailure>;
  const options = { status, cause };
  if (status !== undefined && status >= 400 && status < 500) {
    return new MailError("mail_deferred", `${host} asks to try again later.`, "The mail is tried again.", options);
  }
  if (code === "EAUTH" || code === "ENOAUTH" || command.startsWith("AUTH") || status === 530) {
    return new MailError(
      "mail_configuration",
      `${host} does not let us in.`,
      "Check user and password of the mail server.",
      options,
    );
  }
  if (command === "MAIL FROM" && isRefusal(status)) {
    return new MailError(
      "mail_configuration",
      `${host} does not take our sender address.`,
      "Check the sender, and that this user may send in its name.",
      options,
    );
  }
  const notAnAddress = code === "EENVELOPE" && command === "API";
  if (((command === "RCPT TO" || command === "DATA") && isRefusal(status)) || notAnAddress) {
    return new MailError(
      "mail_refused",
      `${host} refused the mail.`,
      "Its answer's number is in the log (550: it does not know the address).",
      options,
    );
  }
  return new MailError(
    "mail_unreachable",
    `The mail server ${host} could not be used.`,
    "Check host, port and security of the mail server, and that its certificate is trusted.",
    options,
  );
}

interface SmtpFailure {
  code: string;
  command: string;
  responseCode: number;
}

/** 503 is about the order of commands, not about the mail. */
function isRefusal(status: number | undefined): boolean {
  return status !== undefined && status >= 500 && status < 600 && status !== 503;
}
