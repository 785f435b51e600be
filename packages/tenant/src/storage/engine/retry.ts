import { setTimeout as sleep } from "node:timers/promises";
import { StoreError } from "../store-error.ts";

const ATTEMPTS = 6;

/**
 * The same verbs, run again when the database asks for it. Every verb is one statement or one transaction
 * (or a loop of compare-and-swaps), so that one that failed has changed nothing and may be repeated as a whole.
 */
export function retried<Verbs extends object>(verbs: Verbs): Verbs {
  const entries = Object.entries(verbs).map(([name, verb]) => [
    name,
    (...args: unknown[]) => repeat(() => verb(...args)),
  ]);
  return Object.fromEntries(entries) as Verbs;
}

async function repeat<T>(verb: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await verb();
    } catch (error) {
      if (!mayBeRepeated(error)) throw error;
      if (attempt === ATTEMPTS) {
        throw new StoreError(
          "store_busy",
          "The store had no room for a change among many others.",
          "Try again in a moment. If it stays so, look for another program that holds the store locked.",
          error,
        );
      }
      // Jitter, so that those who collided do not meet again.
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

/** PostgreSQL's serialization_failure and deadlock_detected, or a plan of before a migration; SQLITE_BUSY with its extended codes. */
function mayBeRepeated(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code === "40001" || code === "40P01" || isOutdatedPlan(error)) return true;
  return code === "ERR_SQLITE_ERROR" && typeof errcode === "number" && (errcode & 0xff) === 5;
}

/** A table got another column since the statement was prepared (a newer node migrated); run again it is planned anew. */
export function isOutdatedPlan(error: unknown): boolean {
  const { code, routine } = error as { code?: unknown; routine?: unknown };
  return code === "0A000" && routine === "RevalidateCachedQuery";
}

/** What a row hangs on is gone: PostgreSQL's foreign_key_violation, SQLite's CONSTRAINT_FOREIGNKEY. */
export function isForeignKeyViolation(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === "23503" || (code === "ERR_SQLITE_ERROR" && errcode === 787);
}

/** A unique column refused a row: PostgreSQL's unique_violation, SQLite's CONSTRAINT_UNIQUE and CONSTRAINT_PRIMARYKEY. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === "23505" || (code === "ERR_SQLITE_ERROR" && (errcode === 2067 || errcode === 1555));
}
