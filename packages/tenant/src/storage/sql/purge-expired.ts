import { type RawBuilder, sql } from "kysely";
import type { Database } from "../engine/database.ts";
import type { PurgeOptions } from "../store.ts";

const DAY = 24 * 60 * 60 * 1000;

/**
 * Rows of one statement. SQLite runs on the event loop, which a statement of this size holds for a few milliseconds;
 * requests get their turn in between (`npm run bench:purge`).
 */
export const PURGE_BATCH = 250;

/** Rows of a table that are of no more use, by its primary key. */
interface Expired {
  table: string;
  key: string;
  where: RawBuilder<unknown>;
}

/**
 * What is of no more use at this time. What hangs on a row comes before it: deleted along with it, it would be no part of
 * the batch.
 */
function expiredAt(now: number): Expired[] {
  const ended = (table: string, key: string, column: string, before: number): Expired => ({
    table,
    key,
    where: sql`${sql.ref(column)} <= ${before}`,
  });
  const families = sql`select id from token_families where expires_at <= ${now - DAY}`;
  return [
    // A day later: until then a late poll or page still hears what became of the grant; then its user_code is free again.
    ended("device_grants", "id", "expires_at", now - DAY),
    // Likewise, and until then a second use of its code still ends what the first one gave.
    ended("authorization_requests", "id", "expires_at", now - DAY),
    { table: "refresh_tokens", key: "token_hash", where: sql`family_id in (${families})` },
    ended("token_families", "id", "expires_at", now - DAY),
    ended("mail_codes", "flow_id", "expires_at", now),
    { table: "mail_codes", key: "flow_id", where: sql`used_at is not null` },
    ended("action_links", "token_hash", "expires_at", now),
    ended("flows", "id", "expires_at", now),
    ended("sessions", "id", "expires_at", now),
    ended("sessions", "id", "idle_expires_at", now),
    ended("used_assertions", "assertion_hash", "expires_at", now),
    ended("throttles", "bucket", "ends_at", now),
    // Until then a page can still say that its mail was refused.
    ended("outbox", "id", "ended_at", now - DAY),
    ended("mails", "id", "created_at", now - 7 * DAY),
  ];
}

/** Deletes what is of no more use, a batch at a time; a signal ends it after the batch that runs. Returns the rows it named. */
export async function purgeExpired({ db }: Database, now: number, options: PurgeOptions = {}): Promise<number> {
  let rows = 0;
  for (const { table, key, where } of expiredAt(now)) {
    for (let deleted = PURGE_BATCH; deleted === PURGE_BATCH; ) {
      if (options.signal?.aborted) return rows;
      const [from, id] = [sql.table(table), sql.ref(key)];
      const batch = sql`select ${id} from ${from} where ${where} limit ${PURGE_BATCH}`;
      const result = await sql`delete from ${from} where ${id} in (${batch})`.execute(db);
      deleted = Number(result.numAffectedRows);
      rows += deleted;
    }
  }
  return rows;
}
