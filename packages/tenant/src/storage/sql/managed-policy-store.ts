import type { Database } from "../engine/database.ts";
import type { ManagedPolicies } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { lockingDemands } from "./demand-locks.ts";
import { toPolicy, toPolicyRow } from "./user-flow-store.ts";

export function managedPolicies(database: Database): ManagedPolicies {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);
  const lock = lockingDemands(database);
  return {
    insert: (policy, audit) =>
      db.transaction().execute(async (trx) => {
        await lock.apps(trx);
        await trx.insertInto("policies").values(toPolicyRow(policy)).execute();
        await writeAudit(trx, audit);
      }),

    change: (id, change, audit) =>
      db.transaction().execute(async (trx) => {
        await lock.apps(trx);
        const row = await trx
          .selectFrom("policies")
          .where("id", "=", id)
          .selectAll()
          .$if(locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (!row) return "unknown";
        const { id: _id, createdAt: _createdAt, ...values } = toPolicyRow(change(toPolicy(row)));
        await trx.updateTable("policies").where("id", "=", id).set(values).execute();
        await writeAudit(trx, audit);
        return "changed";
      }),

    delete: (id, audit) =>
      db.transaction().execute(async (trx) => {
        const gone = await trx.deleteFrom("policies").where("id", "=", id).returning("id").executeTakeFirst();
        if (gone) await writeAudit(trx, audit);
        return gone !== undefined;
      }),
  };
}
