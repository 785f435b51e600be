import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { readAuthorizationAnswer } from "../../src/authorization-code/flow.ts";
import type { DoorcodeError } from "../../src/errors.ts";
import type { IssuerMetadata } from "../../src/issuer/issuer-session.ts";

const state = "the-state-of-this-sign-in";
const tenant = "7d0d2b3e-2f6d-4a1c-9d3a-0a6c8f1e5b27";
const one = `https://login.example/${tenant}/v2.0`;

function read(query: string, issuer = one, document: IssuerMetadata["document"] = {}) {
  const metadata = { issuer, document, engine: "entra" } as IssuerMetadata;
  return readAuthorizationAnswer(new URLSearchParams(`${query}&state=${state}`), { clientId: "app", metadata }, state);
}

describe("the response of the authorization endpoint", () => {
  test("returns the code; `iss` may be missing if the issuer did not promise it (RFC 9207 §2.4)", async () => {
    assert.equal(await read("code=one"), "one");
    assert.equal(await read(`code=one&iss=${encodeURIComponent(one)}`), "one");
    await assert.rejects(read("code=one", one, { authorization_response_iss_parameter_supported: true }), {
      code: "invalid_issuer_response",
    });
  });

  test("of a shared authority may be from any of its tenants, and from no other issuer", async () => {
    const shared = "https://login.example/{tenantid}/v2.0";
    assert.equal(await read(`code=one&iss=${encodeURIComponent(one)}`, shared), "one");
    for (const iss of [
      "https://login.example/not-a-tenant/v2.0",
      `https://evil.example/${tenant}/v2.0`,
      `https://login.example/${tenant}/v2.0/more`,
      "https://login.example/v2.0",
    ]) {
      await assert.rejects(
        read(`code=one&iss=${encodeURIComponent(iss)}`, shared),
        { code: "invalid_issuer_response" },
        iss,
      );
    }
  });

  const unusable: [what: string, query: string][] = [
    ["`iss` twice", `code=one&iss=${encodeURIComponent(one)}&iss=${encodeURIComponent(one)}`],
    ["an empty code", "code="],
    ["tokens in the address", "code=one&token=two"],
    ["a signed response that was not requested", "code=one&response=eyJ"],
  ];
  for (const [what, query] of unusable) {
    test(`is unusable with ${what}`, async () => {
      await assert.rejects(read(query), (error: DoorcodeError) => {
        assert.equal(error.code, "invalid_issuer_response");
        assert.doesNotMatch(inspect(error, { depth: 9 }), /the-state|code=one/);
        return true;
      });
    });
  }

  test("keeps Entra's error description, without control characters and without the state", async () => {
    const description = `AADSTS65004: User declined to consent.\u001b[31m ${state} Trace ID: 5e1c0d0a-0001-4000-8000-000000000001`;
    const query = new URLSearchParams({
      error: "access_denied",
      error_subcode: "cancel",
      error_description: description,
    });
    await assert.rejects(read(String(query)), (error: DoorcodeError) => {
      assert.equal(error.code, "denied");
      assert.equal(error.aadsts, 65004);
      assert.equal(error.suberror, "cancel");
      assert.equal(error.traceId, "5e1c0d0a-0001-4000-8000-000000000001");
      assert.ok(!error.message.includes("\u001b") && !error.message.includes(state), error.message);
      return true;
    });
  });
});
