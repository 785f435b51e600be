import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Telemetry } from "../kernel/telemetry.ts";
import { type Clock, withTimeout } from "../kernel/time.ts";
import { mailsTaken } from "../mail/mail-budget.ts";
import type { MailObserver } from "../mail/mail-queue.ts";
import type { Store, StoreObserver } from "../storage/store.ts";
import { Durations } from "./durations.ts";
import { CHECKS, type Health, isReady } from "./health.ts";

/** How long what was read from the store is served again, so that many scrapes cost it nothing. */
const READ_AFTER_MS = 5_000;
const READ_WITHIN_MS = 2_000;

const GRANT_TYPES = ["device_code", "authorization_code", "refresh_token", "client_credentials"];
const MAIL_OUTCOMES = { sent: "sent", queued: "retried", refused: "refused" } as const;

/** The metrics of one tenant. */
export interface Metrics {
  /** `route`: the pattern of the route, never the URL, which has unlimited values. */
  observe(method: string, route: string, status: number, outcome: string, seconds: number): void;
  telemetry: Telemetry;
  store: StoreObserver;
  mail: Pick<MailObserver, "attempted" | "expired">;
  /** `seconds`: PostgreSQL's clock minus this node's. */
  clockOffset(seconds: number): void;
  /** `seconds`: how long one signature took. */
  signed(seconds: number): void;
  /** From now on, the gauges of what the store and the process hold are read from them. */
  started(running: Running): void;
  /** All metrics in Prometheus' text format, with those of the process. */
  text(): Promise<string>;
  contentType: string;
  /** Without those of the process. */
  registry: Registry;
}

export interface StoreReads {
  store: Pick<Store, "kind" | "grants" | "outbox" | "keys" | "throttle">;
  clock: Clock;
}

export interface Running extends StoreReads {
  /** Polls that this process holds. */
  heldPolls: { readonly size: number };
}

/** Metrics in a separate registry, because a process may run several tenants. */
export function createMetrics(health: Pick<Health, "check">): Metrics {
  const registry = new Registry();
  const requests = requestMetrics(registry);
  const counters = eventCounters(registry);
  const signing = new Durations(registry, "doorcode_signing_duration_seconds", "Time of one signature.").of();
  const storeStarted = storeGauges(registry);
  const pollsStarted = heldPollsGauge(registry);
  healthGauges(registry, health);
  return {
    observe: requests,
    ...counters,
    store: storeMetrics(registry),
    clockOffset: clockGauge(registry),
    signed: (seconds) => signing.observe(seconds),
    started(running) {
      storeStarted(running);
      pollsStarted(running.heldPolls);
    },
    text: async () => `${await registry.metrics()}\n${await processMetrics().metrics()}`,
    contentType: registry.contentType,
    registry,
  };
}

/** The histogram contains both counters, so a request costs one observation. They are filled when they are read. */
function requestMetrics(registry: Registry): Metrics["observe"] {
  const labelNames = ["method", "route", "status"] as const;
  const durations = new Durations(
    registry,
    "doorcode_http_request_duration_seconds",
    "Time from the request to the end of its response.",
    [...labelNames, "outcome"],
  );
  const registers = [registry];
  const filled = (name: string, help: string, part: "count" | "sum") =>
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const series of durations.series()) {
          const { method, route, status } = series.labels;
          this.inc({ method, route, status } as Record<string, string>, series[part]);
        }
      },
    });
  filled("doorcode_http_requests_total", "Requests answered.", "count");
  filled("doorcode_http_request_seconds_total", "Time spent on them.", "sum");
  return (method, route, status, outcome, seconds) => durations.of(method, route, status, outcome).observe(seconds);
}

/** What the rooms report. Series whose labels are known start at 0, so that their first increase is seen. */
function eventCounters(registry: Registry): Pick<Metrics, "telemetry" | "mail"> {
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name, help, labelNames, registers: [registry] });

  const tokens = counter("doorcode_tokens_issued_total", "Token responses.", ["grant_type"]);
  for (const grant_type of GRANT_TYPES) tokens.inc({ grant_type }, 0);
  const reuse = counter(
    "doorcode_refresh_token_reuse_total",
    "Sign-ins ended because a used refresh token was presented again.",
  );
  const signIns = counter("doorcode_sign_ins_total", "Factors that were checked.", ["method", "outcome"]);
  const limits = counter("doorcode_rate_limit_refusals_total", "Times that a limit was found used up.", ["limit"]);
  const mails = counter("doorcode_mail_outcomes_total", "Attempts to send a mail, and mails that expired.", [
    "outcome",
  ]);
  for (const outcome of [...Object.values(MAIL_OUTCOMES), "expired"]) mails.inc({ outcome }, 0);
  const sending = new Durations(registry, "doorcode_mail_send_duration_seconds", "Time of one attempt to send a mail.");
  const attempt = sending.of();
  return {
    telemetry: {
      tokensIssued: (grant_type) => tokens.inc({ grant_type }),
      refreshTokenReused: () => reuse.inc(),
      signIn: (method, outcome) => signIns.inc({ method, outcome }),
      limitReached: (limit) => limits.inc({ limit }),
    },
    mail: {
      attempted(outcome, startedAt) {
        mails.inc({ outcome: MAIL_OUTCOMES[outcome] });
        attempt.observe(secondsSince(startedAt));
      },
      expired: (count) => mails.inc({ outcome: "expired" }, count),
    },
  };
}

