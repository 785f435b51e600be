import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkIssuer, chooseEngine } from "../../src/issuer/issuer-check.ts";

const guid = "0d6e1f3a-8f3c-4f0e-9b57-5c1d2a7e9f10";
const other = "11111111-2222-3333-4444-555555555555";

describe("the engine", () => {
  const microsoft = [
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "sts.windows.net",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "contoso.ciamlogin.com",
    `${guid}.ciamlogin.com`,
    "LOGIN.MicrosoftOnline.com",
  ];
  for (const host of microsoft) {
    test(`of ${host} is entra, regardless of its metadata`, () => {
      const authority = `https://${host}/contoso`;
      assert.equal(chooseEngine({ option: undefined, authority }), "entra");
      assert.equal(chooseEngine({ option: undefined, authority, document: { doorcode_profile: "oidc" } }), "entra");
      assert.equal(chooseEngine({ option: "oidc", authority }), "oidc");
    });
  }

  const others = [
    "login.microsoftonline.com.evil.example",
    "evil-login.microsoftonline.com",
    "graph.microsoft.com",
    "microsoftonline.com",
    "ciamlogin.com",
    "a.contoso.ciamlogin.com",
    "contoso.ciamlogin.com.evil.example",
    "contoso-ciamlogin.com",
    "localhost:8443",
  ];
  for (const host of others) {
    test(`of ${host} depends on its metadata, and is oidc if that says nothing`, () => {
      const authority = `https://${host}/login.microsoftonline.com`;
      const chosen = (document?: Record<string, unknown>) =>
        chooseEngine({ option: undefined, authority, ...(document && { document }) });
      assert.equal(chosen(), undefined, "before it is known");
      assert.equal(chosen({ doorcode_profile: "entra" }), "entra");
      for (const document of [{}, { doorcode_profile: "Entra" }, { doorcode_profile: true }]) {
        assert.equal(chosen(document), "oidc");
      }
      assert.equal(chooseEngine({ option: "entra", authority, document: {} }), "entra");
    });
  }
});

describe("the issuer that an authority's metadata may name", () => {
  const rows: [authority: string, issuer: string, oidc: boolean, entra: boolean][] = [
    ["https://issuer.example", "https://issuer.example", true, true],
    ["https://issuer.example", "https://issuer.example/", true, true],
    ["https://issuer.example/t", "https://issuer.example/t/v2.0", true, true],
    ["https://issuer.example/t", "https://issuer.example/t/v1.0", false, true],
    ["https://issuer.example/t", "https://issuer.example/u", false, true],
    ["https://issuer.example", "https://evil.example", false, false],
    ["https://issuer.example/t", "http://issuer.example/u", false, false],
    ["https://issuer.example:1/t", "https://issuer.example:2/u", false, false],
    [`https://issuer.example/${guid}`, `https://issuer.example/${other}/v2.0`, false, false],
    [`https://issuer.example/${guid.toUpperCase()}`, `https://issuer.example/${guid}/v2.0`, false, true],
    ["https://issuer.example/contoso", `https://issuer.example/${guid}/v2.0`, false, true],
    ["https://login.microsoftonline.com/common", "https://login.microsoftonline.com/{tenantid}/v2.0", false, true],
    [`https://login.microsoftonline.com/${guid}`, `https://sts.windows.net/${guid}`, false, true],
    [`https://login.microsoftonline.com/${guid}`, `https://sts.windows.net/${other}`, false, false],
    [`https://login.microsoftonline.com/${guid}`, `http://sts.windows.net/${guid}`, false, false],
    [`https://login.microsoftonline.com/${guid}`, `https://evil.example/${guid}`, false, false],
    ["https://contoso.ciamlogin.com/contoso", `https://${guid}.ciamlogin.com/${guid}/v2.0`, false, true],
    ["https://contoso.ciamlogin.com/contoso", `https://${guid}.ciamlogin.com/${other}/v2.0`, false, false],
    ["https://contoso.ciamlogin.com/contoso", "https://fabrikam.ciamlogin.com/fabrikam/v2.0", false, false],
    ["https://issuer.example/contoso", `https://${guid}.ciamlogin.com/${guid}/v2.0`, false, false],
  ];
  for (const [authority, issuer, oidc, entra] of rows) {
    test(`${authority} and ${issuer}: oidc ${oidc}, entra ${entra}`, () => {
      for (const [engine, accepted] of [
        ["oidc", oidc],
        ["entra", entra],
      ] as const) {
        const check = () => checkIssuer(issuer, authority, engine);
        if (accepted) assert.doesNotThrow(check, engine);
        else assert.throws(check, { code: "invalid_issuer_response", message: /names another issuer/ }, engine);
      }
    });
  }
});
