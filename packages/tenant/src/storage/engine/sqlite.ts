import { chmodSync, closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { CamelCasePlugin, Kysely } from "kysely";
import type { Logger } from "pino";
import { Mutex } from "../../kernel/mutex.ts";
import { migrate } from "../migrations/migrate.ts";
import type { Tables } from "../migrations/tables.ts";
import { StoreError } from "../store-error.ts";
import type { Database } from "./database.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";

/** Milliseconds a statement waits for another process's lock; it blocks the event loop, so the rest is left to repetition. */
const BUSY_TIMEOUT = 250;

/** The embedded default: one file (or `:memory:`), readable by its owner only. */
export async function openSqliteDatabase(file: string, options: { log?: Logger } = {}): Promise<Database> {
  const writer = openFile(file);
  // In WAL a second connection reads what is committed while a transaction runs on the first.
  const reader = file === ":memory:" ? writer : new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT });
  const mutex = new Mutex();
  const db = new Kysely<Tables>({ dialect: sqliteDialect(writer, reader, mutex), plugins: [new CamelCasePlugin()] });
  try {
    await migrate(db, undefined, options.log);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    kind: "sqlite",
    db,
    locksRows: false,
    firstRow: reader === writer ? firstRowUnderMutex(writer, mutex) : firstRow(reader),
    close: () => db.destroy(),
  };
}

function firstRow(reader: DatabaseSync): Database["firstRow"] {
  return <Row>(_name: string, statement: string) => {
    const prepared = reader.prepare(statement);
    return async (value: string) => prepared.get(value) as Row | undefined;
  };
}

/** There is one connection only: a read waits for the mutex, so it never reads mid-transaction. */
function firstRowUnderMutex(database: DatabaseSync, mutex: Mutex): Database["firstRow"] {
  return <Row>(_name: string, statement: string) => {
    const prepared = database.prepare(statement);
    return async (value: string) => {
      await mutex.acquire();
      try {
        return prepared.get(value) as Row | undefined;
      } finally {
        mutex.release();
      }
    };
  };
}

function openFile(file: string): DatabaseSync {
  try {
    if (file !== ":memory:") {
      // Made before SQLite opens it: its -wal and -shm files take over the mode.
      closeSync(openSync(file, "a", 0o600));
      chmodSync(file, 0o600);
    }
    const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT });
    // FULL: what a caller was told is on disk, even if the machine loses power.
    database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on");
    return database;
  } catch (error) {
    throw new StoreError(
      "store_unreachable",
      `The SQLite file ${file} could not be opened.`,
      "Its folder must exist and be writable, and the file must be a database of this program.",
      error,
    );
  }
}
