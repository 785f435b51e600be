import { rm } from "node:fs/promises";
import { auditRecord, OPERATOR } from "../admin/admin-context.ts";
import {
  checkDataDir,
  createFileAtomically,
  giveName,
  isThere,
  lockDataDir,
  lockSqliteFile,
  naming,
  prepareDataDir,
} from "../kernel/data-folder.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { systemClock } from "../kernel/time.ts";
import { FINGERPRINT, MOVED_TO } from "../storage/sealed.ts";
import { type CopyObjection, type CopySide, tablesOf, withPostgres, withSqlite } from "../storage/sql/copy-store.ts";
import { openSqliteStore } from "../storage/sql/open-store.ts";
import { lockSqlite, sealKeyFileOf, type TenantLocation } from "./in-store.ts";
import { tenantMoved } from "./moved.ts";
import { withoutPooler } from "./rotate-seal-key.ts";
import { findSealKey, fingerprintOf, readSealKey, sealKeyDiffers } from "./seal-key.ts";

/** What a move of a tenant copied. */
export interface MovedTenant {
  /** The tenant's name. */
  name: string;
  /** Where it is now: `PostgreSQL`, or its SQLite file. */
  to: string;
  /** Rows of each table, counted in both stores. */
  tables: Record<string, number>;
  /** The seal key that belongs to it. */
  sealKeyFile: string;
}

/** A moment at which the process can be killed without harm. For tests. */
export type MoveStep = "copied" | "committed" | "marked";

/**
 * Copies all data of a tenant that is not running from SQLite to PostgreSQL, or back, in one transaction on each side.
 * The source then refuses to start.
 *
 * @throws TenantError `store_missing`, `already_running`, `move_refused`, `move_failed`, `tenant_moved`, `file_exists`,
 *   `seal_key_missing`, `seal_key_differs`, `data_folder_refused`; StoreError `store_unreachable`
 */
export async function moveTenant(
  source: TenantLocation,
  target: TenantLocation,
  { reached = () => undefined }: { reached?: (step: MoveStep) => void } = {},
): Promise<MovedTenant> {
  const [from, to] = [source, target].map((each) => ({ ...each, store: withoutPooler(each.store) })) as [
    TenantLocation,
    TenantLocation,
  ];
  if ("sqlite" in from.store === "sqlite" in to.store) throw sameKind("sqlite" in from.store);
  await using stack = new AsyncDisposableStack();
  if ("sqlite" in from.store) await lockSqlite(from.store.sqlite, from.data, stack);
  else {
    const lock = await lockDataDir(await checkDataDir(from.data));
    stack.defer(() => lock.release());
  }
  if (to.data !== from.data) {
    const lock = await lockDataDir(await prepareDataDir(to.data));
    stack.defer(() => lock.release());
  }
  const key = await readSealKey(sealKeyFileOf(from));
  const moving: Moving = { from, to, key, reached, committed: false };
  try {
    if ("sqlite" in from.store) return await toPostgres(from.store.sqlite, to.store as Postgres, moving);
    return await toSqlite(from.store, (to.store as { sqlite: string }).sqlite, moving);
  } catch (error) {
    throw moving.committed ? notMarked(error) : described(error);
  }
}

type Postgres = { postgres: string; schema?: string };

interface Moving {
  from: TenantLocation;
  to: TenantLocation;
  key: Uint8Array;
  reached: (step: MoveStep) => void;
  /** The new store is complete. */
  committed: boolean;
}

async function toPostgres(file: string, target: Postgres, moving: Moving): Promise<MovedTenant> {
  return withSqlite(file, async (source, database) => {
    await refuseSource(source, moving);
    const moved = await withPostgres(target, "target", async (side) => {
      const found = await side.objection();
      if (found !== "none") throw notEmpty("The schema of PostgreSQL", found);
      await side.create();
      const copied = await copyAll(source, side, tablesOf(database), "PostgreSQL", moving);
      moving.reached("copied");
      return copied;
    });
    await marked(source, moved.to, moving);
    return moved;
  });
}

