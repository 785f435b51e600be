import {
  type Attributes,
  type Context,
  context,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ReplyWithOutcome } from "../oauth/protocol-error.ts";
import type { StoreObserver } from "../storage/store.ts";

/**
 * Spans of OpenTelemetry: requests, operations of the store, signatures, mails. Their attributes come from fixed sets:
 * never a URL, an address, an ID, a body or the text of an error.
 */
export interface Tracing {
  /** A span around each request of the app. Call it before routes are defined. */
  traceRequests(app: FastifyInstance): void;
  store(kind: "sqlite" | "postgres"): StoreObserver;
  /** A span that has just ended, as a child of the request that it was done for. `apart`: of none. */
  ended(name: string, startedAt: number, attributes: Attributes, options?: { error?: unknown; apart?: boolean }): void;
  /** Runs the work outside of the request that caused it. */
  apart<T>(work: () => T): T;
}

/**
 * Undefined if no OpenTelemetry SDK is registered in this process, so that nothing is done at all.
 */
export function createTracing(): Tracing | undefined {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider && provider.getDelegateTracer("") === undefined) return undefined;
  const tracer = trace.getTracer("@doorcode/tenant");
  const ended: Tracing["ended"] = (name, startedAt, attributes, { error, apart = false } = {}) => {
    const options = { startTime: startedAt, attributes, kind: SpanKind.CLIENT };
    const span = tracer.startSpan(name, options, apart ? ROOT_CONTEXT : undefined);
    if (error !== undefined) fail(span, error);
    span.end();
  };
  return {
    traceRequests: (app) => traceRequests(app, tracer),
    store: (kind) => (operation) => {
      const attributes = {
        "db.system.name": kind === "postgres" ? "postgresql" : "sqlite",
        "db.operation.name": operation,
      };
      return (startedAt, retries, error) => {
        const more = retries === 0 ? attributes : { ...attributes, "doorcode.retries": retries };
        ended(operation, startedAt, more, { error });
      };
    },
    ended,
    apart: (work) => context.with(ROOT_CONTEXT, work),
  };
}

/** The class of the error. Its text may quote a value. */
function fail(span: Span, error: unknown): void {
  span.setAttribute("error.type", error instanceof Error ? error.name : "unknown");
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  const spans = new WeakMap<FastifyRequest, { span: Span; inside: Context }>();
  app.addHook("onRequest", (request, _reply, next) => {
    const { method } = request;
    const route = routeOf(request);
    const parent = isFromProxy(request) ? propagation.extract(ROOT_CONTEXT, traceHeadersOf(request)) : ROOT_CONTEXT;
    const attributes = { "http.request.method": method, "http.route": route };
    const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
    const inside = trace.setSpan(parent, span);
    spans.set(request, { span, inside });
    context.with(inside, next);
  });
  // A body is read by events of the connection, which are outside of the request's context.
  app.addHook("preValidation", (request, _reply, next) => {
    context.with(spans.get(request)?.inside ?? context.active(), next);
  });
  app.addHook("onResponse", async (request, reply) => {
    const span = spans.get(request)?.span;
    if (!span) return;
    span.setAttribute("http.response.status_code", reply.statusCode);
    span.setAttribute("doorcode.outcome", outcomeOf(reply));
    if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
}

/**
 * Only a trusted proxy decides which trace a request belongs to, and whether it is recorded: a client could otherwise
 * have all its requests recorded. A proxy that forwards traces forwards addresses, too.
 */
const isFromProxy = ({ ips }: FastifyRequest) => ips !== undefined && ips.length > 1;

function traceHeadersOf({ headers }: FastifyRequest): Record<string, string> {
  const { traceparent, tracestate } = headers;
  return {
    ...(typeof traceparent === "string" && { traceparent }),
    ...(typeof tracestate === "string" && { tracestate }),
  };
}

/** The pattern of the route. An unknown path has none. */
export const routeOf = (request: FastifyRequest) => request.routeOptions.url ?? "unknown";

/** The OAuth error of an endpoint's answer, else the class of the status. */
export function outcomeOf(reply: FastifyReply): string {
  const { outcome } = reply as ReplyWithOutcome;
  if (outcome) return outcome;
  const { statusCode } = reply;
  if (statusCode < 400) return "success";
  if (statusCode === 429) return "rate_limited";
  return statusCode < 500 ? "client_error" : "server_error";
}
