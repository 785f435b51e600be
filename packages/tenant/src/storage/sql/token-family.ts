import type { Selectable } from "kysely";
import type { Connection } from "../engine/database.ts";
import type { Tables } from "../migrations/tables.ts";
import type { TokenFamily } from "../store.ts";

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
export async function revokeAll(
  trx: Connection,
  of: "userId" | "clientId",
  id: string,
  reason: string,
  now: number,
): Promise<number> {
  const rows = await trx
    .updateTable("tokenFamilies")
    .where(of, "=", id)
    .where("revokedAt", "is", null)
    .set({ revokedAt: now, revokedReason: reason })
    .returning("expiresAt")
    .execute();
  return rows.filter((row) => row.expiresAt > now).length;
}

export function toFamily(row: Selectable<Tables["tokenFamilies"]>): TokenFamily {
  return { ...row, scopes: JSON.parse(row.scopes), amr: JSON.parse(row.amr) };
}
