import { sql } from "kysely";
import type { Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { TokenStore } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { deviceRedemption } from "./redeem.ts";
import { renewalReader } from "./renewal.ts";
import { rotation } from "./rotate.ts";
import { endOfNewestToken, revoke, revokeAll, toFamily } from "./token-family.ts";

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
    findRenewal: renewalReader(database),

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

    async describeFamily(id, { renewals }) {
      const row = await db
        .selectFrom("tokenFamilies")
        .leftJoin("users", "users.id", "tokenFamilies.userId")
        .leftJoin("apps", "apps.clientId", "tokenFamilies.clientId")
        .where("tokenFamilies.id", "=", id)
        .selectAll("tokenFamilies")
        .select(["users.email", "apps.name as appName"])
        .select((family) => endOfNewestToken(family).as("endsAt"))
        .executeTakeFirst();
      if (!row) return undefined;
      const used = db.selectFrom("refreshTokens").where("familyId", "=", id).where("usedAt", "is not", null);
      const [{ count }, newest] = await Promise.all([
        used.select(({ fn }) => fn.countAll<number>().as("count")).executeTakeFirstOrThrow(),
        used.select(["usedAt", "usedFrom"]).orderBy("generation", "desc").limit(renewals).execute(),
      ]);
      const { email, appName, endsAt, ...family } = row;
      const { deviceName, devicePlatform, signedInFrom, label } = family;
      return {
        ...toFamily(family),
        ...{ email, appName, endsAt: Number(endsAt) },
        device: { deviceName, devicePlatform, signedInFrom, label },
        renewals: {
          count: Number(count),
          newest: newest.map(({ usedAt, usedFrom }) => ({ at: Number(usedAt), from: usedFrom })),
        },
      };
    },

    async listFamilies({ ended, id, userId, clientId, after, limit, now }) {
      const rows = await db
        .selectFrom("tokenFamilies")
        .leftJoin("users", "users.id", "tokenFamilies.userId")
        .leftJoin("apps", "apps.clientId", "tokenFamilies.clientId")
        .$if(!ended, (query) =>
          query
            .where("revokedAt", "is", null)
            // Never before the token's. Not by its index, which has no order: the newest are found in theirs.
            .where(sql<boolean>`(token_families.expires_at + 0) > ${now}`)
            .where((family) => family(endOfNewestToken(family), ">", now)),
        )
        .$if(id !== undefined, (query) => query.where("tokenFamilies.id", "=", id as string))
        .$if(userId !== undefined, (query) => query.where("userId", "=", userId as string))
        .$if(clientId !== undefined, (query) => query.where("tokenFamilies.clientId", "=", clientId as string))
        .$if(after !== undefined, (query) =>
          query.where((where) =>
            where.or([
              where("tokenFamilies.createdAt", "<", after!.createdAt),
              where.and([
                where("tokenFamilies.createdAt", "=", after!.createdAt),
                where("tokenFamilies.id", "<", after!.id),
              ]),
            ]),
          ),
        )
        .select(["tokenFamilies.id", "userId", "tokenFamilies.clientId", "grantType"])
        .select((family) => endOfNewestToken(family).as("expiresAt"))
        .select(["tokenFamilies.createdAt", "revokedAt", "users.email", "apps.name as appName"])
        .select(["deviceName", "devicePlatform", "signedInFrom", "label"])
        .select((family) => {
          const lastUse = family
            .selectFrom("refreshTokens")
            .whereRef("familyId", "=", "tokenFamilies.id")
            .where("usedAt", "is not", null)
            .orderBy("generation", "desc")
            .limit(1);
          return [lastUse.select("usedAt").as("lastUsedAt"), lastUse.select("usedFrom").as("lastUsedFrom")];
        })
        .orderBy("tokenFamilies.createdAt", "desc")
        .orderBy("tokenFamilies.id", "desc")
        .limit(limit)
        .execute();
      return rows.map(({ deviceName, devicePlatform, signedInFrom, label, ...row }) => ({
        ...row,
        device: { deviceName, devicePlatform, signedInFrom, label },
      }));
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
