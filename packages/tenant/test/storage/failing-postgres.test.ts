// What a store does when PostgreSQL cannot keep what it was given, or cannot say whether it did.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { openPostgresStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import type { StoreError } from "../../src/storage/store-error.ts";
import { type PostgresCluster, startPostgres } from "../fixtures/postgres.ts";
import { sampleAudit, T0 } from "./samples.ts";

const isUnknown = { name: "StoreError", code: "store_outcome_unknown", hint: /standby/ };

describe("a commit that waits for a synchronous standby (PostgreSQL)", () => {
  let cluster: PostgresCluster;
  let admin: pg.Client;
  /** Another client, whose commits wait for the standby as the store's do. */
  let other: pg.Client;
  let store: Store;
  before(async () => {
    cluster = await startPostgres({ durable: true });
    admin = new pg.Client({ connectionString: cluster.url });
    await admin.connect();
    await admin.query("set synchronous_commit = local");
    other = new pg.Client({ connectionString: cluster.url });
    await other.connect();
    await other.query("create table written (n int)");
    store = await openPostgresStore(cluster.url, { poolSize: 2 });
  });
  afterEach(() => standby(""));
  after(async () => {
    await store.close();
    await Promise.all([admin.end(), other.end()]);
    await cluster.stop();
  });

  const standby = async (name: string) => {
    await admin.query(`alter system set synchronous_standby_names = '${name}'`);
    await admin.query("select pg_reload_conf()");
    if (name !== "") await commitsWait();
  };
  /** PostgreSQL reads its configuration again a moment after it was asked to. */
  const commitsWait = async () => {
    for (let waited = false; !waited; ) {
      let written = false;
      const writing = other.query("insert into written values (1)").then(() => {
        written = true;
      });
      while (!waited && !written) {
        const end = "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'";
        waited = ((await admin.query(end)).rowCount ?? 0) > 0;
      }
      await writing;
    }
  };
  /** Ends the wait of the one session that waits for the standby. */
  const endWait = async (how: "pg_cancel_backend" | "pg_terminate_backend") => {
    const until = Date.now() + 60_000;
    const end = `select ${how}(pid) from pg_stat_activity where wait_event = 'SyncRep'`;
    while ((await admin.query(end)).rowCount === 0) {
      assert.ok(Date.now() < until, "no session waits for the standby");
      await sleep(10);
    }
  };
  const renamed = async (name: string) => {
    const { rows } = await admin.query("select count(*)::int as records from audit_records where detail like $1", [
      `%${name}%`,
    ]);
    return { value: await store.directory.setting("name"), records: rows[0].records };
  };
  const rename = (name: string) =>
    store.directory.changeSettings({ name }, { ...sampleAudit("renamed"), detail: { name } });

  test("is no success if the wait is canceled, although PostgreSQL reports only a warning", async () => {
    await standby("missing");
    await Promise.all([assert.rejects(rename("Canceled"), isUnknown), endWait("pg_cancel_backend")]);
    await standby("");
    assert.deepEqual(await renamed("Canceled"), { value: "Canceled", records: 1 }, "committed on the primary, once");
  });

  test("is no success outside of a transaction, either", async () => {
    await standby("missing");
    const take = store.throttle.take("bucket", { count: 5, windowMs: 1_000 }, T0);
    await Promise.all([assert.rejects(take, isUnknown), endWait("pg_cancel_backend")]);
    await standby("");
    assert.equal(await store.throttle.peek("bucket", 1_000, T0), 1);
  });

  test("is not repeated automatically if the connection is lost meanwhile", async () => {
    await standby("missing");
    const lost = assert.rejects(rename("Lost"), { name: "StoreError", code: "store_unreachable" });
    await Promise.all([lost, endWait("pg_terminate_backend")]);
    await standby("");
    assert.deepEqual(await renamed("Lost"), { value: "Lost", records: 1 });
  });

  test("works as before once a standby confirms, or none is asked for", async () => {
    await rename("Confirmed");
    assert.deepEqual(await renamed("Confirmed"), { value: "Confirmed", records: 1 });
  });

  test("a server without a free connection is named, and the store works once there is one", async () => {
    await admin.query("create role few login connection limit 1");
    await admin.query("create schema few authorization few");
    const url = new URL(cluster.url);
    url.username = "few";
    const open = () => openPostgresStore(url.href, { schema: "few", poolSize: 1 });
    const first = await open();
    await assert.rejects(open(), { code: "store_unreachable", message: /no free connection/, hint: /max_connections/ });
    await first.close();
    const again = await eventually(open);
    await again.ping();
    await again.close();
  });
});

/** PostgreSQL counts a connection until its process has ended. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + 120_000; ; await sleep(20)) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

describe("a statement that takes too long (PostgreSQL)", () => {
  let database: PostgresCluster;
  let admin: pg.Client;
  before(async () => {
    database = await startPostgres();
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
  });
  after(async () => {
    await admin.end();
    await database.stop();
  });

  /** A store that waits for a lock, while `meanwhile` runs. */
  async function waiting(t: TestContext, url: string, meanwhile: () => Promise<unknown> | undefined) {
    const store = await openPostgresStore(url, { poolSize: 1 });
    t.after(() => store.close());
    await admin.query("begin");
    await admin.query("lock table settings");
    const changed = store.directory.changeSettings({ name: "Late" }, sampleAudit("renamed"));
    const ended = assert.rejects(changed, (error: StoreError) => {
      failed = error;
      return true;
    });
    let failed: StoreError | undefined;
    const blocked = "select pid from pg_locks where not granted";
    let pid: number | undefined;
    // A lock timeout can end it before a busy machine has seen that it waits.
    while (pid === undefined && failed === undefined) pid = (await admin.query(blocked)).rows[0]?.pid;
    await meanwhile();
    await ended;
    await admin.query("rollback");
    return failed!;
  }

  test("is store_busy if PostgreSQL stops it, and nothing has changed", async (t) => {
    const cancel = "select pg_cancel_backend(pid) from pg_locks where not granted";
    const failed = await waiting(t, database.url, () => admin.query(cancel));
    assert.deepEqual([failed.code, /57014/.test(failed.message)], ["store_busy", true]);
  });

  test("is store_busy at a lock timeout of the store's URL", async (t) => {
    const url = new URL(database.url);
    url.searchParams.set("options", "-c lock_timeout=2s");
    const failed = await waiting(t, url.href, () => undefined);
    assert.deepEqual([failed.code, /55P03/.test(failed.message)], ["store_busy", true]);
  });

  test("is store_unreachable after the query timeout of the store's URL: its outcome is unknown", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const url = new URL(database.url);
    url.searchParams.set("query_timeout", "3600000");
    const failed = await waiting(t, url.href, () => {
      t.mock.timers.tick(3_600_000);
      // The store rolls its transaction back, behind the statement that still waits.
      return admin.query("rollback");
    });
    assert.equal(failed.code, "store_unreachable");
  });
});
