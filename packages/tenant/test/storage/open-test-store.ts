import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { openPostgresStore, openSqliteStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import type { PgBouncer } from "../fixtures/pgbouncer.ts";
import { freshSchema } from "../fixtures/postgres.ts";

/** An empty place for a store. Every `open` is a handle on the same data, like another node or a restart. */
export interface TestStore {
  open(): Promise<Store>;
  /** Runs one statement directly. Not in memory, where the data belongs to its handle. */
  query(statement: string): Promise<unknown[]>;
  /** Resolves when every node has received what was committed so far. */
  heard(): Promise<void>;
  /** Closes every handle and removes the data. */
  remove(): Promise<void>;
}

export type MakeStore = (options?: { recheckMs?: number; pollsInMemory?: number }) => Promise<TestStore>;

export const sqliteFile: MakeStore = async (options = {}) => {
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
    () => openSqliteStore(file, options),
    query,
    async () => rmSync(folder, { recursive: true }),
  );
};

/**
 * How often a race is run. Once in memory, where one handle alternates with itself and each round is like the first.
 */
export const rounds = (many: number, makeStore: MakeStore): number => (makeStore === sqliteMemory ? 1 : many);

/** Checks for lost notifications all the time. */
export const sqliteChecking: MakeStore = () => sqliteFile({ recheckMs: 5 });
export const postgresChecking: MakeStore = () => postgres({ recheckMs: 5 });

/** One handle only: the data belongs to it. */
export const sqliteMemory: MakeStore = async (options = {}) =>
  placeOf(
    () => openSqliteStore(":memory:", options),
    async () => {
      throw new Error("no other handle sees this data");
    },
    async () => {},
  );

export const postgres: MakeStore = (options) => postgresAt((url) => url, options);

/** Every handle through the same pooler, which `before` has started. Notifications are received on a direct connection. */
export const postgresBehind =
  (pooler: () => PgBouncer): MakeStore =>
  (options) =>
    postgresAt((url) => pooler().url(url), options);

async function postgresAt(urlOf: (direct: string) => string, options: { recheckMs?: number } = {}): Promise<TestStore> {
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
  // 64 changes at once take longer than five seconds on a busy machine.
  const pool = { poolSize: 20, connectTimeoutMs: 120_000 };
  const open = () => openPostgresStore(urlOf(url), { schema, direct: url, ...pool, ...options });
  return placeOf(open, query, drop);
}

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
    // One node has heard of its own commits when they return.
    heard: async () => undefined,
    async remove() {
      await Promise.all(handles.map((store) => store.close()));
      await removeData();
    },
  };
}
