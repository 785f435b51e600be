import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { announcedWait, withPreference } from "../../src/device-flow/held-poll.ts";
import { pollUntilDone } from "../../src/device-flow/poll.ts";
import { type HttpAnswer, TransportError } from "../../src/transport/transport.ts";
import { type SimulatedClock, simulatedClock } from "../fixtures/simulated-clock.ts";

const done: HttpAnswer = { status: 200, headers: {}, body: '{"access_token":"token"}' };
const refusal = (status: number, body: string): HttpAnswer => ({ status, headers: {}, body });
const pending = (applied?: string): HttpAnswer => ({
  status: 400,
  headers: applied === undefined ? {} : { "preference-applied": applied },
  body: '{"error":"authorization_pending"}',
});
const cut = () => new TransportError("connection", "lost the connection to issuer.example (ECONNRESET)");

interface Poll {
  at: number;
  wait: number;
}

/** Polls an issuer that answers the nth poll with `answers`, which also lets time pass. Returns when polls began. */
async function polled(
  answers: (poll: Poll & { n: number }, clock: SimulatedClock) => HttpAnswer | TransportError,
  options: { announced?: number; interval?: number; lifetime?: number } = {},
) {
  const { announced = 60, interval = 5_000, lifetime = 900_000 } = options;
  const clock = simulatedClock();
  const polls: Poll[] = [];
  const outcome = await pollUntilDone({
    code: {
      deviceCode: "device-code",
      userCode: "ABCD-EFGH",
      verificationUri: "https://issuer.example/device",
      verificationUriComplete: undefined,
      message: undefined,
      expiresAt: clock.now() + lifetime,
      interval,
      deadline: clock.monotonic() + lifetime,
    },
    ask: async (_signal, wait) => {
      const poll = { at: clock.monotonic(), wait };
      polls.push(poll);
      const answer = answers({ ...poll, n: polls.length }, clock);
      if (answer instanceof TransportError) throw answer;
      return answer;
    },
    announcedWait: announced,
    observer: { waiting() {}, slowed() {}, retrying() {} },
    clock,
    signal: new AbortController().signal,
  }).catch((error: { code: string }) => error.code);
  return { outcome, polls: polls.map(({ at, wait }) => [at, wait]) };
}

/** The issuer holds each poll for as long as it was asked to. */
const holding = ({ wait }: Poll, clock: SimulatedClock) => {
  clock.pass(wait * 1_000);
  return pending(`wait=${wait}`);
};

