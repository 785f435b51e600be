// A reader of the audit log whose tenant is restored from a backup: with Doorcode's own command, or with other tools.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AuditCursor, AuditPage, Store } from "../../src/storage/store.ts";
import { postgres, sqliteFile } from "./open-test-store.ts";
import { DAY, sampleAudit, T0 } from "./samples.ts";

const HOUR = 60 * 60_000;

/** Reads everything from here on. */
async function readAll({ audit }: Store, from: AuditCursor) {
  let cursor = from;
  const events: string[] = [];
  let restored: AuditPage["restored"];
  for (let more = true; more; ) {
    const page = await audit.read(cursor, { limit: 3 });
    events.push(...page.records.map(({ event }) => event));
    restored ??= page.restored;
    cursor = page.cursor;
    more = page.more;
  }
  return { events, cursor, restored };
}

const write = async (store: Store, from: number, to: number, at = T0) => {
  for (let index = from; index <= to; index++) await store.audit.write(sampleAudit(`e${index}`, at + index * HOUR));
};
const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `e${from + index}`);

/** What a restore from a backup with the first `count` records leaves. On PostgreSQL, also the sequence goes back. */
async function loseAfter({ query }: Awaited<ReturnType<typeof sqliteFile>>, isPostgres: boolean, count: number) {
  await query(`delete from audit_records where seq > ${count}`);
  if (isPostgres) await query(`select setval('audit_numbers', ${count + 1}, false)`);
}

const settle = (store: Store, now: number) =>
  store.settleRestored({ now, endSignIns: false, audit: sampleAudit("tenant.restored", now) });

for (const [name, makeStore] of Object.entries({ SQLite: sqliteFile, PostgreSQL: postgres })) {
  const isPostgres = makeStore === postgres;
  describe(`a reader of a restored audit log (${name})`, () => {
    test("that had read more than the backup has continues after the backup, and says so", async () => {
      const place = await makeStore();
      try {
        const store = await place.open();
        await write(store, 1, 10);
        const before = await readAll(store, await store.audit.start({}));
        assert.deepEqual(before.events, names(1, 10));
        await loseAfter(place, isPostgres, 6);
        await settle(store, T0 + DAY);
        // More than were lost, so that numbers alone show nothing.
        await write(store, 20, 25, T0 + DAY);
        const after = await readAll(store, before.cursor);
        assert.equal(after.restored, "exact");
        assert.deepEqual(after.events, ["tenant.restored", ...names(20, 25)]);
        await write(store, 26, 26);
        assert.deepEqual((await readAll(store, after.cursor)).events, ["e26"]);
        assert.equal((await readAll(store, after.cursor)).restored, undefined);
      } finally {
        await place.remove();
      }
    });

    test("that had read less than the backup has misses nothing", async () => {
      const place = await makeStore();
      try {
        const store = await place.open();
        await write(store, 1, 4);
        const before = await readAll(store, await store.audit.start({}));
        await write(store, 5, 10);
        await loseAfter(place, isPostgres, 6);
        await settle(store, T0 + DAY);
        const { events, restored } = await readAll(store, before.cursor);
        assert.deepEqual([events, restored], [["e5", "e6", "tenant.restored"], "exact"]);
      } finally {
        await place.remove();
      }
    });

    test("restored twice, the second time from an older backup, continues after what all have", async () => {
      const place = await makeStore();
      try {
        const store = await place.open();
        await write(store, 1, 10);
        await loseAfter(place, isPostgres, 6);
        await settle(store, T0 + DAY);
        const second = await readAll(store, await store.audit.start({}));
        assert.deepEqual(second.events, [...names(1, 6), "tenant.restored"]);
        // A backup from before the first restore.
        await place.query("delete from audit_epochs");
        await loseAfter(place, isPostgres, 3);
        await settle(store, T0 + 2 * DAY);
        await write(store, 30, 36, T0 + 2 * DAY);
        const { events, restored } = await readAll(store, second.cursor);
        assert.deepEqual([events, restored], [["tenant.restored", ...names(30, 36)], "exact"]);
      } finally {
        await place.remove();
      }
    });

    test("with other tools notices it, misses nothing, and says that some records are repeated", async () => {
      const place = await makeStore();
      try {
        const store = await place.open();
        await write(store, 1, 10);
        const before = await readAll(store, await store.audit.start({}));
        await loseAfter(place, isPostgres, 6);
        const fewer = await readAll(store, before.cursor);
        assert.equal(fewer.restored, "repeats");
        await write(store, 20, 30, T0);
        for (const { cursor } of [before, fewer]) {
          const { events, restored } = await readAll(store, cursor);
          assert.deepEqual(events, names(20, 30));
          assert.equal(restored, cursor === before.cursor ? "repeats" : undefined);
        }
        const latest = await store.audit.start({ newest: 0 });
        await loseAfter(place, isPostgres, 8);
        await write(store, 40, 40, T0 + DAY);
        const { events, restored } = await readAll(store, latest);
        assert.deepEqual([events, restored], [["e40"], "repeats"]);
      } finally {
        await place.remove();
      }
    });
  });
}

test("records just before the last one that was read are repeated, because clocks differ (SQLite)", async () => {
  const place = await sqliteFile();
  try {
    const store = await place.open();
    for (const [index, seconds] of [0, 400, 500, 650, 700].entries()) {
      await store.audit.write(sampleAudit(`e${index}`, T0 + seconds * 1_000));
    }
    const before = await readAll(store, await store.audit.start({}));
    await loseAfter(place, false, 4);
    await write(store, 9, 9, T0 + DAY);
    const { events, restored } = await readAll(store, before.cursor);
    assert.deepEqual([events, restored], [["e2", "e3", "e9"], "repeats"]);
  } finally {
    await place.remove();
  }
});
