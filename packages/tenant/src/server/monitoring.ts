import type { RequestListener } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { isLoopbackAddress } from "../kernel/ip-address.ts";
import { type Health, isReady, type Readiness } from "./health.ts";
import { bind, type Listener } from "./listeners.ts";
import type { Metrics } from "./metrics.ts";

/** Where `/metrics`, `/healthz` and `/readyz` answer apart from the public origin. */
export interface MonitoringOptions {
  /** The address to listen on. Default: `127.0.0.1`. Metrics are readable by everyone who reaches it. */
  host?: string;
  /** The port, over http; 0 selects a free one. */
  port: number;
}

/** What monitoring shows of a tenant. */
export interface Monitored {
  health: Pick<Health, "check">;
  metrics: Pick<Metrics, "text" | "contentType">;
}

const NO_STORE = { "cache-control": "no-store" };
const ALIVE = { status: "ok" };
const statusOf = (readiness: Readiness) => (isReady(readiness) ? 200 : 503);

/**
 * `/healthz` (the process responds) and `/readyz` (it can serve requests). `metrics: "loopback"` adds `/metrics`, for
 * this machine only.
 */
export function registerMonitoring(
  app: FastifyInstance,
  { health, metrics }: Monitored,
  options: { metrics: "loopback" | "elsewhere" },
): void {
  app.get("/healthz", async (_request, reply) => reply.headers(NO_STORE).send(ALIVE));

  app.get("/readyz", async (_request, reply) => {
    const readiness = await health.check();
    return reply.status(statusOf(readiness)).headers(NO_STORE).send(readiness);
  });

  if (options.metrics === "elsewhere") return;
  app.get("/metrics", async (request, reply) => {
    if (!isFromThisMachine(request)) return reply.callNotFound();
    reply.headers({ "content-type": metrics.contentType, ...NO_STORE });
    return reply.send(await metrics.text());
  });
}

/** A proxy on this machine that does not forward the caller's address may forward for anyone. */
function isFromThisMachine({ ip, headers }: FastifyRequest): boolean {
  const proxied = headers["x-forwarded-proto"] !== undefined && headers["x-forwarded-for"] === undefined;
  return isLoopbackAddress(ip) && !proxied;
}

/** The listener for monitoring alone. It answers before the tenant has started, and until it has stopped. */
export async function openMonitoring(options: MonitoringOptions, monitored: Monitored): Promise<Listener> {
  const { host = "127.0.0.1", port } = options;
  const listener = await bind({ addresses: [host], port, certificate: null, flag: "monitoring.port" });
  listener.serve(monitoringHandler(monitored));
  return listener;
}

function monitoringHandler({ health, metrics }: Monitored): RequestListener {
  const json = (body: unknown) => ({ type: "application/json; charset=utf-8", text: JSON.stringify(body) });
  async function answerOf(path: string) {
    if (path === "/healthz") return { status: 200, ...json(ALIVE) };
    if (path === "/metrics") return { status: 200, type: metrics.contentType, text: await metrics.text() };
    if (path !== "/readyz") return { status: 404, ...json({ error: "not_found" }) };
    const readiness = await health.check();
    return { status: statusOf(readiness), ...json(readiness) };
  }
  return (request, response) => {
    const send = (status: number, headers: Record<string, string>, text = "") =>
      response.writeHead(status, { ...NO_STORE, ...headers }).end(request.method === "HEAD" ? undefined : text);
    if (request.method !== "GET" && request.method !== "HEAD") {
      send(405, { allow: "GET, HEAD" });
      return;
    }
    answerOf(request.url?.split("?")[0] ?? "").then(
      ({ status, type, text }) => send(status, { "content-type": type }, text),
      () => send(500, {}),
    );
  };
}
