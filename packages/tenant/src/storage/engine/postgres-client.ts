import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Bound } from "./database.ts";
import { isPooled } from "./postgres-server.ts";
import { StatementsTogether } from "./postgres-together.ts";
import { isOutdatedPlan } from "./retry.ts";
import { outcomeUnknown } from "./store-failure.ts";

/** What a connection of the pool turned out to be. */
export interface SessionKind {
  /**
   * A pooler such as PgBouncer is between. Then each transaction may run on a different server connection, and settings,
   * LISTEN and session locks are lost.
   */
  pooled: boolean;
  /** The server is a standby, which refuses every change. A primary never becomes one while connections live. */
  standby: boolean;
}

/** More texts than the store has. Lists of varying length produce many more, which are parsed each time. */
const NAMED_AT_MOST = 300;

/** The names of statements, the same on every connection of a pool. */
export class StatementNames {
  readonly #names = new Map<string, string>();
  #last = 0;

  of(text: string): string | undefined {
    let name = this.#names.get(text);
    if (name === undefined && this.#names.size < NAMED_AT_MOST) {
      name = `doorcode_${++this.#last}`;
      this.#names.set(text, name);
    }
    return name;
  }

  /** PostgreSQL plans the statement again, because it gets a different name. */
  forget(text: string): void {
    this.#names.delete(text);
  }
}

/** Of the driver, for `query_timeout` in the store's URL. It has no code. */
const TIMED_OUT = "Query read timeout";

type Release = (error?: Error | boolean) => void;

export interface NamingConfig {
  /** Shared by the connections of a pool. */
  statements: StatementNames;
}

/**
 * A client that names each statement with parameters, so that PostgreSQL parses and plans it once per connection:
 * otherwise parsing and planning are most of a short statement's cost. Before `recognize`, and behind a pooler that does
 * not keep named statements (PgBouncer before 1.21), it names none.
 */
export class NamingClient extends pg.Client {
  readonly #statements: StatementNames;
  #named = false;
  #unconfirmed = false;
  #standby = false;
  #mayStillRun = false;
  #release: Release = () => undefined;

  constructor(config: pg.ClientConfig & NamingConfig) {
    super(config);
    this.#statements = config.statements;
    this.on("notice", (notice) => {
      // Its text is translated, the name of the function is not.
      if (notice.routine === "SyncRepWaitForLSN") this.#unconfirmed = true;
    });
  }

  get release(): Release {
    return this.#release;
  }

  /**
   * The pool sets it whenever it hands the client out. A connection to a standby is closed after its use, so that the next
   * one may lead to the primary. So is one that may still run a statement after its timeout: the next user would wait for
   * it, and get its warnings.
   */
  set release(release: Release) {
    this.#release = (error) => release(error || this.#standby || this.#mayStillRun);
  }

  /** Asks the server once per connection what is between. */
  async recognize(): Promise<SessionKind> {
    const { rows } = await super.query<{ pid: number; standby: boolean }>(
      "select pg_backend_pid() as pid, pg_is_in_recovery() as standby",
    );
    this.#standby = rows[0]?.standby === true;
    const pooled = isPooled(this, rows[0]?.pid);
    this.#named = !pooled || (await this.#keepsNames());
    return { pooled, standby: this.#standby };
  }

  /** A pooler that keeps named statements gives each its own name on the server. */
  async #keepsNames(): Promise<boolean> {
    const name = `doorcode_probe_${randomBytes(8).toString("hex")}`;
    const text = `select name from pg_prepared_statements where statement like '%${name}%'`;
    // In a transaction, so that everything runs on one server connection.
    await super.query("begin");
    try {
      const { rows } = await super.query<{ name: string }>({ name, text });
      const found = rows.map((row) => row.name);
      if (found.includes(name)) await super.query(`deallocate ${name}`);
      return found.length > 0 && !found.includes(name);
    } finally {
      await super.query("commit");
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: a dozen overloads, of which we use those with text and values.
  override query(...args: any[]): any {
    const [text, values, callback] = args;
    const ours = typeof text === "string" && Array.isArray(values) && values.length > 0;
    const name = ours && this.#named ? this.#statements.of(text) : undefined;
    const named = name === undefined ? args : [{ name, text, values }];
    if (typeof callback === "function") {
      const ended = (error: Error | undefined, result: unknown) => {
        const failure = this.#failureOf(text, error);
        callback(failure, failure === undefined ? result : undefined);
      };
      // biome-ignore lint/suspicious/noExplicitAny: passed on.
      return (super.query as any)(...(name === undefined ? [text, values] : named), ended);
    }
    // biome-ignore lint/suspicious/noExplicitAny: passed on.
    const result = (super.query as any)(...named);
    if (typeof result?.then !== "function") return result;
    return result.then(
      (rows: unknown) => {
        const failure = this.#failureOf(text);
        if (failure !== undefined) throw failure;
        return rows;
      },
      (error: Error) => {
        throw this.#failureOf(text, error);
      },
    );
  }

  /** Runs statements together, in one round trip (`StatementsTogether`). Returns the rows of each. */
  together(statements: readonly Bound<unknown>[]): Promise<object[][]> {
    return new Promise((resolve, reject) => {
      const texts = statements.map(({ text }) => text);
      super.query(
        new StatementsTogether(statements, {
          nameOf: (text) => (this.#named ? this.#statements.of(text) : undefined),
          parserOf: (type) => this.getTypeParser(type, "text"),
          ended: (error, rows) => {
            const failure = this.#failureOf(texts, error);
            if (failure === undefined) resolve(rows);
            else reject(failure);
          },
        }),
      );
    });
  }

  /** Why the statements failed, or must count as failed. */
  #failureOf(texts: string | string[], error?: Error): Error | undefined {
    const unconfirmed = this.#unconfirmed;
    this.#unconfirmed = false;
    if (error?.message === TIMED_OUT) this.#mayStillRun = true;
    if (error && isOutdatedPlan(error)) for (const text of [texts].flat()) this.#statements.forget(text);
    return error ?? (unconfirmed ? outcomeUnknown() : undefined);
  }
}
