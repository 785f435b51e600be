/** The `code` of an error of the store. */
export type StoreErrorCode =
  | "store_unreachable"
  | "store_read_only"
  | "store_full"
  | "store_outcome_unknown"
  | "store_migration_failed"
  | "store_busy"
  | "store_inconsistent";

/**
 * The store could not do its part. The request has changed nothing, unless its connection was lost during the commit, or
 * the code is `store_outcome_unknown`: then it may have.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly hint: string;

  constructor(code: StoreErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StoreError";
    this.code = code;
    this.hint = hint;
  }
}

/** How soon to try again while the store refuses or does not respond, in seconds. */
export const RETRY_SECONDS = 5;

/** Whether the same request may succeed later: the store is down, full, busy, or a standby. */
export const isUnavailable = (error: unknown): error is StoreError =>
  error instanceof StoreError && error.code !== "store_inconsistent" && error.code !== "store_migration_failed";
