import { sql } from "kysely";
import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { AuditRecord, AuditStore } from "../store.ts";

export function auditStore(database: Database): AuditStore {
  const { db } = database;
  const writeAudit = auditWriter(database);
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

/** Writes within the transaction of what is recorded, where there is one. */
export function auditWriter({ db }: Database): (on: Connection, record: AuditRecord) => Promise<void> {
  const insert = prepared((record: Omit<Tables["auditRecords"], "seq">) =>
    db.insertInto("auditRecords").values({
      at: record.at,
      event: record.event,
      actor: record.actor,
      userId: record.userId,
      clientId: record.clientId,
      grantId: record.grantId,
      ip: record.ip,
      detail: record.detail,
      // Only an order of arrival: two nodes may draw the same number.
      seq: sql<number>`(select coalesce(max(seq), 0) + 1 from audit_records)`,
    }),
  );
  return async (on, record) => void (await insert(on, { ...record, detail: JSON.stringify(record.detail) }));
}
