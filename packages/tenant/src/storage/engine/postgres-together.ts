import type pg from "pg";
import type { Bound } from "./database.ts";
import { memberOf } from "./prepared.ts";

/** What `pg` passes to a query: https://node-postgres.com/apis/client#clientquery, as pg-cursor uses it. */
interface Connection {
  /** The text of each named statement that the server has parsed. */
  parsedStatements: Record<string, string>;
  stream: { cork(): void; uncork(): void };
  on(event: "parseComplete", listener: () => void): void;
  removeListener(event: "parseComplete", listener: () => void): void;
  parse(statement: { name: string; text: string; types: number[] }): void;
  bind(values: { portal: string; statement: string; values: (string | null)[] }): void;
  describe(portal: { type: "P"; name: string }): void;
  execute(portal: { portal: string }): void;
  sync(): void;
}

interface Field {
  name: string;
  dataTypeID: number;
}

/** A value as PostgreSQL's protocol sends it: text, or null. */
const textOf = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

/**
 * Several statements in one message to PostgreSQL, which runs them one after another in one transaction, each with a
 * snapshot of its own, and answers once: the extended protocol with one Sync at the end
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING). `pg` passes it the messages of
 * the server, as it does for pg-cursor. The first error rolls everything back.
 */
export class StatementsTogether {
  readonly #statements: readonly Bound<unknown>[];
  readonly #nameOf: (text: string) => string | undefined;
  readonly #parserOf: (type: number) => (text: string) => unknown;
  /** Called once. With `query_timeout`, `pg` replaces it by a function that also stops its timer. */
  callback: (error: Error | undefined, rows: object[][]) => void;
  readonly #rows: object[][] = [[]];
  readonly #parsing: { name: string; text: string }[] = [];
  #columns: { member: string; parse: (text: string) => unknown }[] = [];
  #failure: Error | undefined;
  #forget: () => void = () => undefined;
  #ended = false;

  constructor(
    statements: readonly Bound<unknown>[],
    parts: {
      /** Undefined: the statement is parsed each time. */
      nameOf: (text: string) => string | undefined;
      parserOf: (type: number) => (text: string) => unknown;
      ended: (error: Error | undefined, rows: object[][]) => void;
    },
  ) {
    this.#statements = statements;
    this.#nameOf = parts.nameOf;
    this.#parserOf = parts.parserOf;
    this.callback = parts.ended;
  }

  submit(on: pg.Connection): void {
    const connection = on as unknown as Connection;
    const onParsed = () => {
      const parsed = this.#parsing.shift();
      if (parsed && parsed.name !== "") connection.parsedStatements[parsed.name] = parsed.text;
    };
    connection.on("parseComplete", onParsed);
    this.#forget = () => void connection.removeListener("parseComplete", onParsed);
    connection.stream.cork();
    try {
      for (const { text, parameters } of this.#statements) {
        const name = this.#nameOf(text) ?? "";
        const isParsed =
          name !== "" &&
          (connection.parsedStatements[name] !== undefined || this.#parsing.some((each) => each.name === name));
        if (!isParsed) {
          this.#parsing.push({ name, text });
          connection.parse({ name, text, types: [] });
        }
        connection.bind({ portal: "", statement: name, values: parameters.map(textOf) });
        connection.describe({ type: "P", name: "" });
        connection.execute({ portal: "" });
      }
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  handleRowDescription({ fields }: { fields: Field[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      member: memberOf(name),
      parse: this.#parserOf(dataTypeID),
    }));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    try {
      const row: Record<string, unknown> = {};
      for (const [index, { member, parse }] of this.#columns.entries()) {
        const text = fields[index] ?? null;
        row[member] = text === null ? null : parse(text);
      }
      this.#rows.at(-1)!.push(row);
    } catch (error) {
      this.#failure ??= error as Error;
    }
  }

  handleCommandComplete(): void {
    this.#rows.push([]);
  }

  handleEmptyQuery(): void {
    this.#rows.push([]);
  }

  /** From the server, or because the connection was lost. `handleReadyForQuery` does not follow. */
  handleError(error: Error): void {
    this.#end(error, []);
  }

  /** The transaction has been committed. */
  handleReadyForQuery(): void {
    this.#end(this.#failure, this.#rows.slice(0, this.#statements.length));
  }

  /** After a timeout, the server may still answer. */
  #end(error: Error | undefined, rows: object[][]): void {
    this.#forget();
    if (this.#ended) return;
    this.#ended = true;
    this.callback(error, rows);
  }
}
