import assert from "node:assert/strict";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { judgePort } from "../../src/server/check-network.ts";
import {
  checkDataFolder,
  checkNode,
  judgeDisk,
  judgeSealKey,
  type SealKeyState,
} from "../../src/server/check-place.ts";
import { judgeStore } from "../../src/server/check-store.ts";
import type { Finding } from "../../src/server/finding.ts";
import type { StoreContents, StoreFacts } from "../../src/storage/sql/inspect-store.ts";
import { scratch } from "./scratch.ts";

const NOW = Date.UTC(2026, 10, 29, 12);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MB = 1024 ** 2;
const GB = 1024 ** 3;

const contents: StoreContents = {
  users: 2,
  apps: 1,
  keys: [
    { alg: "RS256", activatesAt: NOW - DAY, retiresAt: null },
    { alg: "RS256", activatesAt: NOW + 80 * DAY, retiresAt: null },
  ],
  mails: { waiting: 0, oldestAt: null, lastError: null, lost: 0 },
  expired: 0,
};
const migrations = { missing: [], unknown: [], fits: true, newest: "0015-now", oldest: "0015" };
const facts: StoreFacts = {
  migrations,
  name: "Contoso",
  tenantId: "t",
  fingerprint: "f",
  damage: [],
  clockOffset: null,
  postgres: null,
  contents,
};
/** What is not fine: `level part: message`. */
const wrong = (...findings: Finding[]) =>
  findings
    .filter(({ level, message, hint }) => {
      assert.equal(hint === "", level === "ok", message);
      return level !== "ok";
    })
    .map(({ level, part, message }) => `${level} ${part}: ${message}`);
const inStore = (changes: Partial<StoreFacts>, beforeStart = false) =>
  wrong(...judgeStore("PostgreSQL", { ...facts, ...changes }, NOW, beforeStart));
const containing = (changes: Partial<StoreContents>) => inStore({ contents: { ...contents, ...changes } });

