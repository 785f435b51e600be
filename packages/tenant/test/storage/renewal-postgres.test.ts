// What a renewal costs PostgreSQL in round trips, and that its one round trip decides on what is true at its end.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { openPostgresStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { freshSchema } from "../fixtures/postgres.ts";
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
    const { read, input } = await start();
    let renewal: Awaited<ReturnType<typeof read>> | undefined;
    assert.equal(await roundTrips(t, async () => (renewal = await read())), 1);
    const rotated = async () =>
      assert.equal(answerOf(await store.tokens.rotate({ ...input, renewal: renewal! })), "rotated");
    assert.equal(await roundTrips(t, rotated), 1);
  });

  test("so it does for Graph", async (t) => {
    const { read, input } = await start();
    const forGraph = { ...rotation(input.tokenHash, input.clientId), renewal: await read() };
    assert.equal(await roundTrips(t, () => store.tokens.rotate(forGraph)), 1);
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
