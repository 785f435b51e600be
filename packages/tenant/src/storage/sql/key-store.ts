import { sql } from "kysely";
import { announced, type Connection, type Database } from "../engine/database.ts";
import type { KeyStore, StoredKey } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { SETTINGS_TOPIC } from "./follow.ts";

export function keyStore(database: Database): KeyStore {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);
  const list = (from: Connection) =>
    from.selectFrom("signingKeys").selectAll().orderBy("activatesAt").orderBy("kid").execute();

  /** All keys that are not retired at `now`, while no other change of keys runs. An empty table has no row to lock. */
  const lockKeys = async (trx: Connection) => {
    if (locksRows) await sql`lock table signing_keys in share row exclusive mode`.execute(trx);
    return list(trx);
  };
  const notRetired = (keys: StoredKey[], now: number) =>
    keys.filter(({ retiresAt }) => retiresAt === null || retiresAt > now);

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
        const standing = await lockKeys(trx);
        if (standing.length > 0) return standing;
        await trx.insertInto("signingKeys").values(keys).execute();
        return list(trx);
      }),

    promote: (now, activatesAtOf, audit) =>
      announced(database, async (trx, announce) => {
        const keys = (await lockKeys(trx)).filter(({ retiresAt }) => retiresAt === null);
        const successor = keys.find(({ activatesAt }) => activatesAt > now);
        if (!successor) return { outcome: "none" };
        // After the key that signs: two keys of one millisecond would have no order.
        const signingSince = keys[keys.indexOf(successor) - 1]?.activatesAt ?? Number.NEGATIVE_INFINITY;
        const activatesAt = Math.max(activatesAtOf(successor), signingSince + 1);
        if (successor.activatesAt <= activatesAt) return { outcome: "kept", key: successor };
        const { kid } = successor;
        await trx.updateTable("signingKeys").where("kid", "=", kid).set({ activatesAt }).execute();
        await writeAudit(trx, { ...audit, detail: { ...audit.detail, kid } });
        announce(SETTINGS_TOPIC);
        return { outcome: "promoted", key: { ...successor, activatesAt } };
      }),

    retire: (kid, now, retiresAtOf, audit) =>
      announced(database, async (trx, announce) => {
        const keys = await lockKeys(trx);
        const key = keys.find((each) => each.kid === kid);
        if (!key) return { outcome: "unknown" };
        const signing = notRetired(keys, now).findLast(({ activatesAt }) => activatesAt <= now);
        if (signing?.kid === kid) return { outcome: "signing" };
        const next = keys.slice(keys.indexOf(key) + 1).find(({ activatesAt }) => activatesAt <= now);
        const retiresAt = retiresAtOf(key, next && key.activatesAt <= now ? next.activatesAt : null);
        if (key.retiresAt !== null && key.retiresAt <= retiresAt) return { outcome: "retired", key };
        await trx.updateTable("signingKeys").where("kid", "=", kid).set({ retiresAt }).execute();
        await writeAudit(trx, audit);
        announce(SETTINGS_TOPIC);
        return { outcome: "retired", key: { ...key, retiresAt } };
      }),
  };
}
