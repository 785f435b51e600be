import { sql } from "kysely";
import type { Connection, Database, DatabaseCopies } from "../engine/database.ts";
import { openSqliteDatabase } from "../engine/sqlite.ts";
import type { SnapshotStore } from "../snapshots.ts";
import { auditWriter } from "./audit-store.ts";
import { grantTopic } from "./grant-changes.ts";

/** The log of what happened is not undone, and the tables are those of this version. */
const STAYS = ["audit_records", "audit_epochs", "kysely_migration", "kysely_migration_lock"];

export function snapshotStore(database: Database): SnapshotStore {
  const { db, feed } = database;
  const writeAudit = auditWriter(database);
  return {
    write: (file) => copiesOf(database).write(file),

    async restore({ file, keep, audit }) {
      const codes: string[] = [];
      await copiesOf(database).attached(file, () =>
        db.transaction().execute(async (trx) => {
          // Rows refer to each other in both directions, so they are compared at the end.
          await sql`pragma defer_foreign_keys = on`.execute(trx);
          const grants = await trx.selectFrom("deviceGrants").select("deviceCodeHash").execute();
          codes.push(...grants.map(({ deviceCodeHash }) => deviceCodeHash));
          const kept = await trx.selectFrom("settings").where("name", "in", keep).selectAll().execute();
          const tables = await tablesOf(trx);
          for (const { name } of tables) await sql`delete from main.${sql.table(name)}`.execute(trx);
          for (const { name, columns } of tables) {
            const list = sql.join(columns.map((column) => sql.ref(column)));
            await sql`insert into main.${sql.table(name)} (${list}) select ${list} from copy.${sql.table(name)}`.execute(
              trx,
            );
          }
          for (const { name, value } of kept) {
            await trx
              .insertInto("settings")
              .values({ name, value })
              .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
              .execute();
          }
          await writeAudit(trx, audit);
        }),
      );
      for (const code of codes) feed.emit(grantTopic(code));
      feed.emit(null);
    },

    async prepare(file, settings) {
      const copy = await openSqliteDatabase(file);
      try {
        const rows = await copy.db.selectFrom("settings").where("name", "in", settings).selectAll().execute();
        return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
      } finally {
        await copy.close();
      }
    },
  };
}

function copiesOf({ copies }: Database): DatabaseCopies {
  if (copies) return copies;
  throw new Error("Only a SQLite store has snapshots.");
}

/** With their columns by name: a table that was changed by migrations has them in another order than a new one. */
async function tablesOf(trx: Connection): Promise<{ name: string; columns: string[] }[]> {
  const { rows } = await sql<{ table: string; column: string }>`
    select tables.name as "table", columns.name as "column"
    from main.sqlite_master as tables join pragma_table_info(tables.name, 'main') as columns
    where tables.type = 'table' and tables.name not like 'sqlite%'
      and tables.name not in (${sql.join(STAYS)})`.execute(trx);
  const names = [...new Set(rows.map(({ table }) => table))];
  return names.map((name) => ({
    name,
    columns: rows.filter(({ table }) => table === name).map(({ column }) => column),
  }));
}
