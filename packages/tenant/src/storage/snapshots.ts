import type { AuditRecord } from "./audit.ts";

/** Copies of everything in a SQLite store, and the way back, while it is in use. PostgreSQL has none. */
export interface SnapshotStore {
  /**
   * Writes everything that is committed into a file, which must not exist or be empty.
   *
   * @throws Error on PostgreSQL
   */
  write(file: string): Promise<void>;
  /**
   * Replaces all rows with those of the file, in one transaction with the audit record. The audit log stays as it is, and
   * so do the settings in `keep`. The file has the same tables (see `prepare`).
   *
   * Announces each device code that was there before, and that anything else may have changed.
   *
   * @throws Error on PostgreSQL
   */
  restore(from: { file: string; keep: readonly string[]; audit: AuditRecord }): Promise<void>;
  /**
   * Brings a file's tables to those of this version, and returns some of its settings.
   *
   * @throws StoreError `store_migration_failed` for a file of a newer version
   */
  prepare(file: string, settings: readonly string[]): Promise<Record<string, string | undefined>>;
}
