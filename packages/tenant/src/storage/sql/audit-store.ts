import { type RawBuilder, sql } from "kysely";
import { CALLER_PREFIXES, subjectOf } from "../audit-events.ts";
import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { AuditChanges, AuditCursor, AuditFilter, AuditRecord, AuditStore } from "../store.ts";
import { anchorAt, anchorOf, type Divergence, divergenceFrom, epochsOf } from "./audit-epochs.ts";
import { COLUMNS, toRecord } from "./audit-record.ts";
import { auditSearcher } from "./audit-search.ts";

/** The topic of the change feed that says that there may be new records. Announced on SQLite alone. */
export const AUDIT_TOPIC = "audit";

export const auditChanges = ({ feed, afterCommit }: Pick<Database, "feed" | "afterCommit">): AuditChanges => ({
  watch(changed) {
    if (!afterCommit) return false;
    feed.subscribe((topic) => {
      if (topic === AUDIT_TOPIC) changed();
    });
    return true;
  },
});

export function auditStore(database: Database): AuditStore {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);
  const fitting = (filter: AuditFilter, on: Connection = db) => {
    const { event, userId, since } = filter;
    return on
      .selectFrom("auditRecords")
      .$if(event !== undefined, (query) => query.where("event", "=", event as string))
      .$if(since !== undefined, (query) => query.where("at", ">=", since as number))
      .$if(userId !== undefined, (query) =>
        query.where((where) =>
          where.or([where("userId", "=", userId as string), where("detail", "like", `%"${userId}"%`)]),
        ),
      );
  };

  return {
    ...auditSearcher(database),
    write: (record) => writeAudit(db, record),

    async list({ limit, ...filter }) {
      const rows = await fitting(filter).select(COLUMNS).orderBy("seq", "desc").limit(limit).execute();
      return rows.map(toRecord);
    },

    async listOwn({ userId, since, events, after, limit }) {
      const rows = await db
        .selectFrom("auditRecords")
        .where((where) =>
          where.or([
            where.and([
              where("userId", "=", userId),
              // As in the index, which has only these.
              sql<boolean>`event <> 'refresh_token.rotated'`,
              // Of changes through Graph or in the console, the user is the caller.
              sql<boolean>`event not like 'graph.%' and event not like 'console.%'`,
            ]),
            where("subjectId", "=", userId),
          ]),
        )
        .where("at", ">=", since)
        .where(
          "event",
          "in",
          ["", ...CALLER_PREFIXES].flatMap((prefix) => events.map((event) => `${prefix}${event}`)),
        )
        .$if(after !== undefined, (query) => query.where("at", "<=", after!.at))
        .select(COLUMNS)
        .orderBy("at", "desc")
        .orderBy("seq", "desc")
        .limit(limit)
        .offset(after?.skip ?? 0)
        .execute();
      return rows.map(toRecord);
    },

    start({ newest, ...filter }) {
      /** The number before the first record to read. */
      const before = async (on: Connection) => {
        const first =
          newest === undefined
            ? await fitting(filter, on)
                .select((row) => row.fn.min<number | null>("seq").as("seq"))
                .executeTakeFirst()
            : await fitting(filter, on)
                .select("seq")
                .orderBy("seq", "desc")
                .limit(1)
                .offset(Math.max(newest - 1, 0))
                .executeTakeFirst();
        if (first?.seq != null && newest !== 0) return Number(first.seq) - 1;
        // Fewer than `newest` records fit, so all of them are read. If none fits, or none is wanted: only what follows.
        return newest !== undefined && newest > 0 ? 0 : lastNumber(on);
      };
      if (!locksRows) return before(db).then(async (low) => ({ ...cursorAt(low), ...(await historyOf(db)) }));
      // One snapshot, so that no record appears between these statements.
      const transaction = db.transaction().setIsolationLevel("repeatable read");
      return transaction.execute(async (trx) => {
        const bounds = await boundsOf(trx, { pending: null });
        return { ...(await cursorBelowGaps(trx, await before(trx), bounds)), ...(await historyOf(trx)) };
      });
    },

    read(given, { limit, ...filter }) {
      const page = async (on: Connection) => {
        const epochs = await epochsOf(on);
        const divergence = await divergenceFrom(on, given, epochs);
        const cursor = divergence
          ? { ...rewound(given, divergence), anchor: await anchorAt(on, divergence.after) }
          : given;
        const bounds = locksRows ? await boundsOf(on, cursor) : undefined;
        const rows = await on
          .selectFrom("auditRecords")
          .where(unread(cursor))
          .select(["seq", ...COLUMNS])
          .orderBy("seq")
          .limit(limit)
          .execute();
        const more = rows.length === limit;
        const records = rows.map(toRecord).filter((record) => fits(record, filter));
        const numbers = rows.map(({ seq }) => Number(seq));
        const newest = rows.at(-1);
        const anchor =
          newest !== undefined && Number(newest.seq) > (cursor.anchor?.seq ?? 0) ? anchorOf(newest) : cursor.anchor;
        return {
          records,
          cursor: { ...advanced(cursor, numbers, more, bounds), epochs, anchor },
          more,
          ...(divergence && { restored: divergence.exact ? ("exact" as const) : ("repeats" as const) }),
        };
      };
      return locksRows ? db.transaction().execute(page) : page(db);
    },
  };
}

