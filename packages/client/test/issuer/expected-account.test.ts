import assert from "node:assert/strict";
import { test } from "node:test";
import { namesIn } from "../../src/issuer/token-answer.ts";
import { plainIssuer } from "../fixtures/plain-issuer.ts";

const email = "ada@contoso.example";

test("an account is not the expected one by an email address that the issuer says it never checked", async (t) => {
  for (const email_verified of [false, "false", "False", 0]) {
    const issuer = await plainIssuer(t);
    issuer.claims = { preferred_username: "eve", email, email_verified };
    await assert.rejects(issuer.client().client.signIn({ expectAccount: email }), { code: "wrong_account" });
    assert.equal(issuer.sent("/revoke").length, 1, "what it got is revoked");
  }
  for (const email_verified of [true, "true", undefined]) {
    const issuer = await plainIssuer(t);
    issuer.claims = { preferred_username: "eve", email, email_verified };
    await issuer.client().client.signIn({ expectAccount: email });
  }
});

test("nor by one that another tenant wrote, at an authority shared by all tenants", () => {
  const claims = { sub: "1", preferred_username: "eve@fabrikam.example", email };
  const shared = { issuer: "https://login.microsoftonline.com/{tenantid}/v2.0" };
  const own = { issuer: "https://login.microsoftonline.com/7d0d2b3e-2f6d-4a1c-9d3a-0a6c8f1e5b27/v2.0" };
  assert.deepEqual(namesIn(claims, shared), ["eve@fabrikam.example"]);
  assert.deepEqual(namesIn({ ...claims, xms_edov: false }, shared), ["eve@fabrikam.example"]);
  for (const xms_edov of [true, "true", 1, "1"])
    assert.deepEqual(namesIn({ ...claims, xms_edov }, shared), ["eve@fabrikam.example", email]);
  assert.deepEqual(namesIn(claims, own), ["eve@fabrikam.example", email]);
});
