import { type InsertResult, sql } from "kysely";
import type { SigningAlgorithm } from "../../directory/entities.ts";
import { SIGNING_ALGORITHMS, signingKeyOf } from "../../directory/signing-algorithms.ts";
import { announced, type Connection, type Database } from "../engine/database.ts";
import type { KeyStore, StoredKey } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { SETTINGS_TOPIC } from "./follow.ts";

/** A newer version may know more, and leave its keys to itself. */
const OTHERS = SIGNING_ALGORITHMS.filter((alg) => alg !== "RS256");

export function keyStore(database: Database): KeyStore {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);
  const list = async (from: Connection): Promise<StoredKey[]> => {
    const rsa = await from.selectFrom("signingKeys").selectAll().orderBy("activatesAt").orderBy("kid").execute();
    const others = from
      .selectFrom("otherSigningKeys")
      .where("alg", "in", OTHERS)
      .selectAll()
      .orderBy("alg")
      .orderBy("activatesAt")
      .orderBy("kid");
    return [
      ...rsa.map((key) => ({ ...key, alg: "RS256" as const })),
      ...(await others.execute()).map((key) => ({ ...key, certificate: null })),
    ];
  };

  /** All keys, while no other change of keys runs. An empty table has no row to lock. */
  const lockKeys = async (trx: Connection) => {
    if (locksRows) await sql`lock table signing_keys, other_signing_keys in share row exclusive mode`.execute(trx);
    return list(trx);
  };
  const notRetired = (keys: StoredKey[], now: number) =>
    keys.filter(({ retiresAt }) => retiresAt === null || retiresAt > now);

  /** False if the key is there already. */
  const insert = async (into: Connection, { alg, certificate, ...key }: StoredKey): Promise<boolean> => {
    if (alg !== "RS256") {
      const other = into.insertInto("otherSigningKeys").values({ ...key, alg });
      return isInserted(await other.onConflict((conflict) => conflict.column("kid").doNothing()).executeTakeFirst());
    }
    if (certificate === null) throw new TypeError("a key for RS256 needs a certificate");
    const rsa = into.insertInto("signingKeys").values({ ...key, certificate });
    return isInserted(await rsa.onConflict((conflict) => conflict.column("kid").doNothing()).executeTakeFirst());
  };
  const tableOf = ({ alg }: StoredKey) => (alg === "RS256" ? "signingKeys" : "otherSigningKeys");

  return {
    list: () => list(db),

    async inUse() {
      const apps = db.selectFrom("apps").select("idTokenSignedResponseAlg as alg").distinct();
      const apis = db.selectFrom("apis").select("accessTokenSigningAlg as alg").distinct();
      const found = (await Promise.all([apps.execute(), apis.execute()])).flat();
      return OTHERS.filter((known) => found.some(({ alg }) => alg === known));
    },

    insert: (key) => insert(db, key),

    insertFirst: (keys, lost) =>
      db.transaction().execute(async (trx) => {
        const standing = new Set((await lockKeys(trx)).filter(({ retiresAt }) => retiresAt === null));
        for (const key of standing) {
          const isLost = lost?.keys.some((each) => each.kid === key.kid && each.sealedPrivate === key.sealedPrivate);
          if (!lost || !isLost) continue;
          standing.delete(key);
          await trx.updateTable(tableOf(key)).where("kid", "=", key.kid).set({ retiresAt: lost.now }).execute();
          await writeAudit(trx, lost.audit(key));
        }
        const algorithms = new Set<SigningAlgorithm>([...standing].map(({ alg }) => alg));
        for (const key of keys) if (!algorithms.has(key.alg)) await insert(trx, key);
        return list(trx);
      }),

    promote: (alg, now, activatesAtOf, audit, only) =>
      announced(database, async (trx, announce) => {
        const keys = (await lockKeys(trx)).filter((key) => key.alg === alg && key.retiresAt === null);
        const signing = signingKeyOf(keys, now);
        const successor = keys.find((key) => key !== signing && key.activatesAt > now);
        if (only !== undefined && successor?.kid !== only) {
          const key = keys.find(({ kid }) => kid === only);
          return key ? { outcome: "kept", key } : { outcome: "none" };
        }
        if (!successor) return { outcome: "none" };
        // After the key that signs: two keys of one millisecond would have no order.
        const signingSince = keys[keys.indexOf(successor) - 1]?.activatesAt ?? Number.NEGATIVE_INFINITY;
        const activatesAt = Math.max(activatesAtOf(successor), signingSince + 1);
        if (successor.activatesAt <= activatesAt) return { outcome: "kept", key: successor };
        const { kid } = successor;
        await trx.updateTable(tableOf(successor)).where("kid", "=", kid).set({ activatesAt }).execute();
        await writeAudit(trx, { ...audit, detail: { ...audit.detail, kid } });
        announce(SETTINGS_TOPIC);
        return { outcome: "promoted", key: { ...successor, activatesAt } };
      }),

    retire: (kid, now, retiresAtOf, audit) =>
      announced(database, async (trx, announce) => {
        const all = await lockKeys(trx);
        const key = all.find((each) => each.kid === kid);
        if (!key) return { outcome: "unknown" };
        const keys = all.filter(({ alg }) => alg === key.alg);
        if (signingKeyOf(notRetired(keys, now), now) === key) return { outcome: "signing" };
        // One that was retired before its turn has superseded none.
        const hasSigned = (each: StoredKey) =>
          each.activatesAt <= now && (each.retiresAt === null || each.retiresAt > each.activatesAt);
        const next = keys.slice(keys.indexOf(key) + 1).find(hasSigned);
        const retiresAt = retiresAtOf(key, next && key.activatesAt <= now ? next.activatesAt : null);
        if (key.retiresAt !== null && key.retiresAt <= retiresAt) return { outcome: "retired", key };
        await trx.updateTable(tableOf(key)).where("kid", "=", kid).set({ retiresAt }).execute();
        await writeAudit(trx, audit);
        announce(SETTINGS_TOPIC);
        return { outcome: "retired", key: { ...key, retiresAt } };
      }),
  };
}

const isInserted = ({ numInsertedOrUpdatedRows }: InsertResult) => numInsertedOrUpdatedRows === 1n;
