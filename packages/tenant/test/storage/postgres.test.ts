import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import pg from "pg";
import { openPostgresStore } from "../../src/storage/sql/open-store.ts";
import { freshSchema } from "../fixtures/postgres.ts";
import { acceptedScopesSuite } from "./accepted-scopes-suite.ts";
import { contractSuite } from "./contract-suite.ts";
import { lostNotificationSuite } from "./grant-changes-suite.ts";
import { linkCredentialsSuite } from "./link-suite.ts";
import { newGrantsSuite } from "./new-grants-suite.ts";
import { postgres, postgresChecking } from "./open-test-store.ts";
import { pendingPollsSuite } from "./pending-polls-suite.ts";
import { restartSuite } from "./restart-suite.ts";
import { seedSamples } from "./samples.ts";

describe("PostgreSQL", () => {
  contractSuite(postgres);
  pendingPollsSuite(postgres);
  acceptedScopesSuite(postgres);
  newGrantsSuite(postgres);
  restartSuite(postgres);
  linkCredentialsSuite(postgres);
  lostNotificationSuite(postgresChecking);

  test("nodes that start together on an empty database migrate it once", async () => {
    const { url, schema, drop } = await freshSchema();
    const nodes = await Promise.all([1, 2, 3, 4].map(() => openPostgresStore(url, { schema, poolSize: 2 })));
    await Promise.all(nodes.map((node) => node.ping()));
    await Promise.all(nodes.map((node) => node.close()));
    await drop();
  });

  test("a store opens while other schemas of the database are created and dropped", async () => {
    const own = await freshSchema();
    const other = await freshSchema();
    const client = new pg.Client({ connectionString: own.url });
    await client.connect();
    let opened = false;
    const comingAndGoing = (async () => {
      while (!opened) {
        await client.query(`create schema ${other.schema}`);
        for (const name of ["a", "b", "c", "d"])
          await client.query(`create table ${other.schema}.${name} (id bigserial)`);
        await client.query(`drop schema ${other.schema} cascade`);
      }
    })();
    try {
      for (let times = 0; times < 5; times++) {
        const store = await openPostgresStore(own.url, { schema: own.schema, poolSize: 1 });
        await store.close();
      }
    } finally {
      opened = true;
      await comingAndGoing;
      await client.end();
      await own.drop();
    }
  });

  test("numbers are returned as numbers here and as the driver's text elsewhere", async () => {
    const { url, schema, drop } = await freshSchema();
    const store = await openPostgresStore(url, { schema, poolSize: 1 });
    assert.equal(await store.grants.countLive(0), 0);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    assert.equal((await client.query("select 1::bigint as one")).rows[0].one, "1");
    await client.end();
    await store.close();
    await drop();
  });

  test("a server that does not answer is an error with a hint", async () => {
    await assert.rejects(openPostgresStore("postgres://nobody@127.0.0.1:1/none"), {
      name: "StoreError",
      code: "store_unreachable",
      hint: /URL/,
    });
  });

  test("a connection that the server closes while idle does not end the process; the next query opens another", async () => {
    const { url, schema, drop } = await freshSchema();
    const named = new URL(url);
    // Commands find the nodes of a tenant by the store's own name, so another one in the URL has no effect.
    named.searchParams.set("application_name", "another");
    const store = await openPostgresStore(named.href, { schema, poolSize: 1 });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(
      "select pg_terminate_backend(pid, 60000) as ended from pg_stat_activity where application_name = $1",
      [`doorcode ${schema}`],
    );
    assert.deepEqual(rows, [{ ended: true }]);
    await client.end();
    // The server has closed its end. The event loop needs a turn to notice.
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    assert.equal(await store.grants.poll("x"), undefined);
    await store.close();
    await drop();
  });

  test("a column that a newer node adds while this one runs causes no error, not even once", async () => {
    const { url, schema, drop } = await freshSchema();
    const store = await openPostgresStore(url, { schema, poolSize: 1 });
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    try {
      await seedSamples(store);
      const [user] = await store.directory.listUsers();
      assert.equal((await store.directory.findUser(user!.id))?.id, user!.id);
      await admin.query(`alter table ${schema}.users add column shoe_size text`);
      assert.equal((await store.directory.findUser(user!.id))?.id, user!.id);
    } finally {
      await admin.end();
      await store.close();
      await drop();
    }
  });
});
