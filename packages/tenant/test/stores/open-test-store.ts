import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "../../src/stores/contract.ts";
import { openPostgresStore } from "../../src/stores/postgres.ts";
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import { freshSchema } from "../fixtures/postgres.ts";

/** An empty place for a store; every `open` is a handle on the same data, as a node or a restart has it. */
export interface TestPlace {
  open(): Promise<Store>;
  /** Closes every handle and removes the data. */
  remove(): Promise<void>;
}

export type MakePlace = () => Promise<TestPlace>;

export const sqliteFile: MakePlace = async () => {
  const folder = mkdtempSync(join(tmpdir(), "doorcode-store-"));
  return placeOf(
    () => openSqliteStore(join(folder, "store.db")),
    async () => rmSync(folder, { recursive: true }),
  );
};

/** One handle only: the data is its own. */
export const sqliteMemory: MakePlace = async () =>
  placeOf(
    () => openSqliteStore(":memory:"),
    async () => {},
  );

export const postgres: MakePlace = async () => {
  const { url, schema, drop } = await freshSchema();
  return placeOf(() => openPostgresStore(url, { schema, poolSize: 20 }), drop);
};

function placeOf(openStore: () => Promise<Store>, removeData: () => Promise<void>): TestPlace {
  const handles: Store[] = [];
  return {
    async open() {
      const store = await openStore();
      handles.push(store);
      return store;
    },
    async remove() {
      await Promise.all(handles.map((store) => store.close()));
      await removeData();
    },
  };
}
