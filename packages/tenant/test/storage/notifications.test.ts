import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import pg from "pg";
import { type Logger, pino } from "pino";
import { announced } from "../../src/storage/engine/database.ts";
import { channelOf } from "../../src/storage/engine/postgres-channel.ts";
import { openSqliteDatabase } from "../../src/storage/engine/sqlite.ts";
import { openPostgresStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { freshSchema } from "../fixtures/postgres.ts";
import { claimedGrant, nextReport } from "./reported-grants.ts";

/** So rarely that only notifications can explain a report. */
const NEVER = 2 ** 30;

/** Two nodes on one database, and its administrator. */
async function twoNodes(t: TestContext, log: Logger = pino({ level: "silent" })) {
  const { url, schema, drop } = await freshSchema();
  const own = new URL(url);
  const options = { schema, poolSize: 4, recheckMs: NEVER, log };
  const [one, two] = [await openPostgresStore(own.href, options), await openPostgresStore(own.href, options)];
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  t.after(async () => {
    await Promise.all([one.close(), two.close()]);
    await admin.end();
    await drop();
  });
  return { one, two, admin, schema };
}

/** Resolves when the store listens: it then reports what was decided before. */
async function listening(store: Store): Promise<void> {
  const { grant, approval } = await claimedGrant(store);
  await store.grants.approve(grant.id, approval);
  await nextReport(store, grant);
}

/** Sessions of the tenant in this schema that wait for notifications, by what such a connection sends. */
const listenersOf = (schema: string) =>
  `select pid from pg_stat_activity where application_name = 'doorcode ${schema}'
    and query ~ '^(listen |set synchronous_commit|select pg_notify\\(\\$1, \\$2\\)|.* as server, pg_backend_pid\\(\\) as pid)'`;

test("what was changed is announced even if its commit was reported as failed: it may have happened", async (t) => {
  const database = await openSqliteDatabase(":memory:");
  t.after(() => database.close());
  const heard: (string | null)[] = [];
  database.feed.subscribe((topic) => void heard.push(topic));
  const failing = announced(database, async (_trx, changed) => {
    changed("grant x");
    throw new Error("the connection was lost in the commit");
  });
  await assert.rejects(failing);
  assert.deepEqual(heard, ["grant x"]);
});

describe("notifications between nodes", () => {
  test("a decision on one node is reported on the other, by the notification alone", async (t) => {
    const { one, two } = await twoNodes(t);
    await listening(two);
    const { grant, approval } = await claimedGrant(one);
    const report = nextReport(two, grant);
    await one.grants.approve(grant.id, approval);
    await report;
    assert.equal((await two.grants.poll(grant.deviceCodeHash))?.status, "approved");
  });

  test("what was decided before the connection was there is reported as soon as it is", async (t) => {
    const { one, two } = await twoNodes(t);
    const { grant, approval } = await claimedGrant(one);
    await one.grants.approve(grant.id, approval);
    await nextReport(two, grant);
  });

  test("a connection that is cut is replaced, and nothing that was decided meanwhile is missed", async (t) => {
    const lines: string[] = [];
    const { one, two, admin, schema } = await twoNodes(
      t,
      pino({ level: "warn" }, { write: (line) => void lines.push(line) }),
    );
    await listening(two);
    for (let cut = 1; cut <= 3; cut++) {
      const { grant, approval } = await claimedGrant(one);
      const report = nextReport(two, grant);
      const { rows } = await admin.query(
        `select pg_terminate_backend(pid, 60000) as ended from (${listenersOf(schema)}) as each`,
      );
      assert.ok(rows.length > 0);
      await one.grants.approve(grant.id, approval);
      await report;
    }
    assert.match(lines.join(""), /connection for notifications was lost/);
  });

  test("only a store that watches listens, under the tenant's name, and until it is closed", async (t) => {
    const { one, two, admin, schema } = await twoNodes(t);
    const count = async (sessions: string) => (await admin.query(sessions)).rowCount;
    await listening(two);
    // As an operator's command does.
    const { grant, approval } = await claimedGrant(one);
    await one.grants.approve(grant.id, approval);
    assert.equal(await count(listenersOf(schema)), 1);
    await two.close();
    // On a busy machine, the session ends a moment after the store no longer waits for it.
    while ((await count(listenersOf(schema))) !== 0);
  });

  test("a notification names the hash of the code and is sent only if the transaction commits", async (t) => {
    const { one, admin, schema } = await twoNodes(t);
    const heard: string[] = [];
    await listening(one);
    const { grant, approval } = await claimedGrant(one);
    admin.on("notification", ({ payload = "" }) => void (payload.endsWith(" ping") || heard.push(payload)));
    await admin.query(`listen ${pg.escapeIdentifier(channelOf(schema))}`);
    assert.equal((await one.grants.approve(grant.id, { ...approval, approved: scopesOfNoApi })).outcome, "refused");
    await one.grants.approve(grant.id, approval);
    await admin.query(`select 1 from ${schema}.users`);
    assert.equal(heard.length, 1);
    assert.match(heard[0]!, new RegExp(`^[\\w-]{8} grant ${grant.deviceCodeHash}$`));
  });
});

const scopesOfNoApi = {
  ...{ oidc: ["openid"], resourceId: "no API", resourceScopes: ["Some.Scope"] },
  ...{ isDefault: false, asked: ["openid"] },
};
