import type { Logger } from "pino";
import type { Store } from "../storage/store.ts";

/**
 * Keeps the issuer in the store, for the operator's commands. Nodes that share a database must answer under one origin,
 * because clients of one issuer refuse tokens of another. Only a warning, because a tenant that moves to another address
 * looks the same, and none for the embedded tenant, whose port may differ at each start. A move is logged once.
 */
export async function compareIssuers(
  store: Store,
  issuer: string,
  { log, now, embedded }: { log: Logger; now: number; embedded: boolean },
): Promise<void> {
  const { directory } = store;
  const before = await directory.settingOnce("issuer", issuer);
  if (before === issuer) return;
  const audit = { at: now, event: "tenant.issuer_changed", actor: "tenant" as const, userId: null, clientId: null };
  await directory.changeSettings({ issuer }, { ...audit, grantId: null, ip: null, detail: { before, issuer } });
  if (embedded) return;
  log.warn(
    { before, issuer },
    "The last node that started on this database had a different issuer. Unless the tenant has moved, set the same public URL on all nodes.",
  );
}
