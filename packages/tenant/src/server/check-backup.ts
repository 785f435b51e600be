import type { DatabaseSync } from "node:sqlite";
import { TenantError } from "../kernel/tenant-error.ts";
import { FINGERPRINT } from "../storage/sealed.ts";
import { connectSqlite } from "../storage/sql/open-store.ts";

/** What a backup holds. */
export interface BackupSummary {
  /** The tenant's name. */
  name: string;
  /** How many users it has. */
  users: number;
  /** How many apps it has. */
  apps: number;
  /** Fingerprint of the seal key that belongs to it. */
  fingerprint: string;
}

/**
 * Reads the whole file, and changes it to a database of one file, without a write-ahead log.
 *
 * @param shown the file that an error names
 * @throws TenantError `backup_invalid`
 */
export function checkBackup(file: string, shown: string): BackupSummary {
  let database: DatabaseSync | undefined;
  try {
    database = connectSqlite(file, { timeout: 5_000 });
    database.exec("pragma journal_mode = delete");
    // A tenant's database has none. Code in a forged file would run inside the tenant.
    const foreign = database.prepare("select type, name from sqlite_master where type in ('trigger', 'view')").get();
    if (foreign) throw new Error(`it has a ${foreign.type} (${foreign.name})`);
    const problems = database.prepare("pragma integrity_check").all() as { integrity_check: string }[];
    if (problems[0]?.integrity_check !== "ok") throw new Error(problems.map((each) => each.integrity_check).join("; "));
    const one = (sql: string) => database?.prepare(sql).get() as { value: string | number } | undefined;
    const setting = (name: string) => one(`select value from settings where name = '${name}'`)?.value;
    const [name, fingerprint] = [setting("name"), setting(FINGERPRINT)];
    if (name === undefined || fingerprint === undefined) throw new Error("it has no tenant");
    return {
      name: String(name),
      fingerprint: String(fingerprint),
      users: Number(one("select count(*) as value from users")?.value),
      apps: Number(one("select count(*) as value from apps")?.value),
    };
  } catch (cause) {
    if (isDiskError(cause)) throw cause;
    throw invalid(shown, cause as Error);
  } finally {
    database?.close();
  }
}

export const invalid = (file: string, cause: Error) =>
  new TenantError(
    "backup_invalid",
    `${file} is damaged, or is not a tenant's database: ${cause.message}.`,
    "Use another backup. If the tenant's own file is damaged, stop the tenant and restore its last backup.",
    { cause },
  );

/** SQLite's FULL, READONLY, IOERR and CANTOPEN, for `naming`. */
export const isDiskError = (error: unknown) =>
  [8, 10, 13, 14].includes(Number((error as { errcode?: unknown }).errcode) & 0xff);
