import { existsSync } from "node:fs";
import { sql } from "kysely";
import type { Database } from "../engine/database.ts";
import { openPostgresDatabase } from "../engine/postgres.ts";
import { askPostgres } from "../engine/postgres-server.ts";
import { cannotOpen, openSqliteReadOnly } from "../engine/sqlite.ts";
import { unreachable } from "../engine/store-failure.ts";
import { type MigrationState, migrationState } from "../migrations/migrate.ts";
import { FINGERPRINT, MOVED_TO } from "../sealed.ts";
import type { StoredKey } from "../store.ts";
import { StoreError } from "../store-error.ts";
import { clockOffset } from "./follow.ts";
import { keyStore } from "./key-store.ts";
import { countExpired } from "./purge-expired.ts";

const HOUR = 60 * 60 * 1000;
/** https://sqlite.org/rescode.html#notadb */
const NOT_A_DATABASE = 26;

/** What is known about a store without changing it. */
export interface StoreFacts {
  /** Undefined for a store without tables. */
  migrations: MigrationState | undefined;
  /** Undefined if the store has no tenant. */
  name: string | undefined;
  tenantId: string | undefined;
  /** Of the seal key. */
  fingerprint: string | undefined;
  /** Where the tenant was moved, if it may no longer start here. */
  movedTo?: string | undefined;
  /** What SQLite finds wrong with its file. */
  damage: string[];
  /** PostgreSQL's clock minus this machine's, in milliseconds. Null for SQLite. */
  clockOffset: number | null;
  /** Null for SQLite. */
  postgres: PostgresFacts | null;
  /** Null if the tables are those of another version. */
  contents: StoreContents | null;
}

export interface PostgresFacts {
  /** The store's URL leads to a standby, which refuses every change. */
  standby: boolean;
  /** The store's URL leads through a connection pooler. */
  pooled: boolean;
  /** What is wrong with the direct URL. Null without one. */
  direct: "ok" | "pooled" | "another_database" | "unreachable" | null;
}

export interface StoreContents {
  users: number;
  apps: number;
  keys: Pick<StoredKey, "alg" | "activatesAt" | "retiresAt">[];
  mails: {
    waiting: number;
    /** When the oldest waiting mail was created. */
    oldestAt: number | null;
    /** Code of the newest error of a waiting or lost mail. */
    lastError: string | null;
    /** Refused, or too late, within a day. */
    lost: number;
  };
  /** Rows that a purge should have deleted an hour ago. */
  expired: number;
}

/**
 * Opens the store read-only. Undefined if the SQLite file does not exist.
 *
 * @throws StoreError `store_unreachable`
 */
export async function inspectStore(
  where: { sqlite: string } | { postgres: string; schema?: string; direct?: string },
  now: () => number,
): Promise<StoreFacts | undefined> {
  if ("sqlite" in where && !existsSync(where.sqlite)) return undefined;
  const database =
    "sqlite" in where
      ? await openSqliteReadOnly(where.sqlite)
      : await openPostgresDatabase(where.postgres, { ...where, readOnly: true, poolSize: 1 });
  try {
    const postgres = "postgres" in where ? await postgresFacts(where.postgres, where.direct) : null;
    return { ...(await factsOf(database, now)), postgres };
  } catch (error) {
    if (!(error instanceof Error && "code" in error) || error instanceof StoreError) throw error;
    throw "sqlite" in where ? cannotOpen(where.sqlite, error) : unreachable(error);
  } finally {
    await database.close();
  }
}

async function postgresFacts(url: string, direct: string | undefined): Promise<PostgresFacts> {
  const { standby, pooled, identity } = await askPostgres(url);
  if (direct === undefined) return { standby, pooled, direct: null };
  const found = await askPostgres(direct).catch(() => undefined);
  if (found === undefined) return { standby, pooled, direct: "unreachable" };
  if (found.identity !== identity) return { standby, pooled, direct: "another_database" };
  return { standby, pooled, direct: found.pooled ? "pooled" : "ok" };
}

async function factsOf(database: Database, now: () => number): Promise<Omit<StoreFacts, "postgres">> {
  const { db, kind } = database;
  const damage = kind === "sqlite" ? await damageOf(database) : [];
  const offset = (await clockOffset(database, now)) ?? null;
  const facts = {
    damage,
    clockOffset: offset,
    name: undefined,
    tenantId: undefined,
    fingerprint: undefined,
    contents: null,
  };
  if (damage.length > 0 || !(await hasTenant(database))) {
    return { ...facts, migrations: undefined };
  }
  const migrations = await migrationState(db, database.schema);
  const settings = await db
    .selectFrom("settings")
    .where("name", "in", ["name", "tenant_id", FINGERPRINT, MOVED_TO])
    .selectAll()
    .execute();
  const setting = (name: string) => settings.find((each) => each.name === name)?.value;
  const current = migrations.missing.length === 0 && migrations.fits;
  const contents = current ? await contentsOf(database, now()) : null;
  return {
    ...{ ...facts, migrations, contents },
    ...{ name: setting("name"), tenantId: setting("tenant_id"), fingerprint: setting(FINGERPRINT) },
    movedTo: setting(MOVED_TO),
  };
}

async function damageOf({ db }: Database): Promise<string[]> {
  try {
    const { rows } = await sql<{ quickCheck: string }>`pragma quick_check(5)`.execute(db);
    return rows.map(({ quickCheck }) => quickCheck).filter((line) => line !== "ok");
  } catch (error) {
    if ((error as { errcode?: unknown }).errcode === NOT_A_DATABASE) throw error;
    return [(error as Error).message];
  }
}

async function hasTenant({ db, kind, tableName }: Database): Promise<boolean> {
  const { rows } =
    kind === "sqlite"
      ? await sql`select 1 from sqlite_master where name = ${"kysely_migration"}`.execute(db)
      : await sql`select 1 where to_regclass(${tableName("kysely_migration")}) is not null`.execute(db);
  return rows.length > 0;
}

async function contentsOf(database: Database, now: number): Promise<StoreContents> {
  const { db } = database;
  const count = async (table: "users" | "apps") =>
    Number(
      (
        await db
          .selectFrom(table)
          .select((row) => row.fn.countAll().as("rows"))
          .executeTakeFirst()
      )?.rows,
    );
  const waiting = await db
    .selectFrom("outbox")
    .where("endedAt", "is", null)
    .select((row) => [row.fn.countAll().as("rows"), row.fn.min("createdAt").as("oldest")])
    .executeTakeFirst();
  const lost = db
    .selectFrom("outbox")
    .where("state", "in", ["failed", "expired"])
    .where("endedAt", ">", now - 24 * HOUR);
  const lostRows = await lost.select((row) => row.fn.countAll().as("rows")).executeTakeFirst();
  const failed = await db
    .selectFrom("outbox")
    .where("lastError", "is not", null)
    .where("state", "<>", "sent")
    .orderBy("createdAt", "desc")
    .select("lastError")
    .limit(1)
    .executeTakeFirst();
  return {
    users: await count("users"),
    apps: await count("apps"),
    keys: await keyStore(database).list(),
    mails: {
      waiting: Number(waiting?.rows ?? 0),
      oldestAt: waiting?.oldest === null || waiting?.oldest === undefined ? null : Number(waiting.oldest),
      lastError: failed?.lastError ?? null,
      lost: Number(lostRows?.rows ?? 0),
    },
    expired: await countExpired(database, now - HOUR),
  };
}
