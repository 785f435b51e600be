import { sql } from "kysely";
import type { Database } from "../engine/database.ts";
import type { Renewal } from "../store.ts";
import { ADMINISTRATOR } from "./consent-store.ts";

type Part = ReturnType<typeof sql>;
type Versions = NonNullable<Renewal["seen"]>["versions"];

/** The tables of what an administrator registers: of `registered.ts`. */
export const REGISTERED = ["apps", "apis", "user_flows", "policies"];
/** The other tables that `usualFacts` reads. */
export const PERSONAL = ["users", "consents"];

/**
 * The versions of all rows that a renewal was decided on. On PostgreSQL of the rows themselves: `xmin` is the transaction
 * that wrote a row, so a row that was changed, added or removed since changes the text. Another server, after a failover,
 * may number other transactions the same, so the text names the server as well. On SQLite of their tables
 * (`WatchedTables`), taken before they are read.
 */
export function versionsIn({
  tableName,
  locksRows,
  unchanged,
}: Pick<Database, "tableName" | "locksRows" | "unchanged">) {
  const table = (name: string) => sql.raw(tableName(name));
  const consents = (userId: Part, clientId: Part) =>
    sql`from ${table("consents")} where client_id = ${clientId} and user_id in (${sql.lit(ADMINISTRATOR)}, ${userId})`;
  const flow = (clientId: Part) => sql`(select user_flow_id from ${table("apps")} where client_id = ${clientId})`;
  const none = sql<string>`''`;
  return {
    /**
     * Whether this version is that of the APIs which these consents name. Each statement on PostgreSQL sees what was
     * committed before it began, so a consent may have been added or removed between the two.
     */
    covers(registered: string, apiIds: readonly string[]): boolean {
      if (!locksRows) return true;
      const [apis = ""] = registered.split("/", 1);
      const ids = new Set(apis === "" ? [] : apis.split(",").map((each) => each.split(":", 1)[0]));
      return ids.size === apiIds.length && apiIds.every((id) => ids.has(id));
    },
    ofPersonal: (userId: Part, clientId: Part) =>
      locksRows
        ? sql<string>`concat(
          (select xmin from ${table("users")} where id = ${userId}), '/',
          (select ${sql.raw("string_agg(xmin::text, ',' order by xmin::text)")} ${consents(userId, clientId)}))`
        : none,
    ofRegistered: (userId: Part, clientId: Part) =>
      locksRows
        ? sql<string>`concat(
          (select string_agg(resource_id || ':' || coalesce(api.xmin::text, ''), ',' order by resource_id)
            from (select distinct resource_id ${consents(userId, clientId)}) as consented
            left join ${table("apis")} as api on api.client_id = resource_id), '/',
          pg_postmaster_start_time(), '/',
          (select xmin from ${table("apps")} where client_id = ${clientId}), '/',
          (select xmin from ${table("user_flows")} where id = ${flow(clientId)}), '/',
          (select string_agg(id || ':' || xmin::text, ',' order by id) from ${table("policies")} where enabled = 1))`
        : none,
    /** SQLite: take it before the rows are read. */
    now(): Versions | undefined {
      const [personal, registered] = [unchanged?.stampOf(PERSONAL), unchanged?.stampOf(REGISTERED)];
      return personal === undefined || registered === undefined ? undefined : { personal, registered };
    },
  };
}
