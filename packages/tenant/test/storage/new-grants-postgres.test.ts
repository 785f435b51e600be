// What a batch of device codes costs PostgreSQL in statements, and what becomes of it if its refunds fail.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import pino from "pino";
import { openPostgresStore } from "../../src/storage/sql/open-store.ts";
import type { Charge, Store } from "../../src/storage/store.ts";
import { freshSchema } from "../fixtures/postgres.ts";
import { type Samples, sampleGrant, seedSamples, T0 } from "./samples.ts";

const WINDOW = 600_000;

describe("a batch of device codes on PostgreSQL", () => {
  let place: Awaited<ReturnType<typeof freshSchema>>;
  let admin: pg.Client;
  let store: Store;
  let samples: Samples;
  const lines: { msg: string; reason?: string }[] = [];
  before(async () => {
    place = await freshSchema();
    const log = pino({ level: "warn" }, { write: (line) => void lines.push(JSON.parse(line)) });
    store = await openPostgresStore(place.url, { schema: place.schema, poolSize: 4, log });
    samples = await seedSamples(store);
    admin = new pg.Client({ connectionString: place.url, options: `-c search_path=${place.schema}` });
    await admin.connect();
  });
  after(async () => {
    await admin.end();
    await store.close();
    await place.drop();
  });

  const charge = (bucket: string, count: number): Charge => ({ bucket, limit: { count, windowMs: WINDOW } });
  const insert = (...charges: Charge[]) =>
    store.grants.insert(sampleGrant(samples.app.clientId, samples.scopes), charges);
  const insertAll = (count: number, ...charges: Charge[]) =>
    Promise.all(Array.from({ length: count }, () => insert(...charges)));

  test("is one statement, and at most one more for all that is refunded", async (t) => {
    const full = charge("full", 5);
    await insertAll(5, full);
    const batch = async (refused: number, ...others: Promise<unknown>[]) => {
      const query = t.mock.method(pg.Client.prototype, "query");
      const results = await Promise.all([insertAll(refused, full), ...others]);
      query.mock.restore();
      for (const each of results[0]) {
        assert.deepEqual(each, { outcome: "refused", bucket: "full", retryAt: T0 + WINDOW });
      }
      return { statements: query.mock.callCount(), others: results.slice(1) };
    };
    const admitted = { outcome: "inserted" };
    assert.deepEqual(await batch(0, insert(charge("a", 5)), insert(charge("b", 5))), {
      statements: 1,
      others: [admitted, admitted],
    });
    assert.deepEqual(await batch(99, insert(charge("c", 5))), { statements: 1, others: [admitted] });
    // Beyond the limits of two networks at once.
    const query = t.mock.method(pg.Client.prototype, "query");
    const [ofD, ofE] = await Promise.all([insertAll(9, charge("d", 5)), insertAll(9, charge("e", 5))]);
    query.mock.restore();
    assert.equal(query.mock.callCount(), 2);
    for (const results of [ofD, ofE]) assert.equal(results.filter((each) => each.outcome === "inserted").length, 5);
    for (const bucket of ["d", "e"]) assert.equal(await store.throttle.peek(bucket, WINDOW, T0), 5);
  });

  test("whose refund fails is answered as it was committed, and the log says so", async () => {
    await admin.query(`
      create function refuse_refunds() returns trigger language plpgsql as
        $$ begin if new.count < old.count then raise exception 'no refund' using errcode = '40001'; end if; return new; end $$`);
    await admin.query(
      "create trigger refuse_refunds before update on throttles for each row execute function refuse_refunds()",
    );
    const [few, neighbor] = await Promise.all([insertAll(7, charge("few", 5)), insert(charge("neighbor", 5))]);
    await admin.query("drop trigger refuse_refunds on throttles");
    assert.deepEqual(
      few.map(({ outcome }) => outcome),
      [...Array(5).fill("inserted"), "refused", "refused"],
    );
    assert.deepEqual(neighbor, { outcome: "inserted" });
    assert.equal(await store.throttle.peek("few", WINDOW, T0), 7, "until the window ends");
    assert.deepEqual(
      lines.map(({ msg, reason }) => ({ msg, reason })),
      [{ msg: "a limit of device codes was not refunded, and counts more until its window ends", reason: "no refund" }],
    );
  });
});
