import assert from "node:assert/strict";
import { test } from "node:test";
import { MovableClock } from "../../src/kernel/movable-clock.ts";
import { manualClock } from "../fixtures/manual-clock.ts";

/** A clock that runs, one over it that is moved, and what its timers called. */
function clocks() {
  const base = manualClock(1_000);
  const clock = new MovableClock(base);
  const called: string[] = [];
  const after = (ms: number, name: string) => clock.after(ms, () => called.push(name));
  return { base, clock, called, after };
}

test("it runs like the clock below it, and stays as far ahead as it was moved", () => {
  const { base, clock } = clocks();
  base.advance(500);
  assert.equal(clock.now(), 1_500);
  clock.moveTo(60_000);
  assert.equal(clock.now(), 61_500);
  base.advance(500);
  assert.deepEqual([clock.now(), clock.aheadMs], [62_000, 60_000]);
});

test("a timer calls back once: when its time has passed, or when the clock is moved past it", () => {
  const { base, clock, called, after } = clocks();
  after(100, "first");
  after(60_000, "second");
  base.advance(100);
  assert.deepEqual(called, ["first"]);
  clock.moveTo(59_000);
  assert.deepEqual(called, ["first"]);
  base.advance(900);
  assert.deepEqual(called, ["first", "second"]);
  base.advance(60_000);
  clock.moveTo(1_000_000);
  assert.deepEqual(called, ["first", "second"]);
});

test("timers that become due together call back in the order of their times", () => {
  const { clock, called, after } = clocks();
  after(3_000, "third");
  after(1_000, "first");
  after(2_000, "second");
  clock.moveTo(10_000);
  assert.deepEqual(called, ["first", "second", "third"]);
});

test("a cancelled timer never calls back, also if another one cancels it during the same move", () => {
  const { base, clock, called, after } = clocks();
  const cancelFirst = after(1_000, "cancelled before");
  const cancelLast = after(3_000, "cancelled meanwhile");
  clock.after(2_000, cancelLast);
  cancelFirst();
  clock.moveTo(5_000);
  base.advance(10_000);
  assert.deepEqual(called, []);
});

test("back, a timer waits as long as it did before, not until its time comes again", () => {
  const { base, clock, called, after } = clocks();
  clock.moveTo(3_600_000);
  after(1_000, "waited");
  clock.moveTo(0);
  base.advance(999);
  assert.deepEqual(called, []);
  base.advance(1);
  assert.deepEqual(called, ["waited"]);
});

test("a timer that a timer starts waits for its own time", () => {
  const { base, clock, called, after } = clocks();
  clock.after(1_000, () => after(1_000, "next"));
  clock.moveTo(1_500);
  assert.deepEqual(called, []);
  base.advance(1_000);
  assert.deepEqual(called, ["next"]);
});
