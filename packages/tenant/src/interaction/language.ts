import type { FastifyRequest } from "fastify";
import { type Locale, locales } from "../ui/i18n/languages.ts";
import { acceptedLocale, askedLocale } from "../ui/i18n/locale.ts";
import { cookieAttributes, cookieName, cookieValue } from "./browser-cookie.ts";

const A_YEAR = 365 * 24 * 60 * 60;

/**
 * The language a browser is answered in: what the address of a page asks for, or what it asked for before, or what the
 * browser prefers. Read from the request alone, so that an error before anything else is told in it too.
 */
export function localeOf(request: FastifyRequest, pagesOrigin: string): Locale {
  return inAddress(request) ?? remembered(request, pagesOrigin) ?? acceptedLocale(request.headers["accept-language"]);
}

/** The Set-Cookie that keeps what the address asks for through the rest of the walk. It holds two letters and no secret. */
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
