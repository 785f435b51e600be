import { type Locale, languages } from "../messages/languages.ts";
import { letter, oneLine } from "./letter.ts";
import type { OutgoingMail } from "./mailer.ts";

/** Whom a mail is for, from whom, and in which language. */
export interface Addressed {
  to: string;
  tenantName: string;
  locale: Locale;
}

export function signUpCodeMail(about: Addressed & { code: string; minutes: number }): OutgoingMail {
  const { to, tenantName, code, minutes } = about;
  const language = languages[about.locale];
  const { subject, enter, works, warning } = language.messages.mails.signUpCode;
  const name = oneLine(tenantName);
  const paragraphs = [enter(name), { code }, works(minutes), { aside: warning }];
  return letter({ to, subject: subject(name), paragraphs }, tenantName, language);
}

/** To an address that somebody tried to sign up with although it has an account: only its owner learns that. */
export function accountExistsMail(about: Addressed): OutgoingMail {
  const { to, tenantName } = about;
  const language = languages[about.locale];
  const { subject, exists, signIn, notYou } = language.messages.mails.accountExists;
  const name = oneLine(tenantName);
  return letter({ to, subject: subject(name), paragraphs: [exists(name), signIn, notYou] }, tenantName, language);
}
