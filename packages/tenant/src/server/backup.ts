import { constants } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { backup } from "node:sqlite";
import { checkDataDir, createFileAtomically, giveName, isThere, naming, temporaryName } from "../kernel/data-folder.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { connectSqlite } from "../storage/sql/open-store.ts";
import { authenticateBackup } from "./backup-mac.ts";
import { type BackupSummary, checkBackup, invalid, isDiskError } from "./check-backup.ts";
import { refuseMissing, sealKeyFileOf, type TenantLocation } from "./in-store.ts";
import { alreadyThere, unlessThere } from "./rotate-seal-key.ts";
import { fingerprintOf, readSealKey, sealKeyDiffers } from "./seal-key.ts";

/** A backup that was written and checked. */
export interface TenantBackup extends BackupSummary {
  /** The backup. */
  file: string;
  /** Its size. */
  bytes: number;
  /** The seal key that belongs to it: the copy beside the backup, or the tenant's own. */
  sealKeyFile: string;
}

/** The copy of the seal key beside a backup. */
export const keyOfBackup = (file: string): string => `${file}.seal.key`;

const ANOTHER = "Name another file.";
/** All pages in one step, which reads one state of the database, however much is written meanwhile. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies the SQLite file of a tenant, which may be running. The backup gets its name only when it is complete and
 * checked. An existing file is never replaced.
 *
 * @throws TenantError `sqlite_only`, `store_missing`, `file_exists`, `seal_key_missing`, `seal_key_differs`,
 *   `backup_invalid`, `data_folder_refused`
 */
export async function backUp(
  location: TenantLocation,
  target: string,
  options: { withSealKey?: boolean } = {},
): Promise<TenantBackup> {
  const source = sqliteOf(location);
  await checkDataDir(location.data);
  const key = sealKeyFileOf(location);
  const file = resolve(target);
  const copiedKey = keyOfBackup(file);
  for (const each of options.withSealKey ? [file, copiedKey] : [file]) {
    if (await naming(each, () => isThere(each), ANOTHER)) throw alreadyThere(each);
  }
  await refuseMissing(source);
  const temporary = temporaryName(file);
  return naming(
    file,
    async () => {
      await using undo = new AsyncDisposableStack();
      try {
        await copy(source, temporary);
        const summary = checkBackup(temporary, source);
        const own = await readSealKey(key);
        if (fingerprintOf(own) !== summary.fingerprint) throw sealKeyDiffers(key);
        await authenticateBackup(temporary, own);
        // The backup is complete when it has its name, so its key is there before it.
        if (options.withSealKey) {
          await unlessThere(copiedKey, createFileAtomically(copiedKey, own, 0o600));
          undo.defer(() => rm(copiedKey, { force: true }));
        }
        await unlessThere(file, giveName(temporary, file));
        undo.move();
        const { size: bytes } = await stat(file);
        return { ...summary, file, bytes, sealKeyFile: options.withSealKey ? copiedKey : key };
      } finally {
        await rm(temporary, { force: true });
        await rm(`${temporary}-journal`, { force: true });
      }
    },
    ANOTHER,
  );
}

/** @throws TenantError `sqlite_only` */
export function sqliteOf({ store }: Pick<TenantLocation, "store">): string {
  if ("sqlite" in store) return store.sqlite;
  throw new TenantError(
    "sqlite_only",
    "The tenant's store is PostgreSQL, and this command copies SQLite files.",
    "Use pg_dump and pg_restore, or PostgreSQL's archive of write-ahead logs: docs/operate/backup-and-restore.md",
  );
}

async function copy(source: string, target: string): Promise<void> {
  // Created first, for its mode.
  await (await open(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)).close();
  const database = connectSqlite(source, { readOnly: true, timeout: 5_000 });
  try {
    await backup(database, target, { rate: ALL_PAGES });
  } catch (error) {
    throw isDiskError(error) ? error : invalid(source, error as Error);
  } finally {
    database.close();
  }
  const written = await open(target, "r+");
  try {
    await written.sync();
  } finally {
    await written.close();
  }
}
