import type { App } from "../../directory/entities.ts";

/**
 * Where an answer arrives: at a program on the person's own computer (RFC 8252 §7.3), on a web site, or in an app that
 * claims a scheme of its own (§7.1).
 */
export type RedirectKind = "loopback" | "web" | "app";

/** `http` on this computer: host, port, and all that follows. */
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?([/?].*)?$/;

/** Schemes beside https that lead to no app of the person's: they run, show or read something, or belong to the web. */
const NO_APP = new Set([
  ...["http:", "ws:", "wss:", "ftp:", "file:", "filesystem:", "data:", "blob:", "about:"],
  ...["javascript:", "vbscript:", "view-source:", "mailto:", "tel:"],
]);

const LONGEST = 2_048;

/** Undefined for what no answer is ever sent to, whoever registered it: a fragment (RFC 6749 §3.1.2), a user, http elsewhere. */
export function redirectKind(uri: string): RedirectKind | undefined {
  if (uri.length > LONGEST || !/^[\x21-\x7e]+$/.test(uri) || /[#\\]/.test(uri) || !URL.canParse(uri)) return undefined;
  const { protocol, username, password } = new URL(uri);
  if (username !== "" || password !== "") return undefined;
  if (protocol === "https:") return "web";
  if (LOOPBACK.test(uri)) return "loopback";
  return NO_APP.has(protocol) ? undefined : "app";
}

/**
 * Whether the app has registered it, character by character (RFC 9700 §2.1); but for the port of a loopback redirect,
 * which a program gets from its system when it starts (RFC 8252 §7.3).
 */
export function isRegistered(app: Pick<App, "redirectUris">, uri: string): boolean {
  if (redirectKind(uri) === undefined) return false;
  return app.redirectUris.some((registered) => withoutPort(registered) === withoutPort(uri));
}

/** The port of a loopback redirect left out; an empty path and `/` are one (RFC 3986 §6.2.3). Any other URI as it is. */
function withoutPort(uri: string): string {
  const loopback = LOOPBACK.exec(uri);
  if (!loopback) return uri;
  const [, host, rest = ""] = loopback;
  return `http://${host}${rest.startsWith("/") ? rest : `/${rest}`}`;
}

/** What to register so that `uri` is registered: without the port that a program gets from its system when it starts. */
export function registrable(uri: string): string {
  const loopback = LOOPBACK.exec(uri);
  if (!loopback) return uri;
  const [, host, rest = ""] = loopback;
  return `http://${host}${rest === "/" ? "" : rest}`;
}

/** What a page says of where it leads: a web site's host, in its ASCII form. */
export function hostOf(uri: string): string | null {
  return redirectKind(uri) === "web" ? new URL(uri).host : null;
}

/**
 * A page's Content-Security-Policy can name it. None can name an IPv6 address (CSP Level 3 §2.3.1), so that no form may
 * lead there.
 */
export function formMayLeadTo(uri: string): boolean {
  return !uri.startsWith("http://[");
}
