import assert from "node:assert/strict";
import { test } from "node:test";
import { PollPace } from "../../../src/oauth/device-authorization/poll-pace.ts";

function pace(size = 100_000) {
  const time = { now: 1_000_000 };
  return { time, pace: new PollPace({ now: () => time.now }, size), end: time.now + 900_000 };
}

test("the first poll is always on time, the next one after 5 seconds, with half a second of tolerance", () => {
  const { pace: polls, time, end } = pace();
  assert.equal(polls.note("a", end, true), "on_time");
  time.now += 4_500;
  assert.equal(polls.note("a", end, true), "on_time");
  time.now += 4_499;
  assert.equal(polls.note("a", end, true), "early");
});

test("an early poll of a client that understands it adds 5 seconds, permanently and cumulatively", () => {
  const { pace: polls, time, end } = pace();
  polls.note("a", end, true);
  polls.note("a", end, true);
  time.now += 5_000;
  assert.equal(polls.note("a", end, true), "early", "10 s by now");
  time.now += 10_000;
  assert.equal(polls.note("a", end, true), "early", "15 s by now");
  time.now += 20_000;
  assert.equal(polls.note("a", end, true), "on_time");
  time.now += 19_000;
  assert.equal(polls.note("a", end, true), "early", "the grown interval stays");
});

test("an early poll of MSAL is early but adds nothing", () => {
  const { pace: polls, time, end } = pace();
  polls.note("a", end, false);
  assert.equal(polls.note("a", end, false), "early");
  time.now += 5_000;
  assert.equal(polls.note("a", end, false), "on_time");
});

test("codes do not slow each other down", () => {
  const { pace: polls, end } = pace();
  polls.note("a", end, true);
  assert.equal(polls.note("b", end, true), "on_time");
});

test("memory is freed after a final response and after expiry", () => {
  const { pace: polls, time, end } = pace();
  for (let code = 0; code < 100; code++) polls.note(`code ${code}`, end, true);
  polls.forget("code 0");
  assert.equal(polls.size, 99);
  time.now = end;
  polls.note("new", end + 900_000, true);
  assert.equal(polls.size, 1);
});

test("above its size the oldest codes start over", () => {
  const { pace: polls, end } = pace(10_000);
  for (let code = 0; code < 10_005; code++) polls.note(`code ${code}`, end, true);
  assert.ok(polls.size <= 10_001);
  assert.equal(polls.note("code 10004", end, true), "early");
  assert.equal(polls.note("code 0", end, true), "on_time");
});

test("a clock that goes back makes a poll early, never negative", () => {
  const { pace: polls, time, end } = pace();
  polls.note("a", end, true);
  time.now -= 3_600_000;
  assert.equal(polls.note("a", end, true), "early");
  time.now += 10_000;
  assert.equal(polls.note("a", end, true), "on_time");
});
