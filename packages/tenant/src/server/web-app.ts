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
import type { Metrics } from "./monitoring.ts";

/** The largest legitimate form, a sign-in page's or a token request's, is well below. */
const BODY_LIMIT = 16 * 1024;

/** A year, as the pages say it too. */
const STRICT_TRANSPORT = "max-age=31536000; includeSubDomains";

export interface WebAppOptions {
  log: Logger;
  metrics: Metrics;
  /** `Host` values that are answered, lower case; every other gets 421 (RFC 9110 §15.5.20), which ends DNS rebinding. */
  hosts: string[];
  trustedProxies: string[];
  /** Behind a proxy that ends TLS: only what it forwards from https is answered. */
  requireForwardedTls: boolean;
  /** A name on the network, and not this machine's own, whose other ports may speak http (ASVS 3.4.1). */
  strictTransport: boolean;
}

/** A Fastify instance with what holds for every request, whatever its path. */
export function createWebApp(options: WebAppOptions): FastifyInstance {
  const { metrics, trustedProxies } = options;
  const hosts = new Set(options.hosts);
  const app = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    // Its own lines would hold the URL; ours are below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { maxParamLength: 256 },
    // A URL that cannot be decoded; it has matched no route, so no reply type is known.
    frameworkErrors: (_error, _request, reply) => {
      (reply as FastifyReply).status(400).send(plainError(400));
    },
  });

  app.addHook("onRequest", async (request, reply) => {
    if (hosts.has((request.headers.host ?? "").toLowerCase()) && servedOverTls(request)) {
      if (options.strictTransport) reply.header("Strict-Transport-Security", STRICT_TRANSPORT);
      return;
    }
    return reply.status(421).header("cache-control", "no-store").send(plainError(421));
  });
  const servedOverTls = (request: FastifyRequest) => !options.requireForwardedTls || request.protocol === "https";

  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    metrics.observe(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    request.log.info({ method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) });
  });

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error({ err: error, trace_id: request.id }, "a request failed");
    return reply.status(status).header("cache-control", "no-store").send(plainError(status, request.id));
  });
  return app;
}

/** The issuer origin's answer to a path it does not know. */
export function answerUnknownPaths(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) => reply.status(404).send(plainError(404)));
}

/** A body that tells nothing of the inside: a sentence, and the id under which the log has more. */
function plainError(status: number, traceId?: string): Record<string, string> {
  const sentence =
    status === 404
      ? "There is nothing at this address."
      : status === 421
        ? "This server does not answer for that origin."
        : status < 500
          ? "The request could not be understood."
          : "Something failed on the server.";
  const error = status < 500 ? "invalid_request" : "server_error";
  return { error, error_description: sentence, ...(status >= 500 && traceId ? { trace_id: traceId } : {}) };
}
