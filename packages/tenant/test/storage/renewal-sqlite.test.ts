// What a renewal costs SQLite in reads, and how it notices that what was read is no longer true.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { after, before, beforeEach, describe, type TestContext, test } from "node:test";
import type { Database } from "../../src/storage/engine/database.ts";
import { openSqliteDatabase } from "../../src/storage/engine/sqlite.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import { tokenStore } from "../../src/storage/sql/token-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { answerOf, rotation, sampleApp, seedSamples, signedIn, T0 } from "./samples.ts";

describe("a renewal on SQLite", () => {
  let folder: string;
  let store: Store;
  const file = () => join(folder, "tenant.db");
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "doorcode-renewal-"));
    store = await openSqliteStore(file());
  });
  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const start = async () => {
    const samples = await seedSamples(store);
    const { tokenHash, family } = await signedIn(store, samples);
    const { clientId } = family;
    const read = () => store.tokens.findRenewal({ tokenHash, clientId });
    const input = rotation(tokenHash, clientId, T0, samples.scopes);
    return { ...samples, tokenHash, read, input };
  };

  /** Which of these tables were read during the work. */
  const READ = ["refresh_tokens", "users", "consents", "apps", "apis"];
  const readsDuring = async (t: TestContext, work: () => Promise<unknown>) => {
    const all = t.mock.method(StatementSync.prototype, "all");
    await work();
    const texts = all.mock.calls.map(({ this: statement }) => (statement as StatementSync).sourceSQL);
    all.mock.restore();
    return READ.filter((table) => texts.some((text) => text.startsWith("select") && text.includes(`from "${table}"`)));
  };

  test("reads what is registered once, until it changes, and rotates without reading again", async (t) => {
    const { app, read, input } = await start();
    await read();
    const renewal = await read();
    const people = ["refresh_tokens", "users", "consents"];
    assert.deepEqual(await readsDuring(t, read), people);
    await seed(store).putApp({ ...app, name: "Another name" });
    assert.deepEqual(await readsDuring(t, read), READ);
    assert.deepEqual(await readsDuring(t, read), people);
    const stale = { ...input, renewal };
    assert.ok((await readsDuring(t, () => store.tokens.rotate(stale))).includes("consents"), "decided again");
    const { read: readOther, input: other } = await start();
    const fresh = { ...other, renewal: await readOther() };
    assert.deepEqual(
      await readsDuring(t, async () => assert.equal(answerOf(await store.tokens.rotate(fresh)), "rotated")),
      [],
    );
  });

  test("decides again if another process has changed something in between", async (t) => {
    const { user, read, input } = await start();
    const renewal = await read();
    using other = new DatabaseSync(file());
    other.exec(`update users set disabled_at = ${T0} where id = '${user.id}'`);
    assert.equal(answerOf(await store.tokens.rotate({ ...input, renewal })), "user_disabled");
    const { read: readNext, input: next } = await start();
    const stale = await readNext();
    other.exec("insert into settings values ('x', 'y')");
    const reads = await readsDuring(t, () => store.tokens.rotate({ ...next, renewal: stale }));
    assert.ok(reads.includes("consents"), "no one can tell which rows another process has changed");
  });

  test("decides again if a change was written, but not committed, when it read", async () => {
    const { app, tokenHash, input } = await start();
    const database = await openSqliteDatabase(file());
    try {
      const tokens = tokenStore(database);
      const { clientId } = app;
      const renewal = await database.db.transaction().execute(async (trx) => {
        await trx.updateTable("apps").set({ disabledAt: T0 }).where("clientId", "=", clientId).execute();
        return await tokens.findRenewal({ tokenHash, clientId });
      });
      assert.equal(renewal.app?.disabledAt, null);
      assert.equal(answerOf(await tokens.rotate({ ...input, renewal })), "app_disabled");
    } finally {
      await database.close();
    }
  });

  test("reads every policy after another process has added a column to what it reads", async () => {
    const { app, read, input } = await start();
    await read();
    using other = new DatabaseSync(file());
    other.exec("alter table user_flows add column colour text");
    const policy = { name: "all", enabled: true, groupIds: null, excludedUserIds: [], requires: "mfa" as const };
    await seed(store).putPolicy({ ...policy, id: randomUUID(), clientIds: [app.clientId], createdAt: T0 });
    const renewal = await read();
    assert.equal(answerOf(await store.tokens.rotate({ ...input, renewal })), "second_factor_required");
  });

  test("keeps nothing for a client or a token that is unknown", async (t) => {
    const { app, read } = await start();
    await read();
    for (const clientId of [app.clientId, randomUUID()]) {
      const unknown = () => store.tokens.findRenewal({ tokenHash: "none", clientId });
      await unknown();
      assert.deepEqual(await readsDuring(t, unknown), READ);
    }
    assert.ok(!(await readsDuring(t, read)).includes("apps"));
  });

  test("keeps what is registered apart for each app", async () => {
    const [one, other] = [await start(), await start()];
    assert.deepEqual(
      [(await one.read()).app?.clientId, (await other.read()).app?.clientId],
      [one.app.clientId, other.app.clientId],
    );
    const unknown = await store.tokens.findRenewal({ tokenHash: "none", clientId: sampleApp().clientId });
    assert.equal(unknown.app, undefined);
  });
});

