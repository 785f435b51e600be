import { constants, type DatabaseSync, type StatementSync } from "node:sqlite";

const WRITES: ReadonlySet<number> = new Set([
  constants.SQLITE_INSERT,
  constants.SQLITE_UPDATE,
  constants.SQLITE_DELETE,
]);

/** With the tables that it writes each time it runs: call `wrote` with them. */
export interface WatchedStatement {
  statement: StatementSync;
  writes: readonly string[];
}

/** On a connection that is not watched, no table is named. */
export const prepareStatement = (database: DatabaseSync, text: string, watched?: WatchedTables): WatchedStatement =>
  watched?.prepare(database, text) ?? { statement: database.prepare(text), writes: [] };

/**
 * Tells whether rows of some tables may have changed since they were read, without reading them again. PostgreSQL gives
 * each row a version of its own (`xmin`); SQLite has none, so the statements that write are counted here.
 *
 * SQLite itself says which tables a statement writes, also by a cascade: when it is prepared, it asks whether it may
 * (https://sqlite.org/c3ref/set_authorizer.html). Other processes' commits show in `data_version`
 * (https://sqlite.org/pragma.html#pragma_data_version).
 */
export class WatchedTables {
  /** How often each table was written. */
  readonly #writes = new Map<string, number>();
  readonly #uncommitted = new Set<string>();
  readonly #dataVersion: StatementSync;
  #preparing: Set<string> | undefined;

  /** Undefined if this Node.js cannot tell what a statement writes (before 24.10). */
  static of(writer: DatabaseSync): WatchedTables | undefined {
    return typeof writer.setAuthorizer === "function" ? new WatchedTables(writer) : undefined;
  }

  private constructor(writer: DatabaseSync) {
    this.#dataVersion = writer.prepare("pragma data_version");
    this.#dataVersion.setReturnArrays(true);
    writer.setAuthorizer((action, table) => {
      if (table !== null && WRITES.has(action)) {
        // Prepared elsewhere: it runs at once, such as with `exec`. Also if SQLite prepares a statement again.
        if (this.#preparing) this.#preparing.add(table);
        else this.wrote([table]);
      }
      return constants.SQLITE_OK;
    });
  }

  /** Of the connection that writes. */
  prepare(database: DatabaseSync, text: string): WatchedStatement {
    const writes = new Set<string>();
    this.#preparing = writes;
    try {
      return { statement: database.prepare(text), writes: [...writes] };
    } finally {
      this.#preparing = undefined;
    }
  }

  /** Before the statement runs, in a transaction. */
  wrote(tables: readonly string[]): void {
    for (const table of tables) {
      this.#writes.set(table, (this.#writes.get(table) ?? 0) + 1);
      this.#uncommitted.add(table);
    }
  }

  /** The transaction was committed or rolled back, or none was open. */
  ended(): void {
    this.#uncommitted.clear();
  }

  /**
   * The state of these tables. Take it before you read them: while it is the same, what you read is still true for a
   * transaction that holds the mutex. Undefined while a change of them is not committed: others do not see it yet.
   */
  stampOf(tables: readonly string[]): string | undefined {
    if (tables.some((table) => this.#uncommitted.has(table))) return undefined;
    return this.#stamp(tables);
  }

  /** Within a transaction of the connection that writes: whether the tables are as they were. */
  isCurrent(tables: readonly string[], stamp: string): boolean {
    return this.#stamp(tables) === stamp;
  }

  #stamp(tables: readonly string[]): string {
    const [dataVersion] = this.#dataVersion.get() as unknown as [number];
    return `${tables.map((table) => this.#writes.get(table) ?? 0).join(".")}/${dataVersion}`;
  }
}
