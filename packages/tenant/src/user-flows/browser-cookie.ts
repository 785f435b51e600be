import { timingSafeEqual } from "node:crypto";
import { deriveKey, hashSecret, keyedHash, newSecret, type SealKey } from "../tokens/seal.ts";

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
export function cookieName(pagesOrigin: string): string {
  const { protocol, port } = new URL(pagesOrigin);
  const name = port === "" ? "doorcode_session" : `doorcode_session_${port}`;
  return protocol === "https:" ? `__Host-${name}` : name;
}

export function freshCookie(): BrowserCookie {
  return { value: newSecret(), fresh: true };
}

/** What the browser sent, when it has the form of ours (RFC 6265 §4.2). Of two with our name the first is the more specific. */
export function readCookie(header: string | undefined, pagesOrigin: string): BrowserCookie | undefined {
  const prefix = `${cookieName(pagesOrigin)}=`;
  const pair = (header ?? "").split(/; */).find((one) => one.startsWith(prefix));
  const value = pair?.slice(prefix.length);
  return value !== undefined && /^[\w-]{43}$/.test(value) ? { value, fresh: false } : undefined;
}

export function setCookieHeader(browser: BrowserCookie, pagesOrigin: string): string {
  const secure = new URL(pagesOrigin).protocol === "https:" ? "; Secure" : "";
  const kept = browser.maxAgeMs === undefined ? "" : `; Max-Age=${Math.floor(browser.maxAgeMs / 1_000)}`;
  return `${cookieName(pagesOrigin)}=${browser.value}; Path=/; HttpOnly; SameSite=Lax${secure}${kept}`;
}

export function sessionIdOf(browser: BrowserCookie): string {
  return hashSecret(browser.value);
}

/** Belongs to this cookie and no other, so it ends with it at sign-in and sign-out. */
export function csrfTokenOf(browser: BrowserCookie, sealKey: SealKey): string {
  return keyedHash(deriveKey(sealKey, "csrf token"), browser.value);
}

export function isCsrfTokenOf(browser: BrowserCookie, sealKey: SealKey, sent: string): boolean {
  const expected = Buffer.from(csrfTokenOf(browser, sealKey));
  const given = Buffer.from(sent);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
