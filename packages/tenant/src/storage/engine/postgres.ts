import { CamelCasePlugin, Kysely, WithSchemaPlugin } from "kysely";
import pg from "pg";
import type { Logger } from "pino";
import type { Migration } from "../migrations/known.ts";
import { migrate } from "../migrations/migrate.ts";
import type { Tables } from "../migrations/tables.ts";
import { ChangeFeed } from "./change-feed.ts";
import type { Bound, Database, Together } from "./database.ts";
import { postgresChannel } from "./postgres-channel.ts";
import { NamingClient, type NamingConfig, StatementNames } from "./postgres-client.ts";
import { StoreDialect } from "./postgres-dialect.ts";
import { IDENTITY } from "./postgres-server.ts";
import { clearerFailure, reasonOf, readOnly as refusesChanges, unreachable } from "./store-failure.ts";

const INT8 = 20;

/** For this pool only. The times we store are far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

export interface PostgresOptions {
  /** The schema for the tables, created if missing. Default: the first schema in the connection's search_path. */
  schema?: string;
  /**
   * The URL of the same database without a pooler between. Notifications are received there. Default: the store's URL,
   * which a pooler in transaction mode may not be behind.
   */
  direct?: string;
  /** Maximum number of connections of this process. */
  poolSize?: number;
  /** Milliseconds that a request waits for a free connection. Default: 5,000. */
  connectTimeoutMs?: number;
  /** Changes nothing: no migrations, and the server refuses every change. */
  readOnly?: boolean;
  /** Neither creates nor updates tables, for a copy. */
  asItIs?: boolean;
  /** Those that this version knows. For tests. */
  migrations?: Record<string, Migration>;
  log?: Logger;
}

/** Without a name for its sessions: commands find the nodes of a tenant by the store's own. */
function named(url: string): string {
  if (!URL.canParse(url)) return url;
  const own = new URL(url);
  for (const name of ["application_name", "fallback_application_name"]) own.searchParams.delete(name);
  return own.href;
}

/** For several nodes: every node opens the same database. */
export async function openPostgresDatabase(url: string, options: PostgresOptions = {}): Promise<Database> {
  const { schema, direct, log, poolSize = 10, connectTimeoutMs = 5_000, readOnly = false, asItIs = false } = options;
  // Every session of the tenant has this name, so that a rotation of the seal key sees every node.
  const application_name = schema === undefined ? "doorcode" : `doorcode ${schema}`;
  let [pooled, standby] = [false, false];
  const config: pg.PoolConfig & NamingConfig = {
    connectionString: named(url),
    Client: NamingClient as unknown as typeof pg.Client,
    statements: new StatementNames(),
    max: poolSize,
    // Stays open for the same reason.
    min: 1,
    application_name,
    connectionTimeoutMillis: connectTimeoutMs,
    types,
    onConnect: async (client) => {
      const session = await (client as unknown as NamingClient).recognize();
      [pooled, standby] = [session.pooled, session.standby];
      // A pooler would give these settings to other clients, too.
      if (pooled) return;
      await client.query("set default_transaction_isolation = 'read committed'");
      if (readOnly) await client.query("set default_transaction_read_only = on");
    },
  };
  const pool = new pg.Pool(config);
  // The next query replaces a broken connection. Without a listener, its error event would end the process. The pool
  // forwards it for idle connections only; a busy connection reports the error itself.
  const lost = (error: Error) => log?.warn(reasonOf(error), "a PostgreSQL connection was lost");
  pool.on("error", lost);
  pool.on("connect", (client) => client.on("error", lost));
  let ownSchema: string;
  let db: Kysely<Tables>;
  try {
    const current = await currentSchema(pool);
    if (standby && !readOnly) throw refusesChanges();
    ownSchema = schema ?? current;
    const dialect = new StoreDialect({ pool }, { schema: ownSchema, readOnly });
    const unqualified = new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] });
    if (!readOnly && !asItIs) await migrate(unqualified, ownSchema, log, { known: options.migrations });
    db = unqualified.withPlugin(new WithSchemaPlugin(ownSchema));
  } catch (error) {
    await pool.end();
    throw clearerFailure(error);
  }
  if (pooled && direct === undefined && !readOnly) log?.warn(POOLED_WITHOUT_DIRECT);
  const serverOf = async () => (await pool.query(`select ${IDENTITY} as server`)).rows[0].server;
  const channel = postgresChannel(
    { connectionString: named(direct ?? url), application_name },
    ownSchema,
    serverOf,
    log,
  );
  return {
    kind: "postgres",
    db,
    schema: ownSchema,
    tableName: (table) => `${pg.escapeIdentifier(ownSchema)}.${table}`,
    pooled: () => pooled,
    locksRows: true,
    firstRow: <Row>(statement: string) => {
      const text = statement.replace("?", "$1");
      return async (value: string) => {
        const { rows } = await pool.query(text, [value]);
        return rows[0] as Row | undefined;
      };
    },
    together: (async (statements: Bound<unknown>[]) => {
      const client = await pool.connect();
      try {
        return await (client as unknown as NamingClient).together(statements);
      } finally {
        client.release();
      }
    }) as Together,
    feed: new ChangeFeed(channel),
    log,
    async close() {
      await channel.close();
      await db.destroy();
    },
  };
}

const POOLED_WITHOUT_DIRECT =
  "the store's URL leads through a connection pooler, where notifications are lost: this node notices changes of other nodes only at its regular checks. Set a second URL that leads to PostgreSQL itself: directUrlFile or directUrlEnv in the server file, or DOORCODE_STORE_DIRECT";

/** The first query: fails if the database cannot be reached. Without a schema, Kysely's migrator searches all of them. */
async function currentSchema(pool: pg.Pool): Promise<string> {
  try {
    const { rows } = await pool.query<{ schema: string | null }>("select current_schema() as schema");
    return rows[0]?.schema ?? "public";
  } catch (error) {
    throw unreachable(error);
  }
}
