import { createReadStream, createWriteStream } from "node:fs";
import { link, open, rename, rm } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { auditRecord, OPERATOR } from "../admin/admin-context.ts";
import {
  isThere,
  lockDataDir,
  lockSqliteFile,
  naming,
  prepareDataDir,
  syncFolder,
  writeFileAtomically,
} from "../kernel/data-folder.ts";
import type { SealKey } from "../kernel/seal.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { systemClock } from "../kernel/time.ts";
import { connectSqlite, openSqliteStore } from "../storage/sql/open-store.ts";
import { keyOfBackup, sqliteOf } from "./backup.ts";
import { authenticateBackup, forgetMac, isAuthentic } from "./backup-mac.ts";
import { type BackupSummary, checkBackup } from "./check-backup.ts";
import { sealKeyFileOf, type TenantLocation } from "./in-store.ts";
import { findSealKey, fingerprintOf, nextSealKeyFile } from "./seal-key.ts";

export interface RestoreOptions {
  /** The seal key of the backup. Default: the one that is already in place, else the copy beside the backup. */
  sealKeyOfBackup?: string | undefined;
  /** Replaces the tenant that is there; its files are kept under another name. */
  replace?: boolean;
  /** Ends every sign-in in the backup, and deletes its signing keys: the next start creates new ones. */
  endSignIns?: boolean;
  /** For tests. */
  reached?: (step: RestoreStep) => void;
}

/** A moment at which the process can be killed without harm. For tests. */
export type RestoreStep = "prepared" | "kept aside" | "key written" | "in place" | "done";

/** A tenant that was restored from a backup. */
export interface RestoredTenant extends BackupSummary {
  /** The SQLite file of the tenant. */
  file: string;
  /** Its seal key. */
  sealKeyFile: string;
  /** The files of the tenant that was replaced. */
  kept: string[];
}

/**
 * Puts a backup where a tenant keeps its SQLite file, with the seal key that belongs to it. Everything is checked and
 * brought up to date in a copy, which then gets its name in one step. The backup stays as it is.
 *
 * @throws TenantError `sqlite_only`, `already_running`, `restore_refused`, `backup_invalid`, `seal_key_missing`,
 *   `seal_key_differs`, `seal_key_damaged`, `data_folder_refused`; StoreError `store_migration_failed` for the backup of
 *   a newer version
 */
export async function restore(
  location: TenantLocation,
  source: string,
  options: RestoreOptions = {},
): Promise<RestoredTenant> {
  const { replace = false, endSignIns = false, reached = () => undefined } = options;
  const target = sqliteOf(location);
  const dir = await prepareDataDir(location.data);
  const lock = await lockDataDir(dir);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => lock.release());
  const ofFile = await lockSqliteFile(target);
  stack.defer(() => ofFile.release());
  const occupied = await naming(target, () => isThere(target));
  if (occupied && !replace) throw refused(target);

  const keyPlace = sealKeyFileOf({ ...location, data: dir });
  const prepared = `${target}.restoring`;
  stack.defer(() => removeDatabase(prepared));
  const { summary, key, inPlace } = await naming(target, async () => {
    await removeDatabase(prepared);
    await copyOf(source, prepared);
    const summary = checkBackup(prepared, source);
    const keys = await keyFor(summary, source, options.sealKeyOfBackup, keyPlace);
    if (!(await isAuthentic(prepared, keys.key))) throw changed(source);
    forgetMac(prepared);
    return { summary, ...keys };
  });
  const fits = inPlace !== undefined && fingerprintOf(inPlace) === summary.fingerprint;
  if (inPlace !== undefined && !fits && !replace) throw otherKey(keyPlace);
  await settle(prepared, source, endSignIns);
  reached("prepared");

  const kept: string[] = [];
  const suffix = `before-${new Date(systemClock.now()).toISOString().replaceAll(/[-:.]/g, "")}`;
  await naming(target, async () => {
    if (occupied) kept.push(...(await keepAside(target, suffix)));
    reached("kept aside");
    // A start takes the key that fits the store, also if this process is killed before the key has its name.
    if (!fits) await writeFileAtomically(nextSealKeyFile(keyPlace), key, 0o600);
    reached("key written");
    await rename(prepared, target);
    await syncFolder(dirname(target));
    reached("in place");
    if (!fits) {
      if (inPlace !== undefined) {
        await link(keyPlace, `${keyPlace}.${suffix}`);
        kept.push(`${keyPlace}.${suffix}`);
      }
      await rename(nextSealKeyFile(keyPlace), keyPlace);
      await syncFolder(dirname(keyPlace));
    }
    reached("done");
  });
  // So that the replaced tenant can be restored like a backup. A damaged one, which keeps its log, cannot.
  const [aside, log] = kept.filter((each) => each.startsWith(target));
  if (aside !== undefined && log === undefined && inPlace !== undefined) {
    await authenticateBackup(aside, inPlace).catch(() => undefined);
  }
  return { ...summary, file: target, sealKeyFile: keyPlace, kept };
}

