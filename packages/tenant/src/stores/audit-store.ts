import { sql } from "kysely";
import type { AuditRecord, AuditStore } from "./contract.ts";
import type { Connection, Database } from "./database.ts";

export function auditStore({ db }: Database): AuditStore {
  return {
    write: (record) => writeAudit(db, record),

    async list({ event, limit }) {
      const rows = await db
        .selectFrom("auditRecords")
        .$if(event !== undefined, (query) => query.where("event", "=", event as string))
        .select(["at", "event", "actor", "userId", "clientId", "grantId", "ip", "detail"])
        .orderBy("seq", "desc")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) }));
    },
  };
}

/** Within the transaction of what it records, where there is one. */
export async function writeAudit(db: Connection, record: AuditRecord): Promise<void> {
  await db
    .insertInto("auditRecords")
    .values({
      ...record,
      detail: JSON.stringify(record.detail),
      // Only an order of arrival: two nodes may draw the same number.
      seq: sql<number>`(select coalesce(max(seq), 0) + 1 from audit_records)`,
    })
    .execute();
}
