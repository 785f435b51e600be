import { sql } from "kysely";
import type { Database } from "../engine/database.ts";
import { readOnly } from "../engine/store-failure.ts";
import type { SettingChanges } from "../store.ts";

/** Rejects if the database does not answer, or is a standby. */
export async function ping({ db, kind }: Database): Promise<void> {
  if (kind === "sqlite") return void (await sql`select 1`.execute(db));
  const { rows } = await sql<{ standby: boolean }>`select pg_is_in_recovery() as standby`.execute(db);
  if (rows[0]?.standby) throw readOnly();
}

/** PostgreSQL's clock minus `now`, in milliseconds. Undefined for SQLite, which has no clock of its own. */
export async function clockOffset({ db, kind }: Database, now: () => number): Promise<number | undefined> {
  if (kind === "sqlite") return undefined;
  const asked = now();
  const { rows } = await sql<{ now: string }>`select extract(epoch from clock_timestamp()) * 1000 as now`.execute(db);
  return Number(rows[0]?.now) - (asked + now()) / 2;
}

/** The topic of the change feed that this port reports. */
export const SETTINGS_TOPIC = "settings";

export const settingChanges = ({ feed }: Pick<Database, "feed">): SettingChanges => ({
  watch: (changed) =>
    feed.subscribe((topic) => {
      if (topic === SETTINGS_TOPIC || topic === null) changed();
    }),
});
