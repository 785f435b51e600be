import type { Logger } from "pino";
import { deriveKey, keyedHash, type SealKey } from "../kernel/seal.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Store } from "../storage/store.ts";

/**
 * Nodes in front of one store need the same seal key, or none could open what another sealed: the store keeps a
 * fingerprint of the first one.
 * @throws TenantError `seal_key_differs`
 */
export async function checkSealKey(store: Store, key: SealKey, dir: string): Promise<void> {
  const fingerprint = keyedHash(deriveKey(key, "fingerprint"), "seal-key");
  if ((await store.directory.settingOnce("seal_key_fingerprint", fingerprint)) === fingerprint) return;
  throw new TenantError(
    "seal_key_differs",
    "This store was made with another seal key than the one in the data folder.",
    `Copy seal.key from the data folder that the store was made with to ${dir}.`,
  );
}

/**
 * Nodes in front of one database have to answer under one origin: what one signs, a client of another refuses. A warning
 * and no error, because a tenant that moves to another address looks the same; its move is logged once.
 */
export async function compareIssuers(store: Store, issuer: string, log: Logger, now: number): Promise<void> {
  const { directory } = store;
  const before = await directory.settingOnce("issuer", issuer);
  if (before === issuer) return;
  const audit = { at: now, event: "tenant.issuer_changed", actor: "tenant" as const, userId: null, clientId: null };
  await directory.changeSettings({ issuer }, { ...audit, grantId: null, ip: null, detail: { before, issuer } });
  log.warn(
    { before, issuer },
    "The node that started last on this database had another issuer. If the tenant has not moved, give all nodes one public URL.",
  );
}
