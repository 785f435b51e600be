import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { type PlainIssuer, plainIssuer } from "../fixtures/plain-issuer.ts";

const listed = { code_challenge_methods_supported: ["plain", "S256"] };

/** Whether the poll's verifier matches the challenge of the device code request (RFC 7636 §4.6). */
function isProved(issuer: PlainIssuer): boolean {
  const challenge = issuer.sent("/device").at(-1)?.form.get("code_challenge");
  const verifier = issuer.sent("/token").at(-1)?.form.get("code_verifier");
  if (!challenge && !verifier) return false;
  assert.match(verifier ?? "", /^[\w-]{43}$/);
  assert.equal(createHash("sha256").update(verifier!).digest("base64url"), challenge);
  assert.equal(issuer.sent("/device").at(-1)?.form.get("code_challenge_method"), "S256");
  return true;
}

describe("a sign-in by code proves that it asked for the code itself, by PKCE:", () => {
  test("if the metadata lists S256, with a new verifier each time", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.metadata = listed;
    for (let n = 0; n < 2; n++) {
      await issuer.client().client.signIn();
      assert.ok(isProved(issuer));
    }
    const [first, second] = issuer.sent("/device").map(({ form }) => form.get("code_challenge"));
    assert.notEqual(first, second);
  });

  test("it sends no challenge if S256 is not listed", async (t) => {
    for (const methods of [undefined, null, [], ["plain"]]) {
      const issuer = await plainIssuer(t);
      issuer.metadata = { code_challenge_methods_supported: methods };
      await issuer.client().client.signIn();
      assert.ok(!isProved(issuer));
    }
  });

  test("if the issuer requires PKCE without listing it", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.answer = ({ path, form }) =>
      path === "/device" && !form.has("code_challenge")
        ? { status: 400, json: { error: "invalid_request", error_description: "Missing parameter: code_challenge" } }
        : undefined;
    const { client, shown } = issuer.client();
    await client.signIn();
    assert.ok(isProved(issuer));
    assert.equal(shown.length, 1);
  });

  test("not if the device endpoint rejects the challenge", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.metadata = listed;
    issuer.answer = ({ path, form }) =>
      path === "/device" && form.has("code_challenge")
        ? { status: 400, json: { error: "invalid_request", error_description: "code_challenge: unknown parameter" } }
        : undefined;
    await issuer.client().client.signIn();
    assert.ok(!isProved(issuer));
    assert.equal(issuer.sent("/device").length, 2);
  });

  test("no error repeats the verifier", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.metadata = listed;
    issuer.answer = ({ path, form }) => {
      const description = `Wrong verifier ${form.get("code_verifier")}.`;
      return path === "/token"
        ? { status: 400, json: { error: "invalid_grant", error_description: description } }
        : undefined;
    };
    const { client, events } = issuer.client();
    await assert.rejects(client.signIn(), (error: Error) => {
      const verifier = issuer.sent("/token")[0]?.form.get("code_verifier") ?? "";
      assert.match(error.message, /Wrong verifier …/);
      assert.ok(!inspect([error, events], { depth: 9 }).includes(verifier));
      return true;
    });
  });
});
