// Apps without a user: client credentials with a certificate, tested over HTTP.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { GRAPH_RESOURCE_ID } from "../../packages/tenant/src/directory/scopes.ts";
import { ownCertificate } from "../../packages/tenant/test/fixtures/own-certificate.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { addCertifiedApp, clientAssertion, JWT_BEARER, permitAtGraph } from "../fixtures/client-assertion.ts";
import { claimsOf, post, requestCode, URN, userinfo } from "../fixtures/device.ts";
import { addApp } from "../fixtures/registrations.ts";
import { assertRefused, type CertifiedEnv, startCertifiedEnv, TOKEN } from "./certified-test-env.ts";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

for (const store of ["sqlite", "postgres"] as const) {
  describe(`an app without a user (${store})`, () => {
    let testEnv: CertifiedEnv;
    let tenant: CertifiedEnv["tenant"];
    let ci: CertifiedEnv["ci"];
    let scope: string;
    before(async () => {
      testEnv = await startCertifiedEnv(store);
      ({ tenant, ci, scope } = testEnv);
    });
    after(() => tenant.close());

    const ask: CertifiedEnv["ask"] = (...given) => testEnv.ask(...given);
    const askWith: CertifiedEnv["askWith"] = (...given) => testEnv.askWith(...given);

    test("gets its own token for the API, with its roles, without scopes or a refresh token", async () => {
      const { status, body, headers } = await askWith({});
      assert.equal(status, 200);
      assert.equal(headers.get("cache-control"), "no-store");
      assert.deepEqual(Object.keys(body).sort(), ["access_token", "expires_in", "ext_expires_in", "token_type"]);
      const { iat, nbf, exp, uti, ...claims } = claimsOf(body.access_token);
      assert.deepEqual(claims, {
        iss: tenant.issuer,
        aud: tenant.apis[0]!.clientId,
        roles: ["ToDoList.Read.All"],
        azp: ci.app.clientId,
        azpacr: "2",
        idtyp: "app",
        oid: ci.principalId,
        sub: ci.principalId,
        tid: tenant.tenantId,
        ver: "2.0",
      });
      assert.match(ci.principalId, GUID);
      assert.notEqual(ci.principalId, ci.app.clientId);
      assert.deepEqual([nbf, Number(exp) - Number(iat)], [iat, 3600]);
      assert.equal(typeof uti, "string");
      const [issued] = await tenant.context.store.audit.list({ event: "app_token.issued", limit: 1 });
      assert.deepEqual([issued?.actor, issued?.clientId, issued?.userId], ["client", ci.app.clientId, null]);
    });

    test("gets a token for Graph with its application permissions, which UserInfo rejects", async () => {
      await permitAtGraph(tenant.context, ci, "Application.Read.All", "User.Read.All");
      for (const resource of ["https://graph.microsoft.com", GRAPH_RESOURCE_ID]) {
        const { body } = await askWith({}, { scope: `${resource}/.default` });
        const claims = claimsOf(body.access_token);
        assert.deepEqual(
          [claims.aud, claims.roles, claims.scp],
          [GRAPH_RESOURCE_ID, ["Application.Read.All", "User.Read.All"], undefined],
        );
        assert.equal((await userinfo(tenant, body.access_token)).status, 401);
      }
    });

    test("gets an RFC 9068 token for an API with that profile", async () => {
      const { directory } = tenant.context.store;
      const api = (await directory.findApi(tenant.apis[0]!.clientId))!;
      const clientId = randomUUID();
      const identifierUri = `api://${clientId}`;
      await seed(tenant.context.store).putApi({ ...api, clientId, identifierUri, tokenProfile: "rfc9068" });
      await seed(tenant.context.store).assignRole(clientId, "ToDoList.Read.All", ci.principalId);
      const { body } = await askWith({}, { scope: `${identifierUri}/.default` });
      const claims = claimsOf(body.access_token);
      assert.deepEqual([claims.sub, claims.client_id, claims.scope], [ci.app.clientId, ci.app.clientId, undefined]);
      assert.deepEqual(claims.roles, ["ToDoList.Read.All"]);
    });

    test("a removed certificate signs no one in", async () => {
      const fired = await addCertifiedApp(tenant.context, "Fired");
      await permitAtGraph(tenant.context, fired, "User.Read.All");
      const asFired = async () =>
        ask(await clientAssertion(tenant, fired), {
          client_id: fired.app.clientId,
          scope: "https://graph.microsoft.com/.default",
        });
      assert.equal((await asFired()).status, 200);
      await tenant.admin.apps.removeCertificates(fired.app.clientId);
      assertRefused(await asFired(), 700027);
    });

    test("its token for Graph ends with the certificate that obtained it, and not with another", async () => {
      const other = await addCertifiedApp(tenant.context, "Stolen");
      await permitAtGraph(tenant.context, other, "Application.ReadWrite.All");
      const graphScope = { client_id: other.app.clientId, scope: "https://graph.microsoft.com/.default" };
      const { body } = await ask(await clientAssertion(tenant, other), graphScope);
      const operator = await tenant.operatorToken();
      const at = `${tenant.graph}/applications(appId='${other.app.clientId}')`;
      const call = async (token: string, init: RequestInit = {}) => {
        const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
        return tenant.fetch(at, { ...init, headers });
      };
      const put = async (...keyCredentials: object[]) => {
        const answer = await call(operator, { method: "PATCH", body: JSON.stringify({ keyCredentials }) });
        assert.equal(answer.status, 204);
      };
      const [standing] = ((await (await call(operator)).json()) as { keyCredentials: object[] }).keyCredentials;
      const { certificate } = await ownCertificate();
      const fresh = { type: "AsymmetricX509Cert", usage: "Verify", key: Buffer.from(certificate).toString("base64") };
      assert.equal((await call(body.access_token)).status, 200);
      await put(standing!, fresh);
      assert.equal((await call(body.access_token)).status, 200);
      await put(fresh);
      assert.equal((await call(body.access_token)).status, 401);
    });

    const scopes: [string, string, number][] = [
      ["a named scope", "API/ToDoList.Read", 1002012],
      [".default beside openid", "API/.default openid", 1002012],
      ["OpenID Connect's alone", "openid", 1002012],
      ["a named scope of Graph", "User.Read", 1002012],
      [".default beside a named scope", "API/.default API/ToDoList.Read", 70011],
      ["two resources", "API/.default https://graph.microsoft.com/.default", 700022],
      ["an unknown resource", "api://unknown/.default", 500011],
    ];
    for (const [what, asked, number] of scopes) {
      test(`scope: ${what} is refused, and the assertion stays valid`, async () => {
        const assertion = await clientAssertion(tenant, ci);
        const api = `api://${tenant.apis[0]!.clientId}`;
        assertRefused(await ask(assertion, { scope: asked.replaceAll("API", api) }), number, "invalid_scope");
        assert.equal((await ask(assertion)).status, 200);
      });
    }

    test("without a scope: invalid_request", async () => {
      assertRefused(await askWith({}, { scope: "" }), 900144, "invalid_request");
    });

    test("without a role at the resource it gets no token; a role that was removed is in no token", async () => {
      const fresh = await addCertifiedApp(tenant.context, "Fresh");
      const { clientId } = tenant.apis[0]!;
      const asFresh = async () => ask(await clientAssertion(tenant, fresh), { client_id: fresh.app.clientId });
      assertRefused(await asFresh(), 501051, "invalid_grant");
      await seed(tenant.context.store).assignRole(clientId, "ToDoList.ReadWrite.All", fresh.principalId);
      assert.deepEqual(claimsOf((await asFresh()).body.access_token).roles, ["ToDoList.ReadWrite.All"]);
      await seed(tenant.context.store).unassignRoles(clientId, fresh.principalId);
      assertRefused(await asFresh(), 501051, "invalid_grant");
    });

    test("a role for users only is not given to an app, even if it was assigned", async () => {
      const { directory } = tenant.context.store;
      const api = (await directory.findApi(tenant.apis[0]!.clientId))!;
      const clientId = randomUUID();
      const people = {
        id: randomUUID(),
        value: "People.Only",
        displayName: "P",
        allowedMemberTypes: ["User" as const],
      };
      await seed(tenant.context.store).putApi({
        ...api,
        clientId,
        identifierUri: `api://${clientId}`,
        roles: [people],
      });
      await seed(tenant.context.store).assignRole(clientId, "People.Only", ci.principalId);
      assertRefused(await askWith({}, { scope: `api://${clientId}/.default` }), 501051, "invalid_grant");
    });

    test("a public client's ID alone or a disabled app's assertion gets nothing", async () => {
      const bare = { grant_type: "client_credentials", client_id: tenant.apps[0]!.clientId, scope };
      assertRefused(await post(tenant, TOKEN, bare), 7000218);
      const gone = await addCertifiedApp(tenant.context, "Gone");
      await seed(tenant.context.store).putApp({ ...gone.app, disabledAt: tenant.clock.now() });
      const assertion = await clientAssertion(tenant, gone);
      assertRefused(await ask(assertion, { client_id: gone.app.clientId }), 700016);
    });

    test("a confidential client with a secret also gets its own token, which shows the method", async () => {
      const app = await addApp(tenant.context, "Server", "s3cret");
      const found = await tenant.context.store.registrations.find({ clientId: app.clientId });
      const { clientId } = tenant.apis[0]!;
      await seed(tenant.context.store).assignRole(
        clientId,
        "ToDoList.Read.All",
        found!.registration.servicePrincipalId!,
      );
      const form = { grant_type: "client_credentials", client_id: app.clientId, client_secret: "s3cret", scope };
      const { body } = await post(tenant, TOKEN, form);
      assert.equal(claimsOf(body.access_token).azpacr, "1");
    });

    test("the certificate replaces the secret at the device flow and at revocation, each assertion once", async () => {
      const credentials = async () => ({
        client_id: ci.app.clientId,
        client_assertion_type: JWT_BEARER,
        client_assertion: await clientAssertion(tenant, ci),
      });
      const first = await credentials();
      const { status, body: code } = await requestCode(tenant, { ...first, scope: "openid offline_access" });
      assert.equal(status, 200);
      assertRefused(await requestCode(tenant, { ...first, scope: "openid offline_access" }), 50013);
      const poll = { grant_type: URN, device_code: code.device_code };
      assert.equal(
        (await post(tenant, TOKEN, { ...poll, ...(await credentials()) })).body.error,
        "authorization_pending",
      );
      assertRefused(await post(tenant, TOKEN, { ...poll, client_id: ci.app.clientId }), 7000218);
      const revocation = { token: "nothing", ...(await credentials()) };
      assert.equal((await post(tenant, "/oauth2/v2.0/revoke", revocation)).status, 200);
      assertRefused(await post(tenant, "/oauth2/v2.0/revoke", revocation), 50013);
    });

    test("the metadata lists the grant type", async () => {
      const metadata = (await (
        await tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`)
      ).json()) as Record<string, string[]>;
      assert.ok(metadata.grant_types_supported?.includes("client_credentials"));
      assert.ok(metadata.token_endpoint_auth_methods_supported?.includes("private_key_jwt"));
      assert.deepEqual(metadata.token_endpoint_auth_signing_alg_values_supported, ["PS256", "RS256"]);
    });
  });
}
