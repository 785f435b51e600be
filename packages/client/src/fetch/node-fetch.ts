import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import { type ConnectionFor, http, https } from "../transport/connections.ts";
import { isProxyError } from "../transport/transport.ts";

/** One `fetch` request; redirects are not followed. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

/** Statuses whose Response has no body (Fetch standard, "null body status"). */
const withoutBody = [101, 103, 204, 205, 304];

/**
 * `fetch` for one hop, over the same connections as the issuer's requests: global `fetch` has no CA option and, on
 * Node.js 20, no proxy support. It fails as fetch does: with a TypeError that has a cause.
 */
export function nodeFetch(connectionFor: ConnectionFor): Fetch {
  return async (url, init) => {
    init.signal?.throwIfAborted();
    const isStream = init.body instanceof ReadableStream;
    const request = new Request(url, {
      ...init,
      redirect: "manual",
      ...(isStream && { duplex: "half" }),
    } as RequestInit);
    // Not sent, so that answers come uncompressed.
    const headers: OutgoingHttpHeaders = { accept: "*/*", "accept-encoding": "identity" };
    for (const [name, value] of request.headers) headers[name] = value;
    const body = request.body && !isStream ? Buffer.from(await request.arrayBuffer()) : undefined;
    if (body) headers["content-length"] = body.length;
    const { options } = await connectionFor(url);
    const { request: open } = url.protocol === "https:" ? https : http;
    const outgoing = open(url, { method: request.method, headers, ...options });
    const incoming = await answerOf(outgoing, init.signal ?? undefined, () => {
      if (isStream && request.body) Readable.fromWeb(request.body as never).pipe(outgoing);
      else outgoing.end(body);
    });
    return asResponse(incoming, url);
  };
}

function answerOf(
  outgoing: ClientRequest,
  signal: AbortSignal | undefined,
  send: () => void,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      reject(error);
      outgoing.destroy(error instanceof Error ? error : undefined);
      // `destroy` does not reach a proxy before there is a socket; see `tunnelAgent`.
      outgoing.emit("abandoned");
    };
    const onAbort = () => fail(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    outgoing.on("close", () => signal?.removeEventListener("abort", onAbort));
    outgoing.on("error", (cause) => {
      const proxy = isProxyError(cause) ? `: ${cause.message}` : "";
      reject(new TypeError(`fetch failed${proxy}`, { cause }));
    });
    outgoing.on("response", resolve);
    send();
  });
}

function asResponse(incoming: IncomingMessage, url: URL): Response {
  const { statusCode: status = 0, statusMessage: statusText = "", rawHeaders } = incoming;
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  const empty = withoutBody.includes(status);
  if (empty) incoming.resume();
  const body = empty ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
  const response = new Response(body, { status, statusText, headers });
  // A Response from a constructor has no URL.
  Object.defineProperty(response, "url", { value: url.href });
  return response;
}
