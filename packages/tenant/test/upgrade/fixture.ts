import { readFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import type { KeptByOthers } from "../fixtures/every-table.ts";
import { freshDatabase } from "../fixtures/postgres.ts";

type Kind = "sqlite" | "postgres";
type Row = Record<string, unknown>;

/** A store that an earlier version has left, and what programs and browsers have kept of it. */
export interface OldStore {
  kept: KeptByOthers;
  store: { sqlite: string } | { postgres: string };
  /** A new data folder with the tenant's seal key. */
  dataFolder(name: string): Promise<string>;
  query(statement: string): Promise<Row[]>;
  /** Every row of every table, by the table's name. */
  everything(): Promise<Record<string, Row[]>>;
}

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");

/** The store as that version has just left it: its times are moved to now. */
export async function oldStore(version: string, kind: Kind, folder: string): Promise<OldStore> {
  const { [kind]: kept } = JSON.parse(read(`${version}.json`)) as Record<
    Kind,
    KeptByOthers & { writtenAt: number; sealKey: string }
  >;
  const { store, query } = await loaded(kind, read(`${version}-${kind}.sql`), folder);
  const columns = () =>
    query(
      kind === "sqlite"
        ? `select tables.name as "table", columns.name as "column", lower(columns.type) as type
           from sqlite_master as tables, pragma_table_info(tables.name) as columns where tables.type = 'table'`
        : `select table_name as "table", column_name as "column", data_type as type
           from information_schema.columns where table_schema = 'public'`,
    );
  const byTable = Map.groupBy(await columns(), ({ table }) => String(table));
  for (const [table, all] of byTable) {
    const times = all.filter(
      ({ type, column }) => type === "bigint" && /_(at|time|until|since|before|after)$/.test(String(column)),
    );
    const moved = times.map(({ column }) => `${column} = ${column} + ${Date.now() - kept.writtenAt}`);
    if (moved.length > 0) await query(`update ${table} set ${moved.join(", ")}`);
  }
  return {
    kept,
    store,
    query,
    async dataFolder(name) {
      const data = join(folder, name);
      await mkdir(data, { recursive: true, mode: 0o700 });
      await chmod(data, 0o700);
      await writeFile(join(data, "seal.key"), Buffer.from(kept.sealKey, "base64"), { mode: 0o600 });
      return data;
    },
    async everything() {
      const tables = [...new Set((await columns()).map(({ table }) => String(table)))].sort();
      return Object.fromEntries(
        await Promise.all(tables.map(async (table) => [table, await query(`select * from ${table}`)] as const)),
      );
    },
  };
}

async function loaded(kind: Kind, statements: string, folder: string) {
  if (kind === "sqlite") {
    const file = join(folder, "tenant.db");
    const run = <T>(work: (database: DatabaseSync) => T): T => {
      const database = new DatabaseSync(file, { timeout: 10_000 });
      try {
        return work(database);
      } finally {
        database.close();
      }
    };
    run((database) => database.exec(`begin; pragma defer_foreign_keys = on; ${statements} commit;`));
    await chmod(file, 0o600);
    const query = async (statement: string) => run((database) => database.prepare(statement).all() as Row[]);
    return { store: { sqlite: file }, query };
  }
  const url = await freshDatabase();
  const connected = async (work: (client: pg.Client) => Promise<Row[]>) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  await connected(async (client) => {
    await client.query(statements);
    return [];
  });
  return {
    store: { postgres: url },
    query: (statement: string) => connected(async (client) => (await client.query(statement)).rows),
  };
}
