import { DoorcodeError } from "../errors.ts";

/** Whether a URL's `hostname` names this machine (RFC 6761 §6.3, RFC 5735 §3). */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether codes, tokens and passwords may go there: https, or http on this machine. */
export function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

/**
 * The origin of a web API that may have a token. `name` is what the error calls it.
 * @throws DoorcodeError `configuration`
 */
export function checkedOrigin(origin: string, name: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url && isSecure(url)) return url.origin;
  throw new DoorcodeError("configuration", { detail: `${name} ${origin} is not https, and not on this machine.` });
}

/**
 * An endpoint that the program names; it may have a query of its own (RFC 6749 §3.2).
 * @throws DoorcodeError `configuration`
 */
export function checkedEndpoint(endpoint: string, name: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url && isSecure(url) && !url.hash && !url.username && !url.password) return url.href;
  throw new DoorcodeError("configuration", {
    detail: `the endpoint \`${name}\` is no address with https, without fragment and password.`,
  });
}

/**
 * An issuer's address without a slash at its end.
 * @throws DoorcodeError `configuration`
 */
export function checkedAuthority(authority: string): string {
  if (typeof authority !== "string" || !URL.canParse(authority)) {
    throw new DoorcodeError("configuration", { detail: "`authority` is not a URL." });
  }
  const url = new URL(authority);
  if (!isSecure(url)) throw new DoorcodeError("configuration", { detail: `the authority ${url.origin} is not https.` });
  if (url.search || url.hash || url.username || url.password) {
    throw new DoorcodeError("configuration", {
      detail: "`authority` is an address without query, fragment or password.",
    });
  }
  return url.href.replace(/\/+$/, "");
}
