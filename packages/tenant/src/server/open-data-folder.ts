import { lstat } from "node:fs/promises";
import { lockDataDir, lockSqliteFile, naming, prepareDataDir } from "../kernel/data-folder.ts";
import type { SealKey } from "../kernel/seal.ts";
import type { TenantError } from "../kernel/tenant-error.ts";
import { cannotOpen } from "../storage/sql/open-store.ts";
import type { Deployment } from "./deployment.ts";
import { type LocalCa, loadLocalCa } from "./local-ca.ts";
import { findSealKey, readSealKey, sealKeyIn } from "./seal-key.ts";

/** What the data folder holds. */
export interface DataFolder {
  dir: string;
  /** Undefined if it has none yet. Whether to create one depends on the store. */
  sealKey: SealKey | undefined;
  /** Null if TLS uses the operator's certificate, or ends at a proxy. */
  ca: LocalCa | null;
}

/**
 * Creates what is missing except the seal key, under a lock.
 *
 * @param options.sqliteFile hold the lock as long as the tenant runs, and this file's: a tenant on SQLite shares its
 * folder and its file with no other
 * @param options.sealKeyFile the seal key's file outside the folder, which is not created
 */
export async function openDataFolder(
  dataDir: string,
  deployment: Deployment,
  { sqliteFile, sealKeyFile }: { sqliteFile?: string | undefined; sealKeyFile?: string | undefined },
  stack: AsyncDisposableStack,
): Promise<DataFolder> {
  const dir = await prepareDataDir(dataDir);
  const lock = await lockDataDir(dir);
  const alone = sqliteFile !== undefined;
  if (alone) {
    stack.defer(() => lock.release());
    await naming(sqliteFile, () => refuseFileInPath(sqliteFile));
    const ofFile = await lockSqliteFile(sqliteFile).catch((error: TenantError) => {
      throw error.code === "data_folder_refused" ? cannotOpen(sqliteFile, error) : error;
    });
    stack.defer(() => ofFile.release());
  }
  try {
    return await naming(dir, async () => {
      const sealKey = sealKeyFile === undefined ? await findSealKey(sealKeyIn(dir)) : await readSealKey(sealKeyFile);
      if (deployment.kind === "public") return { dir, sealKey, ca: null };
      const host =
        deployment.kind === "host" ? deployment.host : deployment.lan?.https ? deployment.lan.address : undefined;
      // Peers check certificates by their clocks, so this uses the real time, whatever the tenant's clock says.
      return { dir, sealKey, ca: await loadLocalCa(dir, host, Date.now()) };
    });
  } finally {
    // Nodes that share a database may share a folder.
    if (!alone) lock.release();
  }
}

/** A missing folder or file is for the store to report; a file where a folder should be is a mistake in the path. */
async function refuseFileInPath(file: string): Promise<void> {
  await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOTDIR") throw error;
  });
}
