import { createTransport } from "nodemailer";
import addressparser from "nodemailer/lib/addressparser";
import { isLoopbackAddress } from "../kernel/ip-address.ts";
import { checkDkim, type Dkim } from "./dkim.ts";
import { MailError, type Mailer } from "./mailer.ts";
import { mailErrorOf } from "./smtp-error.ts";

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
  const ending = new AbortController();
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
          signal: AbortSignal.any([ending.signal, AbortSignal.timeout(SEND_MS)]),
        });
      } catch (cause) {
        throw mailErrorOf(host, cause);
      }
    },
    async close() {
      ending.abort();
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
