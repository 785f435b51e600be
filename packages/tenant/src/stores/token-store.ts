import { writeAudit } from "./audit-store.ts";
import type { TokenStore } from "./contract.ts";
import type { Database } from "./database.ts";
import { redeem } from "./redeem.ts";
import { rotate } from "./rotate.ts";
import { findFamily, revoke, revokeAll } from "./token-family.ts";

export function tokenStore(database: Database): TokenStore {
  const { db } = database;
  return {
    redeem: (input) => redeem(database, input),
    rotate: (input) => rotate(database, input),

    async findByRefreshToken(tokenHash) {
      const token = await db
        .selectFrom("refreshTokens")
        .where("tokenHash", "=", tokenHash)
        .select(["familyId", "generation", "usedAt"])
        .executeTakeFirst();
      const family = token && (await findFamily(db, token.familyId));
      return family && { family, generation: token.generation, usedAt: token.usedAt };
    },

    findFamily: (id) => findFamily(db, id),

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
