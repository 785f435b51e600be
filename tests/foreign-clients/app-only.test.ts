import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as oidc from "openid-client";
import { createGuard, GuardError } from "../../packages/guard/src/index.ts";
import { authenticateCaller } from "../../packages/tenant/src/graph/caller.ts";
import { ownCertificate } from "../../packages/tenant/test/fixtures/own-certificate.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addCertifiedApp, type CertifiedApp, permitAtGraph } from "../fixtures/client-assertion.ts";
import { claimsOf } from "./jwt.ts";
import { type AppOutcome, type AppSettings, runMsalApp } from "./msal-app.ts";

const GRAPH = "https://graph.microsoft.com/.default";

describe("programs that sign in with a certificate", () => {
  let tenant: TestTenant;
  let ci: CertifiedApp;
  let api: string;
  before(async () => {
    tenant = await startTestTenant({ clock: "moving" });
    ci = await addCertifiedApp(tenant.context);
    const { clientId } = tenant.apis[0]!;
    api = `api://${clientId}/.default`;
    await seed(tenant.context.store).assignRole(clientId, "ToDoList.Read.All", ci.principalId);
    await permitAtGraph(tenant.context, ci, "Application.Read.All");
  });
  after(() => tenant.close());

  const msal = (requests: AppSettings["requests"], more: Partial<AppSettings> = {}, own = ci.own) =>
    runMsalApp(
      { authority: tenant.authority, clientId: ci.app.clientId, thumbprint: "sha256", requests, ...more },
      own,
      tenant.caFile,
    );
  const guard = () =>
    createGuard({ issuer: tenant.issuer, audience: tenant.apis[0]!.clientId, profile: "entra", ca: tenant.ca });

  for (const thumbprint of ["sha256", "sha1"] as const) {
    test(`unmodified MSAL Node, its certificate identified by ${thumbprint}: the app's own token`, async () => {
      const [given] = await msal([{ scopes: [api] }], { thumbprint });
      const claims = claimsOf(given!.accessToken!);
      assert.deepEqual(
        [claims.idtyp, claims.azpacr, claims.roles, claims.oid],
        ["app", "2", ["ToDoList.Read.All"], ci.principalId],
      );
      assert.equal(given!.account, null);
    });
  }

  test("one MSAL application requests two resources within ten minutes, and caches both", async () => {
    const outcomes = await msal([{ scopes: [api] }, { scopes: [GRAPH] }, { scopes: [api] }, { scopes: [GRAPH] }]);
    assert.deepEqual(
      outcomes.map(({ error, fromCache }) => error ?? fromCache),
      [false, false, true, true],
    );
  });

  test("MSAL sends the same assertion again if it skips its cache, and gets an error", async () => {
    const [first, second] = await msal([{ scopes: [api] }, { scopes: [api], skipCache: true }]);
    assert.ok(first!.accessToken);
    assertRefused(second!, /AADSTS50013: .* was already used\. Create a new one for each request/);
  });

  test("MSAL receives Entra's numbers for an unknown certificate, an unknown app, and a missing role", async () => {
    const [unknown] = await msal([{ scopes: [api] }], {}, await ownCertificate());
    assertRefused(unknown!, /AADSTS700027: .*Thumbprint of key used by client: '[0-9A-F]{64}'/);
    const [unregistered] = await msal([{ scopes: [api] }], { clientId: tenant.apis[0]!.clientId });
    assertRefused(unregistered!, /AADSTS700016/);
    const fresh = await addCertifiedApp(tenant.context, "Fresh");
    const [roleless] = await msal([{ scopes: [api] }], { clientId: fresh.app.clientId }, fresh.own);
    assert.match(roleless!.error!.message, /AADSTS501051/);
  });

  for (const alg of ["PS256", "RS256"] as const) {
    test(`openid-client with private_key_jwt (${alg}): the app's own token each time`, async () => {
      const pkcs8 = ci.own.key.export({ type: "pkcs8", format: "der" });
      const name = alg === "PS256" ? "RSA-PSS" : "RSASSA-PKCS1-v1_5";
      const key = await crypto.subtle.importKey("pkcs8", pkcs8, { name, hash: "SHA-256" }, false, ["sign"]);
      const config = await oidc.discovery(new URL(tenant.issuer), ci.app.clientId, {}, oidc.PrivateKeyJwt(key), {
        [oidc.customFetch]: (url, options) => tenant.fetch(url, options as RequestInit),
      });
      for (const scope of [api, GRAPH, api]) {
        const tokens = await oidc.clientCredentialsGrant(config, { scope });
        assert.equal(claimsOf(tokens.access_token).idtyp, "app");
        assert.equal(tokens.refresh_token, undefined);
        assert.equal(tokens.id_token, undefined);
      }
    });
  }

  test("a web API behind the guard accepts the app for a role that it has, and for no other", async () => {
    const [given] = await msal([{ scopes: [api] }]);
    const verified = await guard().verify(given!.accessToken!, {
      scopes: ["ToDoList.Read"],
      roles: ["ToDoList.Read.All"],
    });
    assert.deepEqual(
      [verified.appOnly, verified.azp, verified.oid, verified.scopes, verified.roles],
      [true, ci.app.clientId, ci.principalId, [], ["ToDoList.Read.All"]],
    );
    const write = guard().verify(given!.accessToken!, { scopes: ["ToDoList.Read"], roles: ["ToDoList.ReadWrite.All"] });
    await assert.rejects(write, (error) => error instanceof GuardError && error.code === "insufficient_scope");
  });

  test("no API accepts the app's token for Graph, and Graph accepts no token for an API", async () => {
    const [forApi, forGraph] = await msal([{ scopes: [api] }, { scopes: [GRAPH] }]);
    await assert.rejects(guard().verify(forGraph!.accessToken!), (error) => error instanceof GuardError);
    const request = { headers: { authorization: `Bearer ${forApi!.accessToken}` }, ip: "192.0.2.7" };
    await assert.rejects(authenticateCaller(tenant.context, request, ["Application.Read.All"]), { status: 401 });
  });
});

function assertRefused({ error }: AppOutcome, message: RegExp): void {
  assert.deepEqual([error?.name, error?.code], ["ServerError", "invalid_client"]);
  assert.match(error!.message, message);
}
