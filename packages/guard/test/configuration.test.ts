import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createGuard, type GuardOptions } from "../src/index.ts";

const tenantId = "11111111-2222-3333-4444-555555555555";
const good = { issuer: `https://login.example/${tenantId}/v2.0`, audience: "api", profile: "entra" } as const;

describe("a guard is not created", () => {
  const unsafe: [string, unknown, RegExp][] = [
    ["for an issuer on plain http off loopback", { ...good, issuer: `http://login.example/${tenantId}/v2.0` }, /https/],
    ["for a host that only looks like loopback", { ...good, issuer: "http://127.0.0.1.example" }, /https/],
    ["for a host that ends like localhost", { ...good, issuer: "http://notlocalhost", tenantId }, /issuer must be/],
    [
      "for a host that begins like localhost",
      { ...good, issuer: "http://localhost.example", tenantId },
      /issuer must be/,
    ],
    ["for an issuer that is not on the web", { ...good, issuer: "ftp://localhost", tenantId }, /issuer must be/],
    ["for an issuer that is not a string", { ...good, issuer: [good.issuer] }, /issuer must be/],
    ["for keys on plain http", { ...good, jwksUri: "http://login.example/keys" }, /jwksUri/],
    ["without issuer", { audience: "api", profile: "entra" }, /issuer/],
    ["without audience", { ...good, audience: "" }, /audience/],
    ["with a list as its audience", { ...good, audience: ["api"] }, /audience/],
    ["without profile", { ...good, profile: undefined }, /profile/],
    ["for Entra without a tenant", { ...good, issuer: "https://login.example/common/v2.0" }, /tenantId/],
    ["for Entra when the tenant is not at the end of the URL", { ...good, issuer: `${good.issuer}/x` }, /tenantId/],
    ["with an empty tenant", { ...good, tenantId: "" }, /tenantId/],
    ["without any issuer", { issuers: [] }, /at least one issuer/],
    ["with one issuer twice", { issuers: [good, { ...good, profile: "rfc9068" }] }, /twice/],
    ["with a negative time", { ...good, clockToleranceMs: -1 }, /clockToleranceMs/],
    ["with a time that is not a number", { ...good, cooldownMs: Number.NaN }, /cooldownMs/],
  ];
  for (const [name, options, message] of unsafe) {
    test(name, () => {
      assert.throws(() => createGuard(options as GuardOptions), message);
    });
  }
});

test("a guard is created without a request to its issuer", () => {
  assert.ok(createGuard(good));
  for (const host of ["[::1]", "localhost", "127.0.0.1", "127.100.100.100"]) {
    assert.ok(createGuard({ ...good, issuer: `http://${host}:8080/t`, tenantId }));
  }
});

test("an error in a route's requirements is found even without a token", async () => {
  for (const requirements of [
    { scopes: [] },
    { roles: [""] },
    { scopes: ["one", "two words"] },
    { scopes: ['quo"te'] },
  ]) {
    await assert.rejects(createGuard(good).verify("", requirements), TypeError);
  }
});
