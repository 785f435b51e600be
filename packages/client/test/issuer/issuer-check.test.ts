import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DoorcodeError } from "../../src/errors.ts";
import { checkIssuer } from "../../src/issuer/issuer-check.ts";

const tenant = "7d0d2b3e-2f6d-4a1c-9d3a-0a6c8f1e5b27";
const another = "a1b2c3d4-2222-3333-4444-e5f6a7b8c9d0";
const microsoft = "https://login.microsoftonline.com";
const contoso = "https://contoso.ciamlogin.com";

type Case = [issuer: string, authority: string];

const isRefused = (issuer: string, authority: string, engine: "entra" | "oidc") =>
  assert.throws(
    () => checkIssuer(issuer, authority, engine),
    { code: "invalid_issuer_response" },
    `${issuer} ${authority}`,
  );

describe("the issuer that an authority's metadata names", () => {
  test("is the authority, with or without a trailing slash, or its /v2.0", () => {
    for (const [issuer, authority] of [
      ["https://login.example/one", "https://login.example/one"],
      ["https://login.example/", "https://login.example"],
      ["https://login.example/one/v2.0", "https://login.example/one"],
    ] satisfies Case[]) {
      for (const engine of ["entra", "oidc"] as const) checkIssuer(issuer, authority, engine);
    }
  });

  test("is rejected if it differs, as OpenID Connect requires", () => {
    for (const [issuer, authority] of [
      ["https://evil.example/one", "https://login.example/one"],
      ["https://login.example/two", "https://login.example/one"],
      ["https://login.example", "https://login.example/one"],
      ["http://login.example/one", "https://login.example/one"],
      [`${microsoft}/${tenant}/v2.0`, `${microsoft}/contoso.example`],
    ] satisfies Case[]) {
      isRefused(issuer, authority, "oidc");
    }
  });

  test("of Entra has the tenant's GUID when the authority has its name", () => {
    for (const [issuer, authority] of [
      [`https://localhost:8443/${tenant}/v2.0`, "https://localhost:8443/contoso.example"],
      [`https://localhost:8443/${tenant}/v2.0`, "https://localhost:8443"],
      [`${microsoft}/${tenant}/v2.0`, "https://login.windows.net/contoso.example"],
      [`https://${tenant}.ciamlogin.com/${tenant}/v2.0`, `${contoso}/contoso.onmicrosoft.com`],
      [`${contoso}/${tenant}/v2.0`, `${contoso}/contoso.onmicrosoft.com`],
    ] satisfies Case[]) {
      checkIssuer(issuer, authority, "entra");
    }
  });

  test("of Entra has a tenant placeholder when the authority is for all tenants", () => {
    checkIssuer(`${microsoft}/{tenantid}/v2.0`, `${microsoft}/common`, "entra");
    isRefused("https://evil.example/{tenantid}/v2.0", `${microsoft}/common`, "entra");
  });

  test("of Entra is at Microsoft, at the authority's own origin, or at the tenant's ciamlogin.com host", () => {
    for (const [issuer, authority] of [
      [`https://evil.example/${tenant}/v2.0`, `${microsoft}/contoso.example`],
      [`${microsoft}/${tenant}/v2.0`, "https://localhost:8443/contoso.example"],
      [`https://localhost:9443/${tenant}/v2.0`, "https://localhost:8443/contoso.example"],
      [`http://login.microsoftonline.com/${tenant}/v2.0`, `${microsoft}/contoso.example`],
      [`https://${tenant}.ciamlogin.com/${tenant}/v2.0`, "https://login.example/contoso.example"],
      [`https://${another}.ciamlogin.com/${tenant}/v2.0`, `${contoso}/contoso.onmicrosoft.com`],
      [`https://${tenant}.ciamlogin.com:8443/${tenant}/v2.0`, `${contoso}/contoso.onmicrosoft.com`],
      ["https://fabrikam.ciamlogin.com/fabrikam/v2.0", `${contoso}/contoso.onmicrosoft.com`],
      ["https://evil.example/v2.0", `${contoso}/contoso.onmicrosoft.com`],
    ] satisfies Case[]) {
      isRefused(issuer, authority, "entra");
    }
  });

  test("of Entra is exactly the tenant with the requested GUID, in upper or lower case", () => {
    checkIssuer(`https://login.windows.net/${tenant}/`, `${microsoft}/${tenant.toUpperCase()}`, "entra");
    checkIssuer(`https://login.windows.net/${tenant.toUpperCase()}/`, `${microsoft}/${tenant}`, "entra");
    for (const issuer of [
      `${microsoft}/${another}/v2.0`,
      `${microsoft}/${another.toUpperCase()}/v2.0`,
      // A token from any tenant would be accepted.
      `${microsoft}/{tenantid}/v2.0`,
      `${microsoft}/fabrikam.example/v2.0`,
    ]) {
      isRefused(issuer, `${microsoft}/${tenant}`, "entra");
    }
  });

  test("of Entra is any tenant at the origin if the name only resembles a GUID", () => {
    for (const name of [`a${tenant}`, `${tenant}.example`, "contoso-1-2-3"]) {
      checkIssuer(`https://localhost:8443/${tenant}/v2.0`, `https://localhost:8443/${name}`, "entra");
    }
  });

  test("is shown in the error as plain text on one line, shortened if it is long", () => {
    const issuer = `https://evil.example/\u001b[2J${"x".repeat(300)}`;
    assert.throws(
      () => checkIssuer(issuer, "https://login.example", "oidc"),
      ({ message, hint }: DoorcodeError) => {
        assert.match(message, /the metadata of https:\/\/login\.example names another issuer, https:\/\/evil\.example/);
        assert.ok(!message.includes("\u001b") && !message.includes("x".repeat(200)));
        assert.match(hint, /Check the authority/);
        return true;
      },
    );
  });
});
