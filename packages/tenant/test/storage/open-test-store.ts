import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { openPostgresStore, openSqliteStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { freshSchema } from "../fixtures/postgres.ts";

/** An empty place for a store; every `open` is a handle on the same data, as a node or a restart has it. */
export interface TestStore {
  open(): Promise<Store>;
  /** Runs one statement past the store. Not in memory: that data is its handle's own. */
  query(statement: string): Promise<unknown[]>;
  /** Closes every handle and removes the data. */
  remove(): Promise<void>;
}

export type MakeStore = () => Promise<TestStore>;

export const sqliteFile: MakeStore = async () => {
  const folder = mkdtempSync(join(tmpdir(), "doorcode-store-"));
  const file = join(folder, "store.db");
  const query = async (statement: string) => {
    const database = new DatabaseSync(file, { timeout: 5_000 });
    try {
      return database.prepare(statement).all();
    } finally {
      database.close();
    }
  };
  return placeOf(
    () => openSqliteStore(file),
    query,
    async () => rmSync(folder, { recursive: true }),
  );
};

/** How often a race is run: once in memory, where one handle takes turns with itself and each round is like the first. */
export const rounds = (many: number, makeStore: MakeStore): number => (makeStore === sqliteMemory ? 1 : many);

/** One handle only: the data is its own. */
export const sqliteMemory: MakeStore = async () =>
  placeOf(
    () => openSqliteStore(":memory:"),
    async () => {
      throw new Error("no other handle sees this data");
    },
    async () => {},
  );

export const postgres: MakeStore = async () => {
  const { url, schema, drop } = await freshSchema();
  const query = async (statement: string) => {
    const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` });
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end();
    }
  };
  return placeOf(() => openPostgresStore(url, { schema, poolSize: 20 }), query, drop);
};

function placeOf(
  openStore: () => Promise<Store>,
  query: TestStore["query"],
  removeData: () => Promise<void>,
): TestStore {
  const handles: Store[] = [];
  return {
    async open() {
      const store = await openStore();
      handles.push(store);
      return store;
    },
    query,
    async remove() {
      await Promise.all(handles.map((store) => store.close()));
      await removeData();
    },
  };
}
