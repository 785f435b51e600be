// What the tenant says about a token, beside the guard itself: they share no code, and must agree.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { createGuard, GuardError } from "../../packages/guard/src/index.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { failsWith } from "../../packages/tenant/test/server/scratch.ts";
import { clientIdOf, poll, requestCode } from "../fixtures/device.ts";

const EMAIL = "ada@contoso.example";
const PROFILES = ["entra", "rfc9068"] as const;

describe("checkToken agrees with the guard", () => {
  let tenant: TestTenant;
  const apiIds: Record<string, string> = {};
  const tokens: Record<string, { access: string; id: string }> = {};

  before(async () => {
    tenant = await startTestTenant();
    await tenant.admin.people.add({ email: EMAIL });
    for (const profile of PROFILES) {
      const api = await tenant.admin.apis.put({
        name: profile,
        tokenProfile: profile,
        scopes: [{ value: "Read", consent: "User", displayName: "Read", description: "Read", enabled: true }],
      });
      apiIds[profile] = api.clientId;
      const scope = `api://${api.clientId}/Read openid`;
      const { body: device } = await requestCode(tenant, { scope });
      await tenant.approve(device.user_code, { as: EMAIL });
      const { body } = await poll(tenant, device.device_code);
      tokens[profile] = { access: body.access_token, id: body.id_token };
    }
  });
  after(() => tenant.close());

  const guardOf = (profile: (typeof PROFILES)[number]) =>
    createGuard({
      ...{ issuer: tenant.issuer, audience: apiIds[profile]!, profile, ca: tenant.ca },
      // Tokens of RFC 9068 name no tenant besides their issuer.
      ...(profile === "entra" && { tenantId: tenant.tenantId }),
      clock: { now: () => tenant.context.clock.now() },
    });
  const saysGuard = async (profile: (typeof PROFILES)[number], token: string): Promise<string> => {
    try {
      await guardOf(profile).verify(token);
      return "accepted";
    } catch (error) {
      if (error instanceof GuardError) return error.code;
      throw error;
    }
  };
  const saysTenant = async (profile: (typeof PROFILES)[number], token: string): Promise<string> => {
    const { accepted, reasons } = await tenant.testing.checkToken(token, { api: apiIds[profile]! });
    assert.equal(accepted, reasons.length === 0);
    return reasons[0]?.code ?? "accepted";
  };
  const agree = async (profile: (typeof PROFILES)[number], token: string, expected: string) => {
    assert.equal(await saysGuard(profile, token), expected, "the guard");
    assert.equal(await saysTenant(profile, token), expected, "the tenant");
  };

  for (const profile of PROFILES) {
    const other = profile === "entra" ? "rfc9068" : "entra";
    test(`about an access token of its own, profile ${profile}`, async () => {
      await agree(profile, tokens[profile]!.access, "accepted");
      const { header, claims, api } = await tenant.testing.checkToken(tokens[profile]!.access, { api: profile });
      assert.equal(header?.alg, "RS256");
      assert.equal(claims?.aud, apiIds[profile]);
      assert.deepEqual(api, { clientId: apiIds[profile], name: profile, profile });
    });

    test(`about tokens that are for something else, profile ${profile}`, async () => {
      await agree(profile, tokens[other]!.access, "type_refused");
      assert.notEqual(await saysTenant(profile, tokens[profile]!.id), "accepted");
      assert.equal(await saysTenant(profile, tokens[profile]!.id), await saysGuard(profile, tokens[profile]!.id));
    });

    test(`about tokens that are no tokens, or were changed, profile ${profile}`, async () => {
      const { access } = tokens[profile]!;
      const [head = "", body = "", signature = ""] = access.split(".");
      await agree(profile, "nothing", "token_malformed");
      await agree(profile, `${head}.${body}`, "token_malformed");
      await agree(profile, `${head}.${body}.${signature}${"x".repeat(17_000)}`, "token_too_large");
      const claims = JSON.parse(Buffer.from(body, "base64url").toString());
      const changed = Buffer.from(JSON.stringify({ ...claims, scp: "Everything" })).toString("base64url");
      await agree(profile, `${head}.${changed}.${signature}`, "signature_invalid");
      const elsewhere = Buffer.from(JSON.stringify({ ...claims, iss: "https://other.example" })).toString("base64url");
      await agree(profile, `${head}.${elsewhere}.${signature}`, "issuer_unknown");
    });

    test(`about a token that has expired, or is not valid yet, profile ${profile}`, async () => {
      const { access } = tokens[profile]!;
      await tenant.testing.clock.advance(2 * 60 * 60_000);
      await agree(profile, access, "token_expired");
      await tenant.testing.clock.reset();
      await tenant.testing.clock.set(tenant.context.clock.now() - 60 * 60_000, { back: true });
      await agree(profile, access, "token_not_yet_valid");
      await tenant.testing.clock.reset();
      await agree(profile, access, "accepted");
    });
  }

  for (const [name, change, expected] of [
    ["without oid", { oid: undefined }, "claim_missing"],
    ["without exp", { exp: undefined }, "claim_missing"],
    ["with a nonce", { nonce: "n" }, "id_token_refused"],
    ["of version 1", { ver: "1.0" }, "version_refused"],
    ["for a list of audiences", { aud: ["API", "another"] }, "audience_refused"],
    ["for another audience", { aud: "another" }, "audience_refused"],
    ["with empty scopes", { scp: " " }, "permissions_missing"],
    ["of an app without roles", { scp: undefined, roles: [] }, "permissions_missing"],
    ["of an app with a role", { scp: undefined, roles: ["Read.All"] }, "accepted"],
  ] as const) {
    test(`about a token ${name}, signed by the tenant`, async () => {
      const claims = JSON.parse(Buffer.from(tokens.entra!.access.split(".")[1]!, "base64url").toString());
      const given = JSON.parse(JSON.stringify({ ...claims, ...change }).replace('"API"', JSON.stringify(apiIds.entra)));
      await agree("entra", await tenant.context.signingKeys.sign(given, "JWT"), expected);
    });
  }

  test("about a token that another key signed, and with an algorithm that the profile does not have", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const { kty } = await exportJWK(publicKey);
    assert.equal(kty, "EC");
    const sign = (alg: string) => new SignJWT({ iss: tenant.issuer }).setProtectedHeader({ alg, kid: "x", typ: "JWT" });
    await agree("entra", await sign("ES256").sign(privateKey), "algorithm_refused");
    await agree("rfc9068", await sign("ES256").sign(privateKey), "key_unknown");
  });

  test("an API that does not exist is an error", async () => {
    await assert.rejects(tenant.testing.checkToken("x", { api: "nothing" }), failsWith("api_unknown"));
    assert.ok(clientIdOf(tenant));
  });
});
