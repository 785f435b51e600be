import { CompiledQuery } from "kysely";
import type { Charge, InsertResult, NewGrant } from "../device-grant.ts";
import { inBatches } from "../engine/batches.ts";
import type { Connection, Database } from "../engine/database.ts";
import { reasonOf } from "../engine/store-failure.ts";
import type { Tables } from "../migrations/tables.ts";
import { buckets } from "./throttle-store.ts";

/** One batch locks the buckets of its networks until it is on disk, so it stays short. */
const MOST = 100;
/** On PostgreSQL, the next batch is sent while one waits for the disk. */
const AT_ONCE = { sqlite: 1, postgres: 2 };

type Row = Pick<Tables["deviceGrants"], keyof NewGrant>;

/** The column of each member, with its type. A new member does not compile without its column. */
const COLUMNS: Record<keyof Row, [name: string, type: "text" | "bigint"]> = {
  id: ["id", "text"],
  deviceCodeHash: ["device_code_hash", "text"],
  userCode: ["user_code", "text"],
  clientId: ["client_id", "text"],
  requested: ["requested", "text"],
  deviceName: ["device_name", "text"],
  devicePlatform: ["device_platform", "text"],
  initiatedIp: ["initiated_ip", "text"],
  createdAt: ["created_at", "bigint"],
  expiresAt: ["expires_at", "bigint"],
};

interface Request {
  row: Row;
  /** Of the request's own network. Taken first, so that what it refuses takes nothing from the neighbors in the wider one. */
  own: Charge | undefined;
  wider: Charge | undefined;
}

/**
 * Inserts new grants, those of concurrent requests in one transaction, together with what they charge. A user_code that
 * is taken, also by another request of the batch, and a limit that is used up each concern one request only.
 */
export function grantInserter(
  database: Database,
): (grant: NewGrant, charges: readonly Charge[]) => Promise<InsertResult> {
  const { kind } = database;
  const run = kind === "sqlite" ? inOneTransaction(database) : inOneStatement(database);
  const insert = inBatches(run, { most: MOST, atOnce: AT_ONCE[kind] });
  return (grant, charges) => {
    const [own, wider] = charges.toReversed();
    return insert({ row: { ...grant, requested: JSON.stringify(grant.requested) }, own, wider });
  };
}

/** Rows in one statement of SQLite: few texts, so that each stays prepared. */
const ROWS = [32, 16, 8, 4, 2, 1];

/** SQLite: a statement for each charge costs little there, because nothing is sent. */
function inOneTransaction({ db }: Database): (requests: Request[]) => Promise<InsertResult[]> {
  const { take, giveBack } = buckets({ db });
  const columns = Object.entries(COLUMNS) as [keyof Row, readonly [name: string, type: string]][];
  const names = columns.map(([, [name]]) => name).join(", ");
  const one = `(${columns.map(() => "?").join(", ")}, '[]', 'pending', '[]')`;
  const texts = new Map(
    ROWS.map((rows) => [
      rows,
      `insert into device_grants (${names}, reach, status, methods) values ${Array(rows).fill(one).join(", ")}
      on conflict (user_code) do nothing returning id`,
    ]),
  );

  async function insertAll(trx: Connection, rows: readonly Row[]): Promise<Set<string>> {
    const inserted = new Set<string>();
    for (let from = 0; from < rows.length; ) {
      const count = ROWS.find((each) => each <= rows.length - from) as number;
      const values = rows.slice(from, from + count).flatMap((row) => columns.map(([member]) => row[member]));
      const { rows: stored } = await trx.executeQuery<{ id: string }>(CompiledQuery.raw(texts.get(count)!, values));
      for (const { id } of stored) inserted.add(id);
      from += count;
    }
    return inserted;
  }

  async function refusalOf(trx: Connection, { row, own, wider }: Request): Promise<InsertResult | undefined> {
    const taken: string[] = [];
    for (const { bucket, limit } of [own, wider].filter((charge) => charge !== undefined)) {
      const { allowed, retryAt } = await take(trx, bucket, limit, row.createdAt);
      if (!allowed) {
        for (const each of taken) await giveBack(trx, each, 1, row.createdAt);
        return { outcome: "refused", bucket, retryAt };
      }
      taken.push(bucket);
    }
    return undefined;
  }

  return (requests) =>
    db.transaction().execute(async (trx) => {
      const refusals: (InsertResult | undefined)[] = [];
      for (const request of requests) {
        refusals.push(request.own ? await refusalOf(trx, request) : undefined);
      }
      const admitted = requests.filter((_request, index) => refusals[index] === undefined).map(({ row }) => row);
      const inserted = await insertAll(trx, admitted);
      return requests.map(
        ({ row }, index): InsertResult =>
          refusals[index] ?? { outcome: inserted.has(row.id) ? "inserted" : "user_code_taken" },
      );
    });
}

