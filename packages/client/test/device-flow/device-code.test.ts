import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { presentedCode, readDeviceCode } from "../../src/device-flow/device-code.ts";
import { retryAfter } from "../../src/issuer/with-retries.ts";

const good = {
  device_code: "device-code-secret",
  user_code: "WDJB-MJHT",
  verification_uri: "https://issuer.example/device",
  verification_uri_complete: "https://issuer.example/device?user_code=WDJB-MJHT",
  expires_in: 900,
};
const read = (body: object, endpoint = "https://issuer.example/devicecode") =>
  readDeviceCode(
    { status: 200, headers: {}, body: JSON.stringify({ ...good, ...body }) },
    { endpoint, requestedAt: 1_000, monotonicAt: 10 },
  );

describe("reading the device authorization response", () => {
  test("a standard one: lifetime counted from the start of the request, default interval", () => {
    assert.deepEqual(read({}), {
      deviceCode: "device-code-secret",
      userCode: "WDJB-MJHT",
      verificationUri: "https://issuer.example/device",
      verificationUriComplete: "https://issuer.example/device?user_code=WDJB-MJHT",
      message: undefined,
      expiresAt: 901_000,
      deadline: 900_010,
      interval: 5_000,
    });
  });

  test("accepts the old spelling verification_url", () => {
    assert.equal(
      read({ verification_uri: undefined, verification_url: "https://old.example/device" }).verificationUri,
      "https://old.example/device",
    );
  });

  test("an issuer on this computer may have its pages on the local network, over http", () => {
    const here = "https://localhost:8443/tenant/oauth2/v2.0/devicecode";
    for (const page of [
      "http://192.168.1.20:8444/device",
      "http://172.31.0.1/device",
      "http://[fd12::7]:8444/device",
    ]) {
      assert.equal(read({ verification_uri: page }, here).verificationUri, page);
      assert.throws(() => read({ verification_uri: page }), { code: "invalid_issuer_response" });
    }
    for (const page of ["http://8.8.8.8/device", "http://172.32.0.1/device", "http://10.0.0.1.evil.example/device"]) {
      assert.throws(() => read({ verification_uri: page }, here), { code: "invalid_issuer_response" }, page);
    }
  });

  test("what the user sees contains no secret, and the issuer's sentence cannot smuggle one in", () => {
    const code = read({ message: "Enter it.\u001b[2J device-code-secret" });
    assert.equal(code.message, "Enter it. [2J …");
    assert.ok(!JSON.stringify(presentedCode(code)).includes("device-code-secret"));
    assert.ok(!("deadline" in presentedCode(code)));
  });

  test("URLs and codes that could mislead a user or a terminal are rejected", () => {
    for (const body of [
      { verification_uri: "javascript:alert(1)" },
      { verification_uri: "issuer.example" },
      { verification_uri: "https://issuer.example/\u202eelpmaxe" },
      { verification_uri: undefined },
      { user_code: "AB\u001b[31mCD" },
      { user_code: "A".repeat(65) },
      { user_code: "" },
      { user_code: 12345 },
      { device_code: undefined },
    ]) {
      assert.throws(() => read(body), { code: "invalid_issuer_response" }, JSON.stringify(body));
    }
    assert.equal(read({ verification_uri_complete: "javascript:alert(1)" }).verificationUriComplete, undefined);
  });

  const addresses: [given: unknown, shown: string | RegExp][] = [
    ["https://issuer.example", "https://issuer.example"],
    ["https://issuer.example/", "https://issuer.example/"],
    ["HTTPS://Issuer.Example:443/device", "https://issuer.example/device"],
    ["https://bücher.example/gerät", "https://xn--bcher-kva.example/ger%C3%A4t"],
    // Cyrillic letters that look like Latin letters.
    ["https://аррӏе.example/", "https://xn--80ak6aa92e.example/"],
    ["https:\\\\issuer.example\\device", "https://issuer.example/device"],
    ["http://localhost:8080/device", "http://localhost:8080/device"],
    ["http://127.0.0.1/device", "http://127.0.0.1/device"],
    ["http://[::1]:80/device", "http://[::1]/device"],
    ["http://issuer.example/device", /verification_uri "http:\/\/issuer\.example\/device" is not an https address/],
    ["http://localhost.evil.example/", /is not an https address/],
    ["javascript:alert(1)", /"javascript:alert\(1\)" is not an https address/],
    ["data:text/html,x", /is not an https address/],
    ["file:///etc/passwd", /is not an https address/],
    ["//issuer.example/device", /is not an https address/],
    ["https://microsoft.com@evil.example/", /verification_uri "https:\/\/…@evil\.example\/" is not an https address/],
    ["https://:canary-password@evil.example/", /"https:\/\/…@evil\.example\/"/],
    ["https:\\\\canary-password@evil.example/", /"https:\/\/…@evil\.example\/"/],
    ["https://", /is not an https address/],
    ["", /its verification_uri is not an https address/],
    [null, /its verification_uri is not an https address/],
    [["https://issuer.example/"], /its verification_uri is not an https address/],
  ];
  for (const [given, shown] of addresses) {
    test(`verification_uri ${JSON.stringify(given)}: ${typeof shown === "string" ? shown : "refused"}`, () => {
      const attempt = () => read({ verification_uri: given, verification_uri_complete: given });
      if (typeof shown === "string") {
        const { verificationUri, verificationUriComplete } = attempt();
        assert.deepEqual([verificationUri, verificationUriComplete], [shown, shown]);
        return;
      }
      assert.throws(attempt, (error: Error & { code: string }) => {
        assert.equal(error.code, "invalid_issuer_response");
        assert.match(error.message, shown);
        assert.ok(!error.message.includes("canary"));
        return true;
      });
      assert.equal(read({ verification_uri_complete: given }).verificationUriComplete, undefined);
    });
  }

  test("the issuer's sentence has the address as it is shown", () => {
    const given = "https://аррӏе.example/device";
    const { message } = read({ verification_uri: given, message: `Open ${given} and enter the code.` });
    assert.equal(message, "Open https://xn--80ak6aa92e.example/device and enter the code.");
  });

  test("an OAuth error with status 200 is that error", () => {
    const body = JSON.stringify({ error: "invalid_client" });
    assert.throws(
      () => readDeviceCode({ status: 200, headers: {}, body }, { endpoint: "https://issuer.example", requestedAt: 0 }),
      { code: "client_rejected" },
    );
  });
});

describe("Retry-After", () => {
  const headers = (value: string, date?: string) => ({
    status: 429,
    headers: { "retry-after": value, ...(date && { date }) },
    body: "",
  });

  test("is read in seconds, as a date by the issuer's clock, else by ours", () => {
    const now = Date.parse("Sun, 22 Nov 2026 07:00:00 GMT");
    assert.equal(retryAfter(headers("7"), now), 7_000);
    assert.equal(retryAfter(headers("0"), now), 0);
    assert.equal(retryAfter(headers("Sun, 22 Nov 2026 07:00:09 GMT"), now), 9_000);
    const skewed = headers("Sun, 22 Nov 2026 09:00:09 GMT", "Sun, 22 Nov 2026 09:00:00 GMT");
    assert.equal(retryAfter(skewed, now), 9_000);
    assert.equal(retryAfter(headers("Sun, 22 Nov 2026 06:00:00 GMT"), now), 0);
  });

  test("is ignored if it is invalid", () => {
    for (const value of ["", "soon", "-5", "1.5", "99999999999"])
      assert.equal(retryAfter(headers(value), 0), undefined);
  });
});
