import type { Logger } from "pino";
import type { Store } from "../storage/store.ts";

const SETTING = "issuer";

/**
 * Nodes in front of one database have to answer under one origin: what one signs, a client of another refuses. Told and
 * not refused, because a tenant that moves to another address looks the same; its move is told once.
 */
export async function compareIssuers(store: Store, issuer: string, log: Logger, now: number): Promise<void> {
  const { directory } = store;
  const before = await directory.settingOnce(SETTING, issuer);
  if (before === issuer) return;
  const audit = { at: now, event: "tenant.issuer_changed", actor: "tenant" as const, userId: null, clientId: null };
  await directory.changeSettings(
    { [SETTING]: issuer },
    { ...audit, grantId: null, ip: null, detail: { before, issuer } },
  );
  log.warn(
    { before, issuer },
    "The node that started last on this database had another issuer. If the tenant has not moved, give all nodes one public URL.",
  );
}
