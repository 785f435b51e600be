import assert from "node:assert/strict";
import { connect as connectTo, createServer, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { pino } from "pino";
import { openPostgresStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { startPgBouncer, withoutPgBouncer } from "../fixtures/pgbouncer.ts";
import { freshSchema, startPostgres } from "../fixtures/postgres.ts";
import { changes } from "./grant-changes-suite.ts";
import { found, remember, remembered, waitingGrant } from "./pending-polls-suite.ts";

const log = pino({ level: "silent" });

/** Two nodes. The second one's connections go through a relay, which can fall silent. */
async function twoNodes(t: TestContext) {
  const { url, schema, drop } = await freshSchema();
  const relay = await silentRelay(url);
  const one = await openPostgresStore(url, { schema, poolSize: 4, log });
  const two = await openPostgresStore(relay.url, { schema, poolSize: 4, log });
  t.after(async () => {
    relay.end();
    await Promise.all([one.close(), two.close()]);
    await drop();
  });
  return { one, two, relay, url, schema };
}

async function silentRelay(url: string) {
  const { host, port, database, user } = new pg.Client({ connectionString: url });
  const sockets = new Set<Socket>();
  const server = createServer((down) => {
    const up = connectTo(`${host}/.s.PGSQL.${port}`);
    for (const [from, to] of [
      [down, up],
      [up, down],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own } = server.address() as { port: number };
  return {
    url: `postgres://${user}@127.0.0.1:${own}/${database}`,
    /** From now on nothing arrives any more, and no connection ends. */
    fallSilent() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    end() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function isForgotten(store: Store, deviceCodeHash: string): Promise<void> {
  while (store.pendingPolls.find(deviceCodeHash)) await wait(1);
}

describe("polls that are known to wait, on two nodes", () => {
  for (const [name, change] of Object.entries(changes)) {
    test(`${name} on one is noticed on the other`, async (t) => {
      const { one, two } = await twoNodes(t);
      const { samples, grant } = await waitingGrant(one);
      const other = await waitingGrant(one);
      await remembered(two, grant);
      await remembered(two, other.grant);
      await change(one, samples, grant);
      await isForgotten(two, grant.deviceCodeHash);
      // It was the notification, and not a lost connection.
      await found(two, other.grant.deviceCodeHash);
    });
  }

  test("a node whose connection is silent asks the database again", async (t) => {
    const { one, two, relay } = await twoNodes(t);
    const { samples, grant } = await waitingGrant(one);
    await remembered(two, grant);
    relay.fallSilent();
    await changes["an approval"]!(one, samples, grant);
    await isForgotten(two, grant.deviceCodeHash);
  });

  test("a node that listens to another server than it writes to remembers nothing", async (t) => {
    const { one, url, schema } = await twoNodes(t);
    const elsewhere = await startPostgres();
    const lines: string[] = [];
    const warnings = pino({ level: "warn" }, { write: (line) => void lines.push(line) });
    const two = await openPostgresStore(url, { schema, direct: elsewhere.url, poolSize: 4, log: warnings });
    t.after(async () => {
      await two.close();
      await elsewhere.stop();
    });
    const { grant } = await waitingGrant(one);
    while (!lines.join("").includes("another server")) {
      remember(two, grant);
      await wait(5);
    }
    assert.equal(two.pendingPolls.find(grant.deviceCodeHash), undefined);
  });

  test("a node whose connection leads through a pooler remembers nothing", { skip: withoutPgBouncer }, async (t) => {
    const { one, url, schema } = await twoNodes(t);
    const pooler = await startPgBouncer(url, 4);
    const two = await openPostgresStore(pooler.url(url), { schema, direct: pooler.url(url), poolSize: 4, log });
    t.after(async () => {
      await two.close();
      await pooler.stop();
    });
    const { grant } = await waitingGrant(one);
    for (let times = 0; times < 100; times++) {
      remember(two, grant);
      assert.equal(two.pendingPolls.find(grant.deviceCodeHash), undefined);
      await wait(5);
    }
  });

  test("a node whose connection ended asks the database again, and remembers anew when it is back", async (t) => {
    const { one, two, url, schema } = await twoNodes(t);
    const { samples, grant } = await waitingGrant(one);
    const other = await waitingGrant(one);
    await remembered(two, grant);
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    t.after(() => admin.end());
    const { rowCount } = await admin.query(
      "select pg_terminate_backend(pid, 60000) from pg_stat_activity where application_name = $1 and query like '%pg_notify($1, $2)%'",
      [`doorcode ${schema}`],
    );
    assert.equal(rowCount, 1);
    await changes["an approval"]!(one, samples, grant);
    await isForgotten(two, grant.deviceCodeHash);
    await remembered(two, other.grant);
    assert.equal(two.pendingPolls.find(grant.deviceCodeHash), undefined, "what was remembered before is forgotten");
  });
});
