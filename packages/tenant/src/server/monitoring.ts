import type { FastifyInstance, FastifyRequest } from "fastify";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { isLoopbackAddress } from "../kernel/ip-address.ts";
import { withTimeout } from "../kernel/time.ts";
import type { Store } from "../storage/store.ts";

/** A balancer gives up after a few seconds; a store that hangs is reported before that. */
const READY_WITHIN = 2_000;

/** Seconds. The shortest is about a poll that is answered from one prepared read. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const DURATION = "doorcode_http_request_duration_seconds";
const LABELS = ["method", "route", "status"] as const;

/** The requests that one tenant has answered. */
export interface Metrics {
  /** `route`: the pattern of the route, never the URL, which has no bound. */
  observe(method: string, route: string, status: number, seconds: number): void;
  /** All metrics in Prometheus' text format. */
  text(): Promise<string>;
  contentType: string;
}

/**
 * Metrics in a registry of their own, because a process may run several tenants.
 *
 * @param mailsTaken read when the metrics are: mails of the hour that runs, by share
 */
export function createMetrics(mailsTaken?: () => Promise<{ share: string; taken: number }[]>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const durations = new Histogram({
    name: DURATION,
    help: "Time from the request to the end of its answer.",
    labelNames: LABELS,
    buckets: BUCKETS,
    registers,
  });
  // Both counters are in the histogram, so a request costs one observation: they are filled when they are read.
  const filledFrom = (part: "_count" | "_sum") =>
    async function collect(this: Counter<(typeof LABELS)[number]>) {
      this.reset();
      for (const { metricName, labels, value } of (await durations.get()).values) {
        if (metricName === `${DURATION}${part}`) this.inc(labels, value);
      }
    };
  new Counter({
    name: "doorcode_http_requests_total",
    help: "Requests answered.",
    labelNames: LABELS,
    registers,
    collect: filledFrom("_count"),
  });
  new Counter({
    name: "doorcode_http_request_seconds_total",
    help: "Time spent on them.",
    labelNames: LABELS,
    registers,
    collect: filledFrom("_sum"),
  });
  if (mailsTaken) {
    new Gauge({
      name: "doorcode_mails_this_hour",
      help: "Mails that were asked for in the hour that runs, those beyond the tenant's limit included.",
      labelNames: ["share"],
      registers,
      async collect() {
        for (const { share, taken } of await mailsTaken()) this.set({ share }, taken);
      },
    });
  }
  return {
    observe: (method, route, status, seconds) => durations.observe({ method, route, status }, seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** `/healthz` (the process answers), `/readyz` (its store does too) and, to this machine only, `/metrics`. */
export function registerMonitoring(app: FastifyInstance, store: Store, metrics: Metrics): void {
  app.get("/healthz", async (_request, reply) => reply.header("cache-control", "no-store").send({ status: "ok" }));

  app.get("/readyz", async (request, reply) => {
    reply.header("cache-control", "no-store");
    try {
      await withTimeout(READY_WITHIN, store.ping());
      return reply.send({ status: "ok" });
    } catch (error) {
      request.log.warn({ err: error }, "the store does not answer");
      return reply.status(503).send({ status: "store_unreachable" });
    }
  });

  app.get("/metrics", async (request, reply) => {
    if (!isFromThisMachine(request)) return reply.callNotFound();
    reply.headers({ "content-type": metrics.contentType, "cache-control": "no-store" });
    return reply.send(await metrics.text());
  });
}

/** A proxy on this machine that does not say for whom it asks may ask for anybody. */
function isFromThisMachine({ ip, headers }: FastifyRequest): boolean {
  const proxied = headers["x-forwarded-proto"] !== undefined && headers["x-forwarded-for"] === undefined;
  return isLoopbackAddress(ip) && !proxied;
}
