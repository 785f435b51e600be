import { backUp, type TenantBackup } from "../server/backup.ts";
import type { BackupSummary } from "../server/check-backup.ts";
import { type CheckedServer, type CheckedTenant, checkTenant as check } from "../server/check-tenant.ts";
import type { CheckedPart, Finding } from "../server/finding.ts";
import type { TenantLocation } from "../server/in-store.ts";
import { type MovedTenant, moveTenant as move, undoMove as undo } from "../server/move.ts";
import { type RestoredTenant, restore } from "../server/restore.ts";
import { type RotatedSealKey, rotateSealKey as rotate } from "../server/rotate-seal-key.ts";

export type {
  BackupSummary,
  CheckedPart,
  CheckedServer,
  CheckedTenant,
  Finding,
  MovedTenant,
  RestoredTenant,
  RotatedSealKey,
  TenantBackup,
};

/** Options of `backUpTenant`. */
export interface BackupOptions {
  /** Whether to copy the seal key to `FILE.seal.key`. Such a backup is as secret as the tenant. Default: false. */
  withSealKey?: boolean;
}

/** Options of `restoreTenant`. */
export interface RestoreOptions {
  /** The seal key of the backup. Default: `FILE.seal.key`, else the one that is already in place. */
  sealKeyFile?: string | undefined;
  /** Whether to replace a tenant that is there. Its files are kept under another name. Default: false. */
  replace?: boolean;
  /**
   * Whether to end every sign-in in the backup and delete its signing keys, which the next start replaces. Default:
   * false.
   */
  endSignIns?: boolean;
}

/** Options of `rotateSealKey`. */
export interface RotateOptions {
  /**
   * A new file for the new key, if the key is kept elsewhere. Then you replace the old key yourself. Default: the new
   * key replaces the old one.
   */
  output?: string | undefined;
}

/**
 * Writes a backup of a tenant on SQLite, which may be running, to a new file, and checks it.
 *
 * @throws TenantError `sqlite_only`, `store_missing`, `file_exists`, `seal_key_missing`, `seal_key_differs`,
 *   `backup_invalid`, `data_folder_refused`
 *
 * @example
 * ```ts
 * import { backUpTenant } from "@doorcode/tenant/operator";
 *
 * const location = { data: "./tenant-data", store: { sqlite: "./tenant-data/tenant.db" } };
 * const { bytes, sealKeyFile } = await backUpTenant(location, "tenant-backup.db");
 * console.log(`${bytes} bytes. Keep ${sealKeyFile} apart from the backup.`);
 * ```
 */
export function backUpTenant(
  location: TenantLocation,
  file: string,
  options: BackupOptions = {},
): Promise<TenantBackup> {
  return backUp(location, file, options);
}

/**
 * Puts a backup in the place of a tenant on SQLite that is not running.
 *
 * @throws TenantError `sqlite_only`, `already_running`, `restore_refused`, `backup_invalid`, `seal_key_missing`,
 *   `seal_key_differs`, `data_folder_refused`; StoreError `store_migration_failed` for the backup of a newer version
 *
 * @example
 * ```ts
 * import { restoreTenant } from "@doorcode/tenant/operator";
 *
 * const location = { data: "./tenant-data", store: { sqlite: "./tenant-data/tenant.db" } };
 * const { name, users } = await restoreTenant(location, "tenant-backup.db");
 * console.log(`${name}: ${users} users`);
 * ```
 */
export function restoreTenant(
  location: TenantLocation,
  file: string,
  { sealKeyFile, replace = false, endSignIns = false }: RestoreOptions = {},
): Promise<RestoredTenant> {
  return restore(location, file, { sealKeyOfBackup: sealKeyFile, replace, endSignIns });
}

/**
 * Replaces the seal key of a tenant that is not running, and seals everything in its store again.
 *
 * @throws TenantError `store_missing`, `already_running`, `seal_key_missing`, `seal_key_differs`,
 *   `seal_key_not_replaced`, `file_exists`
 *
 * @example
 * ```ts
 * import { rotateSealKey } from "@doorcode/tenant/operator";
 *
 * const location = { data: "./tenant-data", store: { sqlite: "./tenant-data/tenant.db" } };
 * const { file } = await rotateSealKey(location);
 * console.log(`Back up ${file}, apart from the store.`);
 * ```
 */
export function rotateSealKey(location: TenantLocation, { output }: RotateOptions = {}): Promise<RotatedSealKey> {
  return rotate(location, { output });
}

/**
 * Checks everything that a tenant needs, whether it runs or not: data folder, seal key, certificate, store, signing keys,
 * emails, disk; with `server` also its mail server, ports and public URL. Changes nothing.
 *
 * @example
 * ```ts
 * import { checkTenant } from "@doorcode/tenant/operator";
 *
 * const location = { data: "./tenant-data", store: { sqlite: "./tenant-data/tenant.db" } };
 * for (const { level, message, hint } of await checkTenant(location)) {
 *   if (level !== "ok") console.log(`${level}: ${message} ${hint}`);
 * }
 * ```
 */
export async function checkTenant(tenant: CheckedTenant): Promise<Finding[]> {
  return check(tenant);
}

/**
 * Moves all data of a tenant that is not running from SQLite to PostgreSQL, or back. The tenant then starts on the new
 * store only. Sign-ins, keys and IDs stay the same.
 *
 * @param to the new place; its store must be empty. Its seal key is written if it is missing
 * @throws TenantError `store_missing`, `already_running`, `move_refused`, `move_failed`, `tenant_moved`,
 *   `seal_key_missing`, `seal_key_differs`, `data_folder_refused`; StoreError `store_unreachable`
 *
 * @example
 * ```ts
 * import { moveTenant } from "@doorcode/tenant/operator";
 *
 * const data = "./tenant-data";
 * const { tables } = await moveTenant(
 *   { data, store: { sqlite: "./tenant-data/tenant.db" } },
 *   { data, store: { postgres: "postgres://doorcode@localhost/doorcode" } },
 * );
 * console.log(`${tables.users} users`);
 * ```
 */
export function moveTenant(from: TenantLocation, to: TenantLocation): Promise<MovedTenant> {
  return move(from, to);
}

/**
 * Lets a tenant start again on the store that it was moved away from. What changed since the move is only in the other
 * store. Returns where it was moved to.
 *
 * @throws TenantError `store_missing`, `already_running`, `move_refused`
 *
 * @example
 * ```ts
 * import { undoMove } from "@doorcode/tenant/operator";
 *
 * await undoMove({ data: "./tenant-data", store: { sqlite: "./tenant-data/tenant.db" } });
 * ```
 */
export function undoMove(from: TenantLocation): Promise<string> {
  return undo(from);
}
