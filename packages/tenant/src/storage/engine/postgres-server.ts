import pg from "pg";

/** What answers at a PostgreSQL URL. */
export interface PostgresServer {
  /** A standby, which refuses every change. */
  standby: boolean;
  /** A connection pooler is between. */
  pooled: boolean;
  /** The same for two URLs that lead to the same database. */
  identity: string;
}

/** The same on all connections to one database of one running server. */
export const IDENTITY = `(select concat(extract(epoch from pg_postmaster_start_time()), ' ', oid)
  from pg_database where datname = current_database())`;

/** Asks on a connection of its own. Rejects with the driver's error. */
export async function askPostgres(connectionString: string): Promise<PostgresServer> {
  const client = new pg.Client({
    connectionString,
    application_name: "doorcode check",
    connectionTimeoutMillis: 5_000,
  });
  // The query reports the error itself.
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number; standby: boolean; identity: string }>(
      `select pg_backend_pid() as pid, pg_is_in_recovery() as standby,
        ${IDENTITY} as identity`,
    );
    const { pid, standby, identity } = rows[0]!;
    return { standby, pooled: isPooled(client, pid), identity };
  } finally {
    await client.end();
  }
}

/**
 * A pooler announces an invented process when a client connects.
 *
 * @param pid of the process that runs the client's statements
 */
export const isPooled = (client: pg.Client, pid: number | undefined): boolean =>
  (client as unknown as { processID?: number }).processID !== pid;
