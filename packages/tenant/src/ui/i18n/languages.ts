import * as account from "./de/account.ts";
import * as auditEvents from "./de/audit-events.ts";
import * as auditSentences from "./de/audit-sentences.ts";
import * as common from "./de/common.ts";
import * as consent from "./de/consent.ts";
import * as consoleWords from "./de/console.ts";
import * as consoleApps from "./de/console-apps.ts";
import * as consoleFile from "./de/console-file.ts";
import * as consoleFlows from "./de/console-flows.ts";
import * as consoleMends from "./de/console-mends.ts";
import * as consolePeople from "./de/console-people.ts";
import * as consoleRecords from "./de/console-records.ts";
import * as consoleTesting from "./de/console-testing.ts";
import * as consoleTokens from "./de/console-tokens.ts";
import * as mails from "./de/mails.ts";
import * as ownAccount from "./de/own-account.ts";
import * as secondFactor from "./de/second-factor.ts";
import * as signIn from "./de/sign-in.ts";
import { en, type Messages } from "./en.ts";

export type Locale = "en" | "de";

/**
 * A language of pages and mails. To add one, add a folder of texts, its name in `Locale` and its line in `languages`.
 */
export interface Language {
  /** For `lang` and Content-Language (BCP 47). */
  locale: Locale;
  dir: "ltr" | "rtl";
  messages: Messages;
}

const de: Messages = {
  ...common,
  ...signIn,
  ...secondFactor,
  ...consent,
  ...account,
  ...ownAccount,
  ...mails,
  ...consoleWords,
  ...consoleApps,
  ...consoleFile,
  ...consoleFlows,
  ...consoleMends,
  ...consolePeople,
  ...auditEvents,
  ...auditSentences,
  ...consoleRecords,
  ...consoleTesting,
  ...consoleTokens,
};

export const languages: Record<Locale, Language> = {
  en: { locale: "en", dir: "ltr", messages: en },
  de: { locale: "de", dir: "ltr", messages: de },
};

export const locales = Object.keys(languages) as Locale[];

/** The default, and the language of the operator. */
export const defaultLocale: Locale = "en";
