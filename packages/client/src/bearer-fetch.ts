import { DoorcodeError } from "./errors.ts";
import { defaultCa } from "./local-ca.ts";
import { sendFollowing } from "./redirects.ts";
import { connections } from "./transport/connections.ts";
import { isLoopback } from "./transport/loopback.ts";
import { webExchange } from "./transport/web-exchange.ts";

export interface BearerFetchOptions {
  /** The one origin that may have the token; https, or http on this machine. */
  origin: string;
  /** Or what gives one that is good now, at each request: `appToken`. */
  token: string | (() => Promise<string>);
  /** Certificates in PEM to trust beside the system's; by default as `createClient` has it. */
  ca?: string | string[];
}

/**
 * `fetch` with a token that came from elsewhere (a pipe, a secret store), by the same connections as `session.fetch`:
 * it goes to the one origin and no further, and is renewed by nobody but its giver.
 * @throws DoorcodeError `configuration`, `origin_not_declared`
 */
export function bearerFetch(options: BearerFetchOptions): (url: string | URL, init?: RequestInit) => Promise<Response> {
  const { origin, token } = options;
  const own = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!own || !(own.protocol === "https:" || (own.protocol === "http:" && isLoopback(own.hostname)))) {
    throw new DoorcodeError("configuration", { detail: `the origin ${origin} is not https, and not on this machine.` });
  }
  const exchange = webExchange(connections(options.ca ?? defaultCa(own.origin, process.env)));
  return async (target, init = {}) => {
    const url = new URL(target);
    if (url.origin !== own.origin) throw new DoorcodeError("origin_not_declared", { detail: `${url.origin}.` });
    return sendFollowing(url, init, { token: typeof token === "string" ? token : await token(), exchange });
  };
}
