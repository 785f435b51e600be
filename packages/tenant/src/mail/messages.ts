import { type Locale, languages } from "../ui/i18n/languages.ts";
import { oneLine, renderMail, type Sender } from "./layout.ts";
import type { OutgoingMail } from "./mailer.ts";

/** Whom a mail is for, from whom, and in which language. */
export interface Addressed {
  to: string;
  sender: Sender;
  locale: Locale;
}

/** A code to be copied to the page where it was asked for. */
export function codeMail(
  what: "signUp" | "signIn" | "secondFactor" | "reset",
  about: Addressed & { code: string; minutes: number },
): OutgoingMail {
  const { to, sender, code, minutes } = about;
  const language = languages[about.locale];
  const { subject, enter, works, warning, warningOfPassword } = language.messages.mails.code;
  const name = oneLine(sender.name);
  // Whoever asks for a second proof has shown the first: if that was somebody else, the person has to act.
  const aside = what === "secondFactor" ? warningOfPassword : warning;
  const paragraphs = [enter[what](name), { code }, works(minutes), { aside }];
  return renderMail({ to, subject: subject(name), paragraphs }, sender, language);
}

/** To an address that somebody tried to sign up with although it has an account: only its owner learns that. */
export function accountExistsMail(about: Addressed): OutgoingMail {
  const { to, sender } = about;
  const language = languages[about.locale];
  const { subject, exists, signIn, notYou } = language.messages.mails.accountExists;
  const name = oneLine(sender.name);
  return renderMail({ to, subject: subject(name), paragraphs: [exists(name), signIn, notYou] }, sender, language);
}

/** To an address that somebody tried to sign in with, or to reset, although it has no account: likewise. */
export function noAccountMail(about: Addressed & { mayCreate: boolean }): OutgoingMail {
  const { to, sender, mayCreate } = about;
  const language = languages[about.locale];
  const { subject, none, create, other } = language.messages.mails.noAccount;
  const name = oneLine(sender.name);
  const paragraphs = [none(name), ...(mayCreate ? [create] : []), other];
  return renderMail({ to, subject: subject(name), paragraphs }, sender, language);
}
