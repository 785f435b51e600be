import { de } from "./de.ts";
import type { Messages } from "./en.ts";
import { en } from "./en.ts";

export type Locale = "en" | "de";

/** A language that pages and mails are written in: adding one is a catalogue, its name in `Locale` and a line here. */
export interface Language {
  /** For `lang` and Content-Language (BCP 47). */
  locale: Locale;
  dir: "ltr" | "rtl";
  messages: Messages;
}

export const languages: Record<Locale, Language> = {
  en: { locale: "en", dir: "ltr", messages: en },
  de: { locale: "de", dir: "ltr", messages: de },
};

export const locales = Object.keys(languages) as Locale[];

/** Where nothing says otherwise, and what the operator reads. */
export const defaultLocale: Locale = "en";
