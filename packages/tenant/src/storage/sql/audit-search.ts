import { sql } from "kysely";
import type { AuditPlace, AuditSearch, AuditSearcher } from "../audit.ts";
import { CALLER_PREFIXES } from "../audit-events.ts";
import type { Database } from "../engine/database.ts";
import type { AuditRecord } from "../store.ts";
import { COLUMNS, toRecord } from "./audit-record.ts";

/** There is one an hour for each device, so the indexes of users, apps and addresses do not have them. */
const RENEWAL = "refresh_token.rotated";

/**
 * As in these indexes. A literal, or the database does not see that they fit.
 * https://sqlite.org/partialindex.html#queries_using_partial_indexes
 */
const notRenewal = sql<boolean>`event <> 'refresh_token.rotated'`;

/**
 * Of the records that an index leads to, so many are looked at for one page, if other conditions choose among them: the cost
 * of a page has a bound, whatever is searched for.
 */
const LOOK_AT = 10_000;

export function auditSearcher(database: Database, lookAt = LOOK_AT): AuditSearcher {
  const { db } = database;
  const { waysTo, among } = queries(database, lookAt);

  /** What one way finds, and the last record that it looked at. Null: it looked at all. */
  async function follow({ index, besides }: Way, limit: number) {
    const inOrder = index.orderBy("at", "desc").orderBy("seq", "desc");
    const rows = await among(inOrder, besides)
      .select(["seq", ...COLUMNS])
      .orderBy("at", "desc")
      .orderBy("seq", "desc")
      .limit(limit)
      .execute();
    const found = rows.map(toFound);
    if (found.length === limit || besides === undefined) return { found, lookedTo: null };
    const last = await inOrder
      .select(["at", "seq"])
      .limit(1)
      .offset(lookAt - 1)
      .executeTakeFirst();
    return { found, lookedTo: last ? placeOf(last) : null };
  }

  return {
    async search({ after, limit, ...filter }) {
      const ways = await Promise.all(waysTo({ ...filter, after }).map((way) => follow(way, limit + 1)));
      // Further down, one of them may have more.
      const [end] = ways.flatMap(({ lookedTo }) => lookedTo ?? []).sort(newestFirst);
      const rows = ways
        .flatMap(({ found }) => found)
        .sort(newestFirst)
        .filter((row) => end === undefined || newestFirst(row, end) <= 0);
      const records = rows.slice(0, limit);
      return { records, next: rows.length > limit ? placeOf(records.at(-1)!) : (end ?? null) };
    },

    async countBySlot({ events, from, to, slotMs }) {
      if (events.length === 0 || from >= to) return [];
      // A count for each slot, which the index answers. Grouped, the records would be sorted.
      const { rows } = await sql<{ event: string; slot: number; count: number }>`
        with recursive slots (slot) as (
          select cast(${from} as bigint)
          union all select slot + ${sql.lit(slotMs)} from slots where slot + ${sql.lit(slotMs)} < cast(${to} as bigint)
        ), kinds (event) as (values ${sql.join(events.map((event) => sql`(${event})`))})
        select kinds.event as event, slot, (
          select count(*) from ${sql.raw(database.tableName("audit_records"))} as r
          where r.event = kinds.event and r.at >= slot and r.at < slot + ${sql.lit(slotMs)} and r.at < cast(${to} as bigint)
        ) as count from slots, kinds
      `.execute(db);
      return rows
        .map(({ event, slot, count }) => ({ event, at: Number(slot), count: Number(count) }))
        .filter(({ count }) => count > 0);
    },

    async listSignIn({ grantId, family, since, limit }) {
      const records = db
        .selectFrom("auditRecords")
        .where(notRenewal)
        .select(["seq", ...COLUMNS])
        .orderBy("at")
        .orderBy("seq")
        .limit(limit);
      const ofGrant = grantId === null ? [] : await records.where("grantId", "=", grantId).execute();
      const named = records.where("at", ">=", since).where("detail", "like", `%"family":"${family?.id}"%`);
      // By or about its owner, and by an administrator.
      const owner = family?.userId ?? "";
      const byOwner = family === null ? [] : await named.where("userId", "=", owner).execute();
      const byOthers = family === null ? [] : await named.where("subjectId", "=", owner).execute();
      const ofFamily = [...byOwner, ...byOthers.filter(({ userId }) => userId !== owner)];
      const known = new Set(ofGrant.map(({ seq }) => seq));
      const rows = [...ofGrant, ...ofFamily.filter(({ seq }) => !known.has(seq))].map(toFound);
      return rows.sort((one, other) => newestFirst(other, one)).slice(0, limit);
    },
  };
}

