import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync, type DatabaseSyncOptions } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { CamelCasePlugin, Kysely } from "kysely";
import type { Logger } from "pino";
import { Mutex } from "../../kernel/mutex.ts";
import type { Migration } from "../migrations/known.ts";
import { migrate } from "../migrations/migrate.ts";
import type { Tables } from "../migrations/tables.ts";
import { StoreError } from "../store-error.ts";
import { ChangeFeed } from "./change-feed.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { Database } from "./database.ts";
import { GroupCommit } from "./group-commit.ts";
import { sqliteCopies } from "./sqlite-copies.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { readTogether, unchangedOf } from "./sqlite-together.ts";
import { clearerFailure } from "./store-failure.ts";
import { WatchedTables } from "./watched-tables.ts";

/**
 * Milliseconds that a statement waits for another process's lock. Waiting blocks the event loop, so longer waits are
 * left to retries.
 */
const BUSY_TIMEOUT = 250;

/** Every connection to a tenant's file: what its schema calls is not trusted, because a restored file may be forged. */
export function connectSqlite(file: string | URL, options: DatabaseSyncOptions): DatabaseSync {
  const database = new DatabaseSync(file, options);
  try {
    database.exec("pragma trusted_schema = off");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export interface SqliteOptions {
  /** Those that this version knows. For tests. */
  migrations?: Record<string, Migration>;
  log?: Logger;
  /** See `Database.embedded`. */
  embedded?: boolean;
}

/** The embedded default: one file (or `:memory:`), readable by its owner only. */
export async function openSqliteDatabase(file: string, options: SqliteOptions = {}): Promise<Database> {
  const writer = openFile(file);
  // In WAL mode, a second connection reads committed data while a transaction runs on the first.
  const reader = file === ":memory:" ? writer : connectSqlite(file, { readOnly: true, timeout: BUSY_TIMEOUT });
  const mutex = new Mutex();
  const checkpoints = file === ":memory:" ? undefined : new Checkpoints(file, writer, options.log);
  const watched = WatchedTables.of(writer);
  const group = new GroupCommit(writer, mutex, { committed: () => checkpoints?.committed(), watched });
  const db = new Kysely<Tables>({
    dialect: sqliteDialect(writer, reader, mutex, group, watched),
    plugins: [new CamelCasePlugin()],
  });
  try {
    await migrate(db, undefined, options.log, { known: options.migrations });
    // What a savepoint keeps for a rollback is written to a temporary file from 64 KiB on, which costs more than the
    // changes themselves. Not for migrations: an index of a large table would be sorted in memory.
    writer.exec("pragma temp_store = memory");
  } catch (error) {
    await checkpoints?.stop();
    await db.destroy();
    throw clearerFailure(error);
  }
  return {
    kind: "sqlite",
    db,
    embedded: options.embedded,
    locksRows: false,
    tableName: (table) => table,
    firstRow: reader === writer ? firstRowUnderMutex(writer, mutex) : firstRow(reader),
    together: readTogether(reader, mutex, reader === writer),
    unchanged: watched && unchangedOf(writer, mutex, group, watched),
    feed: new ChangeFeed(),
    afterCommit: (done) => group.afterwards(done),
    copies: sqliteCopies(writer, mutex, group, watched),
    log: options.log,
    async close() {
      await checkpoints?.stop();
      await db.destroy();
    },
  };
}

/** An existing file that is only read: no migrations, and no files beside it. */
export async function openSqliteReadOnly(file: string): Promise<Database> {
  const url = pathToFileURL(resolve(file));
  // Without a log, no process has the file open. Opening it normally would create one.
  if (!existsSync(`${file}-wal`)) url.searchParams.set("immutable", "1");
  let reader: DatabaseSync;
  try {
    reader = connectSqlite(url, { readOnly: true, timeout: BUSY_TIMEOUT });
  } catch (error) {
    throw cannotOpen(file, error);
  }
  const mutex = new Mutex();
  const db = new Kysely<Tables>({ dialect: sqliteDialect(reader, reader, mutex), plugins: [new CamelCasePlugin()] });
  return {
    kind: "sqlite",
    db,
    locksRows: false,
    tableName: (table) => table,
    firstRow: firstRowUnderMutex(reader, mutex),
    together: readTogether(reader, mutex, true),
    feed: new ChangeFeed(),
    close: () => db.destroy(),
  };
}

function firstRow(reader: DatabaseSync): Database["firstRow"] {
  return <Row>(statement: string) => {
    const prepared = reader.prepare(statement);
    return async (value: string) => prepared.get(value) as Row | undefined;
  };
}

/** With one connection, a read waits for the mutex, so it never reads mid-transaction. */
function firstRowUnderMutex(database: DatabaseSync, mutex: Mutex): Database["firstRow"] {
  return <Row>(statement: string) => {
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
      // Created before SQLite opens it, so that its -wal and -shm files get the same mode.
      closeSync(openSync(file, "a", 0o600));
      chmodSync(file, 0o600);
    }
    const database = connectSqlite(file, { timeout: BUSY_TIMEOUT });
    // FULL: committed data is on disk before the caller gets its answer, even if the machine loses power.
    database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on");
    return database;
  } catch (error) {
    throw cannotOpen(file, error);
  }
}

export const cannotOpen = (file: string, error: unknown) =>
  new StoreError(
    "store_unreachable",
    `Cannot open the SQLite file ${file}.`,
    "Its folder must exist and be writable, and the file must be a database created by this program.",
    error,
  );
