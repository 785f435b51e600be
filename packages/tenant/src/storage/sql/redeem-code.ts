import type { Database } from "../engine/database.ts";
import type { AuthorizationStore, RedeemCodeResult } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { insertFamily, withdrawn } from "./redeem.ts";
import { standing } from "./standing.ts";
import { revoke } from "./token-family.ts";

/** Why a family ended when its code was presented again. */
const REUSED = "authorization_code_reused";

/** approved → redeemed, once, with all that comes of it; a second use ends what the first one gave (RFC 6749 §4.1.2). */
export function codeRedemption(database: Database): AuthorizationStore["redeem"] {
  const stands = standing(database);
  const writeAudit = auditWriter(database);

  return ({ codeHash, clientId, redirectUri, codeChallenge, family, refreshToken, now, audit }) =>
    database.db.transaction().execute(async (trx): Promise<RedeemCodeResult> => {
      // Person and app are locked before the request, in the order of whoever withdraws codes.
      const why = await withdrawn(stands, trx, { ...family, clientId });
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
        .returning("id")
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
        return { outcome: "reused" };
      }
      if (why) {
        await writeAudit(trx, { ...audit, event: "authorization.refused", detail: { ...audit.detail, why } });
        return { outcome: "refused", why };
      }
      await insertFamily(trx, family, refreshToken);
      await writeAudit(trx, audit);
      return { outcome: "redeemed", family: { ...family, revokedAt: null, revokedReason: null } };
    });
}