const fits = (record: AuditRecord, { event, userId, since }: AuditFilter): boolean =>
  (event === undefined || record.event === event) &&
  (since === undefined || record.at >= since) &&
  (userId === undefined || record.userId === userId || Object.values(record.detail).includes(userId));

/** How far a reader has come. What it needs to notice a restore is added to it. */
type Place = Pick<AuditCursor, "low" | "complete" | "read" | "pending">;

const cursorAt = (low: number): Place => ({ low, complete: low, read: [], pending: null });

async function historyOf(on: Connection): Promise<Pick<AuditCursor, "epochs" | "anchor">> {
  return { epochs: await epochsOf(on), anchor: await anchorAt(on) };
}

/** The same reader in the log as it was restored. */
function rewound({ low, read, epochs }: AuditCursor, { after }: Divergence): AuditCursor {
  const kept = read
    .filter(([from]) => from <= after)
    .map(([from, to]): [number, number] => [from, Math.min(to, after)]);
  const from = Math.min(low, after);
  return { low: from, complete: from, read: kept, pending: null, epochs, anchor: null };
}

const lastNumber = async (on: Connection): Promise<number> => {
  const { last } = await on
    .selectFrom("auditRecords")
    .select((row) => row.fn.max<number | null>("seq").as("last"))
    .executeTakeFirstOrThrow();
  return Number(last ?? 0);
};

interface Bounds {
  /** The highest number that was visible. Its transaction, and that of every lower number, began before `transaction`. */
  upTo: number;
  transaction: string;
  /** No more records appear up to this number. Undefined: no more is known than before. */
  complete: number | undefined;
}

/**
 * On PostgreSQL: which transactions may still bring records with lower numbers. Each record takes its number after its
 * transaction has its ID (migration 0014), so the order of these statements matters.
 */
async function boundsOf(on: Connection, { pending }: Pick<AuditCursor, "pending">): Promise<Bounds> {
  const upTo = await lastNumber(on);
  const { rows } = await sql<{ transaction: string; oldest: string }>`
    select pg_current_xact_id()::text as transaction, pg_snapshot_xmin(pg_current_snapshot())::text as oldest
  `.execute(on);
  const { transaction, oldest } = rows[0]!;
  // The cursor is from another cluster: before a restore, or a move of the tenant.
  if (pending !== null && isForeign(pending, { upTo, transaction })) return { upTo, transaction, complete: undefined };
  // Every transaction before `oldest` has ended.
  const isOver = pending !== null && BigInt(oldest) >= BigInt(pending.transaction);
  return { upTo, transaction, complete: isOver ? pending.upTo : undefined };
}

const isForeign = (pending: NonNullable<AuditCursor["pending"]>, now: Pick<Bounds, "upTo" | "transaction">): boolean =>
  pending.upTo > now.upTo || BigInt(pending.transaction) > BigInt(now.transaction);

