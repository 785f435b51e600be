import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { issuerError } from "../../src/issuer/issuer-answer.ts";

/** The hint for a response of the token or devicecode endpoint. */
const hintOf = (error: string, error_description: string, suberror?: string) => {
  const body = JSON.stringify({ error, error_description, suberror });
  return issuerError({ status: 400, headers: {}, body }, { request: "the token" }).hint;
};

describe("the hint of a refusal", () => {
  test("about administrative scopes names the tenant's command, and the browser only if that helps", () => {
    const notNamed = hintOf(
      "invalid_scope",
      "AADSTS650057: The application may not request these administrative scopes: its registration does not list them.",
    );
    assert.match(notNamed, /doorcode tenant apps allow-administration CLIENT_ID \(with --by-device-code/);
    assert.doesNotMatch(notNamed, /--browser/);
    const byCode = hintOf(
      "invalid_scope",
      "AADSTS650057: Administrative scopes are not granted by device code. Sign in through a browser.",
    );
    assert.match(byCode, /--browser\), or .* allow-administration CLIENT_ID --by-device-code$/);
  });

  test("for Entra's 650057 is about the API, not about administration", () => {
    const hint = hintOf(
      "invalid_client",
      "AADSTS650057: Invalid resource. The client has requested access to a resource",
    );
    assert.match(hint, /does not list this API/);
    assert.doesNotMatch(hint, /administration/);
  });

  test("for a renewal without consent is a new sign-in; elsewhere an administrator must consent", () => {
    const said = "AADSTS65001: There is no consent to this yet. Sign in again and request todo.write.";
    assert.match(hintOf("invalid_grant", said, "consent_required"), /^Sign in again: the page asks for consent\./);
    assert.match(hintOf("invalid_grant", said), /^An administrator of the tenant must consent/);
  });

  test("for a grant type that the app may not use is the same with and without a number", () => {
    const said = "The application is not allowed to use this grant type.";
    const hint = hintOf("unauthorized_client", `AADSTS70003: ${said}`);
    assert.match(hint, /may not use this grant type/);
    assert.equal(hintOf("unauthorized_client", said), hint);
  });
});