type Search = AuditSearch & { after: AuditPlace | undefined };

/** Records in the order of an index, and conditions that choose among them. */
type Way = ReturnType<ReturnType<typeof queries>["waysTo"]>[number];

function queries({ db }: Database, lookAt: number) {
  /** What every way has in common: the time, and where the page begins. */
  const within = ({ since, until, after }: Search) =>
    db
      .selectFrom("auditRecords")
      .$if(since !== undefined, (query) => query.where("at", ">=", since as number))
      .$if(until !== undefined, (query) => query.where("at", "<", until as number))
      .$if(after !== undefined, (query) =>
        query
          .where("at", "<=", after!.at)
          .where((where) => where.or([where("at", "<", after!.at), where("seq", "<", after!.seq)])),
      );

  return {
    /** The narrowest index first. Together they find every record once. */
    waysTo(search: Search) {
      const { event, userId, clientId, ip } = search;
      const records = within(search);
      const way = (index: typeof records, besides: Besides) => ({
        index,
        besides: Object.values(besides).some((each) => each !== undefined) ? besides : undefined,
      });
      // The other indexes do not have them.
      if (event === RENEWAL) return [way(records.where("event", "=", RENEWAL), { userId, clientId, ip })];
      const named = event === undefined ? undefined : namesOf(event);
      if (userId !== undefined) {
        const about = records
          .where("subjectId", "=", userId)
          .where((where) => where.or([where("userId", "is", null), where("userId", "<>", userId)]));
        const besides = { named, clientId, ip };
        return [way(records.where(notRenewal).where("userId", "=", userId), besides), way(about, besides)];
      }
      if (ip !== undefined) {
        const from = records.where(notRenewal);
        return addressesOf(ip).map((address) => way(from.where("ip", "=", address), { named, clientId }));
      }
      if (clientId !== undefined) return [way(records.where(notRenewal).where("clientId", "=", clientId), { named })];
      return named ? named.map((name) => way(records.where("event", "=", name), {})) : [way(records, {})];
    },

    /** The records of an index that fit the other conditions, too. */
    among(inOrder: ReturnType<typeof within>, besides: Besides | undefined): ReturnType<typeof within> {
      if (besides === undefined) return inOrder;
      const { named, userId, clientId, ip } = besides;
      const looked = db.selectFrom(inOrder.selectAll().limit(lookAt).as("auditRecords")) as unknown as typeof inOrder;
      return looked
        .$if(named !== undefined, (query) => query.where("event", "in", named as string[]))
        .$if(userId !== undefined, (query) => query.where("userId", "=", userId as string))
        .$if(clientId !== undefined, (query) => query.where("clientId", "=", clientId as string))
        .$if(ip !== undefined, (query) => query.where("ip", "in", addressesOf(ip as string)));
    },
  };
}

/** `named`: names of events. */
type Besides = { named?: string[] | undefined } & Pick<AuditSearch, "userId" | "clientId" | "ip">;

/** Of a user or the operator, and of a caller's change. */
const namesOf = (event: string): string[] => ["", ...CALLER_PREFIXES].map((prefix) => `${prefix}${event}`);

/** An IPv4 address may have come through IPv6. */
const addressesOf = (ip: string): string[] => (/^\d+(\.\d+){3}$/.test(ip) ? [ip, `::ffff:${ip}`] : [ip]);

type Row = Parameters<typeof toRecord>[0] & { seq: unknown };

const toFound = (row: Row): AuditRecord & AuditPlace => ({ ...toRecord(row), seq: Number(row.seq) });

const placeOf = ({ at, seq }: { at: number; seq: unknown }): AuditPlace => ({ at, seq: Number(seq) });

const newestFirst = (one: AuditPlace, other: AuditPlace) => other.at - one.at || other.seq - one.seq;
