import type { DatabaseSync } from "node:sqlite";
import { CompiledQuery, type Transaction } from "kysely";
import type { Database } from "../engine/database.ts";
import { openPostgresDatabase } from "../engine/postgres.ts";
import { connectSqlite } from "../engine/sqlite.ts";
import { compareMigrations, createTables } from "../migrations/migrate.ts";
import type { Tables } from "../migrations/tables.ts";
import { othersAreConnected } from "./seal-store.ts";

export type CopiedRow = Record<string, string | number | null>;

/** A store whose tables are read or filled, in one transaction. */
export interface CopySide {
  /** Why its tables cannot be copied to or from. */
  objection(): Promise<CopyObjection | undefined>;
  setting(name: string): Promise<string | undefined>;
  setSetting(name: string, value: string): Promise<void>;
  removeSetting(name: string): Promise<void>;
  count(table: string): Promise<number>;
  highest(table: string, column: string): Promise<number>;
  /** In batches, so that memory stays the same, however many rows there are. */
  rows(table: string): AsyncIterable<CopiedRow[]>;
  insert(table: string, rows: CopiedRow[]): Promise<void>;
  /** Creates the tables of this version, without rows. Only on an empty target. */
  create(): Promise<void>;
  /** What is not in the rows: where a sequence continues. */
  finish(): Promise<void>;
}

/**
 * `older`, `newer`: the tables are those of another version. `none`: there are no tables. `in_use`: another process is
 * connected, which only PostgreSQL can tell. `pooled`: a connection pooler is between, so that it cannot.
 */
export type CopyObjection = "older" | "newer" | "none" | "in_use" | "pooled";

/** SQLite's limit is 32766 parameters in a statement, PostgreSQL's 65535. */
const BATCH = 500;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNDEFINED_TABLE = "42P01";
const UNDEFINED_SCHEMA = "3F000";

/** The tables in an order in which rows find those that they refer to. */
export function tablesOf(database: DatabaseSync): string[] {
  const all = database
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by rowid")
    .all() as { name: string }[];
  const sorted: string[] = [];
  const add = (name: string): void => {
    if (sorted.includes(name)) return;
    const references = database.prepare('select "table" as name from pragma_foreign_key_list(?)').all(name);
    for (const each of references as { name: string }[]) if (each.name !== name) add(each.name);
    sorted.push(name);
  };
  for (const { name } of all) if (!name.startsWith("kysely_migration")) add(name);
  return sorted;
}

/** A SQLite file. The whole copy is one transaction, which `work` is part of. */
export async function withSqlite<Result>(
  file: string,
  work: (side: CopySide, database: DatabaseSync) => Promise<Result>,
): Promise<Result> {
  const database = connectSqlite(file, { timeout: 5_000 });
  try {
    database.exec("pragma synchronous = full; pragma foreign_keys = on; begin immediate");
    const result = await work(sqliteSide(database), database);
    database.exec("commit");
    return result;
  } finally {
    // Rolls back what was not committed.
    database.close();
  }
}

function sqliteSide(database: DatabaseSync): CopySide {
  return {
    async objection() {
      const names = database.prepare("select name from sqlite_master where name = 'kysely_migration'").all();
      if (names.length === 0) return "none";
      const applied = database.prepare("select name from kysely_migration order by name").all() as { name: string }[];
      return stateFrom(applied.map(({ name }) => name));
    },
    async setting(name) {
      const row = database.prepare("select value from settings where name = ?").get(name);
      return row === undefined ? undefined : String(row.value);
    },
    async setSetting(name, value) {
      database.prepare("insert into settings (name, value) values (?, ?)").run(name, value);
    },
    async removeSetting(name) {
      database.prepare("delete from settings where name = ?").run(name);
    },
    async highest(table, column) {
      return Number(database.prepare(`select max(${column}) as highest from ${table}`).get()?.highest ?? 0);
    },
    async count(table) {
      return Number(database.prepare(`select count(*) as rows from ${table}`).get()?.rows);
    },
    async *rows(table) {
      let batch: CopiedRow[] = [];
      for (const row of database.prepare(`select * from ${table}`).iterate()) {
        batch.push(row as CopiedRow);
        if (batch.length < BATCH) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {});
      const insert = database.prepare(
        `insert into ${table} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`,
      );
      for (const row of rows) insert.run(...columns.map((column) => row[column] ?? null));
    },
    // `openSqliteStore` has created them.
    create: async () => undefined,
    finish: async () => undefined,
  };
}

