import { DoorcodeError } from "../errors.ts";
import { connections } from "../transport/connections.ts";
import { checkedOrigin, isSecure } from "../transport/secure-url.ts";
import { defaultCa } from "../transport/trusted-roots.ts";
import { type Fetch, nodeFetch } from "./node-fetch.ts";

/** Options of `bearerFetch`. */
export interface BearerFetchOptions {
  /** The only origin that receives the token, for example `https://todo.example`. https, or http on this machine. */
  origin: string;
  /** The access token, or a function that returns a valid one for each request, such as `appToken`. */
  token: string | (() => Promise<string>);
  /** Certificates in PEM to trust in addition to the system's. Default: as in `createClient`. */
  ca?: string | string[];
}

/**
 * Creates a `fetch` that sends a token from elsewhere (a pipe, a secret store), over the same connections as
 * `session.fetch`. The token goes to this one origin only, and is not renewed here.
 * @throws DoorcodeError `configuration`. The returned function throws `origin_not_declared` for any other origin
 * (RFC 6750 §5.3), and a TypeError for a network failure, as `fetch` does.
 * @example
 * ```ts
 * import { bearerFetch } from "@doorcode/client";
 *
 * const call = bearerFetch({ origin: "https://todo.example", token: process.env.TODO_TOKEN ?? "" });
 * const response = await call("https://todo.example/api/todolist");
 * console.log(await response.json());
 * ```
 */
export function bearerFetch(options: BearerFetchOptions): (url: string | URL, init?: RequestInit) => Promise<Response> {
  const { token } = options;
  const origin = checkedOrigin(options.origin, "the origin");
  const fetch = nodeFetch(connections(options.ca ?? defaultCa(origin, process.env)));
  return async (target, init = {}) => {
    const url = new URL(target);
    if (url.origin !== origin) throw new DoorcodeError("origin_not_declared", { detail: `${url.origin}.` });
    return sendFollowing(url, init, { token: typeof token === "string" ? token : await token(), fetch });
  };
}

const most = 20; // As in the Fetch standard.
/** Headers that must not travel to another origin. */
const ownHeaders = ["authorization", "cookie", "proxy-authorization"];
const elsewhere = new WeakSet<Response>();

/** Set by a redirect to another origin: from then on no token is sent, even back at the first origin. */
export const wentElsewhere = (response: Response): boolean => elsewhere.has(response);

/**
 * Sends a request with a bearer token and follows redirects itself: the token goes to the first origin and never to
 * another.
 */
export async function sendFollowing(
  target: URL,
  init: RequestInit,
  { token, fetch }: { token: string; fetch: Fetch },
): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  const request: RequestInit = { ...init, headers };
  let url = target;
  for (let hops = 0; ; hops++) {
    const response = await fetch(url, request);
    const location = response.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null || init.redirect === "manual") {
      if (!headers.has("authorization")) elsewhere.add(response);
      return response;
    }
    await response.body?.cancel();
    if (init.redirect === "error" || hops === most) {
      const what = hops === most ? "redirected too many times" : "redirects, but this call does not allow redirects";
      throw new TypeError(`fetch failed: ${url.origin} ${what}`);
    }
    const next = new URL(location, url);
    if (!isSecure(next)) {
      throw new TypeError(
        `fetch failed: ${url.origin} redirects to ${next.protocol}//${next.host}, which is not https`,
      );
    }
    if (next.origin !== url.origin) for (const name of ownHeaders) headers.delete(name);
    redirectMethod(request, response.status, headers);
    url = next;
  }
}

/** Whether the first request that sends this body consumes it. */
export const isStream = (body: unknown): boolean => Symbol.asyncIterator in Object(body);

/** Fetch standard, "HTTP-redirect fetch": 303, and 301 or 302 after POST, turn into GET without a body. */
function redirectMethod(request: RequestInit, status: number, headers: Headers): void {
  const method = (request.method ?? "GET").toUpperCase();
  const becomesGet = status === 303 ? !["GET", "HEAD"].includes(method) : status <= 302 && method === "POST";
  if (becomesGet) {
    request.method = "GET";
    delete request.body;
    for (const name of ["content-type", "content-length", "content-encoding", "content-language", "content-location"]) {
      headers.delete(name);
    }
  } else if (isStream(request.body)) throw new DoorcodeError("body_not_replayable");
}
