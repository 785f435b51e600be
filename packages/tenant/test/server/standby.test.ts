import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect as dial, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { pino } from "pino";
import { checkTenant } from "../../src/server/check-tenant.ts";
import { type PostgresCluster, startPostgres } from "../fixtures/postgres.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { failsWith, scratch } from "./scratch.ts";

const folderOf = ({ url }: PostgresCluster) => decodeURIComponent(new URL(url).hostname);

/** A primary, and a standby that follows it by streaming. */
async function replicated(t: TestContext): Promise<{ primary: PostgresCluster; standby: PostgresCluster }> {
  const primary = await startPostgres();
  t.after(() => primary.stop());
  const start = await primary.down();
  const base = join(await scratch(t), "base");
  cpSync(join(folderOf(primary), "data"), base, { recursive: true });
  rmSync(join(base, "postmaster.pid"), { force: true });
  writeFileSync(join(base, "standby.signal"), "");
  await start();
  const primary_conninfo = `host=${folderOf(primary)} user=postgres`;
  const standby = await startPostgres({ base, settings: { primary_conninfo } });
  t.after(() => standby.stop());
  return { primary, standby };
}

/** A proxy before the database, as HAProxy is. */
async function proxy(t: TestContext, to: PostgresCluster) {
  const folder = join(await scratch(t), "proxy");
  mkdirSync(folder);
  let target = to;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = dial(join(folderOf(target), ".s.PGSQL.5432"));
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => [client, database].map((each) => each.destroy()));
    }
    client.pipe(database).pipe(client);
  });
  server.listen(join(folder, ".s.PGSQL.5432"));
  await once(server, "listening");
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `postgres://postgres@${encodeURIComponent(folder)}/postgres`,
    /** From now on, connections lead there. Those that exist are cut, as at the end of a primary, or kept. */
    leadTo(next: PostgresCluster, existing: "cut" | "kept" = "cut") {
      target = next;
      if (existing === "kept") return;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
  };
}

test("a standby named as the store is refused at the start, with what to do", async (t) => {
  const { standby } = await replicated(t);
  const store = { postgres: standby.url, schema: "tenant" };
  await assert.rejects(startTestTenant({ store }), failsWith("store_read_only"));
  const found = await checkTenant({ data: await scratch(t), store });
  const connection = found.find(({ part }) => part === "connection");
  assert.deepEqual([connection?.level, /standby/.test(connection?.message ?? "")], ["error", true]);
});

test("a node whose connections lead to a standby is not ready until it is promoted, and needs no restart", async (t) => {
  const { primary, standby } = await replicated(t);
  const { url, leadTo } = await proxy(t, primary);
  const lines: string[] = [];
  const tenant = await startTestTenant({
    store: { postgres: url, schema: "tenant" },
    clock: "moving",
    log: pino({ level: "warn" }, { write: (line) => void lines.push(line) }),
    monitoring: { port: 0 },
  });
  t.after(() => tenant.close());
  const becomes = async (status: string) => {
    const until = Date.now() + 60_000;
    for (let last = ""; last !== status; await sleep(20)) {
      assert.ok(Date.now() < until, `${last} instead of ${status}`);
      last = JSON.parse(await (await fetch(`http://127.0.0.1:${tenant.monitoringPort}/readyz`)).text()).status;
    }
  };
  const requestCode = async () => {
    const body = new URLSearchParams({ client_id: tenant.apps[0]!.clientId, scope: "openid" }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/devicecode`, { method: "POST", headers, body });
    return [answer.status, ((await answer.json()) as { error?: string }).error];
  };
  await becomes("ok");
  assert.deepEqual(await requestCode(), [200, undefined]);
  await caughtUp(primary, standby);

  leadTo(standby);
  await becomes("store_read_only");
  assert.deepEqual(await requestCode(), [503, "temporarily_unavailable"]);
  assert.match(lines.join(""), /"msg":"the store refuses changes"/);

  // The proxy notices its mistake, and cuts nothing.
  leadTo(primary, "kept");
  await becomes("ok");
  // More at once than the pool has connections, so that each is used.
  const answers = await Promise.all(Array.from({ length: 20 }, requestCode));
  assert.deepEqual(new Set(answers.map(([status]) => status)), new Set([200]));

  await caughtUp(primary, standby);
  leadTo(standby);
  await becomes("store_read_only");
  const admin = new pg.Client({ connectionString: standby.url });
  await admin.connect();
  await admin.query("select pg_promote()");
  await admin.end();
  await becomes("ok");
  assert.deepEqual(await requestCode(), [200, undefined]);
});

/** Waits until the standby has applied what the primary has written. */
async function caughtUp(primary: PostgresCluster, standby: PostgresCluster): Promise<void> {
  const clients = [primary, standby].map(({ url }) => new pg.Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  const { rows } = await clients[0]!.query("select pg_current_wal_flush_lsn()::text as lsn");
  const applied = "select pg_last_wal_replay_lsn() >= $1::pg_lsn as yes";
  while (!(await clients[1]!.query(applied, [rows[0].lsn])).rows[0].yes) await sleep(20);
  await Promise.all(clients.map((client) => client.end()));
}