/** A schema of PostgreSQL. The whole copy is one transaction, which `work` is part of. */
export async function withPostgres<Result>(
  { postgres, schema }: { postgres: string; schema?: string },
  role: "source" | "target",
  work: (side: CopySide) => Promise<Result>,
): Promise<Result> {
  const database = await openPostgresDatabase(postgres, {
    ...(schema !== undefined && { schema }),
    poolSize: 1,
    asItIs: true,
  });
  try {
    const transaction = database.db
      .transaction()
      .setIsolationLevel(role === "source" ? "repeatable read" : "read committed");
    return await transaction.execute((trx) => work(postgresSide(trx, database, role)));
  } finally {
    await database.close();
  }
}

function postgresSide(trx: Transaction<Tables>, database: Database, role: "source" | "target"): CopySide {
  const schema = database.schema ?? "public";
  const plain = trx.withoutPlugins();
  const run = async (text: string, values: unknown[] = []) =>
    (await plain.executeQuery<CopiedRow>(CompiledQuery.raw(text, values))).rows;
  const table = (name: string) => `"${schema.replaceAll('"', '""')}".${name}`;
  return {
    async objection() {
      if (role === "source") {
        // First, because it takes no snapshot: a node that starts now waits here when it reads a setting.
        const locked = await run(`lock table ${table("settings")} in access exclusive mode`).catch((error) => {
          if (error.code === UNDEFINED_TABLE || error.code === UNDEFINED_SCHEMA) return undefined;
          throw error;
        });
        if (locked === undefined) return "none";
        if (database.pooled?.()) return "pooled";
        if (await othersAreConnected(trx)) return "in_use";
      }
      const there = "select 1 from pg_catalog.pg_tables where schemaname = $1 and tablename = 'kysely_migration'";
      if ((await run(there, [schema])).length === 0) return "none";
      const applied = await run(`select name from ${table("kysely_migration")} order by name`);
      return stateFrom(applied.map(({ name }) => String(name)));
    },
    setting: async (name) => {
      const [row] = await run(`select value from ${table("settings")} where name = $1`, [name]);
      return row === undefined ? undefined : String(row.value);
    },
    setSetting: async (name, value) => {
      await run(`insert into ${table("settings")} (name, value) values ($1, $2)`, [name, value]);
    },
    removeSetting: async (name) => {
      await run(`delete from ${table("settings")} where name = $1`, [name]);
    },
    highest: async (name, column) =>
      Number((await run(`select max(${column}) as highest from ${table(name)}`))[0]?.highest ?? 0),
    count: async (name) => Number((await run(`select count(*) as rows from ${table(name)}`))[0]?.rows),
    async *rows(name) {
      await run(`declare copied no scroll cursor for select * from ${table(name)}`);
      for (;;) {
        const rows = await run(`fetch ${BATCH} from copied`);
        if (rows.length === 0) break;
        yield rows;
      }
      await run("close copied");
    },
    async insert(name, rows) {
      const columns = Object.keys(rows[0] ?? {});
      const values = rows.flatMap((row) => columns.map((column) => row[column] ?? null));
      const places = rows.map(
        (_, index) => `(${columns.map((__, at) => `$${index * columns.length + at + 1}`).join(", ")})`,
      );
      await run(`insert into ${table(name)} (${columns.join(", ")}) values ${places.join(", ")}`, values);
    },
    create: () => createTables(trx, schema),
    async finish() {
      const last = `(select coalesce(max(seq), 0) + 1 from ${table("audit_records")})`;
      await run(`select setval('${table("audit_numbers").replaceAll("'", "''")}', ${last}, false)`);
    },
  };
}

function stateFrom(applied: string[]): CopyObjection | undefined {
  const { missing, unknown } = compareMigrations(applied);
  return unknown.length > 0 ? "newer" : missing.length > 0 ? "older" : undefined;
}
