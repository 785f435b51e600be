import type { Selectable } from "kysely";
import type { Connection } from "../engine/database.ts";
import type { Tables } from "../migrations/tables.ts";
import type { TokenFamily } from "../store.ts";

type Whose = "userId" | "clientId";

/** The family as it is now revoked, or undefined when it was before, or is unknown. */
export async function revoke(
  trx: Connection,
  id: string,
  reason: string,
  now: number,
): Promise<TokenFamily | undefined> {
  const row = await trx
    .updateTable("tokenFamilies")
    .where("id", "=", id)
    .where("revokedAt", "is", null)
    .set({ revokedAt: now, revokedReason: reason })
    .returningAll()
    .executeTakeFirst();
  return row && toFamily(row);
}

/** All families of a user or an app; returns how many of them were live. */
export async function revokeAll(trx: Connection, of: Whose, id: string, reason: string, now: number): Promise<number> {
  const rows = await trx
    .updateTable("tokenFamilies")
    .where(of, "=", id)
    .where("revokedAt", "is", null)
    .set({ revokedAt: now, revokedReason: reason })
    .returning("expiresAt")
    .execute();
  return rows.filter((row) => row.expiresAt > now).length;
}

/** Ends device approvals that are not redeemed yet. To be called before the user's or app's row is locked, in the order of redeem. */
export async function withdrawApprovals(trx: Connection, of: Whose, id: string, now: number): Promise<void> {
  await trx
    .updateTable("deviceGrants")
    .where(of, "=", id)
    .where("status", "=", "approved")
    .set({ status: "denied", denialReason: "withdrawn", decidedAt: now })
    .execute();
}

/** Ends codes that are not redeemed yet. To be called after the user's or app's row is locked, as their redemption does. */
export async function withdrawCodes(trx: Connection, of: Whose, id: string, now: number): Promise<void> {
  await trx
    .updateTable("authorizationRequests")
    .where(of, "=", id)
    .where("status", "=", "approved")
    .set({ status: "denied", decidedAt: now })
    .execute();
}

export function toFamily(row: Selectable<Tables["tokenFamilies"]>): TokenFamily {
  const { repeatMailedAt: _, ...family } = row;
  const { scopes, reach, methods } = row;
  return { ...family, scopes: JSON.parse(scopes), reach: JSON.parse(reach), methods: JSON.parse(methods) };
}
