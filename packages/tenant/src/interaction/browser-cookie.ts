import { timingSafeEqual } from "node:crypto";
import { deriveKey, hashSecret, keyedHash, newSecret, type SealKey } from "../kernel/seal.ts";

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

/** Belongs to this cookie and no other, so it ends with it at sign-in and sign-out. */
export function csrfTokenOf(browser: BrowserCookie, sealKey: SealKey): string {
  return keyedHash(deriveKey(sealKey, "csrf token"), browser.value);
}

export function isCsrfTokenOf(browser: BrowserCookie, sealKey: SealKey, sent: string): boolean {
  const expected = Buffer.from(csrfTokenOf(browser, sealKey));
  const given = Buffer.from(sent);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
