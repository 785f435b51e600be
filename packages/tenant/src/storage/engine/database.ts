import type { Kysely, Transaction } from "kysely";
import type { Tables } from "../migrations/tables.ts";

/** One of the two databases, open and migrated; the verbs are written once over it. */
export interface Database {
  readonly kind: "sqlite" | "postgres";
  readonly db: Kysely<Tables>;
  /** True where a row that was read can change before the commit, and must be locked to be relied on. SQLite has one writer. */
  readonly locksRows: boolean;
  /** For the poll's path: one committed row by one value (`?`), by a statement prepared once, past the query builder. */
  firstRow<Row>(name: string, statement: string): (value: string) => Promise<Row | undefined>;
  close(): Promise<void>;
}

/** Either the database or an open transaction in it. */
export type Connection = Kysely<Tables> | Transaction<Tables>;

/** Thrown inside a transaction: undoes it, and the verb answers with `answer`. See `undoable`. */
export class Undo<Answer> extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super("the transaction is undone");
    this.answer = answer;
  }
}

/** What `work` returns, or what it is undone with. `work` runs the transaction. */
export async function undoable<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Undo) return error.answer as Answer;
    throw error;
  }
}
