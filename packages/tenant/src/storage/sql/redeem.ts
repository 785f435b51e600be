import type { Connection, Database } from "../engine/database.ts";
import type {
  AuthorizationStore,
  NewRefreshToken,
  NewTokenFamily,
  RedeemCodeResult,
  RedeemResult,
  SignedInDevice,
  TokenFamily,
  TokenStore,
} from "../store.ts";
import { issuanceCheck } from "./access-store.ts";
import { auditWriter } from "./audit-store.ts";
import { findGrant, toGrant } from "./grant-store.ts";
import { revoke } from "./token-family.ts";

/** approved → redeemed, once (RFC 8628 §3.5), with the new sign-in. approved → denied if the access rule refuses. */
export function deviceRedemption(database: Database): TokenStore["redeem"] {
  const checkIssuance = issuanceCheck(database);
  const writeAudit = auditWriter(database);

  return ({ deviceCodeHash, clientId, family, refreshToken, now, audit }) =>
    database.db.transaction().execute(async (trx): Promise<RedeemResult> => {
      // From here on, this transaction has locked the row: a concurrent redemption waits, then matches nothing.
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
      const by = { grantType: "device_code", reach: null } as const;
      const why = await checkIssuance(trx, { ...family, clientId, scopes: grant.approved!, ...by });
      if (why) {
        await trx
          .updateTable("deviceGrants")
          .where("id", "=", grant.id)
          .set({ status: "denied", denialReason: "withdrawn", familyId: null })
          .execute();
        await writeAudit(trx, { ...audit, event: "device_grant.refused", detail: { ...audit.detail, why } });
        return { outcome: "refused", why };
      }

      const { deviceName, devicePlatform, initiatedIp: signedInFrom } = grant;
      const device = { deviceName, devicePlatform, signedInFrom };
      const made = await insertFamily(trx, { ...family, grantType: "device_code" }, device, refreshToken);
      await writeAudit(trx, audit);
      return { outcome: "redeemed", family: made };
    });
}

/** Why a family ended when its code was presented again. */
const REUSED = "authorization_code_reused";

/** approved → redeemed, once, with the new sign-in. A second use revokes what the first one got (RFC 6749 §4.1.2). */
export function codeRedemption(database: Database): AuthorizationStore["redeem"] {
  const checkIssuance = issuanceCheck(database);
  const writeAudit = auditWriter(database);

  return ({ codeHash, clientId, redirectUri, codeChallenge, family, refreshToken, now, audit }) =>
    database.db.transaction().execute(async (trx): Promise<RedeemCodeResult> => {
      // User and app are locked before the request, in the same order as when codes are withdrawn.
      const why = await checkIssuance(trx, { ...family, clientId, grantType: "authorization_code", reach: null });
      const row = await trx
        .updateTable("authorizationRequests")
        .where("codeHash", "=", codeHash)
        .where("clientId", "=", clientId)
        .where("redirectUri", "=", redirectUri)
        .where("codeChallenge", "is not distinct from", codeChallenge)
        .where("userId", "=", family.userId)
        .where("status", "=", "approved")
        .where("codeExpiresAt", ">", now)
        .set(why ? { status: "denied" } : { status: "redeemed", familyId: family.id })
        .returning("approvedFrom")
        .executeTakeFirst();
      if (!row) {
        const used = await trx
          .selectFrom("authorizationRequests")
          .where("codeHash", "=", codeHash)
          .where("clientId", "=", clientId)
          .where("status", "=", "redeemed")
          .select("familyId")
          .executeTakeFirst();
        if (!used?.familyId) return { outcome: "lost" };
        const ended = await revoke(trx, used.familyId, REUSED, now);
        const detail = { ...audit.detail, family: used.familyId };
        if (ended) await writeAudit(trx, { ...audit, event: "authorization_code.reused", detail });
        return { outcome: "reused", ended: ended !== undefined };
      }
      if (why) {
        await writeAudit(trx, { ...audit, event: "authorization.refused", detail: { ...audit.detail, why } });
        return { outcome: "refused", why };
      }
      const device = { deviceName: null, devicePlatform: null, signedInFrom: row.approvedFrom };
      const made = await insertFamily(trx, { ...family, grantType: "authorization_code" }, device, refreshToken);
      await writeAudit(trx, audit);
      return { outcome: "redeemed", family: made };
    });
}

/** The sign-in that a redemption creates, and its first refresh token. */
async function insertFamily(
  trx: Connection,
  family: NewTokenFamily & Pick<TokenFamily, "grantType">,
  device: Omit<SignedInDevice, "label">,
  refreshToken: NewRefreshToken | null,
): Promise<TokenFamily> {
  const { scopes, reach, methods } = family;
  const texts = { scopes: JSON.stringify(scopes), reach: JSON.stringify(reach), methods: JSON.stringify(methods) };
  await trx
    .insertInto("tokenFamilies")
    .values({ ...family, ...texts, ...device })
    .execute();
  if (refreshToken) {
    await trx
      .insertInto("refreshTokens")
      .values({ ...refreshToken, familyId: family.id, generation: 1 })
      .execute();
  }
  return { ...family, revokedAt: null, revokedReason: null };
}