describe("watched tables", () => {
  let folder: string;
  let database: Database;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "doorcode-watched-"));
    database = await openSqliteDatabase(join(folder, "tenant.db"));
  });
  after(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });
  const group = { description: null, uniqueName: null, mailNickname: null, createdAt: T0 };
  const stampOf = (...tables: string[]) => database.unchanged!.stampOf(tables);
  beforeEach(() => assert.notEqual(stampOf("user_groups"), undefined));

  test("have another stamp after each change, also one by a cascade, and the same one otherwise", async () => {
    const { db } = database;
    const add = (id: string) =>
      db
        .insertInto("userGroups")
        .values({ ...group, id, name: id })
        .execute();
    await add("a");
    await db.insertInto("groupMembers").values({ groupId: "a", userId: "u" }).execute();
    let before = stampOf("group_members");
    await add("b");
    await db.selectFrom("groupMembers").selectAll().execute();
    assert.equal(stampOf("group_members"), before);
    for (const change of [
      () => db.updateTable("groupMembers").set({ userId: "v" }).execute(),
      () => db.deleteFrom("userGroups").where("id", "=", "a").execute(),
    ]) {
      await change();
      assert.notEqual(stampOf("group_members"), before);
      before = stampOf("group_members");
    }
  });

  test("have no stamp while a change is not committed, and another one after it was rolled back", async () => {
    const before = stampOf("settings");
    const failing = database.db.transaction().execute(async (trx) => {
      await trx.insertInto("settings").values({ name: "rolled back", value: "x" }).execute();
      assert.equal(stampOf("settings"), undefined);
      assert.notEqual(stampOf("apps"), undefined);
      throw new Error("enough");
    });
    await assert.rejects(failing, /enough/);
    await database.db.insertInto("settings").values({ name: "after", value: "x" }).execute();
    assert.notEqual(stampOf("settings"), undefined);
    assert.notEqual(stampOf("settings"), before);
  });

  test("have another stamp after a commit of another process", async () => {
    const before = stampOf("apps");
    using other = new DatabaseSync(join(folder, "tenant.db"));
    other.exec("insert into settings values ('by another process', 'x')");
    assert.notEqual(stampOf("apps"), before);
  });

  test("have a stamp after a copy of everything, which writes elsewhere", async () => {
    const before = stampOf("settings");
    await database.copies!.write(join(folder, "copy.db"));
    assert.notEqual(stampOf("settings"), undefined);
    assert.notEqual(before, undefined);
  });

  test("let a change through only if they are as they were", async () => {
    const { unchanged } = database;
    const stamp = stampOf("settings")!;
    const insert = (name: string) => ({
      text: "insert into settings values (?, 'x') returning name",
      parameters: [name],
    });
    const change = (name: string) => unchanged!.change([[["settings"], stamp]], [insert(name)]);
    assert.deepEqual(await change("first"), [[{ name: "first" }]]);
    assert.equal(await change("second"), undefined);
    assert.notEqual(
      await database.db.selectFrom("settings").where("name", "=", "first").selectAll().executeTakeFirst(),
      undefined,
    );
    assert.equal(
      await database.db.selectFrom("settings").where("name", "=", "second").selectAll().executeTakeFirst(),
      undefined,
    );
  });

  test("undo all statements of a change if one fails", async () => {
    const { unchanged } = database;
    const insert = { text: "insert into settings values ('twice', 'x')", parameters: [] };
    await assert.rejects(unchanged!.change([[["apps"], stampOf("apps")!]], [insert, insert]), /UNIQUE/);
    assert.equal(
      await database.db.selectFrom("settings").where("name", "=", "twice").selectAll().executeTakeFirst(),
      undefined,
    );
  });
});
