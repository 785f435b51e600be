import type { OutgoingMail } from "./mailer.ts";

/**
 * What the tenant writes to people. Subjects hold the tenant's name only, never what somebody typed; the HTML part loads
 * nothing from anywhere.
 */
export interface MailedCode {
  to: string;
  tenantName: string;
  code: string;
  minutes: number;
}

export function signUpCodeMail(about: MailedCode): OutgoingMail {
  return codeMail(about, `to create your ${oneLine(about.tenantName)} account`);
}

export function signInCodeMail(about: MailedCode): OutgoingMail {
  return codeMail(about, `to sign in to ${oneLine(about.tenantName)}`);
}

export function resetCodeMail(about: MailedCode): OutgoingMail {
  return codeMail(about, `to choose a new password for ${oneLine(about.tenantName)}`);
}

function codeMail({ to, tenantName, code, minutes }: MailedCode, what: string): OutgoingMail {
  const warning =
    "If you did not ask for it, ignore this mail. Never tell anybody the code: nobody of ours will ask for it.";
  return {
    to,
    subject: `Your code for ${oneLine(tenantName)}`,
    text: [
      `Enter this code ${what}:`,
      "",
      code,
      "",
      `It works for ${minutes} minutes, in the browser where you asked for it.`,
      "",
      warning,
      "",
    ].join("\n"),
    html: htmlMail(
      tenantName,
      `<p>Enter this code ${escapeHtml(what)}:</p>
<p style="font:600 32px/1.4 ui-monospace,Menlo,Consolas,monospace;letter-spacing:4px;margin:24px 0">${escapeHtml(code)}</p>
<p>It works for ${minutes} minutes, in the browser where you asked for it.</p>
<p style="color:#6b6459">${warning}</p>`,
    ),
  };
}

/** To an address that somebody tried to sign in with, or to reset, although it has no account: only its owner learns that. */
export function noAccountMail(about: { to: string; tenantName: string; mayCreate: boolean }): OutgoingMail {
  const { to, tenantName, mayCreate } = about;
  return sentencesMail(to, tenantName, [
    `Somebody, probably you, tried to sign in to ${oneLine(tenantName)} with this address. It has no account that could be signed in to.`,
    ...(mayCreate ? ["To have one, go back to the page and choose “Create an account”."] : []),
    "Perhaps you used another address? Try that one. If it was not you, there is nothing to do.",
  ]);
}

/** To an address that somebody tried to sign up with although it has an account: only its owner learns that. */
export function accountExistsMail(about: { to: string; tenantName: string }): OutgoingMail {
  const { to, tenantName } = about;
  return sentencesMail(to, tenantName, [
    `Somebody, probably you, tried to create a ${oneLine(tenantName)} account with this address. You have one already.`,
    "Go back to the page and choose to sign in instead.",
    "If that was not you, there is nothing to do: your account has not changed.",
  ]);
}

function sentencesMail(to: string, tenantName: string, sentences: string[]): OutgoingMail {
  return {
    to,
    subject: `Your account at ${oneLine(tenantName)}`,
    text: `${sentences.join("\n\n")}\n`,
    html: htmlMail(tenantName, sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join("\n")),
  };
}

function htmlMail(tenantName: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(tenantName)}</title></head>
<body style="margin:0;padding:32px 16px;background:#faf7f2;color:#221f1a;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:440px;margin:0 auto">
<p style="font-weight:600">${escapeHtml(tenantName)}</p>
${body}
</div></body></html>
`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim();
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
