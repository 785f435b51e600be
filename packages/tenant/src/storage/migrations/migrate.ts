import { setTimeout as wait } from "node:timers/promises";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Logger } from "pino";
import { StoreError } from "../store-error.ts";
import { createConcurrently } from "./concurrent-index.ts";
import { type Migration, migrations, type NewIndex } from "./known.ts";
import type { Tables } from "./tables.ts";

/** Kysely's own lock, which versions before 0015 take. */
export const LOCK = "3853314791062309107";
/** How long a statement of a migration waits for a lock. All requests to that table wait behind it. */
const LOCK_TIMEOUT_MS = 2_000;
/** Migrations up to this one are not made for nodes that keep serving. */
const LAST_OFFLINE = "0014-operators-commands";
/** The setting that has the number of the newest migration of the oldest version that can work with the store. */
const OLDEST = "oldest_schema";

export interface MigrateOptions {
  /** Those that this version knows. For tests. */
  known?: Record<string, Migration> | undefined;
  /** How long to wait for locks of others. Default: five minutes. */
  patienceMs?: number;
  /** For tests. */
  lockTimeoutMs?: number;
}

/**
 * Brings the tables up to date. One node does it, others wait and find it done. After a crash, the next node continues
 * after the last migration that was committed.
 *
 * @param schema of PostgreSQL, created if missing; undefined for SQLite
 * @throws StoreError `store_migration_failed`
 */
export async function migrate(
  db: Kysely<Tables>,
  schema?: string,
  log?: Logger,
  { known = migrations, patienceMs = 300_000, lockTimeoutMs = LOCK_TIMEOUT_MS }: MigrateOptions = {},
): Promise<void> {
  const run = { db, schema, log, known, lockTimeoutMs };
  const until = performance.now() + patienceMs;
  for (let pause = 50; ; pause = Math.min(2 * pause, 5_000)) {
    try {
      const state = await migrationState(db, schema, known);
      if (state.unknown.length > 0) acceptNewer(state, log);
      if (state.missing.length === 0) return;
      await step(run, state.missing);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const busy = isBusy(error);
      if (!busy || performance.now() > until) throw failed(error, busy);
      log?.warn({ err: error, pause }, "a migration waits for another transaction, and tries again");
      // Jitter, so that nodes do not try at the same moments. Meanwhile, requests that waited behind the lock go on.
      await wait(pause * (1 + Math.random()));
    }
  }
}

interface Run {
  db: Kysely<Tables>;
  schema: string | undefined;
  log: Logger | undefined;
  known: Record<string, Migration>;
  lockTimeoutMs: number;
}

/** The next migration, or all that are not made for nodes that keep serving. */
async function step(run: Run, missing: string[]): Promise<void> {
  const { db, schema, log, known } = run;
  const [first = ""] = missing;
  const isNew = first === Object.keys(known)[0];
  const indexes = known[first]?.indexes;
  if (!isNew && indexes !== undefined && schema !== undefined) {
    for (const index of indexes.filter(isOn("postgres"))) {
      await createConcurrently(db, schema, index, run.lockTimeoutMs, log);
    }
    return apply(run, [first], async () => undefined);
  }
  const offline = missing.filter((name) => name <= LAST_OFFLINE);
  // A new store is created at once.
  const names = isNew ? missing : offline.length > 0 ? offline : [first];
  await apply(run, names, upAndIndexes(known, schema === undefined ? "sqlite" : "postgres"));
}

const isOn =
  (kind: NonNullable<NewIndex["only"]>) =>
  ({ only = kind }: NewIndex) =>
    only === kind;

type Work = (trx: Transaction<Tables>, name: string) => Promise<unknown>;

const upAndIndexes =
  (known: Run["known"], kind: NonNullable<NewIndex["only"]>): Work =>
  async (trx, name) => {
    await known[name]?.up?.(trx as unknown as Kysely<unknown>);
    for (const { name: index, table, columns } of (known[name]?.indexes ?? []).filter(isOn(kind))) {
      await sql.raw(`create index ${index} on ${table} ${columns}`).execute(trx);
    }
  };

/** Runs these migrations in one transaction, if no other node has done it in the meantime. */
async function apply({ db, schema, log, known, lockTimeoutMs }: Run, names: string[], work: Work): Promise<void> {
  const applied = await db.transaction().execute(async (trx) => {
    if (schema !== undefined) await beginOnPostgres(trx, schema, lockTimeoutMs);
    return runIn(trx, known, names, work);
  });
  for (const migration of applied) log?.info({ migration, status: "Success" }, "migration");
}

async function runIn(trx: Transaction<Tables>, known: Run["known"], names: string[], work: Work): Promise<string[]> {
  await sql`create table if not exists kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)`.execute(
    trx,
  );
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(trx);
  const missing = names.filter((name) => !rows.some((row) => row.name === name));
  for (const name of missing) {
    await work(trx, name);
    const at = new Date().toISOString();
    await sql`insert into kysely_migration (name, timestamp) values (${name}, ${at})`.execute(trx);
    const { contracts } = known[name] ?? {};
    if (contracts !== undefined) await raiseOldest(trx, contracts.oldest);
  }
  return missing;
}