async function copyOf(source: string, target: string): Promise<void> {
  try {
    await (await open(source)).close();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new TenantError(
      "backup_invalid",
      `${source} cannot be read (${code}).`,
      "Name a file that doorcode tenant backup wrote.",
      {
        cause,
      },
    );
  }
  // Not copyFile(), which also copies the mode.
  await pipeline(createReadStream(source), createWriteStream(target, { flags: "wx", mode: 0o600 }));
}

/** The seal key that belongs to the backup, and the one that is in place. */
async function keyFor(
  { fingerprint }: BackupSummary,
  backup: string,
  named: string | undefined,
  keyPlace: string,
): Promise<{ key: SealKey; inPlace: SealKey | undefined }> {
  const inPlace = await findSealKey(keyPlace);
  // With a key in place, the key beside the backup decides nothing: a forged backup could come with one.
  const candidates = [named ?? (inPlace === undefined ? keyOfBackup(resolve(backup)) : keyPlace)];
  let found: string | undefined;
  for (const file of candidates) {
    const key = await findSealKey(file);
    if (key !== undefined && fingerprintOf(key) === fingerprint) return { key, inPlace };
    if (key !== undefined) found ??= file;
  }
  const hint = "Name the seal key that was kept apart: --seal-key-file FILE. Without it, the backup cannot be used.";
  if (found !== undefined)
    throw new TenantError("seal_key_differs", `${found} is not the seal key of ${backup}.`, hint);
  throw new TenantError("seal_key_missing", `The seal key of ${backup} is missing.`, hint);
}

/** Brings the tables up to date, and ends what may be used only once. */
async function settle(prepared: string, source: string, endSignIns: boolean): Promise<void> {
  const store = await openSqliteStore(prepared);
  try {
    const now = systemClock.now();
    const detail = { backup: basename(source), sign_ins_ended: endSignIns };
    await store.settleRestored({ now, endSignIns, audit: auditRecord(OPERATOR, now, "tenant.restored", detail) });
  } finally {
    await store.close();
  }
  checkBackup(prepared, source);
  const file = await open(prepared, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The present files get a second name; the database then loses its first one to the restored one, in one step. */
async function keepAside(target: string, suffix: string): Promise<string[]> {
  try {
    const present = connectSqlite(target, { timeout: 5_000 });
    try {
      // Everything into the one file. Closing it removes the log.
      present.exec("pragma wal_checkpoint(truncate); pragma journal_mode = delete");
    } finally {
      present.close();
    }
  } catch (error) {
    if ([SQLITE_BUSY, SQLITE_LOCKED].includes(Number((error as { errcode?: unknown }).errcode) & 0xff)) {
      throw inUse(target, error);
    }
    // Damaged: kept with its log, which SQLite finds by this name.
  }
  const aside = `${target}.${suffix}`;
  await link(target, aside);
  const kept = [aside];
  for (const log of ["-wal", "-shm"]) {
    if (!(await isThere(target + log))) continue;
    await rename(target + log, aside + log);
    kept.push(aside + log);
  }
  return kept;
}

async function removeDatabase(file: string): Promise<void> {
  for (const each of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) await rm(each, { force: true });
}

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

const inUse = (target: string, cause: unknown) =>
  new TenantError(
    "already_running",
    `Another program has ${target} open. Nothing was changed.`,
    "Close it, then run the command again.",
    { cause },
  );

const changed = (source: string) =>
  new TenantError(
    "backup_invalid",
    `${source} is not as doorcode tenant backup wrote it: it was changed, or copied in another way, or written by a version that did not protect backups.`,
    "Use another backup. To restore one that you trust all the same, copy it to the tenant's SQLite file yourself while the tenant is stopped.",
  );

const refused = (target: string) =>
  new TenantError(
    "restore_refused",
    `${target} already has a tenant.`,
    "Restore into an empty folder (--data DIR), or add --replace: it keeps the present files under another name.",
  );

const otherKey = (file: string) =>
  new TenantError(
    "restore_refused",
    `${file} is another tenant's seal key.`,
    "Restore into an empty folder (--data DIR), or add --replace: it keeps the present key under another name.",
  );
