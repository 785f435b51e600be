import type { FastifyRequest } from "fastify";
import { hashSecret, newSecret } from "../kernel/seal.ts";
import { type Locale, locales } from "../ui/i18n/languages.ts";
import { acceptedLocale, askedLocale } from "../ui/i18n/locale.ts";

/** The browser's secret. Its hash identifies the session; only the browser has the secret itself. */
export interface BrowserCookie {
  value: string;
  /** The browser does not have it yet: the answer sets it. */
  fresh: boolean;
  /** How long the browser keeps the cookie after the session has ended. Undefined: until the browser is closed. */
  maxAgeMs?: number;
}

/**
 * Cookies ignore ports, so tenants on the same host would overwrite each other's: the name contains the port. `__Host-`
 * requires Secure, which Safari rejects on http://localhost.
 */
export function cookieName(what: "session" | "language" | "console", pagesOrigin: string): string {
  const { protocol, port } = new URL(pagesOrigin);
  const name = port === "" ? `doorcode_${what}` : `doorcode_${what}_${port}`;
  if (protocol !== "https:") return name;
  // `__Host-` would require the path of all pages.
  return what === "console" ? `__Secure-${name}` : `__Host-${name}`;
}

export function freshCookie(): BrowserCookie {
  return { value: newSecret(), fresh: true };
}

/** Of two cookies with the same name, the first is more specific (RFC 6265 §4.2, §5.4). */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  const pair = (header ?? "").split(/; */).find((one) => one.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

/** The value that the browser sent, if it has the expected form. */
export function readCookie(header: string | undefined, pagesOrigin: string): BrowserCookie | undefined {
  const value = cookieValue(header, cookieName("session", pagesOrigin));
  return value !== undefined && /^[\w-]{43}$/.test(value) ? { value, fresh: false } : undefined;
}

export function setCookieHeader(browser: BrowserCookie, pagesOrigin: string): string {
  const kept = browser.maxAgeMs === undefined ? "" : `; Max-Age=${Math.floor(browser.maxAgeMs / 1_000)}`;
  return `${cookieName("session", pagesOrigin)}=${browser.value}; ${cookieAttributes(pagesOrigin)}${kept}`;
}

/** Attributes of all cookies. */
export function cookieAttributes(pagesOrigin: string): string {
  const secure = new URL(pagesOrigin).protocol === "https:" ? "; Secure" : "";
  return `Path=/; HttpOnly; SameSite=Lax${secure}`;
}

export function sessionIdOf(browser: BrowserCookie): string {
  return hashSecret(browser.value);
}

const A_YEAR = 365 * 24 * 60 * 60;

/**
 * The language of the answer: from the URL, from an earlier URL, or from the browser's preferences. Read from the
 * request alone, so that early error pages have it too.
 */
export function localeOf(request: FastifyRequest, pagesOrigin: string): Locale {
  return inAddress(request) ?? remembered(request, pagesOrigin) ?? acceptedLocale(request.headers["accept-language"]);
}

/** The Set-Cookie that keeps the language of the URL for later pages. It contains two letters and no secret. */
export function rememberLocale(request: FastifyRequest, pagesOrigin: string): string | undefined {
  const asked = inAddress(request);
  if (asked === undefined || asked === remembered(request, pagesOrigin)) return undefined;
  return `${cookieName("language", pagesOrigin)}=${asked}; Max-Age=${A_YEAR}; ${cookieAttributes(pagesOrigin)}`;
}

function inAddress(request: FastifyRequest): Locale | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  const query = new URLSearchParams(request.url.split("?").slice(1).join("?"));
  return askedLocale({ uiLocales: query.get("ui_locales"), mkt: query.get("mkt") });
}

function remembered(request: FastifyRequest, pagesOrigin: string): Locale | undefined {
  const value = cookieValue(request.headers.cookie, cookieName("language", pagesOrigin));
  return locales.find((locale) => locale === value);
}
