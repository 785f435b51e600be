import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { asDoorcodeError } from "../../src/engines/entra/msal-errors.ts";
import { entraNetworkClient } from "../../src/engines/entra/network-client.ts";
import type { DoorcodeError } from "../../src/errors.ts";
import { type Fault, type Reply, secrets } from "../fixtures/faulty-issuer.ts";
import { msalSignIn, scope } from "../fixtures/msal-sign-in.ts";

/** An issuer that repeats every secret it received in all its responses. */
const leaky = `device ${secrets.deviceCode}, access ${secrets.accessToken}`;
const everything: Reply[] = [
  { status: 400, json: { error: "access_denied", error_description: `No: ${secrets.deviceCode}` } },
  { status: 400, json: { error: `odd ${secrets.deviceCode}`, suberror: secrets.deviceCode } },
  { status: 400, text: leaky, headers: { "content-type": "text/html" } },
  { status: 200, text: leaky },
  { status: 200, json: { refresh_token: secrets.refreshToken, id_token: secrets.accessToken } },
  { status: 200, text: `{"access_token":"${secrets.accessToken}",` },
  { status: 302, text: leaky, headers: { location: `https://other.example/${secrets.deviceCode}` } },
  "cut",
];

test("no error and no event contains a device code or a token", async (t) => {
  for (const reply of everything) {
    const fault: Fault = ({ kind }) => (kind === "poll" ? reply : undefined);
    const { error, reported } = await msalSignIn(t, { fault, device: { expires_in: 60 } });
    assert.ok(error, JSON.stringify(reply));
    assertClean({ error, reported, stack: error.stack, json: JSON.stringify(error) });
  }
  for (const text of [leaky, `{"device_code":"${secrets.deviceCode}",`, `{"device_code":"${secrets.deviceCode}"}`]) {
    const fault: Fault = ({ kind }) => (kind === "devicecode" ? { status: 200, text } : undefined);
    const { error, reported } = await msalSignIn(t, { fault });
    assert.ok(error);
    assertClean({ error, reported, stack: error.stack });
  }
});

test("nor does the error of a renewal if the issuer repeats the refresh token", async (t) => {
  const json = {
    error: "invalid_grant",
    error_description: `AADSTS70000: ${secrets.refreshToken}`,
    error_codes: [70000],
  };
  const { msal, network, result } = await msalSignIn(t, {
    fault: ({ kind }) => (kind === "renewal" ? { status: 400, json } : undefined),
  });
  assert.ok(result?.account);
  const error = await msal
    .acquireTokenSilent({ account: result.account, scopes: [scope], forceRefresh: true })
    .catch((thrown: unknown) => asDoorcodeError(thrown, network));
  assert.equal((error as DoorcodeError).aadsts, 70000);
  assertClean({ error, stack: (error as DoorcodeError).stack });
});

test("no secret parameter of a token request is repeated from the issuer's response", async () => {
  const names = [
    "device_code",
    "refresh_token",
    "client_secret",
    "client_assertion",
    "assertion",
    "code",
    "code_verifier",
  ];
  for (const name of names) {
    const canary = "canary-parameter-93c1";
    const json = { error: "invalid_grant", error_description: `No such ${canary}` };
    const transport = { send: async () => ({ status: 400, headers: {}, body: JSON.stringify(json) }) };
    const network = entraNetworkClient({ transport });
    const body = new URLSearchParams({ grant_type: "any", client_id: "app", [name]: canary }).toString();
    await network.sendPostRequestAsync("https://issuer.example/token", { body });
    const thrown = Object.assign(new Error("MSAL's"), { name: "ServerError", errorCode: "invalid_grant" });
    const { message } = asDoorcodeError(thrown, network);
    assert.match(message, /No such/);
    assert.ok(!message.includes(canary), name);
  }
});

test("nor by MSAL's own errors, which repeat the response with any status", async (t) => {
  const encoded = encodeURIComponent(secrets.refreshToken);
  for (const reply of [
    { status: 400, json: { error: `odd ${secrets.refreshToken}`, error_description: secrets.refreshToken } },
    { status: 400, json: { error: "odd".repeat(40), error_description: encoded, suberror: encoded } },
    { status: 200, json: { access_token: "any", error: "odd", error_description: secrets.refreshToken } },
  ]) {
    const { msal, network, result } = await msalSignIn(t, {
      fault: ({ kind }) => (kind === "renewal" ? reply : undefined),
    });
    assert.ok(result?.account);
    const request = { account: result.account, scopes: [scope], forceRefresh: true };
    const thrown: unknown = await msal.acquireTokenSilent(request).catch((error: unknown) => error);
    assert.ok(thrown instanceof Error);
    const error = asDoorcodeError(thrown, network);
    assertClean({ thrown, error, stack: error.stack });
  }
});

test("an issuer's text cannot rewrite a terminal", async (t) => {
  const hostile = "AADSTS1: \u001b[2Jgone\r\n\u202eright to left\u0007";
  const fault: Fault = ({ kind }) =>
    kind === "poll" ? { status: 400, json: { error: "access_denied", error_description: hostile } } : undefined;
  const { error } = await msalSignIn(t, { fault });
  assert.equal(error?.message, "The sign-in was declined: AADSTS1: [2Jgone right to left");
});

function assertClean(value: unknown) {
  const seen = inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, breakLength: 200 });
  for (const secret of Object.values(secrets)) assert.ok(!seen.includes(secret), seen);
}
