import { DoorcodeError } from "../errors.ts";

/** Whether a URL's `hostname` is this machine (RFC 6761 §6.3, RFC 5735 §3). */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether a URL's `hostname` is an address that only the local network reaches (RFC 1918, RFC 3927, RFC 4193). */
export function isLocalNetwork(hostname: string): boolean {
  return /^(10\.\d+|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.\d+\.\d+$|^\[f[cd][0-9a-f]{2}:/.test(hostname);
}

/** Whether codes, tokens and passwords may be sent there: https, or http on this machine. */
export function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

/**
 * The origin of a web API that may receive a token. `name` is its name in errors.
 * @throws DoorcodeError `configuration`
 */
export function checkedOrigin(origin: string, name: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url && isSecure(url)) return url.origin;
  throw new DoorcodeError("configuration", {
    detail: `${name} ${unlessPassword(origin)} is neither https nor on this machine.`,
    hint: "Use scheme, host and port, for example https://api.contoso.example.",
  });
}

/**
 * An endpoint that the program names; it may have a query of its own (RFC 6749 §3.2).
 * @throws DoorcodeError `configuration`
 */
export function checkedEndpoint(endpoint: string, name: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url && isSecure(url) && !url.hash && !url.username && !url.password) return url.href;
  throw new DoorcodeError("configuration", {
    detail: `the endpoint ${name} must be an https address without fragment and password.`,
    hint: "Use a complete address, for example https://login.contoso.example/oauth/device.",
  });
}

/**
 * An issuer's address, without a trailing slash.
 * @throws DoorcodeError `configuration`
 */
export function checkedAuthority(authority: string): string {
  if (typeof authority !== "string" || !/^https?:\/\//i.test(authority) || !URL.canParse(authority)) {
    throw new DoorcodeError("configuration", {
      detail: `the authority ${quoted(authority)} is not a URL that begins with https://.`,
      hint: likelyUrl(authority),
    });
  }
  const url = new URL(authority);
  if (url.search || url.hash || url.username || url.password) {
    throw new DoorcodeError("configuration", {
      detail: "the authority must not have a query, fragment or password.",
      hint: url.pathname.includes("@") ? likelyUrl(undefined) : `Without them it is ${url.origin}${url.pathname}`,
    });
  }
  const written = url.href.replace(/\/+$/, "");
  if (isSecure(url)) return written;
  throw new DoorcodeError("configuration", {
    detail: `the authority ${unlessPassword(written)} is not https.`,
    hint: likelyUrl(written.replace(/^http:\/\//, "")),
  });
}

/** Part of a URL may be a password, which a "/" in it moves from before the host into the path. */
const unlessPassword = (url: string) => (url.includes("@") ? "that was given" : url);

const quoted = (text: unknown) =>
  typeof text !== "string" || text.includes("@") ? "that was given" : JSON.stringify(text.slice(0, 200));

function likelyUrl(text: unknown): string {
  const likely = typeof text === "string" && /^[\w.[\]:-]+(\/[^@]*)?$/.test(text) ? `https://${text}` : "";
  if (URL.canParse(likely)) return `Did you mean ${likely}?`;
  return "For example https://contoso.ciamlogin.com/<tenant ID>, or the address that doorcode tenant start prints.";
}