async function toSqlite(source: Postgres, file: string, moving: Moving): Promise<MovedTenant> {
  const lock = await lockSqliteFile(file);
  try {
    if (await naming(file, () => isThere(file))) throw notEmpty(file, undefined);
    const prepared = `${file}.moving`;
    const remove = async () => {
      for (const each of ["", "-wal", "-shm", "-journal"]) await rm(prepared + each, { force: true });
    };
    try {
      return await withPostgres(source, "source", async (side) => {
        await refuseSource(side, moving);
        const moved = await naming(file, async () => {
          await remove();
          await (await openSqliteStore(prepared)).close();
          const copied = await withSqlite(prepared, (target, database) =>
            copyAll(side, target, tablesOf(database), file, moving),
          );
          moving.reached("copied");
          await giveName(prepared, file);
          return copied;
        });
        await marked(side, moved.to, moving);
        return moved;
      });
    } finally {
      await remove();
    }
  } finally {
    lock.release();
  }
}

async function refuseSource(source: CopySide, { from, key }: Moving): Promise<void> {
  const found = await source.objection();
  refuseOthers(found);
  if (found === "older" || found === "newer") throw otherVersion(found);
  const name = found === "none" ? undefined : await source.setting("name");
  if (name === undefined) {
    throw new TenantError(
      "store_missing",
      "The store to move contains no tenant.",
      "Name the store that the tenant was started with.",
    );
  }
  const moved = await source.setting(MOVED_TO);
  if (moved !== undefined) throw tenantMoved(moved);
  if ((await source.setting(FINGERPRINT)) !== fingerprintOf(key)) throw sealKeyDiffers(sealKeyFileOf(from));
}

/** Copies and counts every table. Nothing of it is committed yet. */
async function copyAll(
  source: CopySide,
  target: CopySide,
  tables: string[],
  shown: string,
  moving: Moving,
): Promise<MovedTenant> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    for await (const rows of source.rows(table)) await target.insert(table, rows);
  }
  for (const table of tables) {
    const [before, after] = [await source.count(table), await target.count(table)];
    if (before !== after) {
      throw moveFailed(`The table ${table} has ${before} rows, and its copy ${after}. Nothing was changed.`);
    }
    counts[table] = after;
  }
  const sealKeyFile = await carrySealKey(moving);
  await target.finish();
  const now = systemClock.now();
  const detail = {
    to: shown === "PostgreSQL" ? "postgres" : "sqlite",
    rows: Object.values(counts).reduce((a, b) => a + b, 0),
  };
  const last = (await target.highest("audit_records", "seq")) + 1;
  const { userId, clientId, grantId, detail: own, ...record } = auditRecord(OPERATOR, now, "tenant.moved", detail);
  const row = {
    ...record,
    user_id: userId,
    client_id: clientId,
    grant_id: grantId,
    detail: JSON.stringify(own),
    seq: last,
  };
  await target.insert("audit_records", [row]);
  await target.finish();
  return { name: (await source.setting("name")) ?? "", to: shown, tables: counts, sealKeyFile };
}

/** The copy is committed. The source remembers it in its own transaction, and commits that last. */
async function marked(source: CopySide, to: string, moving: Moving): Promise<void> {
  const { reached } = moving;
  moving.committed = true;
  reached("committed");
  await source.setSetting(MOVED_TO, `${to}, at ${new Date(systemClock.now()).toISOString()}`);
  reached("marked");
}

/** The seal key belongs to the data, so it goes to where the tenant will be started. */
async function carrySealKey({ from, to, key }: Moving): Promise<string> {
  const [source, target] = [sealKeyFileOf(from), sealKeyFileOf(to)];
  if (source === target) return source;
  const found = await findSealKey(target);
  if (found === undefined) await naming(target, () => createFileAtomically(target, key, 0o600));
  else if (fingerprintOf(found) !== fingerprintOf(key)) throw sealKeyDiffers(target);
  return target;
}

