import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { issuerKeys } from "../../src/issuer/id-token.ts";
import type { IssuerMetadata } from "../../src/issuer/issuer-session.ts";
import { requestTimeoutMs } from "../../src/issuer/with-retries.ts";
import type { HttpAnswer, HttpRequest } from "../../src/transport/transport.ts";
import { simulatedClock } from "../fixtures/simulated-clock.ts";

const jwksUri = "https://login.example/keys";
const answer = (body: unknown, status = 200): HttpAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const one = { keys: [{ kid: "one" }] };
const two = { keys: [{ kid: "two" }] };

/** The keys of an issuer that sends these responses, one after the other. */
function keysFrom(answers: HttpAnswer[], signal?: AbortSignal) {
  const requests: HttpRequest[] = [];
  const clock = simulatedClock();
  const transport = {
    async send(request: HttpRequest) {
      requests.push(request);
      return answers[requests.length - 1] ?? assert.fail("asked more often than expected");
    },
  };
  const metadata = { jwksUri } as IssuerMetadata;
  return { keys: issuerKeys({ metadata, transport, clock }, signal), requests, clock };
}

describe("the issuer's keys", () => {
  test("are requested once, from the URL in its metadata", async () => {
    const { keys, requests } = keysFrom([answer(one)]);
    assert.deepEqual(await Promise.all([keys.get(), keys.get()]), [one, one]);
    assert.deepEqual(await keys.get(), one);
    assert.deepEqual(requests, [{ url: jwksUri, method: "GET", timeoutMs: requestTimeoutMs, signal: undefined }]);
  });

  test("are requested again when a key is missing, and the new ones are kept", async () => {
    const { keys, requests } = keysFrom([answer(one), answer(two)]);
    assert.deepEqual(await keys.get(), one);
    assert.deepEqual(await keys.get(true), two);
    assert.deepEqual(await keys.get(), two);
    assert.equal(requests.length, 2);
  });

  test("are requested again when a response has none, and the error names the request", async () => {
    const html = { ...answer("<html>"), headers: { "content-type": "text/html" } };
    for (const [wrong, code, message] of [
      [answer(one, 404), "invalid_issuer_response", /the request for the issuer's keys is HTTP 404/],
      [answer({ error: "invalid_request" }, 400), "client_rejected", /invalid_request/],
      [answer({ keys: [] }), "invalid_issuer_response", /login\.example\/keys is an empty key set/],
      [answer({ keys: "none" }), "invalid_issuer_response", /keys is not a key set: it has no list of keys/],
      [answer({}), "invalid_issuer_response", /keys is not a key set: it has no list of keys/],
      [html, "invalid_issuer_response", /the issuer's keys is HTTP 200 with a body of type text\/html/],
    ] as const) {
      const { keys } = keysFrom([wrong, answer(one)]);
      await assert.rejects(keys.get(), { name: "DoorcodeError", code, message });
      assert.deepEqual(await keys.get(), one);
    }
  });

  test("are read without entries that are not keys, as RFC 7517 requires", async () => {
    const { keys } = keysFrom([answer({ keys: [null, "key", 7, [], ...one.keys] })]);
    assert.deepEqual(await keys.get(), one);
  });

  test("are waited for while the issuer is busy, on the injected clock", async () => {
    const { keys, clock } = keysFrom([answer("", 503), answer(one)]);
    assert.deepEqual(await keys.get(), one);
    assert.equal(clock.monotonic(), 500);
  });

  test("are not waited for after the sign-in is canceled", async () => {
    const controller = new AbortController();
    controller.abort();
    const { keys } = keysFrom([answer(one)], controller.signal);
    await assert.rejects(keys.get(), { code: "cancelled" });
  });
});
