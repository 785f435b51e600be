import { setTimeout as wait } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import type { Logger } from "pino";
import type { NewIndex } from "./known.ts";
import type { Tables } from "./tables.ts";

/**
 * Creates an index on PostgreSQL without blocking writes. That cannot run in a transaction, so no lock of a transaction
 * keeps other nodes away; the state of the index does. A node that is killed leaves an invalid index, which the next
 * node replaces.
 */
export async function createConcurrently(
  db: Kysely<Tables>,
  schema: string,
  { name, table, columns }: NewIndex,
  lockTimeoutMs: number,
  log?: Logger,
): Promise<void> {
  const onTable = `${schema}.${table}`;
  for (;;) {
    const state = await stateOf(db, schema, name);
    if (state === "valid") return;
    if (state === "being created") {
      // Without a snapshot: the node that creates the index waits for every transaction that has an older one.
      await wait(250);
    } else if (state === "invalid") {
      log?.warn({ index: name }, "an index was not finished, and is created again");
      await removeInvalid(db, schema, name, table, lockTimeoutMs);
    } else {
      const create = sql`create index concurrently ${sql.id(name)} on ${sql.table(onTable)} ${sql.raw(columns)}`;
      await create.execute(db).catch((error: { code?: unknown }) => {
        // Another node has begun to create it.
        if (error.code !== "42P07" && error.code !== "23505") throw error;
      });
    }
  }
}

/** The node that creates an index has this lock on its table until the end. */
const isBeingCreated = sql<boolean>`exists (
  select from pg_locks
  where locktype = 'relation' and relation = indrelid and mode = 'ShareUpdateExclusiveLock' and granted
    and database = (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid()
)`;

async function stateOf(
  on: Kysely<Tables>,
  schema: string,
  name: string,
): Promise<"valid" | "being created" | "invalid" | "missing"> {
  const { rows } = await sql<{ valid: boolean; busy: boolean }>`
    select indisvalid as valid, ${isBeingCreated} as busy
    from pg_index join pg_class on pg_class.oid = indexrelid join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = ${schema} and relname = ${name}`.execute(on);
  const [row] = rows;
  if (row === undefined) return "missing";
  return row.valid ? "valid" : row.busy ? "being created" : "invalid";
}

/** Under a lock of the table, so that no other node has begun to create the index again. */
async function removeInvalid(
  db: Kysely<Tables>,
  schema: string,
  name: string,
  table: string,
  lockTimeoutMs: number,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, true)`.execute(trx);
    await sql`lock table ${sql.table(`${schema}.${table}`)} in access exclusive mode`.execute(trx);
    if ((await stateOf(trx, schema, name)) !== "invalid") return;
    await sql`drop index ${sql.table(`${schema}.${name}`)}`.execute(trx);
  });
}
