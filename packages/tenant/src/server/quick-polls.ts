import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import proxyAddr from "@fastify/proxy-addr";
import type { TenantConfig } from "../directory/tenant-config.ts";
import { heldMs } from "../oauth/device-authorization/held-polls.ts";
import { holdPlainPoll } from "../oauth/device-authorization/hold-plain-poll.ts";
import { answerFromMemory, type PublicPoll, publicPoll } from "../oauth/device-authorization/known-polls.ts";
import { preferredWait } from "../oauth/device-authorization/prefer-wait.ts";
import { type Form, parseForm } from "../oauth/form.ts";
import type { OAuthContext } from "../oauth/oauth-context.ts";
import { correlationIdOf, errorBody, NOT_CACHED, ProtocolError } from "../oauth/protocol-error.ts";
import { namesOf } from "../oauth/register.ts";
import { TOKEN_PATH } from "../oauth/token-endpoint.ts";
import type { Faults } from "../testing/fault-list.ts";
import { STRICT_TRANSPORT, type WebAppOptions } from "./web-app.ts";

/** A poll is much shorter. Anything longer takes the usual way, which has its own limit. */
const LONGEST_POLL = 2 * 1024;

const NO_FAULTS = { isEmpty: true };

/** Made once: each poll gets the same two answers, with its own IDs. */
const ANSWERS = { pending: new ProtocolError("pending"), slow_down: new ProtocolError("slow_down") };

/**
 * Answers polls of grants that are known to wait before the web framework sees them, because they are most of a
 * tenant's requests, and holds those that ask for it, because most of them wait. Only a plain poll qualifies; every
 * other request, and every poll whose answer must be read, goes to `next` unchanged. The rules are the same functions
 * that `next` uses.
 */
export function quickPolls(
  ctx: OAuthContext,
  options: WebAppOptions,
  next: RequestListener,
  faults: Pick<Faults, "isEmpty"> = NO_FAULTS,
): RequestListener {
  // A span begins before the body is read.
  if (options.tracing) return next;
  const paths = new Set(namesOf(ctx.config).map((name) => TOKEN_PATH.replace(":tenant", name)));
  const hosts = new Set(options.hosts);
  const addresses = addressesOf(ctx.config);

  const qualifies = ({ method, url, headers, socket }: IncomingMessage): boolean =>
    method === "POST" &&
    paths.has(url!) &&
    headers["content-type"] === "application/x-www-form-urlencoded" &&
    Number(headers["content-length"]) > 0 &&
    Number(headers["content-length"]) <= LONGEST_POLL &&
    (headers.prefer === undefined || preferredWait(headers.prefer) > 0) &&
    headers.expect === undefined &&
    hosts.has((headers.host ?? "").toLowerCase()) &&
    (!options.requireForwardedTls || addresses.cameOverTls(headers["x-forwarded-proto"], socket as TLSSocket));

  /** The poll that this request is, if it may be answered here. */
  const pollOf = (request: IncomingMessage, body: string): PublicPoll | undefined => {
    const poll = publicPoll(formOf(body), request.headers.authorization);
    return poll && admits(request, poll) ? poll : undefined;
  };

  /** True if the request has its answer. */
  const hold = async (request: IncomingMessage, response: ServerResponse, poll: PublicPoll): Promise<boolean> => {
    const startedAt = performance.now();
    const end = await holdPlainPoll(ctx, poll, { request, response, ip: addresses.of(request) }).catch(
      // The store's error is answered as usual.
      (error: unknown): "usual" => {
        ctx.log.debug({ err: error }, "a poll is not held");
        return "usual";
      },
    );
    if (end === "usual") return false;
    if (end !== "gone") send(request, response, ANSWERS[end.answer], startedAt, end.applied);
    return true;
  };

  const admits = (request: IncomingMessage, { clientId }: PublicPoll): boolean =>
    ctx.refusedRequests.admits({ ip: addresses.of(request), clientId });

  const send = (
    request: IncomingMessage,
    response: ServerResponse,
    error: ProtocolError,
    startedAt: number,
    applied?: number,
  ) => {
    const ids = { traceId: randomUUID(), correlationId: correlationIdOf(request) };
    const body = JSON.stringify(errorBody(error, ids, ctx.clock));
    response.writeHead(error.status, {
      ...(options.strictTransport && { "Strict-Transport-Security": STRICT_TRANSPORT }),
      ...NOT_CACHED,
      ...(applied !== undefined && { "preference-applied": `wait=${applied}`, vary: "Prefer" }),
      "client-request-id": ids.correlationId,
      "content-type": "application/json; charset=utf-8",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
    response.once("close", () => {
      const held = heldMs(request);
      const ms = Math.max(0, performance.now() - startedAt - held);
      options.metrics.observe("POST", TOKEN_PATH, error.status, error.error, ms / 1_000);
      const times = { ms: Math.round(ms), ...(held > 0 && { held_ms: Math.round(held) }) };
      const line = { method: "POST", route: TOKEN_PATH, status: error.status, ...times };
      if (ctx.log.isLevelEnabled("info")) ctx.log.info({ reqId: ids.traceId, ...line });
    });
  };

  return (request, response) => {
    // A fault of the tester may be for this request, which only the web framework knows.
    if (!faults.isEmpty || !qualifies(request)) return next(request, response);
    const startedAt = performance.now();
    whole(request, (body) => {
      if (body === undefined) return next(request, response);
      const passOn = () => {
        // Before the end of the request was announced, its body can still be put back.
        request.unshift(body);
        next(request, response);
      };
      const poll = pollOf(request, body.toString("utf8"));
      if (!poll) return passOn();
      if (request.headers.prefer !== undefined) {
        return void hold(request, response, poll).then((done) => (done ? request.resume() : passOn()));
      }
      const known = answerFromMemory(ctx, poll);
      if (!known) return passOn();
      send(request, response, ANSWERS[known], startedAt);
      request.resume();
    });
  };
}

/** The body of a request, as soon as it is there. Undefined if it ends early: then nothing was taken. */
function whole(request: IncomingMessage, use: (body: Buffer | undefined) => unknown): void {
  const length = Number(request.headers["content-length"]);
  const read = () => {
    if (request.readableLength < length) {
      if (request.complete || request.destroyed) done(undefined);
      return;
    }
    done(request.read(length) as Buffer);
  };
  const gone = () => done(undefined);
  const done = (body: Buffer | undefined) => {
    request.off("readable", read).off("close", gone);
    use(body);
  };
  request.on("readable", read).on("close", gone);
}

function formOf(body: string): Form | undefined {
  try {
    return parseForm(body);
  } catch {
    return undefined;
  }
}

/** As Fastify reads them, with the same library. */
function addressesOf({ trustedProxies }: Pick<TenantConfig, "trustedProxies">) {
  const trusts = trustedProxies.length > 0 ? proxyAddr.compile(trustedProxies) : undefined;
  return {
    of: (request: IncomingMessage): string =>
      (trusts ? proxyAddr(request, trusts) : request.socket.remoteAddress) ?? "",
    cameOverTls: (forwarded: string | string[] | undefined, { remoteAddress, encrypted }: TLSSocket): boolean =>
      encrypted ? forwarded === undefined : trusts?.(remoteAddress ?? "", 0) === true && forwarded === "https",
  };
}
