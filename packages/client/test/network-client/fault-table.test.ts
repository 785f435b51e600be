import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Fault, Reply } from "../fixtures/faulty-issuer.ts";
import { pending, secrets } from "../fixtures/faulty-issuer.ts";
import { gaps, msalSignIn, scope } from "../fixtures/msal-sign-in.ts";

/** Responds to the nth poll with this, and to every other poll as usual. */
const pollAnswers =
  (replies: Record<number, Reply>): Fault =>
  ({ kind, n }) =>
    kind === "poll" ? replies[n] : undefined;
const everyPoll =
  (reply: Reply): Fault =>
  ({ kind }) =>
    kind === "poll" ? reply : undefined;

/** Each poll comes slightly more than one interval after the previous one. */
function assertSpaced(actual: number[], intervals: number[]) {
  assert.equal(actual.length, intervals.length, `polls ${actual.join(", ")} ms apart`);
  for (const [index, interval] of intervals.entries()) {
    const gap = actual[index] ?? 0;
    assert.ok(gap > interval && gap <= interval * 1.06, `poll ${index + 1} came ${gap} ms on, not ${interval}`);
  }
}

describe("MSAL Node on our network client, when the issuer or the network fails", () => {
  test("pending: polls with the URN slightly more than one interval apart, the first one interval after the code", async (t) => {
    const { issuer, result, reported } = await msalSignIn(t);
    assert.equal(result?.accessToken, secrets.accessToken);
    assertSpaced(gaps(issuer), [5_000, 5_000, 5_000]);
    assert.equal(reported.waiting, 2);
    for (const { form } of issuer.polls()) {
      assert.deepEqual(form.getAll("grant_type"), ["urn:ietf:params:oauth:grant-type:device_code"]);
    }
  });

  test("pending with Retry-After in seconds: waits that long, then polls again", async (t) => {
    const { issuer, result } = await msalSignIn(t, {
      fault: pollAnswers({ 1: { ...(pending as object), status: 400, headers: { "retry-after": "30" } } }),
    });
    assert.ok(result);
    const [, second, third] = gaps(issuer);
    assert.equal(second, 30_000);
    assert.equal(third, 5_250);
  });

  test("pending with Retry-After as a date: waits until then by the issuer's clock", async (t) => {
    const headers = { date: "Sun, 22 Nov 2026 07:00:00 GMT", "retry-after": "Sun, 22 Nov 2026 07:00:40 GMT" };
    const { issuer, result } = await msalSignIn(t, {
      fault: pollAnswers({ 1: { ...(pending as object), status: 400, headers } }),
    });
    assert.ok(result);
    assert.equal(gaps(issuer)[1], 40_000);
  });

  test("Retry-After beyond the code's lifetime: waits until the code expires, and polls no more", async (t) => {
    const { issuer, error, clock } = await msalSignIn(t, {
      fault: everyPoll({ status: 429, headers: { "retry-after": "86400" } }),
    });
    assert.equal(error?.code, "code_expired");
    assert.equal(issuer.polls().length, 1);
    assert.equal(clock.monotonic(), 900_000);
  });

  test("slow_down: adds five seconds each time, until the end", async (t) => {
    const slower: Reply = { status: 400, json: { error: "slow_down" } };
    const { issuer, result, reported } = await msalSignIn(t, {
      fault: pollAnswers({ 1: slower, 2: slower }),
      approveAt: 5,
    });
    assert.ok(result);
    assertSpaced(gaps(issuer), [5_000, 10_000, 15_000, 15_000, 15_000]);
    assert.deepEqual(reported.slowed, [10_000, 15_000]);
  });

  test("429: also slows down, and the next call is not rejected locally", async (t) => {
    const { issuer, result, msal } = await msalSignIn(t, {
      fault: pollAnswers({ 1: { status: 429, json: { error: "too_many_requests" } } }),
      approveAt: 3,
    });
    assert.ok(result);
    assertSpaced(gaps(issuer), [5_000, 10_000, 10_000]);
    const again = await msal.acquireTokenByDeviceCode({ scopes: [scope], deviceCodeCallback() {} });
    assert.equal(again?.accessToken, secrets.accessToken);
  });

  test("declined: a typed error with description, number and correlation ID", async (t) => {
    const json = {
      error: "authorization_declined",
      error_description:
        "AADSTS70018: The user declined. Trace ID: t Correlation ID: c1 Timestamp: 2026-11-22 08:00:00Z",
      error_codes: [70018],
      correlation_id: "c1",
      trace_id: "t",
    };
    for (const error of ["authorization_declined", "access_denied"]) {
      const outcome = await msalSignIn(t, { fault: everyPoll({ status: 400, json: { ...json, error } }) });
      assert.equal(outcome.error?.code, "denied");
      assert.equal(outcome.error?.aadsts, 70018);
      assert.equal(outcome.error?.correlationId, "c1");
      assert.equal(outcome.error?.traceId, "t");
      assert.equal(outcome.error?.error, error);
      assert.match(outcome.error?.message ?? "", /AADSTS70018: The user declined/);
      assert.equal(outcome.issuer.polls().length, 1);
    }
  });

  test("expired_token: typed", async (t) => {
    const { error, issuer } = await msalSignIn(t, {
      fault: everyPoll({ status: 400, json: { error: "expired_token" } }),
    });
    assert.equal(error?.code, "code_expired");
    assert.equal(issuer.polls().length, 1);
  });

  test("Conditional Access: blocked by a policy, which a new sign-in cannot fix", async (t) => {
    for (const number of [53003, 530032, 50005, 50105]) {
      const json = { error: "access_denied", error_description: `AADSTS${number}: Blocked.`, error_codes: [number] };
      const { error } = await msalSignIn(t, { fault: everyPoll({ status: 400, json }) });
      assert.equal(error?.code, "blocked_by_policy");
      assert.equal(error?.aadsts, number);
    }
  });

  test("an empty 503: retried, and never a success", async (t) => {
    const { issuer, result, reported } = await msalSignIn(t, {
      fault: pollAnswers({ 1: { status: 503 }, 2: { status: 503 } }),
    });
    assert.equal(result?.accessToken, secrets.accessToken);
    assertSpaced(
      gaps(issuer),
      [5_000, 10_000, 20_000].map((ms) => Math.ceil(ms * 1.005)),
    );
    assert.deepEqual(
      reported.retrying.map(({ delay }) => delay),
      [10_500, 21_000],
    );
  });

  test("503 with an OAuth error and Retry-After: retried at that time", async (t) => {
    const busy: Reply = { status: 503, json: { error: "temporarily_unavailable" }, headers: { "retry-after": "25" } };
    const { issuer, result } = await msalSignIn(t, { fault: pollAnswers({ 1: busy }) });
    assert.ok(result);
    assert.equal(gaps(issuer)[1], 25_000);
  });

  test("a gateway's HTML 502: retried", async (t) => {
    const html: Reply = { status: 502, text: "<h1>Bad gateway</h1>", headers: { "content-type": "text/html" } };
    const { result, reported } = await msalSignIn(t, { fault: pollAnswers({ 1: html }) });
    assert.ok(result);
    assert.equal(reported.retrying.length, 1);
  });

  test("a lost connection: retried, with the wait doubled each time", async (t) => {
    const { issuer, result } = await msalSignIn(t, {
      fault: pollAnswers({ 1: "reset", 2: "cut", 3: "reset" }),
      approveAt: 4,
    });
    assert.ok(result);
    assert.deepEqual(gaps(issuer), [5_250, 10_500, 21_000, 42_000]);
  });

  test("a hung socket: aborted at the time limit, and retried", async (t) => {
    const { issuer, result } = await msalSignIn(t, { fault: pollAnswers({ 1: "hang" }), approveAt: 2 });
    assert.ok(result);
    assert.deepEqual(gaps(issuer), [5_250, 15_000 + 10_500]);
  });

  test("a network that never recovers: ends when the code expires, and the error names the network failure", async (t) => {
    const { error, clock, issuer } = await msalSignIn(t, { fault: everyPoll("reset") });
    assert.equal(error?.code, "issuer_unreachable");
    assert.match(error?.message ?? "", /before the code expired/);
    assert.equal(clock.monotonic(), 900_000);
    assert.ok(issuer.polls().length < 25, `${issuer.polls().length} polls`);
  });

  test("200 with garbage or without a token: an invalid issuer response", async (t) => {
    for (const reply of [
      { status: 200, text: "<html>" },
      { status: 200, json: {} },
      { status: 200, text: "" },
      { status: 200, json: { access_token: 7 } },
    ]) {
      const { error, issuer } = await msalSignIn(t, { fault: everyPoll(reply) });
      assert.equal(error?.code, "invalid_issuer_response");
      assert.equal(issuer.polls().length, 1);
    }
  });

  test("a failed request for a device code: an immediate error, with no code shown and no poll", async (t) => {
    const json = {
      error: "unauthorized_client",
      error_description: "AADSTS700016: Application with identifier 'x' was not found.",
      error_codes: [700016],
      correlation_id: "c2",
    };
    const { error, issuer, shown } = await msalSignIn(t, {
      fault: ({ kind }) => (kind === "devicecode" ? { status: 400, json } : undefined),
    });
    assert.equal(error?.code, "client_rejected");
    assert.equal(error?.aadsts, 700016);
    assert.equal(error?.correlationId, "c2");
    assert.match(error?.hint ?? "", /client ID/);
    assert.deepEqual(shown, []);
    assert.equal(issuer.polls().length, 0);
    assert.equal(issuer.seen.filter(({ kind }) => kind === "devicecode").length, 1);
  });

  test("a request for a device code that gets 503 twice: the third attempt succeeds", async (t) => {
    const { result, issuer } = await msalSignIn(t, {
      fault: ({ kind, n }) => (kind === "devicecode" && n < 3 ? { status: 503 } : undefined),
    });
    assert.ok(result);
    assert.equal(issuer.seen.filter(({ kind }) => kind === "devicecode").length, 3);
  });

  test("no interval: five seconds", async (t) => {
    const { issuer, result } = await msalSignIn(t, { device: { interval: undefined } });
    assert.ok(result);
    assertSpaced(gaps(issuer), [5_000, 5_000, 5_000]);
  });

  test("numbers as strings: read as numbers", async (t) => {
    const { issuer, error, shown, clock } = await msalSignIn(t, {
      device: { expires_in: "60", interval: "7" },
      fault: everyPoll(pending),
    });
    assert.equal(error?.code, "code_expired");
    assert.equal(clock.monotonic(), 60_000);
    assertSpaced(gaps(issuer), Array(8).fill(7_000));
    assert.deepEqual({ expiresIn: 60, interval: 7 }, pick(shown[0], ["expiresIn", "interval"]));
  });

  test("invalid numbers: rejected", async (t) => {
    for (const device of [
      { expires_in: "soon" },
      { expires_in: -1 },
      { expires_in: null },
      { interval: -5 },
      { interval: "often" },
      { interval: 1e9 },
      { interval: {} },
    ]) {
      const { error, issuer } = await msalSignIn(t, { device });
      assert.equal(error?.code, "invalid_issuer_response", JSON.stringify(device));
      assert.equal(issuer.polls().length, 0);
    }
  });

  test("the code's lifetime counts from the request, however long that took", async (t) => {
    const { issuer, error, clock } = await msalSignIn(t, {
      faultAt: (moved) => (seen) => {
        if (seen.kind === "devicecode") moved.pass(12_000);
        return seen.kind === "poll" ? pending : undefined;
      },
      device: { expires_in: 60 },
    });
    assert.equal(error?.code, "code_expired");
    assert.equal(clock.monotonic(), 60_000);
    assert.ok(issuer.polls().every(({ at }) => at < 60_000));
  });

  test("failed discovery: the error has the cause that MSAL hides", async (t) => {
    const down = await msalSignIn(t, { fault: ({ kind }) => (kind === "discovery" ? { status: 503 } : undefined) });
    assert.equal(down.error?.code, "issuer_unreachable");
    assert.match(down.error?.message ?? "", /503/);
    const html = await msalSignIn(t, {
      fault: ({ kind }) => (kind === "discovery" ? { status: 200, text: "<p>" } : undefined),
    });
    assert.equal(html.error?.code, "invalid_issuer_response");
    const unknownTenant = {
      error: "invalid_tenant",
      error_description: "AADSTS90002: Tenant 'x' not found.",
      error_codes: [90002],
    };
    const tenant = await msalSignIn(t, {
      fault: ({ kind }) => (kind === "discovery" ? { status: 400, json: unknownTenant } : undefined),
    });
    assert.equal(tenant.error?.aadsts, 90002);
    assert.match(tenant.error?.hint ?? "", /tenant/);
  });

  test("metadata of another issuer: the error names it", async (t) => {
    const { error } = await msalSignIn(t, {
      fault: ({ kind }) => {
        if (kind !== "discovery") return undefined;
        const base = "https://other.example";
        const json = { issuer: base, authorization_endpoint: base, token_endpoint: base, jwks_uri: base };
        return { status: 200, json };
      },
    });
    assert.equal(error?.code, "invalid_issuer_response");
    assert.match(error?.message ?? "", /other\.example/);
  });
});

function pick(object: object | undefined, names: string[]) {
  return Object.fromEntries(Object.entries(object ?? {}).filter(([name]) => names.includes(name)));
}
