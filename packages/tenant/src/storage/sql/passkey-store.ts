import type { Selectable } from "kysely";
import type { Database } from "../engine/database.ts";
import type { Tables } from "../migrations/tables.ts";
import { MAX_PASSKEYS, type Passkey, type PasskeyStore } from "../passkeys.ts";

export function passkeyStore({ db, locksRows }: Database): PasskeyStore {
  return {
    insert: (passkey) =>
      db.transaction().execute(async (trx) => {
        // Locked, so that of two at once the second counts the first.
        const user = await trx
          .selectFrom("users")
          .where("id", "=", passkey.userId)
          .where("disabledAt", "is", null)
          .select("id")
          .$if(locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (!user) return "no_user";
        const { kept } = await trx
          .selectFrom("passkeys")
          .where("userId", "=", passkey.userId)
          .select((row) => row.fn.countAll<number>().as("kept"))
          .executeTakeFirstOrThrow();
        if (Number(kept) >= MAX_PASSKEYS) return "full";
        const inserted = await trx
          .insertInto("passkeys")
          .values(toRow(passkey))
          .onConflict((conflict) => conflict.column("credentialId").doNothing())
          .returning("credentialId")
          .executeTakeFirst();
        return inserted ? "ok" : "taken";
      }),

    async find(credentialId) {
      const query = db.selectFrom("passkeys").where("credentialId", "=", credentialId).selectAll();
      const row = await query.executeTakeFirst();
      return row && toPasskey(row);
    },

    async listOf(userId) {
      const rows = await db
        .selectFrom("passkeys")
        .where("userId", "=", userId)
        .selectAll()
        .orderBy("createdAt")
        .orderBy("credentialId")
        .execute();
      return rows.map(toPasskey);
    },

    async use(credentialId, { from, to, backedUp, now }) {
      if (to < from || (to === from && to !== 0)) return false;
      const used = await db
        .updateTable("passkeys")
        .where("credentialId", "=", credentialId)
        .where("counter", "=", from)
        .set({ counter: to, backedUp: backedUp ? 1 : 0, lastUsedAt: now })
        .executeTakeFirst();
      return used.numUpdatedRows > 0n;
    },

    async rename(userId, credentialId, name) {
      const renamed = await db
        .updateTable("passkeys")
        .where("credentialId", "=", credentialId)
        .where("userId", "=", userId)
        .set({ name })
        .executeTakeFirst();
      return renamed.numUpdatedRows > 0n;
    },

    async remove(userId, credentialId) {
      const row = await db
        .deleteFrom("passkeys")
        .where("credentialId", "=", credentialId)
        .where("userId", "=", userId)
        .returningAll()
        .executeTakeFirst();
      return row && toPasskey(row);
    },
  };
}

function toPasskey(row: Selectable<Tables["passkeys"]>): Passkey {
  return { ...row, transports: JSON.parse(row.transports), backedUp: row.backedUp === 1 };
}

function toRow(passkey: Passkey): Tables["passkeys"] {
  return { ...passkey, transports: JSON.stringify(passkey.transports), backedUp: passkey.backedUp ? 1 : 0 };
}
