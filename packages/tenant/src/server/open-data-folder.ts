import { randomBytes } from "node:crypto";
import { link, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { lockDataDir, naming, prepareDataDir, readBytesIfThere, writeFileAtomically } from "../kernel/data-folder.ts";
import type { SealKey } from "../kernel/seal.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Deployment } from "./deployment.ts";
import { type LocalCa, loadLocalCa } from "./local-ca.ts";

/** What the data folder holds. */
export interface DataFolder {
  dir: string;
  sealKey: SealKey;
  /** Null where the operator's certificate or proxy serves TLS. */
  ca: LocalCa | null;
}

/** Makes what is missing, under a lock; an embedded tenant owns its folder as long as it runs. */
export async function openDataFolder(
  dataDir: string,
  deployment: Deployment,
  embedded: boolean,
  stack: AsyncDisposableStack,
): Promise<DataFolder> {
  const dir = await prepareDataDir(dataDir);
  const lock = await lockDataDir(dir);
  if (embedded) stack.defer(() => lock.release());
  try {
    return await naming(dir, async () => {
      const sealKey = await loadSealKey(dir);
      if (deployment.kind === "public") return { dir, sealKey, ca: null };
      const host = deployment.kind === "host" ? deployment.host : undefined;
      // Certificates are judged by the peers' clocks, so by the real time, whatever the tenant's clock says.
      return { dir, sealKey, ca: await loadLocalCa(dir, host, Date.now()) };
    });
  } finally {
    // Nodes in front of one database may share a folder.
    if (!embedded) lock.release();
  }
}

/**
 * The 32 random bytes of `seal.key` (0600): made once, never replaced.
 * @throws TenantError `seal_key_damaged`
 */
export async function loadSealKey(dir: string): Promise<SealKey> {
  const file = join(dir, "seal.key");
  const found = await readBytesIfThere(file);
  if (found) return checked(file, found);
  // A complete file gets its name by link(), which fails like O_EXCL when another process was faster; a plain
  // exclusive open would show that process an empty file first.
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  await writeFileAtomically(temporary, randomBytes(32), 0o600);
  try {
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return checked(file, await readFile(file));
}

function checked(file: string, bytes: Buffer): SealKey {
  if (bytes.length === 32) return new Uint8Array(bytes);
  throw new TenantError(
    "seal_key_damaged",
    `${file} does not hold 32 bytes.`,
    "Restore it from a backup. Without it the tenant's signing keys cannot be opened; a new tenant needs a new data folder.",
  );
}
