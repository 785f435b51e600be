import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { pino } from "pino";
import { type Activity, createActivityLog, MOST_WAITING } from "../../src/server/activity.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import type { AuditRecord, Store } from "../../src/storage/store.ts";
import { manualClock } from "../fixtures/manual-clock.ts";

const SECOND = 1_000;

/** An activity log over a store of which a test changes some methods. */
async function activityLog(t: TestContext, changes: (store: Store) => Partial<Store> = () => ({})) {
  const opened = await openSqliteStore(":memory:");
  t.after(() => opened.close());
  const clock = manualClock();
  const log = createActivityLog(clock, pino({ level: "silent" }));
  log.reporting({ ...opened, ...changes(opened) });
  const nothing = { actor: "tenant" as const, userId: null, clientId: null, grantId: null, ip: null, detail: {} };
  const record = (n: number): AuditRecord => ({ ...nothing, at: clock.now(), event: "user.created", detail: { n } });
  return {
    ...{ clock, log },
    write: async (from: number, to: number) => {
      for (let n = from; n < to; n++) await opened.audit.write(record(n));
    },
    refuse: (message: string, clientId: string | null = null) =>
      log.refused({
        why: "app_unknown",
        message,
        detail: null,
        aadsts: null,
        actor: "client",
        clientId,
        userId: null,
        ip: null,
        recorded: false,
      }),
  };
}

const numbers = (entries: Activity[]) => entries.map(({ detail }) => detail.n);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("the activity log loses nothing", () => {
  test("if the names of an entry cannot be read: it has none", async (t) => {
    const { log, write } = await activityLog(t, ({ directory }) => ({
      directory: { ...directory, findUser: () => Promise.reject(new Error("the disk is full")) },
    }));
    const seen: Activity[] = [];
    await log.watch((entry) => seen.push(entry));
    await write(0, 3);
    log.refused({
      ...{ why: "not_assigned", message: "No.", detail: null, aadsts: null, clientId: null, ip: null, recorded: false },
      actor: "user",
      userId: "11111111-2222-4333-8444-555555555555",
    });
    await log.stop();
    assert.deepEqual(
      seen.map(({ event, user, app, app_key }) => [event, user, app, app_key]),
      [...upTo(3).map(() => ["user.created", null, null, null]), ["request.refused", null, null, null]],
    );
  });

  test("if the audit log cannot be read for a while: the rest comes later, in order, and once", async (t) => {
    let reads = 0;
    const failed = Promise.withResolvers<void>();
    const reported = Promise.withResolvers<void>();
    const { log, write, clock, refuse } = await activityLog(t, ({ audit }) => ({
      audit: {
        ...audit,
        async read(cursor, filter) {
          reads++;
          // The second page of the first reading.
          if (reads === 2) {
            failed.resolve();
            throw new Error("the disk is full");
          }
          return audit.read(cursor, filter);
        },
      },
      auditChanges: { watch: () => false },
    }));
    const seen: Activity[] = [];
    await log.watch((entry) => {
      seen.push(entry);
      if (entry.event === "request.refused") reported.resolve();
    });
    await write(0, 150);
    clock.advance(1);
    refuse("One.");
    await failed.promise;
    // The failed run ends before the clock moves.
    await new Promise(setImmediate);
    assert.deepEqual(seen, []);
    clock.advance(SECOND);
    await reported.promise;
    await log.stop();
    assert.deepEqual(numbers(seen.slice(0, 150)), upTo(150));
    assert.deepEqual(
      seen.slice(150).map(({ event }) => event),
      ["request.refused"],
    );
  });

  test("to a listener, if another one throws", async (t) => {
    const { log, write } = await activityLog(t);
    const seen: Activity[] = [];
    await log.watch(() => {
      throw new Error("a listener's mistake");
    });
    await log.watch((entry) => seen.push(entry));
    await write(0, 3);
    await log.stop();
    assert.deepEqual(numbers(seen), upTo(3));
  });

  test("that is committed while it stops", async (t) => {
    const [reading, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { log, write } = await activityLog(t, ({ audit }) => ({
      audit: {
        ...audit,
        async read(cursor, filter) {
          const page = await audit.read(cursor, filter);
          reading.resolve();
          await goOn.promise;
          return page;
        },
      },
    }));
    const seen: Activity[] = [];
    await log.watch((entry) => seen.push(entry));
    await write(0, 1);
    await reading.promise;
    await write(1, 3);
    const stopped = log.stop();
    goOn.resolve();
    await stopped;
    assert.deepEqual(numbers(seen), upTo(3));
  });
});

test("more refusals than can wait for the audit log are counted", async (t) => {
  const { log, refuse } = await activityLog(t);
  const seen: Activity[] = [];
  await log.watch((entry) => seen.push(entry));
  for (let n = 0; n < MOST_WAITING + 200; n++) refuse(`Refusal ${n}.`);
  await log.stop();
  const [skipped, ...others] = seen.filter(({ event }) => event === "activity.skipped");
  assert.deepEqual([seen.length, skipped?.detail, others], [MOST_WAITING + 1, { count: 200 }, []]);
});

test("a refusal quotes little of what a request names", async (t) => {
  const { log, refuse } = await activityLog(t);
  const seen: Activity[] = [];
  await log.watch((entry) => seen.push(entry));
  refuse("m".repeat(20_000), "c".repeat(20_000));
  await log.stop();
  const [entry] = seen;
  assert.ok(JSON.stringify(entry).length < 1_000, "the entry is short");
  assert.deepEqual([entry?.app, entry?.client_id?.startsWith("cc")], [null, true]);
});
