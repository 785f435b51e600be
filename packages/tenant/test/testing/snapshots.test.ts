import assert from "node:assert/strict";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { answer, poll, refresh, requestCode, userinfo } from "../../../../tests/fixtures/device.ts";
import { connectSqlite } from "../../src/storage/sql/open-store.ts";
import { fillEveryTable } from "../fixtures/every-table.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { failsWith, scratch } from "../server/scratch.ts";

const EMAIL = "ada@contoso.example";
const DAY = 24 * 60 * 60_000;

/** On a file, and in memory: one connection reads while another writes, or one does both. */
const places = {
  "a file": async (t: Parameters<typeof scratch>[0]) => {
    const dataDir = join(await scratch(t), "tenant");
    return { dataDir, sqliteFile: join(dataDir, "tenant.db") };
  },
  memory: async (t: Parameters<typeof scratch>[0]) => ({ dataDir: join(await scratch(t), "tenant") }),
};

const emails = async ({ admin }: TestTenant) => (await admin.people.list()).map(({ email }) => email);

for (const [name, place] of Object.entries(places)) {
  describe(`a snapshot of a tenant in ${name}`, () => {
    test("brings back users, apps, settings, sign-ins and mails of its moment, while the tenant runs", async (t) => {
      await using tenant = await startTestTenant(await place(t));
      const { admin, testing } = tenant;
      await admin.people.add({ email: EMAIL });
      await admin.changeBranding({ name: "Before" });
      await admin.changeLifetimes({ signInIdleDays: 7 });
      const { body: device } = await requestCode(tenant);
      await tenant.approve(device.user_code, { as: EMAIL });
      const tokens = (await poll(tenant, device.device_code)).body;
      const mails = await tenant.mailsTo(EMAIL);
      await testing.snapshots.create("before");

      await admin.people.remove((await admin.people.find(EMAIL))!.id);
      await admin.people.add({ email: "bob@contoso.example" });
      await admin.apps.put({ name: "Television" });
      await admin.changeBranding({ name: "After" });
      await admin.changeLifetimes({ signInIdleDays: 30 });
      assert.equal((await refresh(tenant, tokens.refresh_token)).status, 400);

      assert.equal((await testing.snapshots.restore("before")).name, "before");
      assert.deepEqual(await emails(tenant), [EMAIL]);
      assert.equal((await admin.apps.list()).length, tenant.apps.length);
      assert.deepEqual(await tenant.mailsTo(EMAIL), mails);
      const { config } = tenant.context;
      assert.deepEqual([config.name, config.lifetimes.signInIdleDays], ["Before", 7]);
      assert.match(await (await tenant.fetch(`${tenant.pages}/device`)).text(), /Before/);
      assert.equal((await refresh(tenant, tokens.refresh_token)).status, 200);
    });

    test("makes valid again what was used since, as often as it is restored", async (t) => {
      await using tenant = await startTestTenant(await place(t));
      await tenant.admin.people.add({ email: EMAIL });
      const { body: device } = await requestCode(tenant);
      await tenant.approve(device.user_code, { as: EMAIL });
      const { snapshots } = tenant.testing;
      await snapshots.create("approved");
      for (const _ of [1, 2]) {
        const { status, body } = await poll(tenant, device.device_code);
        assert.equal(status, 200);
        assert.equal((await poll(tenant, device.device_code)).body.error_codes[0], 54005);
        await snapshots.restore("approved");
        const { access_token } = body;
        assert.notEqual((await userinfo(tenant, access_token)).status, 200, "its sign-in does not exist any more");
      }
    });

    test("answers polls that are held or known to wait for codes that it does not have", async (t) => {
      await using tenant = await startTestTenant(await place(t));
      const { snapshots } = tenant.testing;
      await snapshots.create("empty");
      const { body: known } = await requestCode(tenant);
      for (const _ of [1, 2]) {
        assert.equal((await poll(tenant, known.device_code)).body.error, "authorization_pending");
        tenant.clock.advance(10_000);
      }
      const { body: device } = await requestCode(tenant);
      const body = new URLSearchParams({
        ...{ grant_type: "device_code", client_id: tenant.apps[0]!.clientId, device_code: device.device_code },
      }).toString();
      const held = tenant.fetch(`${tenant.authority}/oauth2/v2.0/token`, {
        method: "POST",
        headers: { prefer: "wait=30", "content-type": "application/x-www-form-urlencoded" },
        body,
      });
      while (tenant.context.heldPolls.size === 0) await new Promise(setImmediate);
      await snapshots.restore("empty");
      assert.equal((await answer(await held)).status, 400);
      assert.equal((await poll(tenant, known.device_code)).body.error_codes[0], 70019);
      assert.equal(tenant.context.heldPolls.size, 0);
    });

    test("is what the next request of a program meets: an app that it does not have is unknown", async (t) => {
      await using tenant = await startTestTenant(await place(t));
      const { snapshots } = tenant.testing;
      await snapshots.create("before");
      const { clientId } = await tenant.admin.apps.put({ name: "Television", publicClient: true });
      const ask = () => requestCode(tenant, { client_id: clientId, scope: "openid" });
      // The second one is answered from memory.
      for (const _ of [1, 2]) assert.equal((await ask()).status, 200);
      await snapshots.restore("before");
      assert.deepEqual((await ask()).body.error_codes, [700016]);
    });

    test("brings back its time, and keeps the audit log", async (t) => {
      await using tenant = await startTestTenant(await place(t));
      const { clock, snapshots } = tenant.testing;
      await clock.advance(DAY);
      await snapshots.create("a-day-ahead");
      await clock.advance(DAY);
      await tenant.admin.people.add({ email: EMAIL });
      await snapshots.restore("a-day-ahead");
      assert.equal(clock.read().aheadMs, DAY);
      const records = await tenant.context.store.audit.list({ limit: 5 });
      assert.deepEqual(records.map(({ event }) => event).reverse(), [
        ...["testing.clock_moved", "testing.snapshot_created", "testing.clock_moved", "user.created"],
        "testing.snapshot_restored",
      ]);
      assert.equal(records[0]?.detail.snapshot, "a-day-ahead");
    });

    test("has every row of every table, and nothing that was written since", async (t) => {
      await using tenant = await startTestTenant({ ...(await place(t)), clock: "moving" });
      await fillEveryTable(tenant);
      await tenant.mailsTo(EMAIL);
      const file = join(folderOf(tenant), "full.db");
      await tenant.testing.snapshots.create("full");
      const before = rowsIn(file);
      await fillMore(tenant);
      await tenant.testing.snapshots.restore("full");
      await tenant.testing.snapshots.create("again");
      const after = rowsIn(join(folderOf(tenant), "again.db"));
      const { audit_records: log, ...rest } = before;
      const { audit_records: longerLog, ...again } = after;
      assert.deepEqual(again, rest);
      assert.ok(Object.keys(rest).length > 30, "every table is read");
      const kept = new Set(longerLog);
      assert.ok(log!.length > 20 && log!.every((record) => kept.has(record)), "the log has lost nothing");
    });
  });
}

