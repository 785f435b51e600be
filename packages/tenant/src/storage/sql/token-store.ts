import type { Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { TokenStore } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { deviceRedemption } from "./redeem.ts";
import { rotation } from "./rotate.ts";
import { revoke, revokeAll, toFamily } from "./token-family.ts";

export function tokenStore(database: Database): TokenStore {
  const { db } = database;
  const writeAudit = auditWriter(database);
  const families = prepared((by: { id: string }) => db.selectFrom("tokenFamilies").where("id", "=", by.id).selectAll());
  const tokens = prepared((by: { tokenHash: string }) =>
    db
      .selectFrom("refreshTokens")
      .innerJoin("tokenFamilies", "tokenFamilies.id", "refreshTokens.familyId")
      .where("tokenHash", "=", by.tokenHash)
      .selectAll("tokenFamilies")
      .select(["generation", "usedAt", "refreshTokens.expiresAt as tokenExpiresAt"]),
  );
  return {
    redeem: deviceRedemption(database),
    rotate: rotation(database),

    async findByRefreshToken(tokenHash) {
      const [row] = await tokens(db, { tokenHash });
      if (!row) return undefined;
      const { generation, usedAt, tokenExpiresAt: expiresAt, ...family } = row;
      return { family: toFamily(family), generation, expiresAt, usedAt };
    },

    async findFamily(id) {
      const [row] = await families(db, { id });
      return row && toFamily(row);
    },

    revokeFamily: (id, reason, now, audit) =>
      db.transaction().execute(async (trx) => {
        const family = await revoke(trx, id, reason, now);
        if (family) await writeAudit(trx, audit);
        return family !== undefined;
      }),

    revokeUser: (userId, reason, now, audit) =>
      db.transaction().execute(async (trx) => {
        const live = await revokeAll(trx, "userId", userId, reason, now);
        if (live > 0) await writeAudit(trx, audit);
        return live;
      }),
  };
}
