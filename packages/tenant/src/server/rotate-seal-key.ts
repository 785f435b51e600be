import { randomBytes } from "node:crypto";
import { link, rename, rm } from "node:fs/promises";
import { auditRecord, OPERATOR } from "../admin/admin-context.ts";
import {
  checkDataDir,
  createFileAtomically,
  isThere,
  lockDataDir,
  naming,
  temporaryName,
  writeFileAtomically,
} from "../kernel/data-folder.ts";
import { sealKeptKeys } from "../kernel/kept-keys.ts";
import { deriveKey, type SealKey, seal, unseal } from "../kernel/seal.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { systemClock } from "../kernel/time.ts";
import type { SealedValue } from "../storage/sealed.ts";
import { connectSqlite } from "../storage/sql/open-store.ts";
import { lockSqlite, openExistingStore, sealKeyFileOf, type TenantLocation } from "./in-store.ts";
import { fingerprintOf, nextSealKeyFile, readSealKey, sealKeyDiffers, sealKeyOfStore } from "./seal-key.ts";

/** What a rotation of the seal key did. */
export interface RotatedSealKey {
  /** The file that has the new key. */
  file: string;
  /** False if the SQLite file still has unused pages with values under the old key. */
  cleaned: boolean;
}

export interface RotationOptions {
  /** A new file for the new key. The old key's file stays: replace it yourself. Default: the new key replaces it. */
  output?: string | undefined;
  /** For tests. */
  reached?: (step: RotationStep) => void;
}

/** A moment at which the process can be killed without harm. For tests. */
export type RotationStep = "key written" | "value sealed" | "committed" | "renamed";

/**
 * Replaces the seal key of a tenant that is not running. The new key is on disk beside the old one before the store
 * changes, and gets its name afterwards. A start after an interruption takes the key that fits the store.
 *
 * @throws TenantError `store_missing`, `already_running`, `seal_key_missing`, `seal_key_differs`, `seal_key_not_replaced`
 */
export async function rotateSealKey(
  location: TenantLocation,
  { output, reached = () => undefined }: RotationOptions = {},
): Promise<RotatedSealKey> {
  await using stack = new AsyncDisposableStack();
  const file = sealKeyFileOf(location);
  if ("sqlite" in location.store) await lockSqlite(location.store.sqlite, location.data, stack);
  else {
    const lock = await lockDataDir(await checkDataDir(location.data));
    stack.defer(() => lock.release());
  }
  const newFile = output ?? nextSealKeyFile(file);
  const found = await readSealKey(file);
  if (output !== undefined && (await isThere(output))) throw alreadyThere(output);
  {
    // Closed before the file is rewritten below.
    await using open = new AsyncDisposableStack();
    const store = await openExistingStore({ store: withoutPooler(location.store) }, open, { poolSize: 1 });
    const from = await sealKeyOfStore(store, found, file);
    const to: SealKey = new Uint8Array(randomBytes(32));
    if (output === undefined) {
      await refuseUnreplaceable(file);
      await naming(newFile, () => writeFileAtomically(newFile, to, 0o600));
    } else await naming(newFile, () => unlessThere(newFile, createFileAtomically(newFile, to, 0o600)));
    reached("key written");
    const outcome = await store.seals
      .replace({
        from: fingerprintOf(from),
        to: fingerprintOf(to),
        keptKeys: sealKeptKeys(from, to),
        reseal: (value, sealed) => {
          const again = reseal(from, to, value, sealed);
          reached("value sealed");
          return again;
        },
        audit: auditRecord(OPERATOR, systemClock.now(), "tenant.seal_key_replaced", {}),
      })
      .catch(async (error: unknown) => {
        // After a lost connection, the commit may have happened: the next start or rotation takes the key that fits.
        if (error instanceof TenantError) await rm(newFile, { force: true });
        throw error;
      });
    if (outcome !== "replaced") {
      await rm(newFile, { force: true });
      throw outcome === "differs" ? sealKeyDiffers(file) : outcome === "pooled" ? behindPooler() : stillInUse();
    }
    reached("committed");
    if (output === undefined) {
      await rename(newFile, file).catch((cause: NodeJS.ErrnoException) => {
        throw notRenamed(file, newFile, cause);
      });
    }
    reached("renamed");
  }
  const cleaned = "sqlite" in location.store ? removeRemains(location.store.sqlite) : true;
  return { file: output ?? file, cleaned };
}

