import type { FastifyRequest } from "fastify";
import { hashSecret, newSecret } from "../kernel/seal.ts";
import { type Locale, locales } from "../ui/i18n/languages.ts";
import { acceptedLocale, askedLocale } from "../ui/i18n/locale.ts";

/** The browser's secret. The session's identity is its hash; the secret itself is stored nowhere but in the browser. */
export interface BrowserCookie {
  value: string;
  /** Not in the browser yet: the answer sets it. */
  fresh: boolean;
  /** Kept by the browser beyond its own end for this long; undefined: until the browser is closed. */
  maxAgeMs?: number;
}

/**
 * Cookies know no ports, so tenants side by side on one host would overwrite each other's: the name carries the port.
 * `__Host-` needs Secure, which Safari refuses on http://localhost.
 */
export function cookieName(what: "session" | "language", pagesOrigin: string): string {
  const { protocol, port } = new URL(pagesOrigin);
  const name = port === "" ? `doorcode_${what}` : `doorcode_${what}_${port}`;
  return protocol === "https:" ? `__Host-${name}` : name;
}

export function freshCookie(): BrowserCookie {
  return { value: newSecret(), fresh: true };
}

/** Of two with one name the first is the more specific (RFC 6265 §4.2, §5.4). */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  const pair = (header ?? "").split(/; */).find((one) => one.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

/** What the browser sent, when it has the form of ours. */
export function readCookie(header: string | undefined, pagesOrigin: string): BrowserCookie | undefined {
  const value = cookieValue(header, cookieName("session", pagesOrigin));
  return value !== undefined && /^[\w-]{43}$/.test(value) ? { value, fresh: false } : undefined;
}

export function setCookieHeader(browser: BrowserCookie, pagesOrigin: string): string {
  const kept = browser.maxAgeMs === undefined ? "" : `; Max-Age=${Math.floor(browser.maxAgeMs / 1_000)}`;
  return `${cookieName("session", pagesOrigin)}=${browser.value}; ${cookieAttributes(pagesOrigin)}${kept}`;
}

/** What every cookie of ours is set with. */
export function cookieAttributes(pagesOrigin: string): string {
  const secure = new URL(pagesOrigin).protocol === "https:" ? "; Secure" : "";
  return `Path=/; HttpOnly; SameSite=Lax${secure}`;
}

export function sessionIdOf(browser: BrowserCookie): string {
  return hashSecret(browser.value);
}

const A_YEAR = 365 * 24 * 60 * 60;

/**
 * The language a browser is answered in: what the address of a page asks for, or what it asked for before, or what the
 * browser prefers. Read from the request alone, so that the earliest error page has it too.
 */
export function localeOf(request: FastifyRequest, pagesOrigin: string): Locale {
  return inAddress(request) ?? remembered(request, pagesOrigin) ?? acceptedLocale(request.headers["accept-language"]);
}

/** The Set-Cookie that keeps what the address asks for for the next pages. It holds two letters and no secret. */
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
