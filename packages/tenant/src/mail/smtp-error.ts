import { MailError } from "./mailer.ts";

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
