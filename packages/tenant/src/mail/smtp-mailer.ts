import { createTransport } from "nodemailer";
import addressparser from "nodemailer/lib/addressparser";
import { isLoopbackAddress } from "../kernel/ip-address.ts";
import { withTimeout } from "../kernel/time.ts";
import { checkDkim, type Dkim } from "./dkim.ts";
import { MailError, type Mailer } from "./mailer.ts";

/** The organization's mail server, and the sender. */
export interface SmtpOptions {
  /** Host name or IP address of the server. */
  host: string;
  /** TCP port of the server. */
  port: number;
  /**
   * `tls`: from the first byte (465). `starttls`: required after the greeting (587). `none`: a relay on this computer.
   */
  security: "tls" | "starttls" | "none";
  /** Allows `none` to another computer: mails, including codes, can then be read in transit. */
  allowCleartext?: boolean;
  /** The sender: `Contoso <no-reply@contoso.example>` */
  from: string;
  /** Where answers go, such as `Support <help@contoso.example>`. Default: the sender. */
  replyTo?: string;
  /** User to sign in with. Default: none. */
  user?: string;
  /** Password of `user`. */
  password?: string;
  /** PEM of a private certificate authority. Default: the system's. */
  ca?: string;
  /** Signs each mail. Default: none. */
  dkim?: Dkim;
}

const CONNECT_MS = 10_000;
/**
 * A server may inspect a mail for a long time before its 250. Giving up earlier would send the mail twice (RFC 5321
 * §4.5.3.2.6).
 */
const SEND_MS = 60_000;

/**
 * Sends mail through the organization's server. Certificates are always verified, and passwords are never sent in the
 * clear.
 *
 * @throws MailError if a setting is invalid
 * @example
 * ```ts
 * import { createSmtpMailer } from "@doorcode/tenant/operator";
 *
 * const server = { host: "smtp.contoso.example", port: 587, security: "starttls" } as const;
 * const mailer = createSmtpMailer({ ...server, from: "Contoso <no-reply@contoso.example>" });
 * await mailer.close();
 * ```
 */
export function createSmtpMailer(options: SmtpOptions): Mailer {
  const from = mailbox(options.from);
  const replyTo = options.replyTo === undefined ? {} : { replyTo: mailbox(options.replyTo) };
  const transport = transportOf(options);
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
          // Prevents out-of-office replies (RFC 3834 §5).
          headers: { "Auto-Submitted": "auto-generated" },
          signal: AbortSignal.any([closing.signal, AbortSignal.timeout(SEND_MS)]),
        });
      } catch (cause) {
        throw mailErrorOf(options, cause);
      }
    },
    async close() {
      closing.abort();
      transport.close();
    },
  };
}

/**
 * Connects to the mail server, with TLS and login, and sends nothing.
 *
 * @throws MailError `mail_unreachable`, `mail_configuration`, `mail_deferred`
 */
export async function checkSmtp(options: SmtpOptions): Promise<void> {
  mailbox(options.from);
  const transport = transportOf(options);
  try {
    await withTimeout(2 * CONNECT_MS, transport.verify());
  } catch (cause) {
    throw mailErrorOf(options, cause);
  } finally {
    transport.close();
  }
}

function transportOf(options: SmtpOptions) {
  const { host, port, security, user, password, ca } = options;
  if (security === "none") refuseCleartext(options);
  const dkim = options.dkim && checkDkim(options.dkim);
  return createTransport({
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
    // Mails consist of our own text: the library must not fetch files or addresses into them.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function refuseCleartext({ host, user, allowCleartext }: SmtpOptions): void {
  if (user !== undefined) {
    throw new MailError(
      "mail_configuration",
      "The mail password would be sent unencrypted.",
      "Use security tls or starttls, or omit user and password.",
    );
  }
  if (host === "localhost" || isLoopbackAddress(host) || allowCleartext) return;
  throw new MailError(
    "mail_configuration",
    `Mails to ${host}, and the codes in them, would be sent unencrypted.`,
    "Use security tls or starttls. Use none only for a relay on this computer or on a private network.",
  );
}

function mailbox(text: string): { name: string; address: string } {
  const [first, ...more] = addressparser(text, { flatten: true });
  if (first && more.length === 0 && /^[^@\s]+@[^@\s]+$/.test(first.address)) return first;
  throw new MailError(
    "mail_configuration",
    "The sender is not an email address.",
    "Example: 'Contoso <no-reply@contoso.example>'.",
  );
}

/**
 * Classifies an error as permanent or not, and finds who must fix it, by reply code and command (RFC 5321 §4.2.1, RFC
 * 4954 §6). Only a reply about the recipient or the mail itself is a refusal. A reply about our password or sender
 * address says nothing about the recipient's address.
 */
export function mailErrorOf({ host, port }: Pick<SmtpOptions, "host" | "port">, cause: unknown): MailError {
  const { code, command = "", responseCode: status } = cause as Partial<SmtpFailure>;
  const options = { status, cause };
  if (status !== undefined && status >= 400 && status < 500) {
    return new MailError("mail_deferred", `${host} deferred the mail.`, "It is retried automatically.", options);
  }
  if (code === "EAUTH" || code === "ENOAUTH" || command.startsWith("AUTH") || status === 530) {
    return new MailError(
      "mail_configuration",
      `${host} rejected the user or password.`,
      "Check the user and password for the mail server.",
      options,
    );
  }
  if (command === "MAIL FROM" && isRefusal(status)) {
    return new MailError(
      "mail_configuration",
      `${host} rejected the sender address.`,
      "Check the sender, and that this user may send as it.",
      options,
    );
  }
  const notAnAddress = code === "EENVELOPE" && command === "API";
  if (((command === "RCPT TO" || command === "DATA") && isRefusal(status)) || notAnAddress) {
    return new MailError(
      "mail_refused",
      `${host} refused the mail.`,
      "The log has its reply code (550: unknown address).",
      options,
    );
  }
  const why = reasonOf(cause);
  const server = `${host}, port ${port}`;
  return new MailError(
    "mail_unreachable",
    `Cannot use the mail server ${server}${why === undefined ? "" : ` (${why})`}.`,
    hintOf(why),
    options,
  );
}

/** A code of the system, of TLS or of the library. The text can be from the server, so it is not shown. */
function reasonOf(cause: unknown): string | undefined {
  if (cause instanceof Error && cause.name === "TimeoutError") return "ETIMEDOUT";
  const { code, originalCode = code } = cause as { code?: unknown; originalCode?: unknown };
  return typeof originalCode === "string" && /^[A-Z][A-Z0-9_]{2,60}$/.test(originalCode) ? originalCode : undefined;
}

function hintOf(why: string | undefined): string {
  if (why !== undefined && /CERT|ISSUER|SIGNATURE|ALTNAME/.test(why)) {
    return "The server's certificate must be valid for this host. For a private authority, set mail.caFile.";
  }
  if (why !== undefined && /^(ERR_SSL|ETLS|ETIMEDOUT)/.test(why)) {
    return "Check the host, the port and the security: tls is usual for port 465, starttls for port 587.";
  }
  return "Check the host, the port and the security, and that the server is running.";
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
