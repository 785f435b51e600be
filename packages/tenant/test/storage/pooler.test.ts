import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import pg from "pg";
import { pino } from "pino";
import { inspectStore } from "../../src/storage/sql/inspect-store.ts";
import { openPostgresStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { startNamingPooler } from "../fixtures/naming-pooler.ts";
import { type PgBouncer, startPgBouncer, withoutPgBouncer } from "../fixtures/pgbouncer.ts";
import { freshSchema, sharedPostgres } from "../fixtures/postgres.ts";
import { grantChangesSuite } from "./grant-changes-suite.ts";
import { postgresBehind } from "./open-test-store.ts";
import { raceSuite } from "./race-suite.ts";
import { claimedGrant, nextReport } from "./reported-grants.ts";
import { T0 } from "./samples.ts";

/** So rarely that only notifications can explain a report. */
const NEVER = 2 ** 30;

describe("PostgreSQL behind PgBouncer in transaction mode", { skip: withoutPgBouncer }, () => {
  let pooler: PgBouncer;
  before(async () => {
    // Two server connections, so that transactions of different clients alternate on them.
    pooler = await startPgBouncer(await sharedPostgres(), 2);
  });
  after(() => pooler.stop());

  raceSuite(
    postgresBehind(() => pooler),
    1,
  );
  grantChangesSuite(postgresBehind(() => pooler));

  test("a decision is reported to other nodes by the notification alone, on the direct connection", async (t) => {
    const { one, two } = await twoNodes(t, pooler, { direct: true, recheckMs: NEVER });
    const { grant, approval } = await claimedGrant(one.store);
    const reported = nextReport(two.store, grant);
    await one.store.grants.approve(grant.id, approval);
    await reported;
    assert.deepEqual([...one.warnings, ...two.warnings], []);
  });

  test("without a direct connection, the regular check reports it, and one warning says what to set", async (t) => {
    const { one, two } = await twoNodes(t, pooler, { direct: false, recheckMs: 20 });
    const { grant, approval } = await claimedGrant(one.store);
    const reported = nextReport(two.store, grant);
    await one.store.grants.approve(grant.id, approval);
    await reported;
    assert.match(two.warnings.join("\n"), /^[^\n]*through a connection pooler[^\n]*directUrlFile[^\n]*$/);
  });

  test("two tenants in schemas of one database never see each other's tables", async (t) => {
    const [one, two] = await Promise.all([freshSchema(), freshSchema()]);
    const open = (schema: string) => openPostgresStore(pooler.url(one.url), { schema, poolSize: 4 });
    const stores = await Promise.all([open(one.schema), open(two.schema)]);
    t.after(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await Promise.all([one.drop(), two.drop()]);
    });
    const names = ["one", "two"] as const;
    await Promise.all(stores.map((store, index) => store.directory.settingOnce("name", names[index]!)));
    const reads = Array.from({ length: 60 }, (_, index) => stores[index % 2]!.directory.setting("name"));
    assert.deepEqual(
      await Promise.all(reads),
      reads.map((_, index) => names[index % 2]),
    );
  });

  test("a store leaves no setting in the sessions that other clients of the pooler get", async (t) => {
    const { url, schema, drop } = await freshSchema();
    t.after(drop);
    const before = await settingsOf(pooler, url);
    const store = await openPostgresStore(pooler.url(url), { schema, poolSize: 4 });
    // As every node does: it listens, through the pooler too. It reports what it may have missed as soon as it does.
    await new Promise<void>((resolve) => store.settingChanges.watch(resolve));
    await Promise.all(Array.from({ length: 20 }, () => store.directory.setting("name")));
    await store.close();
    await inspectStore({ postgres: pooler.url(url), schema }, () => T0);
    assert.deepEqual(await settingsOf(pooler, url), before);
  });

  test("nodes that start together on an empty database migrate it once", async (t) => {
    const { url, schema, drop } = await freshSchema();
    t.after(drop);
    const open = () => openPostgresStore(pooler.url(url), { schema, poolSize: 2 });
    const nodes = await Promise.all([open(), open(), open(), open()]);
    await Promise.all(nodes.map((node) => node.ping()));
    await Promise.all(nodes.map((node) => node.close()));
    // A lock that was left on a server connection would stop this one.
    await (await openPostgresStore(url, { schema, poolSize: 1 })).close();
  });
});

test("a pooler that keeps named statements gets them, each once per connection", async (t) => {
  const { url, schema, drop } = await freshSchema();
  const pooler = await startNamingPooler(url);
  t.after(async () => {
    await pooler.stop();
    await drop();
  });
  const store = await openPostgresStore(pooler.url(url), { schema, direct: url, poolSize: 1 });
  pooler.parsed.length = 0;
  for (let times = 0; times < 3; times++) await store.directory.setting("name");
  assert.equal(pooler.parsed.length, 1);
  assert.match(pooler.parsed[0] ?? "", /^doorcode_\d+$/);
  await store.close();
});

interface TestNode {
  store: Store;
  warnings: string[];
}

async function twoNodes(
  t: TestContext,
  pooler: PgBouncer,
  { direct, recheckMs }: { direct: boolean; recheckMs: number },
): Promise<{ one: TestNode; two: TestNode }> {
  const { url, schema, drop } = await freshSchema();
  const open = async (): Promise<TestNode> => {
    const warnings: string[] = [];
    const log = pino({ level: "warn" }, { write: (line) => void warnings.push(JSON.parse(line).msg) });
    const options = { schema, poolSize: 3, recheckMs, log, ...(direct && { direct: url }) };
    return { store: await openPostgresStore(pooler.url(url), options), warnings };
  };
  const [one, two] = [await open(), await open()];
  t.after(async () => {
    await Promise.all([one.store.close(), two.store.close()]);
    await drop();
  });
  return { one, two };
}

/** On each of the pooler's server connections: open transactions on all of them at the same time. */
async function settingsOf(pooler: PgBouncer, url: string): Promise<unknown[]> {
  const clients = [0, 1].map(() => new pg.Client({ connectionString: pooler.url(url) }));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await Promise.all(clients.map((client) => client.query("begin")));
    const names = [
      "search_path",
      "default_transaction_isolation",
      "default_transaction_read_only",
      "synchronous_commit",
    ];
    const read = `select ${names.map((name) => `current_setting('${name}') as ${name}`).join(", ")},
      (select count(*) from pg_prepared_statements) as prepared`;
    const settings = await Promise.all(clients.map(async (client) => (await client.query(read)).rows[0]));
    await Promise.all(clients.map((client) => client.query("commit")));
    return settings;
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
