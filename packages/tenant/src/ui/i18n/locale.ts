import { defaultLocale, type Locale, languages, locales } from "./languages.ts";

/** Characters, more than any browser sends. The rest is ignored. */
const LONGEST_LIST = 1_000;

/** What a request says about the language of its answer. */
export interface Wishes {
  /** OpenID Connect Core §3.1.2.1: BCP 47 tags separated by spaces, in order of preference. */
  uiLocales?: string | null | undefined;
  /** Entra's equivalent: one tag. */
  mkt?: string | null | undefined;
}

/** The explicitly requested language, if available: `de-AT` is German (RFC 4647 §3.4). */
export function askedLocale({ uiLocales, mkt }: Wishes): Locale | undefined {
  const tags = `${uiLocales ?? ""} ${mkt ?? ""}`.slice(0, LONGEST_LIST).split(/ +/);
  return tags.map(localeOfTag).find((locale) => locale !== undefined);
}

/**
 * The best match for Accept-Language (RFC 9110 §12.5.4). Invalid ranges are ignored. The negotiator package (1.1.0) is
 * not used: it accepts weights above 1 (`de;q=9`), and picks English for `de-AT, en;q=0.9, de;q=0.1` (RFC 4647 §3.4:
 * German).
 */
export function acceptedLocale(header: string | undefined): Locale {
  const ranges = (header ?? "").slice(0, LONGEST_LIST).split(",").map(readRange);
  const wanted = ranges.filter((range) => range !== undefined).sort((a, b) => b.quality - a.quality);
  const refused = wanted.filter(({ quality }) => quality === 0).map(({ tag }) => tag.toLowerCase());
  for (const { tag, quality } of wanted) {
    if (quality === 0) break;
    const locale = tag === "*" ? locales.find((one) => !refused.includes(one)) : localeOfTag(tag);
    if (locale) return locale;
  }
  return defaultLocale;
}

function localeOfTag(tag: string): Locale | undefined {
  const [, language] = /^([a-z]{2,8})(?:-[a-z0-9]{1,8})*$/i.exec(tag) ?? [];
  return locales.find((locale) => locale === language?.toLowerCase());
}

function readRange(range: string): { tag: string; quality: number } | undefined {
  const [, tag, quality] = /^\s*([a-z0-9-]+|\*)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i.exec(range) ?? [];
  return tag === undefined ? undefined : { tag, quality: quality === undefined ? 1 : Number(quality) };
}

/** Texts for the endpoints of oauth/, injected because oauth/ does not import ui/. */
export const endpointTexts = {
  locales,
  deviceMessage(asked: Wishes, { verificationUri, userCode }: { verificationUri: string; userCode: string }): string {
    const { device } = languages[askedLocale(asked) ?? defaultLocale].messages;
    return device.message(verificationUri, userCode);
  },
};