/** Only without a pooler between does PostgreSQL show which nodes are connected. */
export const withoutPooler = (store: TenantLocation["store"]): TenantLocation["store"] =>
  "postgres" in store && store.direct !== undefined ? { ...store, postgres: store.direct } : store;

function reseal(from: SealKey, to: SealKey, value: SealedValue, sealed: string): string {
  const context = "kid" in value ? value.kid : "userId" in value ? value.userId : value.id;
  let text: string;
  try {
    text = unseal(deriveKey(from, value.purpose), sealed, context);
  } catch (cause) {
    throw new TenantError(
      "seal_key_not_replaced",
      `The seal key cannot open a value in the store (${value.purpose}, ${context}). Nothing was changed.`,
      "The value is damaged. Restore the store from a backup. If it is an authenticator app, the user can remove it and add it again.",
      { cause },
    );
  }
  return seal(deriveKey(to, value.purpose), text, context);
}

/** Values under the old key that SQLite has deleted, but not overwritten. False without enough space on the disk. */
function removeRemains(file: string): boolean {
  const database = connectSqlite(file, { timeout: 5_000 });
  try {
    database.exec("vacuum; pragma wal_checkpoint(truncate)");
    return true;
  } catch {
    return false;
  } finally {
    database.close();
  }
}

/**
 * Asks before the store changes: a file that is mounted on its own cannot be replaced, and what is written beside it is
 * lost with the container.
 *
 * @throws TenantError `seal_key_not_replaced`
 */
async function refuseUnreplaceable(file: string): Promise<void> {
  const probe = temporaryName(file);
  try {
    // The system refuses links between mounts, also between two of the same disk.
    await link(file, probe);
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    const why = UNREPLACEABLE[code];
    // Any other reason, such as a file system without links, does not prevent the rename.
    if (why === undefined) return;
    throw new TenantError(
      "seal_key_not_replaced",
      `${file} ${why}, so it cannot be replaced. Nothing was changed.`,
      "Add --output FILE, in a folder that is kept.",
      { cause },
    );
  } finally {
    await rm(probe, { force: true });
  }
}

const UNREPLACEABLE: Record<string, string> = {
  EXDEV: "is mounted as a single file",
  EBUSY: "is mounted as a single file",
  EROFS: "is on a read-only disk",
};

const notRenamed = (file: string, newFile: string, cause: NodeJS.ErrnoException) =>
  new TenantError(
    "seal_key_not_replaced",
    `The store now has a new seal key, which is in ${newFile}. ${file} could not be replaced (${cause.code}).`,
    `Keep ${newFile}: without it, the tenant is lost. Put it in the place of ${file}.`,
    { cause },
  );

/** @throws TenantError `file_exists` */
export async function unlessThere(file: string, created: Promise<void>): Promise<void> {
  await created.catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? alreadyThere(file) : error;
  });
}

export const alreadyThere = (file: string): TenantError =>
  new TenantError("file_exists", `${file} already exists.`, "Name a new file.");

const behindPooler = () =>
  new TenantError(
    "seal_key_not_replaced",
    "The store's URL leads through a connection pooler, where running nodes cannot be seen. Nothing was changed.",
    "Name the URL without the pooler: directUrlFile or directUrlEnv in the server file, or DOORCODE_STORE_DIRECT.",
  );

const stillInUse = () =>
  new TenantError(
    "seal_key_not_replaced",
    "The tenant's database is in use: a node of the tenant, or another command, is connected. Nothing was changed.",
    "Stop every node of the tenant, then try again. A pooler keeps its connections for a while: restart it, too.",
  );
