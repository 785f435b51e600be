import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DeviceCode } from "../../src/client.ts";
import { pollUntilDone } from "../../src/device-flow/poll.ts";
import type { HttpAnswer } from "../../src/transport/transport.ts";
import { type SimulatedClock, simulatedClock } from "../fixtures/simulated-clock.ts";

const answer = (status: number, body: unknown): HttpAnswer => ({ status, headers: {}, body: JSON.stringify(body) });
const pending = answer(400, { error: "authorization_pending" });
const done = answer(200, { access_token: "t" });

function codeOf(clock: SimulatedClock, lifetime = 900_000): DeviceCode {
  return {
    deviceCode: "device-code",
    userCode: "ABCD",
    verificationUri: "https://issuer.example/device",
    verificationUriComplete: undefined,
    message: undefined,
    expiresAt: clock.now() + lifetime,
    deadline: clock.monotonic() + lifetime,
    interval: 5_000,
  };
}

async function polled(options: {
  answers: (n: number, clock: SimulatedClock) => HttpAnswer;
  prepare?: (clock: SimulatedClock, code: DeviceCode) => void;
}) {
  const clock = simulatedClock();
  const code = codeOf(clock);
  options.prepare?.(clock, code);
  const polls: number[] = [];
  const outcome = await pollUntilDone({
    code,
    ask: async () => {
      polls.push(clock.monotonic());
      return options.answers(polls.length, clock);
    },
    observer: { waiting() {}, slowed() {}, retrying() {} },
    clock,
    signal: new AbortController().signal,
  }).catch((error: { code: string }) => error.code);
  return { polls, outcome, clock };
}

describe("the poll loop", () => {
  test("a wall clock that jumps forward by hours does not expire the code", async () => {
    const { outcome, polls } = await polled({
      answers: (n, clock) => {
        clock.jump(3 * 3_600_000);
        return n < 4 ? pending : done;
      },
    });
    assert.equal(outcome, done);
    assert.equal(polls.length, 4);
  });

  test("a wall clock that jumps back, even before the first poll, does not extend the code's lifetime", async () => {
    const { outcome, clock } = await polled({
      answers: () => pending,
      prepare: (moved) => moved.jump(-86_400_000),
    });
    assert.equal(outcome, "code_expired");
    assert.equal(clock.monotonic(), 900_000);
  });

  test("a computer suspended past the expiry does not poll again", async () => {
    const { outcome, polls } = await polled({
      answers: (_, clock) => {
        clock.pass(1_000_000);
        return pending;
      },
    });
    assert.equal(outcome, "code_expired");
    assert.equal(polls.length, 1);
  });

  test("a slow response is followed by a whole interval", async () => {
    const { polls } = await polled({
      answers: (n, clock) => {
        clock.pass(8_000);
        return n < 3 ? pending : done;
      },
    });
    assert.deepEqual(polls, [5_250, 18_250, 31_250]);
  });

  test("a timer that fires early does not cause an early poll", async () => {
    const clock = simulatedClock();
    const hasty = { ...clock, sleep: (ms: number, signal?: AbortSignal) => clock.sleep(Math.ceil(ms / 2), signal) };
    const polls: number[] = [];
    await pollUntilDone({
      code: codeOf(clock),
      ask: async () => {
        polls.push(clock.monotonic());
        return polls.length < 3 ? pending : done;
      },
      observer: { waiting() {}, slowed() {}, retrying() {} },
      clock: hasty,
      signal: new AbortController().signal,
    });
    assert.deepEqual(polls, [5_250, 10_500, 15_750]);
  });

  test("only network failures are retried", async () => {
    const clock = simulatedClock();
    const broken = new TypeError("a mistake");
    const outcome = pollUntilDone({
      code: codeOf(clock),
      ask: () => Promise.reject(broken),
      observer: { waiting() {}, slowed() {}, retrying() {} },
      clock,
      signal: new AbortController().signal,
    });
    await assert.rejects(outcome, (error) => error === broken);
  });

  test("nothing is sent if the signal was aborted before the start", async () => {
    const clock = simulatedClock();
    let asked = 0;
    const outcome = pollUntilDone({
      code: codeOf(clock),
      ask: async () => {
        asked++;
        return done;
      },
      observer: { waiting() {}, slowed() {}, retrying() {} },
      clock,
      signal: AbortSignal.abort(),
    });
    await assert.rejects(outcome, { code: "cancelled" });
    assert.equal(asked, 0);
  });
});
