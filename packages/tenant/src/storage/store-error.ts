export type StoreErrorCode = "store_unreachable" | "store_migration_failed" | "store_busy" | "store_inconsistent";

/** The store could not do its part; the request that met it has changed nothing. */
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
