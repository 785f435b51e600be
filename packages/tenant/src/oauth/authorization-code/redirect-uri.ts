import type { App } from "../../directory/entities.ts";

/**
 * Where the response is sent: to a program on the user's own computer (RFC 8252 §7.3), to a website, or to an app that
 * claims its own scheme (§7.1).
 */
export type RedirectKind = "loopback" | "web" | "app";

/** `http` on this computer: host, port and the rest. */
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?([/?].*)?$/;

/**
 * Schemes other than https that do not open an app of the user: they run, show or read something, or belong to the web.
 */
const NO_APP = new Set([
  ...["http:", "ws:", "wss:", "ftp:", "file:", "filesystem:", "data:", "blob:", "about:"],
  ...["javascript:", "vbscript:", "view-source:", "mailto:", "tel:"],
]);

const LONGEST = 2_048;

/**
 * Undefined if no response can ever be sent there, even if it is registered: URIs with a fragment (RFC 6749 §3.1.2) or
 * a user, and http elsewhere.
 */
export function redirectKind(uri: string): RedirectKind | undefined {
  if (uri.length > LONGEST || !/^[\x21-\x7e]+$/.test(uri) || /[#\\]/.test(uri) || !URL.canParse(uri)) return undefined;
  const { protocol, username, password } = new URL(uri);
  if (username !== "" || password !== "") return undefined;
  if (protocol === "https:") return "web";
  if (LOOPBACK.test(uri)) return "loopback";
  return NO_APP.has(protocol) ? undefined : "app";
}

/**
 * Whether the app has registered it, character by character (RFC 9700 §2.1). The port of a loopback redirect is
 * ignored, because the operating system assigns it when the program starts (RFC 8252 §7.3).
 */
export function isRegistered(app: Pick<App, "redirectUris">, uri: string): boolean {
  if (redirectKind(uri) === undefined) return false;
  return app.redirectUris.some((registered) => withoutPort(registered) === withoutPort(uri));
}

/**
 * Removes the port of a loopback redirect, and treats an empty path as `/` (RFC 3986 §6.2.3). Other URIs stay
 * unchanged.
 */
function withoutPort(uri: string): string {
  const loopback = LOOPBACK.exec(uri);
  if (!loopback) return uri;
  const [, host, rest = ""] = loopback;
  return `http://${host}${rest.startsWith("/") ? rest : `/${rest}`}`;
}

/** The URI to register for `uri`: without the port that the operating system assigns. */
export function registrable(uri: string): string {
  const loopback = LOOPBACK.exec(uri);
  if (!loopback) return uri;
  const [, host, rest = ""] = loopback;
  return `http://${host}${rest === "/" ? "" : rest}`;
}

/** The destination as a page shows it: a website's host, in its ASCII form. */
export function hostOf(uri: string): string | null {
  return redirectKind(uri) === "web" ? new URL(uri).host : null;
}

/**
 * Whether a Content-Security-Policy can name it. It cannot name an IPv6 address (CSP Level 3 §2.3.1), so no form can be
 * sent to one.
 */
export function formMayLeadTo(uri: string): boolean {
  return !uri.startsWith("http://[");
}
