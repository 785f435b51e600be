import type { Logger } from "pino";
import { CLOCK_SKEW, withTimeout } from "../kernel/time.ts";
import type { MailObserver } from "../mail/mail-queue.ts";
import type { SigningKeys } from "../oauth/tokens/key-ring.ts";
import type { Store, StoreObserver } from "../storage/store.ts";
import { StoreError } from "../storage/store-error.ts";

/** A load balancer gives up after a few seconds. A store that hangs is reported before that. */
const READY_WITHIN = 2_000;
/** How long a result is used again. Anyone can ask on the public origin, so not every request may reach the store. */
const RESULT_FOR = 1_000;

/** How long a node is not ready after the database refused a change for lack of space, unless the change succeeds. */
export const FULL_FOR = 30_000;

export const CHECKS = ["store", "clock", "signing_keys", "mail"] as const;
type Check = (typeof CHECKS)[number];

/** The body of `/readyz`. */
export interface Readiness {
  /**
   * `ok`, and `degraded` if mail alone fails: the node is ready. Any other: it is not. `store_read_only`: a standby.
   * `store_full`: the database refused a change within the last seconds, because its disk is full. `clock_wrong`: this
   * node's clock differs too much from the database server's.
   */
  status:
    | "ok"
    | "degraded"
    | "starting"
    | "draining"
    | "store_unreachable"
    | "store_read_only"
    | "store_full"
    | "clock_wrong"
    | "signing_keys_unavailable";
  checks: Partial<Record<Check, "ok" | "failed">>;
}

export const isReady = ({ status }: Readiness) => status === "ok" || status === "degraded";

const FAILED = {
  store: "the store does not answer",
  clock: "this node's clock and the database server's differ too much",
  signing_keys: "the signing keys cannot be used",
};
const WORKS_AGAIN = {
  store: "the store answers again",
  clock: "the clocks agree again",
  signing_keys: "the signing keys can be used again",
};

/** Whether this node can serve requests. */
export interface Health {
  check(): Promise<Readiness>;
  /** From now on, the node is ready if its checks succeed. */
  started(parts: { store: Pick<Store, "ping">; signingKeys: Pick<SigningKeys, "published">; log: Logger }): void;
  /** From now on, the node is not ready: it stops soon. */
  drain(): void;
  /** Mail works unless the last attempt failed for a reason that concerns every mail. */
  mail: Pick<MailObserver, "attempted">;
  /** Notices changes that the database refuses for lack of space. */
  store: StoreObserver;
  /** `ms`: the database server's clock minus this node's. */
  clock(ms: number): void;
}

/** `elapsed`: milliseconds of a clock that is never set back. */
export function createHealth(elapsed: () => number = () => performance.now()): Health {
  let parts: Parameters<Health["started"]>[0] | undefined;
  let draining = false;
  let mailFails = false;
  let full: { operation: string; at: number; error: unknown } | undefined;
  let clockError: Error | undefined;
  let latest: { at: number; readiness: Promise<Readiness> } | undefined;
  /** What was last logged of each check that fails. */
  const failing = new Map<Check, string>();

  /** Logs when a check begins to fail, fails in another way, or works again, however often it is asked for. */
  function report(log: Logger, check: Exclude<Check, "mail">, error: unknown): "ok" | "failed" {
    if (error === undefined) {
      if (failing.delete(check)) log.info(WORKS_AGAIN[check]);
      return "ok";
    }
    const refuses = check === "store" && statusOf(error ?? {}) !== "store_unreachable";
    const message = refuses ? "the store refuses changes" : FAILED[check];
    if (failing.get(check) !== message) log.warn({ err: error }, message);
    failing.set(check, message);
    return "failed";
  }

  const fullError = () => (full && elapsed() - full.at < FULL_FOR ? full.error : undefined);

  async function checkAll(): Promise<Readiness> {
    if (!parts) return { status: "starting", checks: {} };
    const { store, signingKeys, log } = parts;
    const [storeError, keysError] = await Promise.all([errorOf(store.ping()), errorOf(hasKeys(signingKeys))]);
    const checks = {
      store: report(log, "store", storeError ?? fullError()),
      clock: report(log, "clock", clockError),
      signing_keys: report(log, "signing_keys", keysError),
      mail: mailFails ? "failed" : "ok",
    } as const;
    if (draining) return { status: "draining", checks };
    if (checks.store === "failed") return { status: statusOf(storeError ?? fullError()), checks };
    if (checks.clock === "failed") return { status: "clock_wrong", checks };
    if (checks.signing_keys === "failed") return { status: "signing_keys_unavailable", checks };
    return { status: mailFails ? "degraded" : "ok", checks };
  }

  return {
    // Callers share one check, so that many of them cost the store nothing.
    check() {
      if (latest && elapsed() - latest.at < RESULT_FOR) return latest.readiness;
      const next = { at: Number.POSITIVE_INFINITY, readiness: checkAll() };
      latest = next;
      const done = () => {
        next.at = elapsed();
      };
      next.readiness.then(done, done);
      return next.readiness;
    },
    started(running) {
      parts = running;
      latest = undefined;
    },
    drain() {
      draining = true;
      latest = undefined;
    },
    mail: {
      attempted(outcome, _startedAt, reason) {
        // A reply about one mail shows that the server works.
        const fails = outcome === "queued" && reason !== "mail_deferred";
        if (fails !== mailFails) latest = undefined;
        mailFails = fails;
      },
    },
    store: (operation) => (_startedAt, _retries, error) => {
      if (error instanceof StoreError && error.code === "store_full") {
        if (fullError() === undefined) latest = undefined;
        full = { operation, at: elapsed(), error };
      } else if (full?.operation === operation && error === undefined) {
        full = undefined;
        latest = undefined;
      }
    },
    clock(ms) {
      const wrong = Math.abs(ms) >= CLOCK_SKEW.unreadyMs;
      if (wrong !== (clockError !== undefined)) latest = undefined;
      clockError = wrong ? new Error(`They differ by ${Math.round(ms / 1_000)} seconds.`) : undefined;
    },
  };
}

function statusOf(error: unknown): Readiness["status"] {
  const { code } = error as { code?: unknown };
  return code === "store_full" || code === "store_read_only" ? code : "store_unreachable";
}

async function hasKeys(signingKeys: Pick<SigningKeys, "published">): Promise<void> {
  if ((await signingKeys.published()).length === 0) throw new Error("There is no signing key.");
}

/** Why the check failed. Undefined if it did not. */
async function errorOf(check: Promise<unknown>): Promise<unknown> {
  try {
    await withTimeout(READY_WITHIN, check);
    return undefined;
  } catch (error) {
    return error ?? new Error("The check failed.");
  }
}
