import { randomUUID } from "node:crypto";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import type { Logger } from "pino";
import { heldBefore, heldMs } from "../oauth/device-authorization/held-polls.ts";
import { isUnavailable, RETRY_SECONDS } from "../storage/store-error.ts";
import type { Metrics } from "./metrics.ts";
import { outcomeOf, routeOf, type Tracing } from "./tracing.ts";

/** The largest legitimate form, of a sign-in page or a token request, is well below this. */
export const BODY_LIMIT = 16 * 1024;

/** A year, the same as the pages send. */
export const STRICT_TRANSPORT = "max-age=31536000; includeSubDomains";

export interface WebAppOptions {
  log: Logger;
  metrics: Pick<Metrics, "observe">;
  /** Undefined: no traces. */
  tracing: Tracing | undefined;
  /** The accepted `Host` values, in lower case. Others get 421 (RFC 9110 §15.5.20), which prevents DNS rebinding. */
  hosts: string[];
  trustedProxies: string[];
  /** Behind a proxy that ends TLS: only requests that it forwards from https are answered. */
  requireForwardedTls: boolean;
  /** True for a name on the network. False for this machine's own name, whose other ports may use http (ASVS 3.4.1). */
  strictTransport: boolean;
}

/** A Fastify instance with everything that applies to every request, whatever its path. */
export function createWebApp(options: WebAppOptions): FastifyInstance {
  const { metrics, trustedProxies } = options;
  const hosts = new Set(options.hosts);
  const app = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    // Fastify's own log lines would contain the URL. Ours are below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    // A request that arrives while the tenant stops is answered like any other (`Listener.close`).
    return503OnClosing: false,
    trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { maxParamLength: 256 },
    // A URL that cannot be decoded. It matched no route, so the response type is unknown.
    frameworkErrors: (_error, _request, reply) => {
      (reply as FastifyReply).status(400).send(plainError(400));
    },
  });

  // Every reply has it from the start, so that they all have one shape (`ReplyWithOutcome`).
  app.decorateReply("outcome", "");
  options.tracing?.traceRequests(app);

  // Hooks of every request are not async: a promise costs more than what they do.
  app.addHook("onRequest", (request, reply, done) => {
    if (!hosts.has((request.headers.host ?? "").toLowerCase()) || !servedOverTls(request)) {
      reply.status(421).header("cache-control", "no-store").send(plainError(421));
      return;
    }
    if (options.strictTransport) reply.header("Strict-Transport-Security", STRICT_TRANSPORT);
    done();
  });
  const servedOverTls = (request: FastifyRequest) => !options.requireForwardedTls || request.protocol === "https";

  app.addHook("onResponse", (request, reply, done) => {
    const route = routeOf(request);
    const held = heldMs(request.raw);
    // A poll that was held before it came here has waited before this time began.
    const ms = Math.max(0, reply.elapsedTime - (heldBefore(request.raw) === undefined ? held : 0));
    metrics.observe(request.method, route, reply.statusCode, outcomeOf(reply), ms / 1000);
    const times = { ms: Math.round(ms), ...(held > 0 && { held_ms: Math.round(held) }) };
    request.log.info({ method: request.method, route, status: reply.statusCode, ...times });
    done();
  });

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error({ err: error, trace_id: request.id }, "a request failed");
    reply.header("cache-control", "no-store");
    if (isUnavailable(error)) reply.header("retry-after", RETRY_SECONDS);
    return reply.status(isUnavailable(error) ? 503 : status).send(plainError(status, request.id));
  });
  return app;
}

/** The issuer origin's response to an unknown path. */
export function answerUnknownPaths(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) => reply.status(404).send(plainError(404)));
}

/** A body that reveals no internals: one sentence, and the ID under which the log has more. */
function plainError(status: number, traceId?: string): Record<string, string> {
  const sentence =
    status === 404
      ? "Not found."
      : status === 421
        ? "This server does not serve that origin."
        : status < 500
          ? "The request is invalid."
          : "Internal server error.";
  const error = status < 500 ? "invalid_request" : "server_error";
  return { error, error_description: sentence, ...(status >= 500 && traceId ? { trace_id: traceId } : {}) };
}
