import type { ExpressionBuilder, Selectable } from "kysely";
import type { Connection } from "../engine/database.ts";
import type { Tables } from "../migrations/tables.ts";
import type { TokenFamily } from "../store.ts";

/** How much later than its last token a family may end: so its end, which is indexed, is written once a day at most. */
export const LATER_END_MS = 24 * 60 * 60 * 1000;

/** The end of a family whose newest token ends at `tokenEnd`. */
export const endOfFamily = (end: number, tokenEnd: number): number =>
  tokenEnd <= end && end <= tokenEnd + LATER_END_MS ? end : tokenEnd + LATER_END_MS;

/** When a sign-in ends: with its newest refresh token. `expires_at` of the family may be later (`endOfFamily`). */
export const endOfNewestToken = (family: ExpressionBuilder<Tables, "tokenFamilies">) =>
  family.fn.coalesce(
    family
      .selectFrom("refreshTokens")
      .whereRef("refreshTokens.familyId", "=", "tokenFamilies.id")
      .orderBy("generation", "desc")
      .limit(1)
      .select("refreshTokens.expiresAt"),
    // Issued without a refresh token.
    "tokenFamilies.expiresAt",
  );

type Whose = "userId" | "clientId";

/** The family after this call revoked it. Undefined if it was already revoked, or is unknown. */
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

/** Revokes all families of a user or an app. Returns how many of them were live. */
export async function revokeAll(trx: Connection, of: Whose, id: string, reason: string, now: number): Promise<number> {
  const rows = await trx
    .updateTable("tokenFamilies")
    .where(of, "=", id)
    .where("revokedAt", "is", null)
    .set({ revokedAt: now, revokedReason: reason })
    .returning((family) => endOfNewestToken(family).as("end"))
    .execute();
  return rows.filter((row) => row.end > now).length;
}

/**
 * Ends device approvals that are not redeemed yet. Call it before the row of the user or app is locked, in the same
 * order as redemption.
 */
export async function withdrawApprovals(trx: Connection, of: Whose, id: string, now: number): Promise<void> {
  await trx
    .updateTable("deviceGrants")
    .where(of, "=", id)
    .where("status", "=", "approved")
    .set({ status: "denied", denialReason: "withdrawn", decidedAt: now })
    .execute();
}

/**
 * Ends codes that are not redeemed yet. Call it after the row of the user or app is locked, as their redemption does.
 */
export async function withdrawCodes(trx: Connection, of: Whose, id: string, now: number): Promise<void> {
  await trx
    .updateTable("authorizationRequests")
    .where(of, "=", id)
    .where("status", "=", "approved")
    .set({ status: "denied", decidedAt: now })
    .execute();
}

export function toFamily(row: Selectable<Tables["tokenFamilies"]>): TokenFamily {
  const { repeatMailedAt: _, deviceName: _n, devicePlatform: _p, signedInFrom: _f, label: _l, ...family } = row;
  const { scopes, reach, methods } = row;
  return { ...family, scopes: JSON.parse(scopes), reach: JSON.parse(reach), methods: JSON.parse(methods) };
}
