import { type RawBuilder, sql } from "kysely";
import type { Database } from "../engine/database.ts";
import type { PurgeOptions } from "../store.ts";

const DAY = 24 * 60 * 60 * 1000;

/** Rows in the first statement. */
export const FIRST_BATCH = 32;
const LARGEST_BATCH = 250;
const SMALLEST_BATCH = 8;
/**
 * SQLite blocks the event loop during a statement and its commit, so the next batch is half as large if one took longer
 * than this many milliseconds. Requests are served in between (`npm run bench:purge`).
 */
const LONG_BLOCK_MS = 5;

/** Rows of a table that are no longer needed, by primary key. */
interface Expired {
  table: string;
  key: string;
  where: RawBuilder<unknown>;
}

/**
 * What is no longer needed at this time. Dependent rows come before the row they reference: a cascading delete would
 * not count toward the batch.
 */
function expiredAt(now: number, { tableName }: Pick<Database, "tableName">): Expired[] {
  const ended = (table: string, key: string, column: string, before: number): Expired => ({
    table,
    key,
    where: sql`${sql.ref(column)} <= ${before}`,
  });
  const families = sql`select id from ${sql.raw(tableName("token_families"))} where expires_at <= ${now - DAY}`;
  return [
    // Kept for a day, so that a late poll or page still gets the outcome of the grant. Then its user_code can be used
    // again.
    ended("device_grants", "id", "expires_at", now - DAY),
    // Also kept for a day, so that a second use of the code still revokes what the first one got.
    ended("authorization_requests", "id", "expires_at", now - DAY),
    { table: "refresh_tokens", key: "token_hash", where: sql`family_id in (${families})` },
    ended("token_families", "id", "expires_at", now - DAY),
    ended("mail_codes", "flow_id", "expires_at", now),
    { table: "mail_codes", key: "flow_id", where: sql`used_at is not null` },
    ended("action_links", "token_hash", "expires_at", now),
    ended("email_changes", "token_hash", "expires_at", now),
    ended("flows", "id", "expires_at", now),
    ended("sessions", "id", "expires_at", now),
    ended("sessions", "id", "idle_expires_at", now),
    ended("used_assertions", "assertion_hash", "expires_at", now),
    ended("throttles", "bucket", "ends_at", now),
    // Kept until then, so that a page can still say that its mail was rejected.
    ended("outbox", "id", "ended_at", now - DAY),
    ended("mails", "id", "created_at", now - 7 * DAY),
  ];
}

/**
 * Deletes what is no longer needed, in batches. A signal stops it after the current batch. Returns the number of rows.
 */
export async function purgeExpired(database: Database, now: number, options: PurgeOptions = {}): Promise<number> {
  let rows = 0;
  let most = FIRST_BATCH;
  for (const { table, key, where } of expiredAt(now, database)) {
    for (let isLast = false; !isLast; ) {
      if (options.signal?.aborted) return rows;
      const began = performance.now();
      const [from, id] = [sql.raw(database.tableName(table)), sql.ref(key)];
      const batch = sql`select ${id} from ${from} where ${where} limit ${most}`;
      const result = await sql`delete from ${from} where ${id} in (${batch})`.execute(database.db);
      const deleted = Number(result.numAffectedRows);
      rows += deleted;
      isLast = deleted < most;
      if (deleted === 0) continue;
      const blocked = database.kind === "sqlite" ? performance.now() - began : 0;
      if (blocked > LONG_BLOCK_MS) most = Math.max(SMALLEST_BATCH, Math.floor(most / 2));
      else if (!isLast && blocked < LONG_BLOCK_MS / 2) most = Math.min(LARGEST_BATCH, 2 * most);
    }
  }
  return rows;
}

/** How many rows a purge at this time would delete. */
export async function countExpired(database: Pick<Database, "db" | "tableName">, now: number): Promise<number> {
  let rows = 0;
  for (const { table, where } of expiredAt(now, database)) {
    const counted = await sql<{
      rows: number;
    }>`select count(*) as rows from ${sql.raw(database.tableName(table))} where ${where}`.execute(database.db);
    rows += Number(counted.rows[0]?.rows ?? 0);
  }
  return rows;
}
