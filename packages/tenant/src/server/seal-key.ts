import { randomBytes } from "node:crypto";
import { link, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "../kernel/data-folder.ts";
import { deriveKey, keyedHash, type SealKey } from "../kernel/seal.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Store } from "../storage/store.ts";

/** The installation's 32 random bytes in `seal.key` (0600): made once, never replaced. */
export async function loadSealKey(dir: string): Promise<SealKey> {
  const file = join(dir, "seal.key");
  const found = await readIfThere(file);
  if (found) return checked(file, found);
  // A complete file gets its name by link(), which fails like O_EXCL when another process was faster; a plain
  // exclusive open would show that process an empty file first.
  const scratch = `${file}.${randomBytes(6).toString("hex")}`;
  await writeFileAtomically(scratch, randomBytes(32), 0o600);
  try {
    await link(scratch, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(scratch, { force: true });
  }
  return checked(file, await readFile(file));
}

/**
 * Every node in front of one store needs the same key, or none could open what another sealed: the store remembers
 * a fingerprint of the first one.
 */
export async function checkSealKey(store: Store, key: SealKey, dir: string): Promise<void> {
  const fingerprint = keyedHash(deriveKey(key, "fingerprint"), "seal-key");
  if ((await store.directory.settingOnce("seal_key_fingerprint", fingerprint)) === fingerprint) return;
  throw new TenantError(
    "seal_key_differs",
    "This store was made with another seal key than the one in the data folder.",
    `Copy seal.key of the installation that made the store to ${dir}.`,
  );
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function checked(file: string, bytes: Buffer): SealKey {
  if (bytes.length === 32) return new Uint8Array(bytes);
  throw new TenantError(
    "seal_key_damaged",
    `${file} does not hold 32 bytes.`,
    "Restore it from a backup. Without it the tenant's signing keys cannot be opened; a new tenant needs a new data folder.",
  );
}
