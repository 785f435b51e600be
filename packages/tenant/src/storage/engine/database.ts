import type { Kysely, Transaction } from "kysely";
import type { Logger } from "pino";
import type { Tables } from "../migrations/tables.ts";
import type { ChangeFeed } from "./change-feed.ts";

/** A statement with its values, for `Database.together`. */
export interface Bound<Row> {
  readonly text: string;
  readonly parameters: readonly unknown[];
  /** Only for its type: a row of the result. */
  readonly row?: Row;
}

/** Runs several statements, and returns the rows of each. */
export type Together = <Rows extends unknown[]>(
  statements: {
    [Index in keyof Rows]: Bound<Rows[Index]>;
  },
) => Promise<{ [Index in keyof Rows]: Rows[Index][] }>;

export interface Unchanged {
  /** The state of these tables, before they are read. Undefined while a change of them is not committed. */
  stampOf(tables: readonly string[]): string | undefined;
  /**
   * Runs statements one after another in one transaction, and returns the rows of each; undefined, without running any, if
   * tables have changed since their stamp was taken.
   */
  change<Rows extends unknown[]>(
    read: readonly (readonly [tables: readonly string[], stamp: string])[],
    statements: { [Index in keyof Rows]: Bound<Rows[Index]> },
  ): Promise<{ [Index in keyof Rows]: Rows[Index][] } | undefined>;
}

/** One of the two databases, open and migrated. The store's methods are written once for both. */
export interface Database {
  readonly kind: "sqlite" | "postgres";
  readonly db: Kysely<Tables>;
  /** The embedded tenant has it open. Not set: another tenant, or a command of the operator. */
  readonly embedded?: boolean | undefined;
  /** Of PostgreSQL. */
  readonly schema?: string;
  /**
   * True if a row can change between reading and commit, so that it must be locked. SQLite has one writer and needs no
   * locks.
   */
  readonly locksRows: boolean;
  /** The name of a table in SQL text that runs outside a transaction: on PostgreSQL with its schema. */
  tableName(table: string): string;
  /** Whether a connection pooler is between the last connection and the database. SQLite: never. */
  pooled?(): boolean;
  /**
   * For polls: reads one committed row by one value (`?`) with a statement that is prepared once, bypassing the query
   * builder.
   */
  firstRow<Row>(statement: string): (value: string) => Promise<Row | undefined>;
  /**
   * Runs statements one after another, without waiting in between, in one transaction of the default isolation level.
   * PostgreSQL: in one round trip, and each statement sees what was committed before it began. SQLite: reads only, all
   * of one moment.
   */
  readonly together: Together;
  /** SQLite, from Node.js 24.10: changes that depend on what was read before (`WatchedTables`). */
  readonly unchanged?: Unchanged | undefined;
  /** What transactions announce (`announced`), from every process that has this database open. */
  readonly feed: ChangeFeed;
  /**
   * Calls back once what this process has written so far is committed or rolled back. PostgreSQL has none: other nodes
   * write, too.
   */
  afterCommit?(done: () => void): void;
  /** PostgreSQL has none. */
  readonly copies?: DatabaseCopies;
  /** For what fails without failing a request. */
  readonly log?: Logger | undefined;
  close(): Promise<void>;
}

/** Whole copies of a database that is in use. */
export interface DatabaseCopies {
  /** Writes everything that is committed into a file, which must not exist or be empty. */
  write(file: string): Promise<void>;
  /** Runs `work`, whose transactions read the file's tables as `copy.TABLE`. */
  attached<T>(file: string, work: () => Promise<T>): Promise<T>;
}

/** Either the database or an open transaction in it. */
export type Connection = Kysely<Tables> | Transaction<Tables>;

/** Thrown inside a transaction to roll it back. The method then returns `answer`. See `undoable`. */
export class Undo<Answer> extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super("the transaction is rolled back");
    this.answer = answer;
  }
}

/** Returns the result of `work`, which runs the transaction, or the `answer` it was rolled back with. */
export async function undoable<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Undo) return error.answer as Answer;
    throw error;
  }
}

/**
 * Runs a transaction and announces the topics that `work` passes to `changed`. A transaction that is rolled back
 * announces nothing.
 */
export async function announced<Result>(
  { db, feed }: Pick<Database, "db" | "feed">,
  work: (trx: Connection, changed: (topic: string) => void) => Promise<Result>,
): Promise<Result> {
  const topics = new Set<string>();
  try {
    return await db.transaction().execute(async (trx) => {
      const done = await work(trx, (topic) => topics.add(topic));
      if (topics.size > 0) await feed.send(trx, [...topics]);
      return done;
    });
  } finally {
    // Also after an error, because the commit may have happened. Announcing too much costs one reading.
    for (const topic of topics) feed.emit(topic);
  }
}