/** By class: polls, and the other operations by the part of the store. Each operation would be too many series. */
function storeMetrics(registry: Registry): StoreObserver {
  const durations = new Durations(
    registry,
    "doorcode_store_operation_duration_seconds",
    "Time of one operation of the store, with its retries.",
    ["operation"],
  );
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ["operation"], registers: [registry] });
  const errors = counter("doorcode_store_errors_total", "Operations of the store that failed.");
  const retries = counter("doorcode_store_retries_total", "Repetitions of operations after a conflict.");
  return (name) => {
    const operation = name === "grants.poll" ? "poll" : name.slice(0, name.indexOf("."));
    const series = durations.of(operation);
    return (startedAt, repeated, error) => {
      series.observe(secondsSince(startedAt));
      if (repeated > 0) retries.inc({ operation }, repeated);
      if (error !== undefined) errors.inc({ operation });
    };
  };
}

/** Gauges of what the store holds. If it does not answer, they are absent and the others are served. */
function storeGauges(registry: Registry): (reads: StoreReads) => void {
  let read: () => Promise<Awaited<ReturnType<typeof readStore>> | undefined> = async () => undefined;
  type Held = Awaited<ReturnType<typeof readStore>>;
  const gauge = (name: string, help: string, labelNames: string[], fill: (gauge: Gauge, held: Held) => void) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        const held = await read();
        if (held) fill(this, held);
        else if (labelNames.length === 0) this.remove();
      },
    });

  gauge("doorcode_device_grants", "Device codes in the store, by state.", ["state"], (own, { grants }) => {
    for (const [state, count] of Object.entries(grants)) own.set({ state }, count);
  });
  gauge(
    "doorcode_mails_this_hour",
    "Mails requested in the current hour, including those beyond the tenant's limit.",
    ["share"],
    (own, { mails }) => {
      for (const { share, taken } of mails) own.set({ share }, taken);
    },
  );
  gauge("doorcode_mails_queued", "Mails that wait to be sent.", [], (own, { backlog }) => own.set(backlog.queued));
  gauge("doorcode_mails_queued_oldest_age_seconds", "Age of the oldest of them; 0 without one.", [], (own, held) =>
    own.set(held.backlog.oldestAt === null ? 0 : (held.now - held.backlog.oldestAt) / 1_000),
  );
  gauge(
    "doorcode_signing_key_age_seconds",
    "How long the current key of each algorithm has been signing.",
    ["alg"],
    (own, { now, keys }) => {
      // In the order in which they sign: the last one counts.
      for (const { alg, activatesAt } of keys) if (activatesAt <= now) own.set({ alg }, (now - activatesAt) / 1_000);
    },
  );
  gauge(
    "doorcode_signing_key_rotation_seconds",
    "Time until the next key of each algorithm signs.",
    ["alg"],
    (own, { now, keys }) => {
      const next = keys.filter(({ activatesAt }) => activatesAt > now).toReversed();
      for (const { alg, activatesAt } of next) own.set({ alg }, (activatesAt - now) / 1_000);
    },
  );
  return (reads) => {
    read = cached(reads.clock, () => readStore(reads));
  };
}

function clockGauge(registry: Registry): Metrics["clockOffset"] {
  let offset: number | undefined;
  new Gauge({
    name: "doorcode_clock_offset_seconds",
    help: "The database server's clock minus this node's.",
    registers: [registry],
    collect() {
      if (offset === undefined) this.remove();
      else this.set(offset);
    },
  });
  return (seconds) => {
    offset = seconds;
  };
}

function heldPollsGauge(registry: Registry): (held: Running["heldPolls"]) => void {
  let held: Running["heldPolls"] = { size: 0 };
  new Gauge({
    name: "doorcode_held_polls",
    help: "Polls that wait for a decision (Prefer: wait).",
    registers: [registry],
    collect() {
      this.set(held.size);
    },
  });
  return (polls) => {
    held = polls;
  };
}

async function readStore({ store, clock }: StoreReads) {
  const now = clock.now();
  const [grants, backlog, stored, mails] = await Promise.all([
    store.grants.countByState(now),
    store.outbox.backlog(now),
    store.keys.list(),
    mailsTaken({ store: store as Store, clock }),
  ]);
  const keys = stored.filter(({ retiresAt }) => retiresAt === null || retiresAt > now);
  return { now, grants, backlog, keys, mails };
}

/** Undefined if the last attempt failed. Callers at the same time share one attempt. */
function cached<T>(clock: Clock, read: () => Promise<T>): () => Promise<T | undefined> {
  let last: { at: number; value: Promise<T | undefined> } | undefined;
  return () => {
    const now = clock.now();
    const age = last ? now - last.at : Number.POSITIVE_INFINITY;
    if (!last || age < 0 || age >= READ_AFTER_MS) {
      last = { at: now, value: withTimeout(READ_WITHIN_MS, read()).catch(() => undefined) };
    }
    return last.value;
  };
}

function healthGauges(registry: Registry, health: Pick<Health, "check">): void {
  new Gauge({
    name: "doorcode_ready",
    help: "1 if /readyz answers 200.",
    registers: [registry],
    async collect() {
      this.set(isReady(await health.check()) ? 1 : 0);
    },
  });
  new Gauge({
    name: "doorcode_check_failed",
    help: "1 if this check of /readyz fails.",
    labelNames: ["check"],
    registers: [registry],
    async collect() {
      const { checks } = await health.check();
      for (const name of CHECKS) {
        if (checks[name] !== undefined) this.set({ check: name }, checks[name] === "failed" ? 1 : 0);
      }
    },
  });
}

let ofProcess: Registry | undefined;

/** Memory, processor time, event loop and garbage collection: once for all tenants of this process. */
function processMetrics(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1_000;
