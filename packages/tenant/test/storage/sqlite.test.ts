import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { type Kysely, sql } from "kysely";
import { openSqliteDatabase } from "../../src/storage/engine/sqlite.ts";
import { migrations } from "../../src/storage/migrations/known.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import { acceptedScopesSuite } from "./accepted-scopes-suite.ts";
import { contractSuite } from "./contract-suite.ts";
import { lostNotificationSuite } from "./grant-changes-suite.ts";
import { linkCredentialsSuite } from "./link-suite.ts";
import { newGrantsSuite } from "./new-grants-suite.ts";
import { sqliteChecking, sqliteFile, sqliteMemory } from "./open-test-store.ts";
import { pendingPollsSuite } from "./pending-polls-suite.ts";
import { restartSuite } from "./restart-suite.ts";
import { approvedGrant, redemption, seedSamples } from "./samples.ts";

describe("SQLite in a file", () => {
  contractSuite(sqliteFile);
  pendingPollsSuite(sqliteFile);
  acceptedScopesSuite(sqliteFile);
  newGrantsSuite(sqliteFile);
  restartSuite(sqliteFile);
  linkCredentialsSuite(sqliteFile);
  lostNotificationSuite(sqliteChecking);

  const folder = mkdtempSync(join(tmpdir(), "doorcode-sqlite-"));
  after(() => rmSync(folder, { recursive: true }));

  test("only its owner can read the file and those next to it", async () => {
    const file = join(folder, "mode.db");
    writeFileSync(file, "", { mode: 0o644 });
    const store = await openSqliteStore(file);
    const names = readdirSync(folder).filter((name) => name.startsWith("mode.db"));
    assert.deepEqual(names.sort(), ["mode.db", "mode.db-shm", "mode.db-wal"]);
    for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    await store.close();
  });

  test("a file that is not a database, and a missing folder, are refused with a hint", async () => {
    const file = join(folder, "text.db");
    writeFileSync(file, "This is a text, and a long enough one not to be taken for an empty database. ".repeat(20));
    for (const bad of [file, join(folder, "missing", "store.db")]) {
      await assert.rejects(openSqliteStore(bad), { name: "StoreError", code: "store_unreachable", hint: /folder/ });
    }
  });

  test("a store that a newer version has changed is refused", async () => {
    const file = join(folder, "newer.db");
    await (await openSqliteStore(file)).close();
    const database = new DatabaseSync(file);
    database.exec("insert into kysely_migration values ('9999-from-the-future', '2999-01-01T00:00:00.000Z')");
    database.exec("insert into settings values ('oldest_schema', '9999')");
    database.close();
    await assert.rejects(openSqliteStore(file), { code: "store_migration_failed", hint: /newer version/ });
  });

  test("migrations sort in files, and what is rolled back later is kept in memory", async () => {
    const file = join(folder, "temp.db");
    await (await openSqliteStore(file)).close();
    const seen: unknown[] = [];
    const tempStore = async (db: Kysely<unknown>) => {
      const { rows } = await sql<{ tempStore: number }>`pragma temp_store`.execute(db);
      seen.push(rows[0]?.tempStore);
    };
    const last = { "9001-reads": { up: (trx: Kysely<unknown>) => tempStore(trx) } };
    const database = await openSqliteDatabase(file, { migrations: { ...migrations, ...last } });
    await database.db.transaction().execute((trx) => tempStore(trx as unknown as Kysely<unknown>));
    await database.close();
    const [FILE, MEMORY] = [0, 2];
    assert.deepEqual(seen, [FILE, MEMORY]);
  });

  test("while another process holds the file, a change waits; if it never ends, the error says busy", async () => {
    const file = join(folder, "busy.db");
    const store = await openSqliteStore(file);
    const samples = await seedSamples(store);
    const grant = await approvedGrant(store, samples);
    const other = new DatabaseSync(file);
    other.exec("begin immediate");
    const redeemed = store.tokens.redeem(redemption(grant, samples.user.id));
    // By now, the first attempt has blocked and failed.
    setImmediate(() => other.exec("commit"));
    assert.equal((await redeemed).outcome, "redeemed");
    other.exec("begin immediate");
    await assert.rejects(store.directory.settingOnce("a", "b"), { name: "StoreError", code: "store_busy" });
    assert.equal((await store.grants.poll(grant.deviceCodeHash))?.status, "redeemed");
    other.close();
    await store.close();
  });
});

describe("SQLite in memory", () => {
  contractSuite(sqliteMemory);
  newGrantsSuite(sqliteMemory);
});
