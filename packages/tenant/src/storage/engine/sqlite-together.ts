import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Mutex } from "../../kernel/mutex.ts";
import type { Bound, Together, Unchanged } from "./database.ts";
import type { GroupCommit } from "./group-commit.ts";
import { memberOf } from "./prepared.ts";
import { prepareStatement, type WatchedTables } from "./watched-tables.ts";

/** Runs a statement at once and returns its rows, as the query builder names their members. */
type RowsOf = (bound: Bound<unknown>) => unknown[];

const membersOf = (statement: StatementSync) => statement.columns().map(({ name }) => memberOf(name));

function statementsOf(database: DatabaseSync, watched?: WatchedTables): RowsOf {
  const known = new Map<string, { statement: StatementSync; members: string[]; writes: readonly string[] }>();
  const prepare = (text: string) => {
    const { statement, writes } = prepareStatement(database, text, watched);
    statement.setReturnArrays(true);
    const entry = { statement, members: membersOf(statement), writes };
    known.set(text, entry);
    return entry;
  };
  return ({ text, parameters }) => {
    const entry = known.get(text) ?? prepare(text);
    const { statement } = entry;
    watched?.wrote(entry.writes);
    const rows = statement.all(...(parameters as SQLInputValue[])) as unknown as unknown[][];
    // Another process has added a column to a table of `select *`, and SQLite has prepared the statement again.
    if (rows[0] && rows[0].length !== entry.members.length) entry.members = membersOf(statement);
    const { members } = entry;
    return rows.map((values) => {
      const row: Record<string, unknown> = {};
      for (let index = 0; index < members.length; index++) row[members[index]!] = values[index];
      return row;
    });
  };
}

/**
 * Several reads of one moment cost one lock of the file. If the connection also writes, they wait for the mutex, so that
 * they never read mid-transaction.
 */
export function readTogether(reader: DatabaseSync, mutex: Mutex, alsoWrites: boolean): Together {
  const rowsOf = statementsOf(reader);
  const [begin, commit] = alsoWrites ? [] : [reader.prepare("begin"), reader.prepare("commit")];
  return (async (bound: Bound<unknown>[]) => {
    if (begin) {
      begin.run();
      try {
        return bound.map(rowsOf);
      } finally {
        commit!.run();
      }
    }
    await mutex.acquire();
    try {
      return bound.map(rowsOf);
    } finally {
      mutex.release();
    }
  }) as Together;
}

/** See `Unchanged`. */
export function unchangedOf(writer: DatabaseSync, mutex: Mutex, group: GroupCommit, watched: WatchedTables): Unchanged {
  const rowsOf = statementsOf(writer, watched);
  const change = async (read: Parameters<Unchanged["change"]>[0], bound: Bound<unknown>[]) => {
    let rows: unknown[][];
    let committed: Promise<void>;
    await mutex.acquire();
    try {
      group.begin();
      try {
        if (!read.every(([tables, stamp]) => watched.isCurrent(tables, stamp))) {
          group.rollBack();
          return undefined;
        }
        rows = bound.map(rowsOf);
      } catch (error) {
        group.rollBack();
        throw error;
      }
      committed = group.release();
    } finally {
      mutex.release();
    }
    await committed;
    return rows;
  };
  return { stampOf: (tables) => watched.stampOf(tables), change: change as Unchanged["change"] };
}
