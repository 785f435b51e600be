import type { MailObserver } from "../mail/mail-queue.ts";
import type { SigningKeys } from "../oauth/tokens/key-ring.ts";
import type { Store, StoreObserver } from "../storage/store.ts";
import { createHealth, type Health } from "./health.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createTracing, type Tracing } from "./tracing.ts";

/** Everything that watches one tenant: its health, metrics, and traces if an OpenTelemetry SDK is registered. */
export interface Observation {
  health: Health;
  metrics: Metrics;
  tracing: Tracing | undefined;
  store(kind: Store["kind"]): StoreObserver;
  mail: MailObserver;
  signing(keys: SigningKeys): SigningKeys;
}

export function createObservation(): Observation {
  const health = createHealth();
  const metrics = createMetrics(health);
  const tracing = createTracing();
  return {
    health,
    metrics,
    tracing,
    store: (kind) => {
      const observed = both(metrics.store, health.store);
      return tracing ? both(observed, tracing.store(kind)) : observed;
    },
    mail: {
      attempted(outcome, startedAt, reason) {
        metrics.mail.attempted(outcome, startedAt);
        health.mail.attempted(outcome, startedAt, reason);
        const attributes = { "doorcode.outcome": outcome, ...(reason && { "error.type": reason }) };
        tracing?.ended("send mail", startedAt, attributes, { apart: true });
      },
      expired: (count) => metrics.mail.expired(count),
      apart: (work) => (tracing ? tracing.apart(work) : work()),
    },
    signing: (keys) => ({
      ...keys,
      async sign(payload, typ, alg) {
        const startedAt = performance.now();
        const token = await keys.sign(payload, typ, alg);
        metrics.signed((performance.now() - startedAt) / 1_000);
        tracing?.ended("sign token", startedAt, { "doorcode.token_type": typ });
        return token;
      },
    }),
  };
}

function both(one: StoreObserver, other: StoreObserver): StoreObserver {
  return (operation) => {
    const [first, second] = [one(operation), other(operation)];
    return (...ended) => {
      first(...ended);
      second(...ended);
    };
  };
}

/** A bucket's name begins with the name of its limit. */
const limitOf = (bucket: string) => bucket.slice(0, bucket.indexOf(":"));

/** The store, with the limits that are used up reported. */
export function reportingLimits(store: Store, { telemetry }: Pick<Metrics, "telemetry">): Store {
  const { throttle } = store;
  return {
    ...store,
    throttle: {
      ...throttle,
      async take(bucket, limit, now) {
        const taken = await throttle.take(bucket, limit, now);
        if (!taken.allowed) telemetry.limitReached(limitOf(bucket));
        return taken;
      },
      async takeAll(charges, now) {
        const taken = await throttle.takeAll(charges, now);
        if (!taken.allowed) telemetry.limitReached(limitOf(taken.bucket));
        return taken;
      },
    },
  };
}
