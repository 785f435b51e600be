import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Mutex } from "../../kernel/mutex.ts";
import { GroupCommit } from "./group-commit.ts";
import { prepareStatement, type WatchedTables } from "./watched-tables.ts";

/** How many prepared statements are cached. Lists of varying length produce many; the oldest are dropped. */
const KEPT_STATEMENTS = 200;

/**
 * Kysely over node:sqlite: one connection that writes, under the mutex, and one that reads committed data (the same
 * connection for a database in memory).
 */
export function sqliteDialect(
  writer: DatabaseSync,
  reader: DatabaseSync,
  mutex: Mutex,
  group = new GroupCommit(writer, mutex),
  watched?: WatchedTables,
): Dialect {
  return {
    createDriver: () => new SqliteDriver(new Statements(writer, watched), new Statements(reader), mutex, group),
    createAdapter: () => new NodeSqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

class NodeSqliteAdapter extends SqliteAdapter {
  /** SQLite also rolls back DDL, so a migration that fails halfway changes nothing. */
  override get supportsTransactionalDdl() {
    return true;
  }

  /** The driver does its own locking. Kysely's lock is held until the commit, so changes could never share one. */
  override get supportsMultipleConnections() {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #writer: Statements;
  readonly #reader: Statements;
  readonly #mutex: Mutex;
  readonly #group: GroupCommit;

  constructor(writer: Statements, reader: Statements, mutex: Mutex, group: GroupCommit) {
    this.#writer = writer;
    this.#reader = reader;
    this.#mutex = mutex;
    this.#group = group;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    await this.#mutex.acquire();
    return new SqliteConnection(this.#writer, this.#reader, this.#group, () => this.#mutex.release());
  }

  async releaseConnection(connection: SqliteConnection): Promise<void> {
    connection.end();
  }

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    connection.begin();
  }

  commitTransaction(connection: SqliteConnection): Promise<void> {
    return connection.commit();
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    connection.rollBack();
  }

  /** Waits for unfinished work and commits it. */
  async destroy(): Promise<void> {
    await this.#group.commit();
    await this.#mutex.acquire();
    this.#reader.close();
    // The last connection to close merges the WAL into the file.
    this.#writer.close();
  }
}

/** A connection that one caller holds. It is released before the commit, so that others can join the group. */
class SqliteConnection implements DatabaseConnection {
  readonly #writer: Statements;
  readonly #reader: Statements;
  readonly #group: GroupCommit;
  readonly #unlock: () => void;
  #state: "idle" | "writing" | "ended" = "idle";

  constructor(writer: Statements, reader: Statements, group: GroupCommit, unlock: () => void) {
    this.#writer = writer;
    this.#reader = reader;
    this.#group = group;
    this.#unlock = unlock;
  }

  begin(): void {
    this.#group.begin();
    this.#state = "writing";
  }

  commit(): Promise<void> {
    const committed = this.#group.release();
    this.end();
    return committed;
  }

  rollBack(): void {
    // If the commit itself failed, everything is already rolled back.
    if (this.#state !== "writing") return;
    this.#group.rollBack();
    this.#state = "idle";
  }

  end(): void {
    if (this.#state !== "ended") this.#unlock();
    this.#state = "ended";
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#state === "writing") return this.#writer.run(query);
    // So that no caller reads uncommitted data.
    if (SelectQueryNode.is(query.query)) return this.#reader.run(query);
    this.begin();
    let result: QueryResult<R>;
    try {
      result = this.#writer.run(query);
    } catch (error) {
      this.rollBack();
      throw error;
    }
    await this.commit();
    return result;
  }

  // biome-ignore lint/correctness/useYield: part of Kysely's interface; rows are never streamed here.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("This dialect cannot stream results.");
  }
}

/** A database with its cached prepared statements. */
class Statements {
  readonly #database: DatabaseSync;
  readonly #watched: WatchedTables | undefined;
  readonly #statements = new Map<string, { statement: StatementSync; hasRows: boolean; writes: readonly string[] }>();

  constructor(database: DatabaseSync, watched?: WatchedTables) {
    this.#database = database;
    this.#watched = watched;
  }

  run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const { statement, hasRows, writes } = this.#prepared(sql);
    this.#watched?.wrote(writes);
    const values = parameters as (string | number | null)[];
    if (hasRows) return { rows: statement.all(...values) as R[] };
    const { changes } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #prepared(sql: string) {
    let entry = this.#statements.get(sql);
    if (entry) return entry;
    const { statement, writes } = prepareStatement(this.#database, sql, this.#watched);
    entry = { statement, hasRows: statement.columns().length > 0, writes };
    if (this.#statements.size >= KEPT_STATEMENTS) {
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest);
        break;
      }
    }
    this.#statements.set(sql, entry);
    return entry;
  }
}