/** So many records do not follow one whose transaction is still open. */
const LOOK_BACK = 10_000;

/**
 * On PostgreSQL: a cursor that skips the visible records up to `before`. A number in a gap between them may belong to an
 * open transaction, whose record is read once it appears.
 */
async function cursorBelowGaps(on: Connection, before: number, { upTo, transaction }: Bounds): Promise<Place> {
  const from = Math.max(before - LOOK_BACK, 0);
  const { rows } = await sql<{ first: string; last: string }>`
    select min(seq)::text as first, max(seq)::text as last
    from (select seq, seq - row_number() over (order by seq) as island
          from audit_records where seq > ${from} and seq <= ${before}) as numbered
    group by island order by min(seq)
  `.execute(on);
  const visible = rows.map(({ first, last }): [number, number] => [Number(first), Number(last)]);
  const low = visible[0]?.[0] === from + 1 ? visible[0][1] : from;
  const pending = { upTo, transaction };
  return { low, complete: low, read: ranges(visible, [], low), pending };
}

/** Numbers in the gaps between what was read, and above. */
function unread({ low, read }: Place): RawBuilder<boolean> {
  const from = [low, ...read.map(([, to]) => to)];
  const gaps = from.map((after, index) => {
    const next = read[index]?.[0];
    return next === undefined ? sql`seq > ${after}` : sql`(seq > ${after} and seq < ${next})`;
  });
  return sql<boolean>`(${sql.join(gaps, sql` or `)})`;
}

/** The cursor after these numbers were read. Without bounds, no transaction ends after a later one (SQLite). */
function advanced(before: Place, numbers: number[], more: boolean, bounds: Bounds | undefined): Place {
  // A cursor from before a move to SQLite may have ranges.
  if (!bounds) return cursorAt(Math.max(before.low, before.read.at(-1)?.[1] ?? 0, numbers.at(-1) ?? 0));
  const complete = Math.max(before.complete, bounds.complete ?? 0);
  // The gaps up to the last number of a full page were looked at, and to the end otherwise.
  const low = Math.max(before.low, Math.min(complete, more ? numbers.at(-1)! : complete));
  const isOver = before.pending === null || bounds.complete !== undefined || isForeign(before.pending, bounds);
  const pending = isOver ? { upTo: bounds.upTo, transaction: bounds.transaction } : before.pending;
  return { low, complete, read: ranges(before.read, numbers, low), pending };
}

/** The numbers above `low`, as few ranges. */
function ranges(read: AuditCursor["read"], numbers: number[], low: number): AuditCursor["read"] {
  const all = [...read, ...numbers.map((number): [number, number] => [number, number])].sort(([a], [b]) => a - b);
  const merged: AuditCursor["read"] = [];
  for (const [from, to] of all) {
    const last = merged.at(-1);
    if (to <= low) continue;
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([Math.max(from, low + 1), to]);
  }
  return merged;
}

/** Writes in the transaction of the recorded change, if there is one. */
export function auditWriter({
  db,
  kind,
  feed,
  afterCommit,
}: Database): (on: Connection, record: AuditRecord) => Promise<void> {
  const insert = prepared((record: Omit<Tables["auditRecords"], "seq" | "subjectId"> & { subjectId: string | null }) =>
    db.insertInto("auditRecords").values({
      at: record.at,
      event: record.event,
      actor: record.actor,
      userId: record.userId,
      clientId: record.clientId,
      grantId: record.grantId,
      ip: record.ip,
      detail: record.detail,
      subjectId: record.subjectId,
      // PostgreSQL takes it from a sequence. SQLite has one writer at a time.
      ...(kind === "sqlite" && { seq: sql<number>`(select coalesce(max(seq), 0) + 1 from audit_records)` }),
    }),
  );
  return async (on, record) => {
    const subjectId = subjectOf(record);
    await insert(on, { ...record, subjectId, detail: JSON.stringify(record.detail) });
    afterCommit?.(() => feed.emit(AUDIT_TOPIC));
  };
}
