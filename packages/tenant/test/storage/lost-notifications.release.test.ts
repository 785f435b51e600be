// How long a node needs to notice what another node decided: with notifications, when the connection for them is cut or
// falls silent, and behind a pooler that has none. Prints the delays.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { RECHECK_MS } from "../../src/storage/grant-changes.ts";
import { openPostgresStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { startPgBouncer, withoutPgBouncer } from "../fixtures/pgbouncer.ts";
import { freshSchema } from "../fixtures/postgres.ts";
import { pendingGrant, sampleAudit, seedSamples, T0 } from "./samples.ts";

const DECISIONS = 12;
/** What a busy machine adds. */
const BUSY_MS = 5_000;

interface Nodes {
  one: Store;
  two: Store;
  schema: string;
  url: string;
}

/** `open` opens the second node, which watches. */
async function twoNodes(t: TestContext, open: (direct: string, schema: string) => Promise<Store>): Promise<Nodes> {
  const { url, schema, drop } = await freshSchema();
  const one = await openPostgresStore(url, { schema, poolSize: 4 });
  const two = await open(url, schema);
  t.after(async () => {
    await Promise.all([one.close(), two.close()]);
    await drop();
  });
  return { one, two, schema, url };
}

/** The delays of decisions on one node until the other reports them, in milliseconds. `meanwhile` runs before each. */
async function delaysOf(
  t: TestContext,
  { one, two }: Nodes,
  meanwhile: () => unknown = () => undefined,
): Promise<number[]> {
  const samples = await seedSamples(one);
  const decide = async () => {
    const grant = await pendingGrant(one, samples);
    const reported = Promise.withResolvers<void>();
    const stop = two.grantChanges.watch(grant, reported.resolve);
    // Watching has begun, also with the first one.
    await delay(500);
    await meanwhile();
    const deny = { sessionId: null, reason: "operator" as const, now: T0, audit: sampleAudit("denied") };
    assert.equal((await one.grants.deny(grant.id, deny)).outcome, "done");
    const decidedAt = performance.now();
    await reported.promise;
    stop();
    assert.equal((await two.grants.poll(grant.deviceCodeHash))?.status, "denied");
    return Math.round(performance.now() - decidedAt);
  };
  const delays: Promise<number>[] = [];
  for (let made = 0; made < DECISIONS; made++) {
    delays.push(decide());
    await delay(RECHECK_MS / DECISIONS);
  }
  const sorted = (await Promise.all(delays)).sort((a, b) => a - b);
  t.diagnostic(`median ${sorted[DECISIONS / 2]} ms, longest ${sorted.at(-1)} ms`);
  return sorted;
}

const longest = (delays: number[]) => delays.at(-1) as number;

describe("a decision on another node is noticed", { concurrency: true }, () => {
  test("by its notification", async (t) => {
    const nodes = await twoNodes(t, (url, schema) => openPostgresStore(url, { schema, poolSize: 4 }));
    const delays = await delaysOf(t, nodes);
    assert.ok(delays[DECISIONS / 2]! < RECHECK_MS / 4, "most of them long before the regular check");
  });

  test("within one interval while the connection for notifications is cut again and again", async (t) => {
    const nodes = await twoNodes(t, (url, schema) => openPostgresStore(url, { schema, poolSize: 4 }));
    const admin = new pg.Client({ connectionString: nodes.url });
    await admin.connect();
    t.after(() => admin.end());
    let cut = 0;
    const delays = await delaysOf(t, nodes, async () => {
      const { rowCount } = await admin.query(
        // Its last statement is a ping.
        "select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_notify($1, $2)%' and application_name = $1",
        [`doorcode ${nodes.schema}`],
      );
      cut += rowCount ?? 0;
    });
    assert.ok(cut > 0, "a connection was cut");
    assert.ok(longest(delays) <= RECHECK_MS + BUSY_MS);
  });

  test("within one interval when the connection for notifications falls silent", async (t) => {
    let silence = () => {};
    const nodes = await twoNodes(t, async (url, schema) => {
      const network = await networkBefore(t, url);
      silence = network.silence;
      return openPostgresStore(url, { schema, poolSize: 4, direct: network.url });
    });
    const delays = await delaysOf(t, nodes, () => silence());
    assert.ok(longest(delays) > RECHECK_MS / 4, "notifications did not arrive");
    assert.ok(longest(delays) <= RECHECK_MS + BUSY_MS);
  });

  test("within one interval behind PgBouncer, without a direct URL", { skip: withoutPgBouncer }, async (t) => {
    const nodes = await twoNodes(t, async (url, schema) => {
      const pooler = await startPgBouncer(url);
      t.after(() => pooler.stop());
      return openPostgresStore(pooler.url(url), { schema, poolSize: 4 });
    });
    const delays = await delaysOf(t, nodes);
    assert.ok(longest(delays) <= RECHECK_MS + BUSY_MS);
  });
});

/** A connection to the cluster that `silence` leaves open, but that carries nothing from then on. */
async function networkBefore(t: TestContext, direct: string): Promise<{ url: string; silence(): void }> {
  const { hostname, port, pathname, username } = new URL(direct);
  const folder = decodeURIComponent(hostname);
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const cluster = folder.startsWith("/")
      ? connect(join(folder, `.s.PGSQL.${port || 5432}`))
      : connect(Number(port || 5432), folder);
    for (const socket of [client, cluster]) socket.on("error", () => undefined);
    sockets.push(client, cluster);
    client.pipe(cluster);
    cluster.pipe(client);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `postgres://${username}@127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    silence() {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}