describe("snapshots", () => {
  test("are files that only their owner reads, and are listed, replaced and deleted", async (t) => {
    const place = await places["a file"](t);
    await using tenant = await startTestTenant(place);
    const { snapshots } = tenant.testing;
    assert.deepEqual(await snapshots.list(), []);
    await snapshots.create("two");
    await snapshots.create("one");
    assert.deepEqual(
      (await snapshots.list()).map(({ name, bytes }) => [name, bytes > 10_000]),
      [
        ["one", true],
        ["two", true],
      ],
    );
    const folder = join(place.dataDir, "snapshots");
    assert.deepEqual(
      [(await stat(folder)).mode & 0o777, (await stat(join(folder, "one.db"))).mode & 0o777],
      [0o700, 0o600],
    );
    await assert.rejects(snapshots.create("one"), failsWith("snapshot_refused"));
    await tenant.admin.people.add({ email: EMAIL });
    await snapshots.create("one", { replace: true });
    await snapshots.restore("two");
    assert.deepEqual(await emails(tenant), []);
    await snapshots.restore("one");
    assert.deepEqual(await emails(tenant), [EMAIL]);
    await snapshots.delete("one");
    assert.deepEqual(await readdir(folder), ["two.db"]);
    await assert.rejects(snapshots.delete("one"), failsWith("snapshot_unknown"));
    await assert.rejects(snapshots.restore("one"), failsWith("snapshot_unknown"));
  });

  for (const name of ["", ".", "..", "../tenant", "a/b", ".hidden", "x".repeat(65), "tenant.db", "n\0ul"]) {
    test(`have no name like ${JSON.stringify(name.slice(0, 12))}`, async (t) => {
      await using tenant = await startTestTenant(await places.memory(t));
      const { snapshots } = tenant.testing;
      for (const attempt of [() => snapshots.create(name), () => snapshots.restore(name), () => snapshots.delete(name)])
        await assert.rejects(attempt(), failsWith("snapshot_refused"));
    });
  }

  test("that are damaged, or of another tenant, change nothing", async (t) => {
    const place = await places["a file"](t);
    await using tenant = await startTestTenant(place);
    await tenant.admin.people.add({ email: EMAIL });
    const { snapshots } = tenant.testing;
    await snapshots.create("damaged");
    await writeFile(join(place.dataDir, "snapshots", "damaged.db"), "not a database");
    await assert.rejects(snapshots.restore("damaged"), failsWith("snapshot_refused"));
    await snapshots.create("foreign");
    const foreign = connectSqlite(join(place.dataDir, "snapshots", "foreign.db"), {});
    foreign.exec("update settings set value = 'another' where name = 'tenant_id'");
    foreign.close();
    await assert.rejects(snapshots.restore("foreign"), failsWith("snapshot_refused"));
    assert.deepEqual(await emails(tenant), [EMAIL]);
    assert.deepEqual(await tenant.context.store.audit.list({ event: "testing.snapshot_restored", limit: 1 }), []);
  });

  test("taken and restored during traffic are of one moment, and no request gets a wrong answer", async (t) => {
    await using tenant = await startTestTenant({ ...(await places["a file"](t)), clock: "moving" });
    const { snapshots } = tenant.testing;
    let isOver = false;
    let added = 0;
    const traffic = (async () => {
      while (!isOver) {
        const { status } = await requestCode(tenant);
        assert.equal(status, 200);
        await tenant.admin.people.add({ email: `p${added++}@contoso.example` });
      }
    })();
    for (const name of ["a", "b", "c"]) {
      await snapshots.create(name);
      await snapshots.restore(name);
    }
    isOver = true;
    await traffic;
    await snapshots.create("end");
    const counts = rowsIn(join(folderOf(tenant), "end.db"));
    assert.ok(counts.users!.length <= added && counts.users!.length > 0);
  });

  test("a restart on another port keeps its own issuer after a restore", async (t) => {
    const place = await places["a file"](t);
    {
      await using tenant = await startTestTenant(place);
      await tenant.testing.snapshots.create("old-port");
    }
    await using tenant = await startTestTenant(place);
    await tenant.testing.snapshots.restore("old-port");
    assert.equal(await tenant.context.store.directory.setting("issuer"), tenant.issuer);
  });
});

/** All rows of a snapshot's tables, in one order. */
function rowsIn(file: string): Record<string, string[]> {
  const database = connectSqlite(file, { readOnly: true });
  try {
    const tables = database
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite%'")
      .all() as { name: string }[];
    const rowsOf = (table: string) => database.prepare(`select * from "${table}"`).all();
    return Object.fromEntries(
      tables.map(({ name }) => [
        name,
        rowsOf(name)
          .map((row) => JSON.stringify(row))
          .sort(),
      ]),
    );
  } finally {
    database.close();
  }
}

const folderOf = ({ caFile }: TestTenant) => join(caFile, "..", "snapshots");

async function fillMore(tenant: TestTenant): Promise<void> {
  const { admin } = tenant;
  for (const user of await admin.people.list()) if (!user.administrator) await admin.people.remove(user.id);
  await admin.people.add({ email: "new@contoso.example", password: "violet-harbour-1871" });
  const { body: device } = await requestCode(tenant);
  await tenant.approve(device.user_code, { as: "new@contoso.example" });
  await poll(tenant, device.device_code);
}
