import { createTransport } from "nodemailer";
import { MailError, type Mailer } from "./mailer.ts";

export interface SmtpOptions {
  host: string;
  port: number;
  /** `tls`: from the first byte (465). `starttls`: required after the greeting (587). `none`: a relay on this computer. */
  security: "tls" | "starttls" | "none";
  /** `Contoso <no-reply@contoso.example>` */
  from: string;
  user?: string;
  password?: string;
  /** PEM of a private certificate authority. */
  ca?: string;
}

const TIMEOUT_MS = 10_000;

/** Mail through the organization's server. Certificates are always verified; a password never travels in the clear. */
export function createSmtpMailer(options: SmtpOptions): Mailer {
  const { host, port, security, from, user, password, ca } = options;
  if (security === "none" && user !== undefined) {
    throw new MailError(
      "mail_configuration",
      "A mail password would travel without encryption.",
      "Use security tls or starttls, or leave user and password out.",
    );
  }
  const transport = createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    pool: true,
    maxConnections: 2,
    // What we send is text of ours: no file, no address is ever fetched into a mail.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail({ from, ...mail, to: { name: "", address: mail.to } });
      } catch (cause) {
        throw mailError(host, cause);
      }
    },
    async close() {
      transport.close();
    },
  };
}

function mailError(host: string, cause: unknown): MailError {
  if (cause instanceof Error && "responseCode" in cause) {
    return new MailError(
      "mail_refused",
      `${host} refused the mail.`,
      "Its answer's number is in the log (550: it does not know the address; 535: it does not take the password).",
      cause,
    );
  }
  const hint = "Check host, port and security of the mail server, and that its certificate is trusted.";
  return new MailError("mail_unreachable", `The mail server ${host} could not be used.`, hint, cause);
}
