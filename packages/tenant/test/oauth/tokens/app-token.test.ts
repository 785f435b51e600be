import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import type { Api } from "../../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../../src/directory/scopes.ts";
import { isAppToken, signAppToken } from "../../../src/oauth/tokens/app-token.ts";
import type { TenantContext } from "../../../src/server/apps.ts";
import { sampleApi, sampleApp } from "../../storage/samples.ts";

const tenantId = randomUUID();
const [app, api, principalId] = [sampleApp(), sampleApi(), randomUUID()];

/** What is passed to the tenant's key to be signed. */
async function signed(by: "secret" | "certificate", to: Api | undefined, keyId?: string) {
  let given: { claims: Record<string, unknown>; typ: string } | undefined;
  const ctx = {
    config: { issuerOrigin: "https://localhost:8443", tenantId },
    clock: { now: () => 1_750_000_000_900 },
    signingKeys: {
      sign: async (claims: Record<string, unknown>, typ: string) => {
        given = { claims, typ };
        return "signed";
      },
    },
  } as unknown as TenantContext;
  assert.equal(await signAppToken(ctx, { app, principalId, api: to, roles: ["Reader"], by, keyId }), "signed");
  const { uti, jti, ...claims } = given!.claims;
  const id = String(uti ?? jti);
  assert.match(id, /^[\w-]{22}$/);
  return { typ: given!.typ, claims, id, idName: uti === undefined ? "jti" : "uti" };
}

const common = {
  iss: `https://localhost:8443/${tenantId}/v2.0`,
  aud: api.clientId,
  iat: 1_750_000_000,
  nbf: 1_750_000_000,
  exp: 1_750_003_600,
  roles: ["Reader"],
};
const entra = {
  ...common,
  azp: app.clientId,
  azpacr: "1",
  idtyp: "app",
  oid: principalId,
  sub: principalId,
  tid: tenantId,
  ver: "2.0",
};

describe("an access token of an app without a user", () => {
  test("has exactly these claims, neither scopes nor a sign-in", async () => {
    const { typ, claims, id, idName } = await signed("secret", api);
    assert.deepEqual([typ, claims, idName], ["JWT", entra, "uti"]);
    assert.notEqual((await signed("secret", api)).id, id);
  });

  test("in RFC 9068's profile has the app as its subject", async () => {
    const { typ, claims, idName } = await signed("certificate", { ...api, tokenProfile: "rfc9068" });
    assert.equal(typ, "at+jwt");
    assert.deepEqual([claims, idName], [{ ...common, sub: app.clientId, client_id: app.clientId }, "jti"]);
  });

  test("names its certificate to Graph, which is ours, and to no other API", async () => {
    const certified = { ...entra, azpacr: "2" };
    const atGraph = { ...certified, aud: GRAPH_RESOURCE_ID };
    assert.deepEqual((await signed("certificate", undefined, "the key")).claims, { ...atGraph, azp_key: "the key" });
    assert.deepEqual((await signed("certificate", undefined)).claims, atGraph);
    assert.deepEqual((await signed("certificate", api, "the key")).claims, certified);
  });

  test("is recognized by idtyp", () => {
    assert.deepEqual([{ idtyp: "app" }, { idtyp: "user" }, {}].map(isAppToken), [true, false, false]);
  });
});
