import { setTimeout as sleep } from "node:timers/promises";
import type { OperationObserver, StoreObserver } from "../store.ts";
import { StoreError } from "../store-error.ts";
import { storeFailure } from "./store-failure.ts";

const ATTEMPTS = 6;

/**
 * The same methods, repeated when the database asks for it. Every method is one statement or one transaction (or a loop
 * of compare-and-swaps), so after such a failure nothing has changed and the whole method can be repeated. Where the
 * outcome is unknown, as after a connection that was lost during the commit, nothing is repeated. The observer gets
 * their names with the one of the `port` before them.
 */
export function retried<Verbs extends object>(verbs: Verbs, port: string, observe?: StoreObserver): Verbs {
  const entries = Object.entries(verbs).map(([name, verb]) => {
    const ended = observe?.(`${port}.${name}`);
    return [name, (...args: unknown[]) => repeat(() => verb(...args), ended)];
  });
  return Object.fromEntries(entries) as Verbs;
}

async function repeat<T>(verb: () => Promise<T>, ended: OperationObserver | undefined): Promise<T> {
  const startedAt = ended ? performance.now() : 0;
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await verb();
      ended?.(startedAt, attempt - 1, undefined);
      return result;
    } catch (error) {
      if (!mayBeRepeated(error)) {
        const failure = storeFailure(error) ?? error;
        ended?.(startedAt, attempt - 1, failure);
        throw failure;
      }
      if (attempt === ATTEMPTS) {
        ended?.(startedAt, attempt - 1, error);
        throw new StoreError(
          "store_busy",
          "The store had too many concurrent changes.",
          "Try again in a moment. If the error persists, look for another program that keeps the store locked.",
          error,
        );
      }
      // Jitter, so that colliding callers do not collide again.
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

/**
 * PostgreSQL's serialization_failure, deadlock_detected, or a plan from before a migration; SQLITE_BUSY with its
 * extended codes.
 */
function mayBeRepeated(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code === "40001" || code === "40P01" || isOutdatedPlan(error)) return true;
  return code === "ERR_SQLITE_ERROR" && typeof errcode === "number" && (errcode & 0xff) === 5;
}

/** A table got a new column after the statement was prepared (a newer node migrated). The next run plans it again. */
export function isOutdatedPlan(error: unknown): boolean {
  const { code, routine } = error as { code?: unknown; routine?: unknown };
  return code === "0A000" && routine === "RevalidateCachedQuery";
}

/** A referenced row no longer exists: PostgreSQL's foreign_key_violation, SQLite's CONSTRAINT_FOREIGNKEY. */
export function isForeignKeyViolation(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === "23503" || (code === "ERR_SQLITE_ERROR" && errcode === 787);
}

/**
 * A unique column rejected a row: PostgreSQL's unique_violation, SQLite's CONSTRAINT_UNIQUE and CONSTRAINT_PRIMARYKEY.
 */
export function isUniqueViolation(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === "23505" || (code === "ERR_SQLITE_ERROR" && (errcode === 2067 || errcode === 1555));
}

/**
 * A value or a constraint was the reason, so nothing was stored: PostgreSQL's classes 22 and 23, SQLite's CONSTRAINT with
 * its extended codes. Everything else concerns the whole batch.
 */
export function isAboutData(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code === "ERR_SQLITE_ERROR") return typeof errcode === "number" && (errcode & 0xff) === 19;
  return typeof code === "string" && /^2[23]...$/.test(code);
}
