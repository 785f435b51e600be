import type { IncomingHttpHeaders } from "node:http";
import { type Clock, systemClock } from "../clock.ts";
import { DoorcodeError } from "../errors.ts";
import { type Connection, connections, http, https } from "./connections.ts";
import { decodeBody } from "./decode-body.ts";
import { isSecure } from "./secure-url.ts";
import { asTransportError, type HttpAnswer, type HttpRequest, type Transport, TransportError } from "./transport.ts";

const largestBody = 1024 * 1024;

/**
 * HTTP with node:http and node:https: global `fetch` takes half of a small program's start time and, on Node.js 20, has
 * no proxy support.
 */
export function nodeTransport(
  options: { ca?: string | string[] | undefined; clock?: Pick<Clock, "sleep"> | undefined } = {},
): Transport {
  const { ca, clock = systemClock } = options;
  const connectionFor = connections(ca);
  return {
    async send(request) {
      const url = new URL(request.url);
      if (!isSecure(url)) {
        throw new DoorcodeError("configuration", {
          detail: `${url.origin} is neither https nor on this machine.`,
          hint: "The issuer's metadata names this address. Check the authority, or contact the issuer's operator.",
        });
      }
      request.signal?.throwIfAborted();
      const connection = await connectionFor(url);
      request.signal?.throwIfAborted();
      return await exchange(url, request, connection, clock);
    },
  };
}

function exchange(
  url: URL,
  request: HttpRequest,
  { options, through }: Connection,
  clock: Pick<Clock, "sleep">,
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = deferred<HttpAnswer>();
  const body = request.body === undefined ? undefined : Buffer.from(request.body);
  const headers: Record<string, string> = {
    accept: "application/json",
    "accept-encoding": "identity",
    ...request.headers,
  };
  if (body) headers["content-length"] = String(body.length);
  const { request: open } = url.protocol === "https:" ? https : http;
  const outgoing = open(url, { method: request.method, headers, ...options });

  const fail = (error: unknown) => {
    reject(error);
    outgoing.destroy();
    // `destroy` does not reach a proxy before there is a socket; see `tunnelAgent`.
    outgoing.emit("abandoned");
  };
  const onAbort = () => fail(request.signal?.reason);
  // For the whole exchange: an issuer that sends one byte per minute hangs, too.
  const over = new AbortController();
  clock.sleep(request.timeoutMs, over.signal).then(
    () => {
      const silent = through && !outgoing.socket ? `the proxy ${through} did not connect to ${url.host}` : undefined;
      const what = silent ?? `${url.host} did not answer${through ? ` through the proxy ${through}` : ""}`;
      fail(new TransportError("timeout", `${what} within ${request.timeoutMs / 1000} s`));
    },
    () => {},
  );
  request.signal?.addEventListener("abort", onAbort, { once: true });

  outgoing.on("error", (error) => fail(asTransportError(error, url, through)));
  outgoing.on("response", (incoming) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestBody) fail(new TransportError("too_large", `${url.host} answered with more than 1 MiB`));
      else chunks.push(chunk);
    });
    incoming.on("error", (error) => fail(asTransportError(error, url, through)));
    incoming.on("end", () => {
      const headers = singleValues(incoming.headers);
      const limits = { host: url.host, largest: largestBody };
      decodeBody(Buffer.concat(chunks), headers["content-encoding"], limits).then(
        (text) => resolve({ status: incoming.statusCode ?? 0, headers, body: text }),
        fail,
      );
    });
  });
  outgoing.end(body);

  return promise.finally(() => {
    over.abort();
    request.signal?.removeEventListener("abort", onAbort);
  });
}

function singleValues(headers: IncomingHttpHeaders): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) single[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return single;
}

/** `Promise.withResolvers`, which Node.js 20 lacks. */
function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
