import { type ExpressionBuilder, sql } from "kysely";
import type { GrantType } from "../../directory/entities.ts";
import type { Database } from "../engine/database.ts";
import { type GrantChanges, RECHECK_MS, type WatchedGrant } from "../grant-changes.ts";
import type { Tables } from "../migrations/tables.ts";

/** Grants in one statement of a check. SQLite blocks the event loop for about a millisecond with this size. */
const CHECK_BATCH = 250;

/** The topics of the change feed that this port reports. */
export const grantTopic = (deviceCodeHash: string) => `grant ${deviceCodeHash}`;
export const appTopic = (clientId: string) => `app ${clientId}`;

interface Watch extends WatchedGrant {
  changed(): void;
  /** The next watch of the same grant: rarely more than one. */
  next: Watch | undefined;
}

/** One subscription and one timer for all watched grants, so that a watch costs one small object. */
export function grantChanges(database: Database, recheckMs = RECHECK_MS): GrantChanges & { close(): void } {
  const watches = new Map<string, Watch>();
  let subscribed = false;
  let timer: NodeJS.Timeout | undefined;
  let checking = false;
  let closed = false;

  const report = (watch: Watch | undefined) => {
    for (let each = watch; each; each = each.next) each.changed();
  };
  const onTopic = (topic: string | null) => {
    if (topic === null) return void check();
    const [kind, id = ""] = topic.split(" ");
    if (kind === "grant") return report(watches.get(id));
    if (kind !== "app") return;
    for (const watch of [...watches.values()]) if (watch.clientId === id) report(watch);
  };

  /** One statement for many grants: their number, not that of the requests that wait, decides the cost. */
  async function check(): Promise<void> {
    if (checking || closed) return;
    checking = true;
    try {
      const hashes = [...watches.keys()];
      for (let from = 0; from < hashes.length && !closed; from += CHECK_BATCH) {
        for (const hash of await endedOf(database, hashes.slice(from, from + CHECK_BATCH))) report(watches.get(hash));
      }
    } catch {
      // The store is unreachable. The next check follows, and each poll reads the store itself when its wait is over.
    } finally {
      checking = false;
    }
  }

  const schedule = () => {
    timer ??= setInterval(() => {
      if (watches.size > 0) return void check();
      clearInterval(timer);
      timer = undefined;
    }, recheckMs).unref();
  };

  return {
    watch({ deviceCodeHash, clientId }, changed) {
      if (!subscribed) {
        subscribed = true;
        database.feed.subscribe(onTopic);
      }
      const watch: Watch = { deviceCodeHash, clientId, changed, next: watches.get(deviceCodeHash) };
      watches.set(deviceCodeHash, watch);
      schedule();
      return () => {
        const first = watches.get(deviceCodeHash);
        if (first === watch) {
          if (watch.next) watches.set(deviceCodeHash, watch.next);
          else watches.delete(deviceCodeHash);
          return;
        }
        for (let each = first; each; each = each.next) if (each.next === watch) each.next = watch.next;
      };
    },
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}

/** As `grantTypesOf`: without a choice of its own, a public client may. */
const mayUseDeviceCodes = (where: ExpressionBuilder<Pick<Tables, "apps">, "apps">) =>
  where.or([
    where.and([where("apps.grantTypes", "is", null), where("apps.publicClient", "=", 1)]),
    where("apps.grantTypes", "like", `%"${"device_code" satisfies GrantType}"%`),
  ]);

/** Those that were decided, or whose app can no longer sign in. The hashes are one value, so the text is always the same. */
async function endedOf({ db, kind }: Database, hashes: string[]): Promise<string[]> {
  const text = JSON.stringify(hashes);
  const list =
    kind === "sqlite" ? sql`select value from json_each(${text})` : sql`select json_array_elements_text(${text}::json)`;
  const rows = await db
    .selectFrom("deviceGrants")
    .leftJoin("apps", (join) =>
      join.onRef("apps.clientId", "=", "deviceGrants.clientId").on("apps.disabledAt", "is", null).on(mayUseDeviceCodes),
    )
    .where("deviceCodeHash", "in", sql<string>`(${list})`)
    .where((where) => where.or([where("status", "not in", ["pending", "claimed"]), where("apps.clientId", "is", null)]))
    .select("deviceCodeHash")
    .execute();
  return rows.map(({ deviceCodeHash }) => deviceCodeHash);
}
