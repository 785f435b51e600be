import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { asDoorcodeError } from "../../src/engines/entra/msal-errors.ts";
import { type EntraNetworkOptions, entraNetworkClient } from "../../src/engines/entra/network-client.ts";
import { DoorcodeError } from "../../src/errors.ts";
import { networkClient } from "../../src/msal.ts";
import { nodeTransport } from "../../src/transport/node-transport.ts";
import { type Fault, faultyIssuer, pending, secrets } from "../fixtures/faulty-issuer.ts";
import { manualClock } from "../fixtures/manual-clock.ts";
import { msalApplication, scope } from "../fixtures/msal-sign-in.ts";

const allPending: Fault = ({ kind }) => (kind === "poll" ? pending : undefined);
const hanging: Fault = ({ kind }) => (kind === "poll" ? "hang" : undefined);

/**
 * An MSAL sign-in in frozen time, its exchanges included: if it ends, it ended immediately. Only MSAL's own waits
 * between requests are in real time.
 */
async function signingIn(
  t: TestContext,
  {
    fault,
    interval = 1,
    timeout = 0,
    msalMayGiveUp,
  }: { fault: Fault; interval?: number; timeout?: number; msalMayGiveUp?: true },
) {
  const issuer = await faultyIssuer({ t, fault, device: { interval } });
  const clock = manualClock();
  const ending = new AbortController();
  const { send } = nodeTransport({ ca: issuer.ca, clock: manualClock() });
  let pollsSent = 0;
  const transport: EntraNetworkOptions["transport"] = {
    send(request) {
      if (new URL(request.url).pathname.endsWith("/token")) pollsSent++;
      return send(request);
    },
  };
  const network = entraNetworkClient({ transport, clock, signal: ending.signal, msalMayGiveUp });
  let msalIntervalMs = 0;
  const request = {
    scopes: [scope],
    deviceCodeCallback({ interval }: { interval: number }) {
      msalIntervalMs = interval * 1_000;
    },
    cancel: false,
    timeout,
  };
  const thrown = msalApplication(issuer, network)
    .acquireTokenByDeviceCode(request)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  const outcome = thrown.then((error) => (error === undefined ? undefined : asDoorcodeError(error, network)));
  return {
    ...{ issuer, clock, ending, request, thrown, outcome },
    pollsSent: () => pollsSent,
    msalIntervalMs: () => msalIntervalMs,
  };
}

describe("giving up", { concurrency: true }, () => {
  test("canceled between two polls: ends immediately, without another poll", async (t) => {
    const { issuer, clock, ending, outcome, pollsSent } = await signingIn(t, { fault: allPending });
    await clock.asleep(1);
    await clock.advance(2_000);
    await issuer.arrives("poll");
    await clock.asleep(1);
    ending.abort();
    assert.equal((await outcome)?.code, "cancelled");
    assert.equal(clock.sleeping(), 0);
    await clock.advance(60_000);
    assert.equal(pollsSent(), 1);
  });

  test("canceled while the socket hangs: ends immediately", async (t) => {
    const { issuer, clock, ending, outcome } = await signingIn(t, { fault: hanging });
    await clock.asleep(1);
    await clock.advance(2_000);
    await issuer.arrives("poll");
    ending.abort();
    assert.equal((await outcome)?.code, "cancelled");
  });

  test("a time limit and a custom abort reason are passed through unchanged", async (t) => {
    const timed = await signingIn(t, { fault: allPending });
    await timed.clock.asleep(1);
    timed.ending.abort(new DOMException("late", "TimeoutError"));
    assert.equal((await timed.outcome)?.code, "timed_out");

    const own = await signingIn(t, { fault: allPending });
    await own.clock.asleep(1);
    const reason = new DoorcodeError("wrong_account");
    own.ending.abort(reason);
    assert.equal(await own.outcome, reason);
  });

  test("canceled while discovery hangs: ends immediately", async (t) => {
    const fault: Fault = ({ kind }) => (kind === "discovery" ? "hang" : undefined);
    const { issuer, ending, outcome } = await signingIn(t, { fault });
    await issuer.arrives("discovery");
    ending.abort();
    assert.equal((await outcome)?.code, "cancelled");
  });
});

describe("programs that keep their own MSAL code", { concurrency: true }, () => {
  test("sign in with only networkClient() added", async (t) => {
    const issuer = await faultyIssuer({ t, device: { interval: 1 }, approveAt: 2 });
    const msal = msalApplication(issuer, networkClient({ ca: issuer.ca }));
    const result = await msal.acquireTokenByDeviceCode({ scopes: [scope], deviceCodeCallback() {} });
    assert.equal(result?.accessToken, secrets.accessToken);
    assert.equal(issuer.polls().length, 2);
  });

  /** How long MSAL's request is held, and how long MSAL may send none before it counts as gone. */
  const [heldMs, goneMs] = [75, 1_000];

  for (const [when, interval, asleep] of [
    ["comes due meanwhile", 1, 1],
    ["is far off", 5, 2],
  ] as const) {
    test(`\`request.cancel\` works as soon as MSAL checks it, without another poll: the next poll ${when}`, async (t) => {
      const { clock, request, outcome, ...seen } = await signingIn(t, {
        fault: allPending,
        interval,
        msalMayGiveUp: true,
      });
      // The poll loop, and MSAL's request.
      await clock.asleep(2);
      // The documentation of `networkClient` promises this.
      assert.ok(heldMs + seen.msalIntervalMs() <= 250);
      request.cancel = true;
      await clock.advance(heldMs);
      assert.equal((await outcome)?.code, "cancelled");
      await clock.advance(goneMs - 1);
      assert.equal(clock.sleeping(), asleep);
      await clock.advance(1);
      assert.equal(clock.sleeping(), 0);
      assert.equal(seen.pollsSent(), 0);
    });
  }

  test("`request.cancel` works while the socket hangs", async (t) => {
    const { issuer, clock, request, outcome } = await signingIn(t, { fault: hanging, msalMayGiveUp: true });
    await clock.asleep(2);
    await clock.advance(2_000);
    // Polls are sent only while MSAL requests them: this one is on hold now.
    await issuer.arrives("poll");
    request.cancel = true;
    await clock.advance(heldMs);
    assert.equal((await outcome)?.code, "cancelled");
  });

  test("`request.timeout` works, with MSAL's precision of a second", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const { clock, outcome } = await signingIn(t, { fault: hanging, msalMayGiveUp: true, timeout: 1 });
    await clock.asleep(2);
    t.mock.timers.setTime(Date.now() + 2_000);
    await clock.advance(heldMs);
    assert.equal((await outcome)?.code, "timed_out");
  });

  test("get the issuer's own words, which MSAL alone would drop", async (t) => {
    const json = { error: "access_denied", error_description: "AADSTS53003: Blocked by Conditional Access." };
    const fault: Fault = ({ kind }) => (kind === "poll" ? { status: 400, json } : undefined);
    const { clock, thrown } = await signingIn(t, { fault, msalMayGiveUp: true });
    await clock.asleep(2);
    await clock.advance(2_000);
    const error = await thrown;
    assert.ok(error instanceof DoorcodeError);
    assert.deepEqual([error.code, error.aadsts], ["blocked_by_policy", 53003]);
  });
});