/** What one batch takes of one bucket. */
interface Asked {
  bucket: string;
  wanted: number;
  most: number;
  window_ms: number;
}

interface Answered {
  id: string | null;
  bucket: string | null;
  count: number | null;
  endsAt: number | null;
}

/** The first charge of a bucket decides on its limit. */
function askedOf(all: Map<string, Asked>, charge: Charge | undefined): Asked | undefined {
  if (!charge) return undefined;
  const { bucket, limit } = charge;
  const asked = all.get(bucket) ?? { bucket, wanted: 0, most: limit.count, window_ms: limit.windowMs };
  all.set(bucket, asked);
  return asked;
}

/**
 * PostgreSQL: one round trip. A batch takes all that it wants of a bucket at once, if the bucket was not full; each
 * request knows its place among them, and what was taken beyond the limit is refunded. First the requests' own networks,
 * then the wider ones, of which only those that their own network admits take a place. Each time in the order of the
 * buckets' names, so that two nodes do not wait for each other.
 */
function inOneStatement(database: Database): (requests: Request[]) => Promise<InsertResult[]> {
  const { db, tableName } = database;
  const refund = refundsOf(database);
  const columns = Object.values(COLUMNS);
  const names = columns.map(([name]) => name).join(", ");
  const take = (asked: string) => `
      insert into ${tableName("throttles")} as kept (bucket, count, ends_at)
      select bucket, wanted, $3::bigint + window_ms from ${asked} order by bucket
      on conflict (bucket) do update set
        count = case when kept.ends_at <= $3 then excluded.count else kept.count + excluded.count end,
        ends_at = case when kept.ends_at <= $3 then excluded.ends_at else kept.ends_at end
      where kept.ends_at <= $3 or kept.count < (select most from ${asked} as asked where asked.bucket = excluded.bucket)
      returning bucket, count, ends_at`;
  const text = `
    with own as (
      select * from json_to_recordset($1::json) as own (bucket text, wanted int, most int, window_ms bigint)
    ), own_charged as (${take("own")}
    ), fresh as (
      select * from json_to_recordset($2::json)
        as fresh (${columns.map((each) => each.join(" ")).join(", ")}, turn int, own text, place int, wider text)
    ), admitted as (
      select fresh.id, fresh.wider, row_number() over (partition by fresh.wider order by turn) as place from fresh
      left join own on own.bucket = fresh.own left join own_charged on own_charged.bucket = fresh.own
      where fresh.own is null or own_charged.count - own.wanted + fresh.place <= own.most
    ), wider as (
      select bucket, count(*)::int as wanted, most, window_ms
      from json_to_recordset($4::json) as asked (bucket text, most int, window_ms bigint)
      join admitted on admitted.wider = bucket group by bucket, most, window_ms
    ), wider_charged as (${take("wider")}
    ), inserted as (
      insert into ${tableName("device_grants")} (${names}, reach, status, methods)
      select ${names}, '[]', 'pending', '[]' from fresh join admitted using (id)
      left join wider on wider.bucket = admitted.wider
      left join wider_charged on wider_charged.bucket = admitted.wider
      where admitted.wider is null or wider_charged.count - wider.wanted + admitted.place <= wider.most
      on conflict (user_code) do nothing
      returning id
    ), charged as (
      select * from own_charged union all select * from wider_charged
    )
    select id, null::text as bucket, null::int as count, null::bigint as "endsAt" from inserted
    union all select null, bucket, count, ends_at from charged
    union all select null, bucket, null, ends_at from ${tableName("throttles")}
    where bucket in (select bucket from own union all select bucket from wider)
      and bucket not in (select bucket from charged) and ends_at > $3`;

  return async (requests) => {
    const now = Math.max(...requests.map(({ row }) => row.createdAt));
    const [ownBuckets, widerBuckets] = [new Map<string, Asked>(), new Map<string, Asked>()];
    const asking = requests.map(({ row, own: ownCharge, wider: widerCharge }) => {
      const [own, wider] = [askedOf(ownBuckets, ownCharge), askedOf(widerBuckets, widerCharge)];
      return { id: row.id, own, wider, place: own ? ++own.wanted : 0 };
    });
    const fresh = asking.map(({ own, wider, place }, turn) => ({
      ...columnsOf(requests[turn]!.row),
      ...{ turn, own: own?.bucket ?? null, place, wider: wider?.bucket ?? null },
    }));
    const values = [[...ownBuckets.values()], fresh, now, [...widerBuckets.values()]].map((value) =>
      typeof value === "number" ? value : JSON.stringify(value),
    );
    const { rows } = await db.executeQuery<Answered>(CompiledQuery.raw(text, values));
    const inserted = new Set(rows.map(({ id }) => id));
    const charged = new Map<string, number>();
    const endOf = new Map<string, number>();
    for (const { bucket, count, endsAt } of rows) {
      if (bucket === null) continue;
      if (count !== null) charged.set(bucket, count);
      if (endsAt !== null) endOf.set(bucket, endsAt);
    }

    // As the statement did it.
    const isFull = (asked: Asked | undefined, place: number): asked is Asked => {
      if (!asked) return false;
      const count = charged.get(asked.bucket);
      return count === undefined || count - asked.wanted + place > asked.most;
    };
    const widerPlaces = asking.map(({ own, wider, place }) => (wider && !isFull(own, place) ? ++wider.wanted : 0));
    const refunds = { own: new Map<string, number>(), wider: new Map<string, number>() };
    const refunded = (of: keyof typeof refunds, asked: Asked | undefined) => {
      if (asked && charged.has(asked.bucket)) refunds[of].set(asked.bucket, (refunds[of].get(asked.bucket) ?? 0) + 1);
    };
    const refusedBy = ({ bucket, window_ms }: Asked): InsertResult => {
      // A window that the statement did not see began at this moment.
      return { outcome: "refused", bucket, retryAt: endOf.get(bucket) ?? now + window_ms };
    };
    const results = asking.map(({ id, own, wider, place }, index): InsertResult => {
      if (isFull(own, place)) {
        refunded("own", own);
        return refusedBy(own);
      }
      if (isFull(wider, widerPlaces[index]!)) {
        refunded("own", own);
        refunded("wider", wider);
        return refusedBy(wider);
      }
      return { outcome: inserted.has(id) ? "inserted" : "user_code_taken" };
    });
    if (refunds.own.size + refunds.wider.size > 0) await refund([refunds.own, refunds.wider], now);
    return results;
  };
}

