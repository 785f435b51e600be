import { sql } from "kysely";
import type { Connection, Database } from "../engine/database.ts";
import type { KeyStore } from "../store.ts";

export function keyStore({ db, locksRows }: Database): KeyStore {
  const list = (from: Connection) =>
    from.selectFrom("signingKeys").selectAll().orderBy("activatesAt").orderBy("kid").execute();

  return {
    list: () => list(db),

    async insert(key) {
      const inserted = await db
        .insertInto("signingKeys")
        .values(key)
        .onConflict((conflict) => conflict.column("kid").doNothing())
        .returning("kid")
        .executeTakeFirst();
      return inserted !== undefined;
    },

    insertFirst: (keys) =>
      db.transaction().execute(async (trx) => {
        // An empty table has no row to lock.
        if (locksRows) await sql`lock table signing_keys in share row exclusive mode`.execute(trx);
        const standing = await list(trx);
        if (standing.length > 0) return standing;
        await trx.insertInto("signingKeys").values(keys).execute();
        return list(trx);
      }),

    async retire(kid, retiresAt) {
      await db.updateTable("signingKeys").where("kid", "=", kid).set({ retiresAt }).execute();
    },
  };
}
