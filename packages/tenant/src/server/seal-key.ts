import { randomBytes } from "node:crypto";
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { createFileAtomically, readBytesIfThere } from "../kernel/data-folder.ts";
import { adoptKeptKeys } from "../kernel/kept-keys.ts";
import { deriveKey, keyedHash, type SealKey } from "../kernel/seal.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { FINGERPRINT } from "../storage/sealed.ts";
import type { Store } from "../storage/store.ts";

export const sealKeyIn = (dir: string): string => join(dir, "seal.key");

/** The next seal key, before it gets the name of the current one. */
export const nextSealKeyFile = (file: string): string => `${file}.next`;

/**
 * The 32 random bytes of `seal.key` (0600), created once: see `firstSealKey`. Only `doorcode tenant seal-key rotate` replaces them.
 *
 * @throws TenantError `seal_key_damaged`
 */
export async function loadSealKey(dir: string): Promise<SealKey> {
  const file = sealKeyIn(dir);
  const found = await findSealKey(file);
  if (found) return found;
  // With a plain exclusive open, another process could see an empty file.
  await createFileAtomically(file, randomBytes(32), 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  return checked(file, await readFile(file));
}

/**
 * The key in this file, or undefined if there is no such file.
 *
 * @throws TenantError `seal_key_damaged`, `seal_key_missing` if it cannot be read
 */
export async function findSealKey(file: string): Promise<SealKey | undefined> {
  const found = await readBytesIfThere(file).catch((cause: NodeJS.ErrnoException) => {
    throw sealKeyMissing(file, `cannot be read (${cause.code})`, cause);
  });
  return found && checked(file, found);
}

/**
 * A seal key that must exist: one that is kept outside the data folder, or that an operator's command needs.
 *
 * @throws TenantError `seal_key_missing`, `seal_key_damaged`
 */
export async function readSealKey(file: string): Promise<SealKey> {
  const found = await findSealKey(file);
  if (found) return found;
  throw sealKeyMissing(file, "does not exist");
}

/**
 * The seal key of a tenant that has none in its data folder. It is created only for a new tenant.
 *
 * @throws TenantError `seal_key_missing` if the store already has a tenant
 */
export async function firstSealKey(store: Store, dir: string): Promise<SealKey> {
  if ((await store.directory.setting(FINGERPRINT)) === undefined) return loadSealKey(dir);
  throw new TenantError(
    "seal_key_missing",
    `${sealKeyIn(dir)} does not exist, and the store already has a tenant.`,
    "Put the tenant's seal key there: from a backup, or from another node of the tenant.",
  );
}

const sealKeyMissing = (file: string, why: string, cause?: unknown) =>
  new TenantError(
    "seal_key_missing",
    `The seal key ${file} ${why}.`,
    "Name the file or the data folder that this tenant has used until now. For a new tenant: openssl rand -out FILE 32",
    { cause },
  );

function checked(file: string, bytes: Buffer): SealKey {
  if (bytes.length === 32) return new Uint8Array(bytes);
  throw new TenantError(
    "seal_key_damaged",
    `${file} must contain exactly 32 bytes.`,
    "Restore it from a backup. Without it the tenant cannot open its signing keys; a new tenant needs a new data folder.",
  );
}

/** Identifies a seal key and reveals nothing about it. */
export const fingerprintOf = (key: SealKey): string => keyedHash(deriveKey(key, "fingerprint"), "seal-key");

/**
 * The seal key of this store: `found`, or the one beside it if a rotation was interrupted after its commit; that one then
 * gets its final name. Nodes that share a store need the same key to open what another node sealed, so the store keeps a
 * fingerprint of it.
 *
 * @throws TenantError `seal_key_differs`
 */
export async function sealKeyOfStore(store: Store, found: SealKey, file: string): Promise<SealKey> {
  const own = fingerprintOf(found);
  const expected = await store.directory.settingOnce(FINGERPRINT, own);
  const key = expected === own ? found : await nextKey(file, expected);
  const kept = await store.seals.keptKeys();
  if (kept !== undefined) adoptKeptKeys(key, kept);
  return key;
}

async function nextKey(file: string, expected: string): Promise<SealKey> {
  const next = await findSealKey(nextSealKeyFile(file));
  if (next === undefined || fingerprintOf(next) !== expected) throw sealKeyDiffers(file);
  // If the folder is read-only now, a later start renames it.
  await rename(nextSealKeyFile(file), file).catch(() => undefined);
  return next;
}

export const sealKeyDiffers = (file: string): TenantError =>
  new TenantError(
    "seal_key_differs",
    `This store was created with a different seal key than the one in ${file}.`,
    "Put the seal key that belongs to the store there: from a backup, or from another node of the tenant.",
  );