/** The tables of a new store, in a transaction of the caller. */
export async function createTables(trx: Transaction<Tables>, schema: string): Promise<void> {
  await beginOnPostgres(trx, schema, LOCK_TIMEOUT_MS);
  await runIn(trx, migrations, Object.keys(migrations), upAndIndexes(migrations, "postgres"));
}

async function beginOnPostgres(trx: Transaction<Tables>, schema: string, lockTimeoutMs: number): Promise<void> {
  // First, so that another node's lock is not waited for without end either: its machine may be gone.
  await sql`select set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, true)`.execute(trx);
  // A transaction's lock, because behind a pooler a session is not ours alone. Waiting for it blocks no request.
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)}::bigint)`.execute(trx);
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(trx);
  if (rows.length === 0) await sql`create schema ${sql.id(schema)}`.execute(trx);
}

async function raiseOldest(trx: Transaction<Tables>, oldest: string): Promise<void> {
  await trx
    .insertInto("settings")
    .values({ name: OLDEST, value: oldest })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: oldest }))
    .execute();
}

export interface MigrationState {
  /** Migrations of this version that the store lacks. */
  missing: string[];
  /** Migrations of the store that this version does not know. */
  unknown: string[];
  /** Whether this version can work with the store as the unknown migrations left it. */
  fits: boolean;
  /** The newest migration that this version knows. */
  newest: string;
  /** The number of the newest migration of the oldest version that can work with the store. */
  oldest: string;
}

/** @param schema of PostgreSQL; undefined for SQLite */
export async function migrationState(
  db: Kysely<Tables>,
  schema?: string,
  known: Record<string, Migration> = migrations,
): Promise<MigrationState> {
  const newest = Object.keys(known).at(-1) ?? "";
  const { missing, unknown } = compareMigrations(await appliedIn(db, schema), known);
  const state = { missing, unknown, fits: true, newest, oldest: newest.slice(0, 4) };
  if (unknown.length === 0) return state;
  const here = schema === undefined ? db : db.withSchema(schema);
  const setting = here.selectFrom("settings").where("name", "=", OLDEST).select("value");
  const oldest = (await setting.executeTakeFirst())?.value ?? LAST_OFFLINE.slice(0, 4);
  return { ...state, oldest, fits: oldest <= newest.slice(0, 4) };
}

/** @param applied names of the migrations that a store has */
export const compareMigrations = (
  applied: string[],
  known: Record<string, Migration> = migrations,
): Pick<MigrationState, "missing" | "unknown"> => ({
  missing: Object.keys(known).filter((name) => !applied.includes(name)),
  unknown: applied.filter((name) => !Object.hasOwn(known, name)),
});

async function appliedIn(db: Kysely<Tables>, schema: string | undefined): Promise<string[]> {
  const any = db as unknown as Kysely<Record<string, { name: string; schemaname: string; tablename: string }>>;
  const table =
    schema === undefined
      ? any.selectFrom("sqlite_master").select("name").where("name", "=", "kysely_migration")
      : any
          .selectFrom("pg_catalog.pg_tables")
          .select("tablename as name")
          .where("tablename", "=", "kysely_migration")
          .where("schemaname", "=", schema);
  if ((await table.executeTakeFirst()) === undefined) return [];
  const here = schema === undefined ? any : any.withSchema(schema);
  const rows = await here.selectFrom("kysely_migration").select("name").orderBy("name").execute();
  return rows.map(({ name }) => name);
}

/** @throws StoreError `store_migration_failed` */
function acceptNewer({ fits, unknown, newest, oldest }: MigrationState, log: Logger | undefined): void {
  const stored = unknown.at(-1);
  if (fits) {
    log?.info({ stored, known: newest }, "a newer version of Doorcode has added to the store's tables");
    return;
  }
  throw new StoreError(
    "store_migration_failed",
    `A newer version of Doorcode has changed this store. Its last migration is ${stored}, and it needs a version that knows migration ${oldest}. The last one that this version knows is ${newest}.`,
    "Use the newer version, or another store. To go back, restore a backup from before the upgrade.",
  );
}

function failed(error: unknown, busy: boolean): StoreError {
  return new StoreError(
    "store_migration_failed",
    busy
      ? "Cannot update the store's tables: another transaction keeps one of them locked."
      : "Cannot update the store's tables.",
    busy
      ? "End the other program or the long transaction (on PostgreSQL, see pg_stat_activity), then start again. Nothing was half changed."
      : "The log has the database's error. Nothing was half changed: after you have removed the cause, start again.",
    error,
  );
}

/**
 * PostgreSQL's lock_not_available, deadlock_detected and serialization_failure, and a table that another node created at
 * the same moment; SQLITE_BUSY.
 */
function isBusy(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (["55P03", "40P01", "40001"].includes(String(code))) return true;
  return code === "ERR_SQLITE_ERROR" && typeof errcode === "number" && (errcode & 0xff) === 5;
}
