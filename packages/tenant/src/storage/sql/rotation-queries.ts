import type { Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";

/** What `rotate` asks and writes, in the order it does. */
export function rotationQueries({ db, locksRows }: Database) {
  return {
    /** None of it changes in a token's life. */
    owner: prepared((by: { tokenHash: string }) =>
      db
        .selectFrom("refreshTokens")
        .innerJoin("tokenFamilies", "tokenFamilies.id", "refreshTokens.familyId")
        .where("tokenHash", "=", by.tokenHash)
        .select(["familyId", "userId", "clientId", "amr"]),
    ),
    lockedFamily: prepared((by: { familyId: string }) =>
      db
        .selectFrom("tokenFamilies")
        .where("id", "=", by.familyId)
        .selectAll()
        .$if(locksRows, (query) => query.forUpdate()),
    ),
    token: prepared((by: { tokenHash: string }) =>
      db.selectFrom("refreshTokens").where("tokenHash", "=", by.tokenHash).selectAll(),
    ),
    generation: prepared((by: { familyId: string; generation: number }) =>
      db
        .selectFrom("refreshTokens")
        .where("familyId", "=", by.familyId)
        .where("generation", "=", by.generation)
        .select("usedAt"),
    ),
    use: prepared((by: { tokenHash: string; usedAt: number; successorSealed: string }) =>
      db
        .updateTable("refreshTokens")
        .where("tokenHash", "=", by.tokenHash)
        .where("usedAt", "is", null)
        .set({ usedAt: by.usedAt, successorSealed: by.successorSealed }),
    ),
    insertNext: prepared((token: Omit<Tables["refreshTokens"], "usedAt" | "successorSealed">) =>
      db.insertInto("refreshTokens").values({
        tokenHash: token.tokenHash,
        familyId: token.familyId,
        generation: token.generation,
        expiresAt: token.expiresAt,
      }),
    ),
    prolong: prepared((by: { familyId: string; expiresAt: number }) =>
      db.updateTable("tokenFamilies").where("id", "=", by.familyId).set({ expiresAt: by.expiresAt }),
    ),
  };
}
