import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { asDoorcodeError } from "../../src/engines/entra/msal-failure.ts";
import { networkClient } from "../../src/engines/entra/msal-network.ts";
import { entraNetworkClient } from "../../src/engines/entra/network-client.ts";
import { DoorcodeError } from "../../src/errors.ts";
import { nodeTransport } from "../../src/transport/node-transport.ts";
import { type Fault, type FaultyIssuer, faultyIssuer, pending, secrets } from "../fixtures/faulty-issuer.ts";
import { msalApplication, scope } from "../fixtures/msal-sign-in.ts";

/** Real time: what is measured here is how soon a person's Ctrl-C acts. */
const soonMs = 250;

/** Waits for the issuer to have been asked for a poll, then a moment. */
async function pollUnderWay(issuer: FaultyIssuer) {
  while (issuer.polls().length === 0) await setTimeout(5);
  await setTimeout(20);
}

async function codeIssued(issuer: FaultyIssuer) {
  while (!issuer.seen.some(({ kind }) => kind === "devicecode")) await setTimeout(5);
  await setTimeout(30);
}

const allPending: Fault = ({ kind }) => (kind === "poll" ? pending : undefined);
const hanging: Fault = ({ kind }) => (kind === "poll" ? "hang" : undefined);

async function withSignal(t: TestContext, fault: Fault, device: Record<string, unknown>) {
  const issuer = await faultyIssuer({ t, fault, device });
  const ending = new AbortController();
  const network = entraNetworkClient({ transport: nodeTransport({ ca: issuer.ca }), signal: ending.signal });
  const outcome = msalApplication(issuer, network)
    .acquireTokenByDeviceCode({ scopes: [scope], deviceCodeCallback() {} })
    .then(
      () => undefined,
      (error: unknown) => asDoorcodeError(error, network),
    );
  return { issuer, ending, outcome };
}

describe("giving up", { concurrency: true }, () => {
  test("cancelled between two polls: at once, and nothing is polled any more", async (t) => {
    const { issuer, ending, outcome } = await withSignal(t, allPending, { interval: 1 });
    await codeIssued(issuer);
    const started = performance.now();
    ending.abort();
    assert.equal((await outcome)?.code, "cancelled");
    assert.ok(performance.now() - started < soonMs);
    const polls = issuer.polls().length;
    await setTimeout(1_300);
    assert.equal(issuer.polls().length, polls);
  });

  test("cancelled while the socket hangs: at once", async (t) => {
    const { issuer, ending, outcome } = await withSignal(t, hanging, { interval: 1 });
    await pollUnderWay(issuer);
    const started = performance.now();
    ending.abort();
    assert.equal((await outcome)?.code, "cancelled");
    assert.ok(performance.now() - started < soonMs);
  });

  test("a time limit, and a reason of one's own, come through as what they are", async (t) => {
    const timed = await withSignal(t, allPending, { interval: 5 });
    await codeIssued(timed.issuer);
    timed.ending.abort(AbortSignal.abort(new DOMException("late", "TimeoutError")).reason);
    assert.equal((await timed.outcome)?.code, "timed_out");

    const own = await withSignal(t, allPending, { interval: 5 });
    await codeIssued(own.issuer);
    const reason = new DoorcodeError("wrong_account");
    own.ending.abort(reason);
    assert.equal(await own.outcome, reason);
  });

  test("cancelled while discovery hangs: at once", async (t) => {
    const { issuer, ending, outcome } = await withSignal(
      t,
      ({ kind }) => (kind === "discovery" ? "hang" : undefined),
      {},
    );
    while (issuer.seen.length === 0) await setTimeout(5);
    const started = performance.now();
    ending.abort();
    assert.equal((await outcome)?.code, "cancelled");
    assert.ok(performance.now() - started < soonMs);
  });
});

describe("programs that keep their own MSAL code", { concurrency: true }, () => {
  test("sign in with networkClient() and nothing else", async (t) => {
    const issuer = await faultyIssuer({ t, device: { interval: 1 }, approveAt: 2 });
    const msal = msalApplication(issuer, networkClient({ ca: issuer.ca }));
    const result = await msal.acquireTokenByDeviceCode({ scopes: [scope], deviceCodeCallback() {} });
    assert.equal(result?.accessToken, secrets.accessToken);
    const [first, second] = issuer.polls();
    assert.ok(first && second && second.at - first.at >= 1_000);
    assert.equal(issuer.polls().length, 2);
  });

  test("`request.cancel` acts at once, and nothing is polled any more", async (t) => {
    const issuer = await faultyIssuer({ t, fault: allPending, device: { interval: 1 } });
    const network = networkClient({ ca: issuer.ca });
    const request = { scopes: [scope], deviceCodeCallback() {}, cancel: false };
    const outcome = msalApplication(issuer, network)
      .acquireTokenByDeviceCode(request)
      .then(
        () => undefined,
        (error: unknown) => asDoorcodeError(error, network),
      );
    await codeIssued(issuer);
    const started = performance.now();
    request.cancel = true;
    assert.equal((await outcome)?.code, "cancelled");
    assert.ok(performance.now() - started < soonMs);
    const polls = issuer.polls().length;
    await setTimeout(1_500);
    assert.equal(issuer.polls().length, polls);
  });

  test("`request.cancel` acts while the socket hangs", async (t) => {
    const issuer = await faultyIssuer({ t, fault: hanging, device: { interval: 1 } });
    const network = networkClient({ ca: issuer.ca });
    const request = { scopes: [scope], deviceCodeCallback() {}, cancel: false };
    const outcome = msalApplication(issuer, network).acquireTokenByDeviceCode(request);
    const failed = assert.rejects(outcome, { errorCode: "device_code_polling_cancelled" });
    await pollUnderWay(issuer);
    const started = performance.now();
    request.cancel = true;
    await failed;
    assert.ok(performance.now() - started < soonMs);
  });

  test("`request.timeout` acts, to MSAL's second", async (t) => {
    const issuer = await faultyIssuer({ t, fault: hanging, device: { interval: 1 } });
    const network = networkClient({ ca: issuer.ca });
    const started = performance.now();
    const outcome = msalApplication(issuer, network).acquireTokenByDeviceCode({
      scopes: [scope],
      deviceCodeCallback() {},
      timeout: 1,
    });
    await assert.rejects(outcome, (error) => asDoorcodeError(error, network).code === "timed_out");
    assert.ok(performance.now() - started < 3_250);
  });

  test("get the issuer's own words, though MSAL would drop them", async (t) => {
    const json = { error: "access_denied", error_description: "AADSTS53003: Blocked by Conditional Access." };
    const issuer = await faultyIssuer({
      t,
      device: { interval: 1 },
      fault: ({ kind }) => (kind === "poll" ? { status: 400, json } : undefined),
    });
    const msal = msalApplication(issuer, networkClient({ ca: issuer.ca }));
    await assert.rejects(msal.acquireTokenByDeviceCode({ scopes: [scope], deviceCodeCallback() {} }), {
      name: "DoorcodeError",
      code: "blocked_by_policy",
      aadsts: 53003,
    });
  });
});