/** Lets a tenant that was moved start again where it was. What changed since the move stays in the other store. */
export async function undoMove(from: TenantLocation): Promise<string> {
  await using stack = new AsyncDisposableStack();
  if ("sqlite" in from.store) await lockSqlite(from.store.sqlite, from.data, stack);
  const undo = async (side: CopySide) => {
    const found = await side.objection();
    refuseOthers(found);
    const moved = found === "none" ? undefined : await side.setting(MOVED_TO);
    if (moved === undefined) {
      throw new TenantError("move_refused", "This tenant was not moved.", "It can be started. Nothing was changed.");
    }
    await side.removeSetting(MOVED_TO);
    return moved;
  };
  const store = withoutPooler(from.store);
  return "sqlite" in store ? withSqlite(store.sqlite, undo) : withPostgres(store, "source", undo);
}

const sameKind = (isSqlite: boolean) =>
  new TenantError(
    "move_refused",
    isSqlite ? "Both stores are SQLite." : "Both stores are PostgreSQL.",
    isSqlite
      ? "Use doorcode tenant backup and restore."
      : "Use pg_dump and pg_restore: docs/operate/backup-and-restore.md",
  );

/** @throws TenantError `already_running`, `move_refused` */
function refuseOthers(found: CopyObjection | undefined): void {
  if (found === "in_use") {
    throw new TenantError(
      "already_running",
      "The tenant's database is in use: a node of the tenant, or another command, is connected. Nothing was changed.",
      "Stop every node of the tenant, then try again. A pooler keeps its connections for a while: restart it, too.",
    );
  }
  if (found === "pooled") {
    throw new TenantError(
      "move_refused",
      "The store's URL leads through a connection pooler, where running nodes cannot be seen. Nothing was changed.",
      "Name the URL without the pooler: directUrlFile or directUrlEnv in the server file, or DOORCODE_STORE_DIRECT.",
    );
  }
}

const otherVersion = (how: "older" | "newer") =>
  new TenantError(
    "move_refused",
    `The tables of the store to move are those of ${how === "older" ? "an older" : "a newer"} version. Nothing was changed.`,
    how === "older" ? "Start the tenant once with this version, stop it, then move it." : "Use the newer version.",
  );

const notEmpty = (what: string, version: string | undefined) =>
  new TenantError(
    "move_refused",
    `${what} already has ${version === "older" || version === "newer" ? `tables of ${version === "older" ? "an older" : "a newer"} version` : "a tenant, or tables of one"}. Nothing was changed.`,
    "Name an empty database, an empty schema, or a new file. If an earlier move was interrupted at its very end, the tenant is there already: start it there.",
  );

const moveFailed = (message: string, cause?: unknown) =>
  new TenantError(
    "move_failed",
    message,
    "Remove the cause, then try again. The tenant can also be started where it is.",
    {
      cause,
    },
  );

const notMarked = (cause: unknown) =>
  new TenantError(
    "move_failed",
    "The tenant is complete in its new store, but its old store could not be marked as moved.",
    "Start it on the new store only, and delete the old one. To use the old one instead, delete the new one.",
    { cause },
  );

/** Errors of the databases while rows are copied. Others have their own code. */
function described(error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (typeof code !== "string" || error instanceof TenantError) return error;
  if (code === "53100") return moveFailed("The disk of PostgreSQL is full. Nothing was changed.", error);
  const isDatabase = /^[0-9A-Z]{5}$/.test(code) || ["ERR_SQLITE_ERROR", "ECONNRESET", "EPIPE"].includes(code);
  if (!isDatabase) return error;
  return moveFailed(`A database refused the copy (${code}): ${(error as Error).message}. Nothing was changed.`, error);
}
