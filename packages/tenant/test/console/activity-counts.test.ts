import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { activityCounts } from "../../src/console/activity-counts.ts";
import type { AuditCount } from "../../src/storage/store.ts";
import { manualClock } from "../fixtures/manual-clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Half past an hour. */
const START = Date.UTC(2026, 0, 15, 12, 30);

/** A log that counts as the store does, and remembers what it was asked. */
function countedLog(start = START) {
  const clock = manualClock(start);
  const records: { at: number; event: string }[] = [];
  const asked: { from: number; to: number }[] = [];
  const audit = {
    async countBySlot({
      events,
      from,
      to,
      slotMs,
    }: {
      events: readonly string[];
      from: number;
      to: number;
      slotMs: number;
    }) {
      asked.push({ from, to });
      const slots = new Map<string, AuditCount>();
      for (const { at, event } of records) {
        if (at < from || at >= to || !events.includes(event)) continue;
        const slot = Math.floor(at / slotMs) * slotMs;
        const counted = slots.get(`${slot} ${event}`) ?? { at: slot, event, count: 0 };
        slots.set(`${slot} ${event}`, { ...counted, count: counted.count + 1 });
      }
      return [...slots.values()];
    },
  };
  return { clock, records, asked, counts: activityCounts({ store: { audit }, clock }) };
}

const signedIn = "device_grant.redeemed";
const sum = (bars: { counts: { signedIn: number } }[]) =>
  bars.reduce((total, { counts }) => total + counts.signedIn, 0);

describe("counts of the audit log for charts", () => {
  test("the last bar is the hour that has begun, and each event counts as what it means", async () => {
    const { counts, records, clock } = countedLog();
    records.push({ at: clock.now() - MINUTE, event: signedIn }, { at: clock.now() - 40 * MINUTE, event: signedIn });
    records.push({ at: clock.now() - 50 * MINUTE, event: "authorization.denied" });
    records.push({ at: clock.now() - 10 * HOUR, event: "refresh_token.reused" });
    records.push({ at: clock.now() - 25 * HOUR, event: signedIn }, { at: clock.now(), event: "user.created" });
    const bars = await counts.byHour();
    assert.equal(bars.length, 24);
    assert.deepEqual(bars[23], {
      at: START - 30 * MINUTE,
      counts: { signedIn: 1, declined: 0, refused: 0, renewed: 0, notRenewed: 0 },
    });
    assert.deepEqual(bars[22]!.counts, { signedIn: 1, declined: 1, refused: 0, renewed: 0, notRenewed: 0 });
    assert.equal(bars[13]!.counts.notRenewed, 1);
    assert.equal(sum(bars), 2);
    assert.equal(sum(await counts.lastHour()), 2);
  });

  test("what is over is counted once: a later request counts a few minutes, however long the log is", async () => {
    const { counts, asked, clock } = countedLog();
    await counts.byHour();
    assert.ok(asked.every(({ from, to }) => to - from <= HOUR));
    assert.ok(Math.min(...asked.map(({ from }) => from)) <= START - 23 * HOUR - 30 * MINUTE);
    asked.length = 0;
    clock.advance(MINUTE);
    await counts.lastHour();
    await counts.byHour();
    assert.ok(
      asked.length > 0 && asked.every(({ from, to }) => to - from <= 15 * MINUTE && from > START - 15 * MINUTE),
    );
  });

  test("requests at the same moment count the day together", async () => {
    const { counts, asked } = countedLog();
    await Promise.all(Array.from({ length: 10 }, () => counts.byHour()));
    assert.ok(asked.filter(({ to }) => to <= START - HOUR).length <= 25);
  });

  test("a record that appears late, within two minutes of its slot's end, is counted", async () => {
    const { counts, records, clock } = countedLog();
    clock.advance(MINUTE);
    await counts.byHour();
    // Its transaction ended after the slot.
    records.push({ at: START - 1, event: signedIn });
    assert.equal(sum(await counts.byHour()), 1);
    clock.advance(10 * MINUTE);
    assert.equal(sum(await counts.byHour()), 1);
  });

  test("nothing is remembered for longer than a day, and a clock that is set back counts again", async () => {
    const { counts, records, clock } = countedLog();
    records.push({ at: START - MINUTE, event: signedIn });
    assert.equal(sum(await counts.byHour()), 1);
    clock.advance(30 * HOUR);
    assert.equal(sum(await counts.byHour()), 0);
    records.push({ at: START + 5 * HOUR, event: signedIn });
    clock.advance(-24 * HOUR);
    assert.equal(sum(await counts.byHour()), 2);
  });

  test("a request whose count fails loses nothing for the next one", async () => {
    const { clock, records } = countedLog();
    records.push({ at: START - 5 * HOUR, event: signedIn });
    const { counts: working, records: same } = countedLog();
    same.push(...records);
    let failures = 3;
    const counts = activityCounts({
      clock,
      store: {
        audit: {
          async countBySlot({ from, to, slotMs }) {
            if (failures-- === 1) throw new Error("the store is away");
            return records
              .filter(({ at }) => at >= from && at < to)
              .map(({ at, event }) => ({ at: Math.floor(at / slotMs) * slotMs, event, count: 1 }));
          },
        },
      },
    });
    await assert.rejects(counts.byHour(), /away/);
    assert.deepEqual(await counts.byHour(), await working.byHour());
  });
});
