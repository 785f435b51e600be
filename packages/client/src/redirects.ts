import { DoorcodeError } from "./errors.ts";
import { isLoopback } from "./transport/loopback.ts";
import type { WebExchange } from "./transport/web-exchange.ts";

const most = 20; // as the Fetch standard
/** What must not travel to another origin. */
const ownHeaders = ["authorization", "cookie", "proxy-authorization"];
const elsewhere = new WeakSet<Response>();

/** Whether a redirect led to another origin: from there on no token was shown, not even back at the first. */
export const wentElsewhere = (response: Response): boolean => elsewhere.has(response);

/** A request with a bearer token, redirects followed by hand: the token goes to the first origin and never to another. */
export async function sendFollowing(
  target: URL,
  init: RequestInit,
  { token, exchange }: { token: string; exchange: WebExchange },
): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  const request: RequestInit = { ...init, headers };
  let url = target;
  for (let hops = 0; ; hops++) {
    const response = await exchange(url, request);
    const location = response.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null || init.redirect === "manual") {
      if (!headers.has("authorization")) elsewhere.add(response);
      return response;
    }
    await response.body?.cancel();
    if (init.redirect === "error" || hops === most) {
      const what = hops === most ? "redirects without end" : "redirects, which this call does not allow";
      throw new TypeError(`fetch failed: ${url.origin} ${what}`);
    }
    const next = new URL(location, url);
    if (next.protocol !== "https:" && !(next.protocol === "http:" && isLoopback(next.hostname))) {
      throw new TypeError(
        `fetch failed: ${url.origin} redirects to ${next.protocol}//${next.host}, which is not https`,
      );
    }
    if (next.origin !== url.origin) for (const name of ownHeaders) headers.delete(name);
    redirectMethod(request, response.status, headers);
    url = next;
  }
}

/** Whether the first request that sends this body uses it up. */
export const isStream = (body: unknown): boolean => Symbol.asyncIterator in Object(body);

/** Fetch standard, "HTTP-redirect fetch": 303, and 301 or 302 after POST, become GET without a body. */
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
