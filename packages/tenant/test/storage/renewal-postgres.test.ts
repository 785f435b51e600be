// What a renewal costs PostgreSQL in round trips, and that its one round trip decides on what is true at its end.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, type TestContext, test } from "node:test";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { openPostgresStore } from "../../src/storage/sql/open-store.ts";
import type { RotateResult, Store } from "../../src/storage/store.ts";
import { freshSchema, startPostgres } from "../fixtures/postgres.ts";
import { seed } from "../fixtures/seed.ts";
import { answerOf, rotation, seedSamples, signedIn, T0 } from "./samples.ts";

describe("a renewal on PostgreSQL", () => {
  let place: Awaited<ReturnType<typeof freshSchema>>;
  let store: Store;
  before(async () => {
    place = await freshSchema();
    store = await openPostgresStore(place.url, { schema: place.schema, poolSize: 4 });
  });
  after(async () => {
    await store.close();
    await place.drop();
  });

  const start = async () => {
    const samples = await seedSamples(store);
    const { family, tokenHash } = await signedIn(store, samples);
    const { clientId } = family;
    const read = () => store.tokens.findRenewal({ tokenHash, clientId });
    const input = rotation(tokenHash, clientId, T0, samples.scopes);
    return { ...samples, family, read, input };
  };

  /** How many messages that wait for an answer are sent during the work. */
  const roundTrips = async (t: TestContext, work: () => Promise<unknown>) => {
    const query = t.mock.method(pg.Client.prototype, "query");
    await work();
    const count = query.mock.callCount();
    query.mock.restore();
    return count;
  };

  test("reads in one round trip, and rotates in one", async (t) => {
    const { app, read, input } = await start();
    let renewal: Awaited<ReturnType<typeof read>> | undefined;
    const reading = async () => (renewal = await read());
    assert.equal(await roundTrips(t, reading), 2, "the app and its APIs are not known yet");
    assert.equal(await roundTrips(t, reading), 1);
    await seed(store).putApp({ ...app, name: "Another name" });
    assert.equal(await roundTrips(t, reading), 2, "the app has changed");
    assert.equal(renewal?.app?.name, "Another name");
    assert.equal(await roundTrips(t, reading), 1);
    const rotated = async () =>
      assert.equal(answerOf(await store.tokens.rotate({ ...input, renewal: renewal! })), "rotated");
    assert.equal(await roundTrips(t, rotated), 1);
  });

  test("so it does for Graph", async (t) => {
    const { read, input } = await start();
    const forGraph = { ...rotation(input.tokenHash, input.clientId), renewal: await read() };
    assert.equal(await roundTrips(t, () => store.tokens.rotate(forGraph)), 1);
  });

  test("shares its round trips with those that run at the same time", async (t) => {
    const all = await Promise.all(Array.from({ length: 8 }, start));
    await Promise.all(all.map(({ read }) => read()));
    const renewals: Awaited<ReturnType<(typeof all)[number]["read"]>>[] = [];
    const read = async () => void renewals.push(...(await Promise.all(all.map((each) => each.read()))));
    assert.equal(await roundTrips(t, read), 1);
    assert.deepEqual(
      renewals.map(({ user }) => user?.id),
      all.map(({ user }) => user.id),
    );
    const rotate = async () => {
      const rotated = all.map(({ input }, n) => store.tokens.rotate({ ...input, renewal: renewals[n]! }));
      for (const [n, result] of (await Promise.all(rotated)).entries()) {
        assert.ok(result.outcome === "rotated" && result.family.id === all[n]!.family.id);
      }
    };
    assert.equal(await roundTrips(t, rotate), 1);
  });

  test("that is refused, or whose token was used, changes nothing for the others of its round trip", async () => {
    const [good, used, disabled] = [await start(), await start(), await start()];
    const all = [good, used, disabled, used];
    const renewals = await Promise.all(all.map(({ read }) => read()));
    await seed(store).putApp({ ...disabled.app, disabledAt: T0 });
    const results = all.map(({ input }, n) => store.tokens.rotate({ ...input, renewal: renewals[n]! }));
    assert.deepEqual((await Promise.all(results)).map(answerOf), ["rotated", "rotated", "app_disabled", "grace"]);
  });

  for (const [how, atOnce] of Object.entries({ "of one round trip": true, "that came one after another": false })) {
    test(`waits for a row that another transaction has locked without delaying others: those ${how}`, async () => {
      const all = [await start(), await start(), await start(), await start()];
      const renewals = await Promise.all(all.map(({ read }) => read()));
      const other = new pg.Client({ connectionString: place.url, options: `-c search_path=${place.schema}` });
      await other.connect();
      try {
        await other.query("begin");
        const ids = all.slice(0, 2).map(({ user }) => user.id);
        await other.query("select 1 from users where id = any($1) for update", [ids]);
        const rotated: Promise<RotateResult>[] = [];
        for (const [n, { input }] of all.entries()) {
          rotated.push(store.tokens.rotate({ ...input, renewal: renewals[n]! }));
          if (!atOnce) await nextTurn();
        }
        assert.deepEqual((await Promise.all(rotated.slice(2))).map(answerOf), ["rotated", "rotated"]);
        await other.query("commit");
        assert.deepEqual((await Promise.all(rotated)).map(answerOf), Array(4).fill("rotated"));
      } finally {
        await other.end();
      }
    });
  }

  test("has other versions after the server was started again, which may number other transactions the same", async (t) => {
    const cluster = await startPostgres({ durable: true });
    t.after(() => cluster.stop());
    const own = await openPostgresStore(cluster.url, { poolSize: 1 });
    t.after(() => own.close());
    const { tokenHash, family } = await signedIn(own, await seedSamples(own));
    const versions = async () =>
      (await own.tokens.findRenewal({ tokenHash, clientId: family.clientId })).seen?.versions.registered;
    const before = await versions();
    assert.equal(await versions(), before);
    await (await cluster.down())();
    // Once the connection is a new one.
    let after = before;
    for (let tries = 0; tries < 100 && after === before; tries++) after = await versions().catch(() => before);
    assert.notEqual(after, before);
    assert.notEqual(after, undefined);
  });

  /** A transaction of another node, which this node's rotation waits for. */
  async function whileWaitingFor(
    lock: string,
    values: string[],
    change: (other: pg.Client) => Promise<unknown>,
    rotate: () => Promise<unknown>,
  ) {
    const other = new pg.Client({ connectionString: place.url, options: `-c search_path=${place.schema}` });
    await other.connect();
    try {
      await other.query("begin");
      await other.query(lock, values);
      const rotated = rotate();
      const { rows } = await other.query("select pg_backend_pid() as pid");
      const waiting = "select 1 from pg_stat_activity where $1 = any(pg_blocking_pids(pid))";
      while ((await other.query(waiting, [rows[0].pid])).rowCount === 0) await sleep(5);
      await change(other);
      await other.query("commit");
      return await rotated;
    } finally {
      await other.end();
    }
  }

  test("sees a policy that was committed while it waited for the app", async () => {
    const { app, read, input } = await start();
    const renewal = await read();
    const lock = "select 1 from apps where client_id = $1 for update";
    const answer = await whileWaitingFor(
      lock,
      [app.clientId],
      (other) =>
        other.query(
          `insert into policies (id, name, enabled, client_ids, group_ids, excluded_user_ids, requires, created_at)
          values ($1, 'x', 1, $2, null, '[]', 'mfa', 0)`,
          [randomUUID(), JSON.stringify([app.clientId])],
        ),
      async () => answerOf(await store.tokens.rotate({ ...input, renewal })),
    );
    assert.equal(answer, "second_factor_required");
  });

  test("sees a revocation that was committed while it waited for the sign-in", async () => {
    const { family, read, input } = await start();
    const renewal = await read();
    const answer = await whileWaitingFor(
      "select 1 from token_families where id = $1 for update",
      [family.id],
      (other) =>
        other.query("update token_families set revoked_at = 1, revoked_reason = 'signed_out' where id = $1", [
          family.id,
        ]),
      async () => answerOf(await store.tokens.rotate({ ...input, renewal })),
    );
    assert.equal(answer, "revoked");
  });
});
