import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { entraNetworkClient } from "../../src/engines/entra/network-client.ts";
import { nodeTransport } from "../../src/transport/node-transport.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { deviceFlow, runFlow } from "../fixtures/device-flow.ts";
import { type Fault, faultyIssuer, pending, type Reply } from "../fixtures/faulty-issuer.ts";
import { gaps, msalApplication, msalSignIn } from "../fixtures/msal-sign-in.ts";
import { simulatedClock } from "../fixtures/simulated-clock.ts";

const everyPoll =
  (reply: Reply): Fault =>
  ({ kind }) =>
    kind === "poll" ? reply : undefined;

// C7 and C9 are about what a user sees: tests/client/rfc8628-client.test.ts.
describe("RFC 8628, the client's side", () => {
  test("C1: nothing is requested before the user starts the sign-in (§3.1)", async (t) => {
    const issuer = await faultyIssuer({ t });
    const sent: string[] = [];
    const transport: Transport = {
      send({ url }) {
        sent.push(url);
        return Promise.reject(new Error("nothing was to be sent"));
      },
    };
    msalApplication(issuer, entraNetworkClient({ transport }));
    await setImmediate();
    assert.deepEqual(sent, []);
  });

  test("C2: at least the interval passes between polls, or five seconds if there is none (§3.2, §3.5)", async (t) => {
    for (const [device, least] of [
      [{ interval: 5 }, 5_000],
      [{ interval: 12 }, 12_000],
      [{ interval: undefined }, 5_000],
      [{ interval: 0 }, 1_000],
    ] as const) {
      const { issuer } = await deviceFlow(t, { device, approveAt: 4 });
      assert.equal(issuer.polls().length, 4);
      for (const gap of gaps(issuer)) assert.ok(gap >= least, `${gap} ms for ${JSON.stringify(device)}`);
    }
  });

  test("C2: no poll reaches the issuer early when the network delays requests", async (t) => {
    const clock = simulatedClock();
    const arrivals: number[] = [];
    const issuer = await faultyIssuer({
      t,
      now: clock.monotonic,
      approveAt: 7,
      fault: ({ kind, n }) => {
        if (kind !== "poll") return undefined;
        // Every other request takes three seconds to arrive.
        clock.pass(n % 2 === 0 ? 0 : 3_000);
        arrivals.push(clock.monotonic());
        return undefined;
      },
    });
    assert.ok((await runFlow(issuer, clock)).answer);
    assert.equal(arrivals.length, 7);
    for (const [index, at] of arrivals.slice(1).entries())
      assert.ok(at - (arrivals[index] ?? 0) >= 5_000, `${arrivals}`);
  });

  test("C3: every slow_down adds five seconds to all later polls (§3.5)", async (t) => {
    const { issuer } = await deviceFlow(t, {
      approveAt: 8,
      fault: ({ kind, n }) => (kind === "poll" && n <= 5 ? { status: 400, json: { error: "slow_down" } } : undefined),
    });
    const least = [5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 30_000, 30_000];
    assert.equal(gaps(issuer).length, least.length);
    for (const [index, gap] of gaps(issuer).entries())
      assert.ok(gap >= (least[index] ?? 0), `poll ${index + 1}: ${gap}`);
  });

  test("C4: any other error ends the sign-in, with no further poll (§3.5)", async (t) => {
    const matrix: Record<string, string> = {
      access_denied: "denied",
      authorization_declined: "denied",
      expired_token: "code_expired",
      bad_verification_code: "client_rejected",
      invalid_grant: "sign_in_again",
      invalid_client: "client_rejected",
      invalid_request: "client_rejected",
      invalid_scope: "client_rejected",
      unauthorized_client: "client_rejected",
      unsupported_grant_type: "client_rejected",
      interaction_required: "sign_in_again",
      server_error: "issuer_unreachable",
      something_new: "client_rejected",
    };
    for (const [error, code] of Object.entries(matrix)) {
      for (const status of [400, 401, 403]) {
        const outcome = await deviceFlow(t, { fault: everyPoll({ status, json: { error } }) });
        assert.equal(outcome.error?.code, code, `${status} ${error}`);
        assert.equal(outcome.error?.error, error);
        assert.equal(outcome.issuer.polls().length, 1);
      }
    }
    for (const reply of [
      { status: 404, text: "" },
      { status: 302, headers: { location: "/" } },
      { status: 400, text: "no" },
    ]) {
      const outcome = await deviceFlow(t, { fault: everyPoll(reply) });
      assert.equal(outcome.error?.code, "invalid_issuer_response", `${reply.status}`);
      assert.equal(outcome.issuer.polls().length, 1);
    }
  });

  test("C5: after connection timeouts it polls less and less often (§3.5)", async (t) => {
    const { issuer, error } = await deviceFlow(t, { fault: everyPoll("hang") });
    assert.equal(error?.code, "issuer_unreachable");
    const [, ...waits] = gaps(issuer);
    for (const [index, wait] of waits.slice(1, 3).entries()) assert.ok(wait > (waits[index] ?? 0), `${waits}`);
    assert.ok(
      waits.every((wait) => wait >= 15_000 + 10_000),
      `${waits}`,
    );
    assert.ok(issuer.polls().length < 20, `${issuer.polls().length} polls`);
  });

  test("C6: after the code expired, no request is sent automatically (§3.5)", async (t) => {
    for (const fault of [everyPoll(pending), everyPoll({ status: 400, json: { error: "expired_token" } })]) {
      const { issuer, error } = await msalSignIn(t, { fault, device: { expires_in: 30 } });
      assert.equal(error?.code, "code_expired");
      const requests = issuer.seen.length;
      // A request that was sent automatically would arrive before this one.
      const discovery = `${issuer.authority}/v2.0/.well-known/openid-configuration`;
      await nodeTransport({ ca: issuer.ca }).send({ url: discovery, method: "GET", timeoutMs: 60_000 });
      assert.equal(issuer.seen.length, requests + 1);
      assert.equal(issuer.seen.filter(({ kind }) => kind === "devicecode").length, 1);
    }
  });

  test("C8: the grant type is exactly the URN, sent once, although MSAL writes another (§3.4)", async (t) => {
    const { issuer } = await msalSignIn(t);
    assert.equal(issuer.polls().length, 3);
    for (const { form } of issuer.polls()) {
      assert.deepEqual(form.getAll("grant_type"), ["urn:ietf:params:oauth:grant-type:device_code"]);
      assert.equal(form.getAll("device_code").length, 1);
      assert.deepEqual(form.getAll("client_id"), [issuer.clientId]);
    }
  });
});