/**
 * One statement for all refunds of a batch, in the order in which buckets are taken. The batch is committed before, so it
 * does not fail if they do: then the limit counts too much until its window ends.
 */
function refundsOf({ db, tableName, log }: Database): (refunds: Map<string, number>[], now: number) => Promise<void> {
  const text = `
    with refund as (
      select * from json_to_recordset($1::json) as refund (stage int, bucket text, count int)
    ), locked as (
      select kept.bucket from ${tableName("throttles")} as kept join refund on refund.bucket = kept.bucket
      order by refund.stage, kept.bucket for update of kept
    )
    update ${tableName("throttles")} as kept set count = kept.count - refund.count
    from refund join locked on locked.bucket = refund.bucket
    where kept.bucket = refund.bucket and kept.ends_at > $2 and kept.count >= refund.count`;

  return async (refunds, now) => {
    const rows = refunds.flatMap((each, stage) => Array.from(each, ([bucket, count]) => ({ stage, bucket, count })));
    try {
      await db.executeQuery(CompiledQuery.raw(text, [JSON.stringify(rows), now]));
    } catch (error) {
      const reason = reasonOf(error as Error);
      log?.warn(reason, "a limit of device codes was not refunded, and counts more until its window ends");
    }
  };
}

function columnsOf(row: Row): Record<string, string | number | null> {
  return Object.fromEntries(Object.entries(COLUMNS).map(([member, [name]]) => [name, row[member as keyof Row]]));
}
