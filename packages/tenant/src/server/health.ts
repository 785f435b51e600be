import type { FastifyInstance, FastifyRequest } from "fastify";
import { isLoopbackAddress } from "../kernel/ip-address.ts";
import { withTimeout } from "../kernel/time.ts";
import type { Store } from "../storage/store.ts";
import type { Metrics } from "./metrics.ts";

/** A balancer gives up after a few seconds: a store that hangs is told before. */
const READY_WITHIN = 2_000;

/** `/healthz` (the process answers), `/readyz` (its store does too) and, to this machine only, `/metrics`. */
export function registerHealth(app: FastifyInstance, store: Store, metrics: Metrics): void {
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
    return reply
      .headers({ "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" })
      .send(metrics.text());
  });
}

/** A proxy on this machine that does not say for whom it asks may ask for anybody. */
function isFromThisMachine({ ip, headers }: FastifyRequest): boolean {
  const proxied = headers["x-forwarded-proto"] !== undefined && headers["x-forwarded-for"] === undefined;
  return isLoopbackAddress(ip) && !proxied;
}