describe("a check of a tenant finds", () => {
  test("nothing, when everything is fine", () => {
    assert.deepEqual(inStore({}), []);
    assert.deepEqual(inStore({ clockOffset: 900 }), []);
    assert.deepEqual(wrong(checkNode("24.1.0")), []);
  });

  test("an old Node.js", () => {
    assert.deepEqual(wrong(checkNode("22.9.0")), ["error node: Node.js 22.9.0 is too old for the tenant."]);
  });

  test("a folder in which other users could replace the data folder or the SQLite file", async (t) => {
    const folder = await scratch(t);
    const [above, dir, stores] = ["above", "above/data", "stores"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await mkdir(dir, { recursive: true });
    await mkdir(stores);
    await chmod(dir, 0o700);
    const check = async () => wrong(...(await checkDataFolder(dir, join(stores, "tenant.db"), false)));
    assert.deepEqual(await check(), []);
    await chmod(above, 0o757);
    await chmod(stores, 0o777);
    const warned = (where: string) =>
      `warning data_folder: Other users of this machine can replace what is in ${where}.`;
    assert.deepEqual(await check(), [warned(above), warned(stores)]);
    // With the sticky bit, users can only replace files of their own.
    await chmod(above, 0o1777);
    await chmod(stores, 0o755);
    assert.deepEqual(await check(), []);
  });

  test("every problem of the seal key", () => {
    const of = (is: SealKeyState["is"], { leftOver = false, isCreated = false } = {}) =>
      wrong(judgeSealKey({ file: "seal.key", is, leftOver }, isCreated))[0] ?? "";
    assert.match(of("missing"), /^error seal_key: .*does not exist/);
    assert.equal(of("missing", { isCreated: true }), "", "the next start creates it");
    assert.match(of("differs"), /^error seal_key: .*is not the seal key of this store/);
    assert.match(of("rotating", { leftOver: true }), /^warning seal_key: .*interrupted/);
    assert.match(of("fits", { leftOver: true }), /^warning seal_key: .*\.next/);
    assert.deepEqual([of("fits"), of("unused")], ["", ""]);
  });

  test("a store that is missing, damaged, empty, or of another version", () => {
    const missing = (beforeStart: boolean) => wrong(...judgeStore("tenant.db", undefined, NOW, beforeStart));
    assert.deepEqual(missing(false), ["error store: tenant.db does not exist."]);
    assert.deepEqual(missing(true), []);
    assert.match(inStore({ damage: ["page 3 is bad"] })[0] ?? "", /^error integrity: .*page 3 is bad/);
    const empty = { name: undefined, migrations: undefined, contents: null };
    assert.match(inStore(empty)[0] ?? "", /^error store: PostgreSQL has no tenant/);
    assert.deepEqual(inStore(empty, true), []);
    assert.match(inStore({ movedTo: "PostgreSQL" }, true)[0] ?? "", /^error store: .*was moved to PostgreSQL/);
    for (const beforeStart of [true, false]) {
      const older = { migrations: { ...migrations, missing: ["0013"] }, contents: null };
      assert.match(inStore(older, beforeStart)[0] ?? "", /^warning schema: .*older version: they lack 1 migration\.$/);
      const added = { migrations: { ...migrations, unknown: ["0016-next"] } };
      assert.match(inStore(added, beforeStart)[0] ?? "", /^warning schema: .*0016-next.*can work with them/);
      const newer = {
        migrations: { ...migrations, unknown: ["9999-future"], fits: false, oldest: "9999" },
        contents: null,
      };
      assert.match(inStore(newer, beforeStart)[0] ?? "", /^error schema: A newer version.*9999-future/);
    }
  });

  test("a port that cannot be used", () => {
    const of = (code: string | undefined, running = false) =>
      wrong(judgePort("port", "0.0.0.0 port 443", code, running));
    assert.deepEqual(of("EADDRINUSE"), ["error port: 0.0.0.0 port 443 is already in use by another program."]);
    assert.deepEqual(of("EACCES"), ["warning port: This user may not listen on 0.0.0.0 port 443 (EACCES)."]);
    assert.match(of("EADDRNOTAVAIL", true)[0] ?? "", /^error port: This machine cannot listen on /);
    assert.deepEqual([of(undefined), of("EADDRINUSE", true), of("EACCES", true)], [[], [], []]);
  });

  test("a standby, and a pooler without a direct connection", () => {
    const of = (postgres: Partial<StoreFacts["postgres"]>) =>
      inStore({ postgres: { standby: false, pooled: false, direct: null, ...postgres } })[0] ?? "";
    assert.match(of({ standby: true }), /^error connection: The store's URL leads to a standby/);
    assert.match(of({ pooled: true }), /^warning connection: The store's URL leads through a connection pooler/);
    assert.match(of({ pooled: true, direct: "pooled" }), /^warning connection: The direct URL also leads through/);
    assert.match(of({ pooled: true, direct: "unreachable" }), /^warning connection: The direct URL of PostgreSQL does/);
    assert.match(of({ direct: "another_database" }), /^error connection: The direct URL leads to another database/);
    assert.deepEqual([of({}), of({ pooled: true, direct: "ok" }), of({ direct: "ok" })], ["", "", ""]);
  });

  test("clocks that differ", () => {
    assert.match(inStore({ clockOffset: 20_000 })[0] ?? "", /^warning clock: .* 20 seconds behind PostgreSQL's/);
    assert.match(inStore({ clockOffset: -90_000 })[0] ?? "", /^error clock: .* 90 seconds ahead of PostgreSQL's/);
  });

  test("a signing key without a successor, or none that signs", () => {
    const [first, second] = contents.keys as [StoreContents["keys"][0], StoreContents["keys"][0]];
    assert.match(containing({ keys: [first] })[0] ?? "", /^warning signing_keys: .*no published successor/);
    assert.match(containing({ keys: [second] })[0] ?? "", /^error signing_keys: No key signs/);
    assert.match(containing({ keys: [{ ...first, retiresAt: NOW - 1 }, second] })[0] ?? "", /^error signing_keys/);
    const other = { ...first, alg: "ES256" as const };
    const [now, next] = [other, { ...second, alg: "ES256" as const }];
    assert.match(containing({ keys: [first, second, now] })[0] ?? "", /^warning signing_keys/);
    assert.match(containing({ keys: [first, second, next] })[0] ?? "", /^error signing_keys/);
    assert.deepEqual(containing({ keys: [first, second, now, next] }), []);
  });

  test("emails that are stuck or were lost", () => {
    const stuck = { waiting: 3, oldestAt: NOW - 6 * MINUTE, lastError: "mail_unreachable", lost: 0 };
    const since = "3 emails are waiting, the oldest since 2026-11-29 11:54 (mail_unreachable).";
    assert.deepEqual(containing({ mails: stuck }), [`warning mail_queue: ${since}`]);
    assert.deepEqual(containing({ mails: { ...stuck, oldestAt: NOW - MINUTE } }), []);
    const lost = { waiting: 0, oldestAt: null, lastError: "mail_refused 550", lost: 1 };
    assert.deepEqual(containing({ mails: lost }), [
      "warning mail_queue: 1 email is not delivered within the last day (mail_refused 550).",
    ]);
  });

  test("expired rows that stay, and a disk that fills up", () => {
    assert.match(containing({ expired: 12 })[0] ?? "", /^warning expired_rows: 12 expired rows/);
    assert.deepEqual(inStore({ contents: { ...contents, expired: 12 } }, true), [], "the start deletes them");
    const disk = (free: number, { hasStore = true, total = 100 * GB } = {}) =>
      wrong(judgeDisk({ folder: "/data", free, total, hasStore }))[0] ?? "";
    assert.equal(disk(10 * GB), "");
    assert.match(disk(1.5 * GB), /^warning disk: 1536 MB free/);
    assert.match(disk(400 * MB, { total: GB }), /^warning disk: 400 MB free/);
    assert.match(disk(49 * MB), /^error disk: 49 MB free/);
    assert.equal(disk(49 * MB, { hasStore: false }), "", "a folder without the store needs little");
    assert.match(disk(5 * MB, { hasStore: false }), /^warning disk/);
    assert.match(disk(MB / 2, { hasStore: false }), /^error disk/);
  });
});