describe("polls that the issuer holds", () => {
  test("begin at once and follow each other at once: one in 30 seconds instead of six", async () => {
    const { outcome, polls } = await polled((poll, clock) => (poll.n < 4 ? holding(poll, clock) : done));
    assert.equal(outcome, done);
    assert.deepEqual(polls, [
      [0, 30],
      [30_000, 30],
      [60_000, 30],
      [90_000, 30],
    ]);
  });

  test("ask for no more than the issuer announces, and for nothing where that is shorter than the interval", async () => {
    const wanted = async (options: { announced?: number; interval?: number }) =>
      (await polled(() => done, options)).polls[0]!;
    assert.deepEqual(await wanted({ announced: 10 }), [0, 10]);
    assert.deepEqual(await wanted({ announced: 600 }), [0, 30]);
    assert.deepEqual(await wanted({ announced: 4 }), [5_250, 0]);
    assert.deepEqual(await wanted({ announced: 60, interval: 40_000 }), [42_000, 0]);
  });

  test("ask for no more than is left of the code, and end with it", async () => {
    const { outcome, polls } = await polled(holding, { lifetime: 45_400 });
    assert.equal(outcome, "code_expired");
    assert.deepEqual(polls, [
      [0, 30],
      [30_000, 15],
      [45_000, 0],
    ]);
  });

  test("keep the interval after an answer that does not say how long they were held", async () => {
    const { polls } = await polled(({ n }, clock) => {
      clock.pass(n === 2 ? 1_000 : 0);
      return n < 4 ? pending() : done;
    });
    assert.deepEqual(polls, [
      [0, 30],
      [5_250, 30],
      [11_250, 30],
      [16_500, 30],
    ]);
  });

  test("keep the interval although the issuer claims to have held what it answered at once", async () => {
    const { polls } = await polled(({ n }) => (n < 3 ? pending("wait=30") : done));
    assert.deepEqual(polls, [
      [0, 30],
      [5_250, 30],
      [10_500, 30],
    ]);
  });

  test("count only the time that was applied: the rest of the interval follows", async () => {
    const { polls } = await polled(({ n }, clock) => {
      // On its way for eight seconds, and held for two of them.
      clock.pass(8_000);
      return n < 2 ? pending("respond-async, wait=2") : done;
    });
    assert.deepEqual(polls, [
      [0, 30],
      [11_000, 30],
    ]);
  });

  test("keep a longer interval that the issuer asked for with slow_down", async () => {
    const { polls } = await polled((poll, clock) => {
      if (poll.n === 1) return refusal(400, '{"error":"slow_down"}');
      return poll.n < 3 ? holding(poll, clock) : done;
    });
    assert.deepEqual(polls, [
      [0, 30],
      [10_500, 30],
      [40_500, 30],
    ]);
  });

  test("become plain polls behind a proxy that cuts them after two seconds", async () => {
    const { outcome, polls } = await polled(({ n, wait }, clock) => {
      if (wait > 2) {
        clock.pass(2_000);
        return cut();
      }
      return n < 4 ? pending() : done;
    });
    assert.equal(outcome, done);
    // RFC 8628 §3.5: after a lost connection twice the interval, then the interval.
    assert.deepEqual(polls, [
      [0, 30],
      [12_500, 0],
      [17_750, 0],
      [23_000, 0],
    ]);
  });

  test("become shorter behind a proxy that cuts them after 20 seconds, whatever it answers", async () => {
    for (const answer of [cut(), refusal(504, ""), refusal(408, "<h1>Timeout</h1>")]) {
      const { polls } = await polled((poll, clock) => {
        if (poll.wait <= 20) return poll.n < 4 ? holding(poll, clock) : done;
        clock.pass(20_000);
        return answer;
      });
      assert.deepEqual(polls, [
        [0, 30],
        [30_500, 10],
        [40_500, 10],
        [50_500, 10],
      ]);
    }
  });

  test("stay as long after a lost connection that had not been held, and become plain after a second one", async () => {
    const refused = (times: number) => polled(({ n }) => (n <= times ? cut() : done));
    assert.deepEqual((await refused(1)).polls.at(-1), [10_500, 30]);
    assert.deepEqual((await refused(2)).polls.at(-1), [31_500, 0]);
  });

  test("become plain polls if a gateway rejects the preference, and what the issuer says of the grant still counts", async () => {
    for (const answer of [
      refusal(400, "<h1>Bad request</h1>"),
      refusal(417, ""),
      refusal(403, "{}"),
      refusal(400, '{"error":"invalid_request","error_description":"Unknown header."}'),
    ]) {
      const { outcome, polls } = await polled(({ n, wait }) => (wait > 0 ? answer : n < 3 ? pending() : done));
      assert.equal(outcome, done);
      assert.deepEqual(polls, [
        [0, 30],
        [5_250, 0],
        [10_500, 0],
      ]);
    }
    const always = await polled(() => refusal(400, '{"error":"invalid_request"}'));
    assert.deepEqual(always.polls.length, 2);
    assert.notEqual(always.outcome, done);
    const denied = await polled(() => refusal(400, '{"error":"access_denied"}'));
    assert.deepEqual([denied.outcome, denied.polls.length], ["denied", 1]);
  });
});

test("an issuer that does not announce it never sees the preference", async () => {
  assert.deepEqual((await polled(() => done, { announced: 0 })).polls, [[5_250, 0]]);
  for (const value of [undefined, null, true, "60", 0, -1, 1.5, Number.NaN])
    assert.equal(announcedWait(value), undefined);
  assert.equal(announcedWait(60), 60);
});

test("a request that may be held has that much more time", () => {
  const request = { headers: { accept: "application/json" }, timeoutMs: 15_000 };
  assert.deepEqual(withPreference(request, 30), {
    headers: { accept: "application/json", prefer: "wait=30" },
    timeoutMs: 45_000,
  });
  assert.equal(withPreference(request, 0), request);
});
