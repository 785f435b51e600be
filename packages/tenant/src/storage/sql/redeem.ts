import type { Connection, Database } from "../engine/database.ts";
import type { NewRefreshToken, NewTokenFamily, RedeemResult, Refusal, TokenStore } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { findGrant, toGrant } from "./grant-store.ts";
import { type Standing, standing } from "./standing.ts";

/** approved → redeemed, once (RFC 8628 §3.5), with all that comes of it; or approved → denied when the approval has lost its ground. */
export function redemption(database: Database): TokenStore["redeem"] {
  const stands = standing(database);
  const writeAudit = auditWriter(database);

  return ({ deviceCodeHash, clientId, family, refreshToken, now, audit }) =>
    database.db.transaction().execute(async (trx): Promise<RedeemResult> => {
      // From here on the row is this transaction's: whoever else redeems it waits, and then matches nothing.
      const row = await trx
        .updateTable("deviceGrants")
        .where("deviceCodeHash", "=", deviceCodeHash)
        .where("clientId", "=", clientId)
        .where("status", "=", "approved")
        .where("userId", "=", family.userId)
        .where("expiresAt", ">", now)
        .set({ status: "redeemed", familyId: family.id })
        .returningAll()
        .executeTakeFirst();
      if (!row) return { outcome: "lost", grant: await findGrant(trx, "deviceCodeHash", deviceCodeHash) };

      const grant = toGrant(row);
      const why = await withdrawn(stands, trx, {
        clientId,
        userId: family.userId,
        amr: family.amr,
        scopes: grant.approved!,
      });
      if (why) {
        await trx
          .updateTable("deviceGrants")
          .where("id", "=", grant.id)
          .set({ status: "denied", denialReason: "withdrawn", familyId: null })
          .execute();
        await writeAudit(trx, { ...audit, event: "device_grant.refused", detail: { ...audit.detail, why } });
        return { outcome: "refused", why };
      }

      await insertFamily(trx, family, refreshToken);
      await writeAudit(trx, audit);
      return { outcome: "redeemed", family: { ...family, revokedAt: null, revokedReason: null } };
    });
}

/** The sign-in that a redemption makes, and the first refresh token of it. */
export async function insertFamily(
  trx: Connection,
  family: NewTokenFamily,
  refreshToken: NewRefreshToken | null,
): Promise<void> {
  await trx
    .insertInto("tokenFamilies")
    .values({ ...family, scopes: JSON.stringify(family.scopes), amr: JSON.stringify(family.amr) })
    .execute();
  if (!refreshToken) return;
  await trx
    .insertInto("refreshTokens")
    .values({ ...refreshToken, familyId: family.id, generation: 1 })
    .execute();
}

/** What the approval stood on and is gone since; undefined while all of it stands. */
export async function withdrawn(
  stands: Standing,
  trx: Connection,
  by: Parameters<Standing["scopes"]>[1] & Parameters<Standing["factors"]>[1],
): Promise<Refusal | undefined> {
  if (!(await stands.user(trx, by.userId))) return "user";
  if (!(await stands.app(trx, by.clientId))) return "app";
  if (!(await stands.assigned(trx, by))) return "assignment";
  if (!(await stands.factors(trx, by))) return "mfa";
  if (!(await stands.administrator(trx, by))) return "administrator";
  if (!(await stands.scopes(trx, by))) return "scope";
  return undefined;
}
