import { CamelCasePlugin, Kysely, PostgresDialect, PostgresIntrospector, sql, type TableMetadata } from "kysely";
import pg from "pg";
import type { Logger } from "pino";
import { migrate } from "../migrations/migrate.ts";
import type { Tables } from "../migrations/tables.ts";
import { StoreError } from "../store-error.ts";
import type { Database } from "./database.ts";
import { isOutdatedPlan } from "./retry.ts";

const INT8 = 20;

/** For this pool only; the times we keep are far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

export interface PostgresOptions {
  /** Tables live in this schema, made when missing; else in the first of the connection's search_path. */
  schema?: string;
  /** Connections of this process at most. */
  poolSize?: number;
  log?: Logger;
}

/** For many nodes: every node opens the same database. */
export async function openPostgresDatabase(url: string, options: PostgresOptions = {}): Promise<Database> {
  const { schema, log, poolSize = 10 } = options;
  const pool = new pg.Pool({
    connectionString: url,
    Client: namingClient(),
    max: poolSize,
    application_name: "doorcode",
    connectionTimeoutMillis: 5_000,
    types,
    // READ COMMITTED is what the verbs are written for, whatever the server's default is.
    onConnect: async (client) => {
      await client.query("set default_transaction_isolation = 'read committed'");
      if (schema !== undefined) await client.query(`set search_path to ${pg.escapeIdentifier(schema)}`);
    },
  });
  // A connection that breaks is replaced by the next query; unheard, its event would end the process: the pool passes it
  // on for idle connections only, one that breaks at work says so itself.
  const lost = (error: Error) => log?.warn({ err: error }, "a PostgreSQL connection was lost");
  pool.on("error", lost);
  pool.on("connect", (client) => client.on("error", lost));
  const db = new Kysely<Tables>({ dialect: new OwnPostgresDialect({ pool }), plugins: [new CamelCasePlugin()] });
  try {
    await reach(db);
    await migrate(db, schema ?? (await currentSchema(db)), log);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    kind: "postgres",
    db,
    locksRows: true,
    firstRow: <Row>(name: string, statement: string) => {
      const text = statement.replace("?", "$1");
      return async (value: string) => {
        const { rows } = await pool.query({ name: `doorcode_${name}`, text, values: [value] });
        return rows[0] as Row | undefined;
      };
    },
    close: () => db.destroy(),
  };
}

/** More texts than the verbs have; lists of varying length make many more, which are parsed each time. */
const NAMED_AT_MOST = 300;

/**
 * A client that names each statement with parameters, so that a connection has PostgreSQL parse and plan it once:
 * without it that is most of what a short statement costs there.
 */
function namingClient(): typeof pg.Client {
  const names = new Map<string, string>();
  let last = 0;
  const nameOf = (text: string) => {
    let name = names.get(text);
    if (name === undefined && names.size < NAMED_AT_MOST) {
      name = `doorcode_${++last}`;
      names.set(text, name);
    }
    return name;
  };

  class NamingClient extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: a dozen overloads, of which those with text and values are ours.
    override query(...args: any[]): any {
      const [text, values] = args;
      const ours = args.length === 2 && typeof text === "string" && Array.isArray(values) && values.length > 0;
      const name = ours ? nameOf(text) : undefined;
      // biome-ignore lint/suspicious/noExplicitAny: handed on as it came.
      if (name === undefined) return (super.query as any)(...args);
      return super.query({ name, text, values }).catch((error: unknown) => {
        // Another name makes a new plan.
        if (isOutdatedPlan(error)) names.delete(text);
        throw error;
      });
    }
  }
  return NamingClient;
}

/**
 * Asked before migrations for the tables that there are. Kysely's own answer calls functions on every table of every schema,
 * and fails when another schema's table is dropped meanwhile.
 */
class TableNames extends PostgresIntrospector {
  readonly #db: Kysely<unknown>;

  constructor(db: Kysely<unknown>) {
    super(db);
    this.#db = db;
  }

  override async getTables(): Promise<TableMetadata[]> {
    const { rows } = await sql<{ schema: string; name: string }>`
      select n.nspname as schema, c.relname as name
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p')`.execute(this.#db);
    return rows.map((row) => ({ ...row, isView: false, isForeign: false, columns: [] }));
  }
}

class OwnPostgresDialect extends PostgresDialect {
  override createIntrospector(db: Kysely<unknown>): TableNames {
    return new TableNames(db);
  }
}

async function reach(db: Kysely<Tables>): Promise<void> {
  try {
    await sql`select 1`.execute(db);
  } catch (error) {
    throw new StoreError(
      "store_unreachable",
      "PostgreSQL could not be reached.",
      "Check host, port, database, user and password of the store's URL, and that the server runs.",
      error,
    );
  }
}

/** Kysely's migrator looks for its table in every schema unless told which. */
async function currentSchema(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ schema: string | null }>`select current_schema() as schema`.execute(db);
  return rows[0]?.schema ?? "public";
}
