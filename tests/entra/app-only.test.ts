// Apps on their own: client credentials by certificate, from the wire's side.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type JWTPayload, SignJWT } from "jose";
import { GRAPH_RESOURCE_ID } from "../../packages/tenant/src/directory/scopes.ts";
import { type OwnCertificate, ownCertificate } from "../../packages/tenant/test/fixtures/own-certificate.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import {
  type AssertionChanges,
  addCertifiedApp,
  type CertifiedApp,
  certify,
  clientAssertion,
  JWT_BEARER,
  permitAtGraph,
} from "../fixtures/client-assertion.ts";
import { type Answer, claimsOf, post, requestCode, URN, userinfo } from "../fixtures/device.ts";
import { addApp } from "../fixtures/registrations.ts";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TOKEN = "/oauth2/v2.0/token";

for (const store of ["sqlite", "postgres"] as const) {
  describe(`an app on its own (${store})`, () => {
    let tenant: TestTenant;
    let ci: CertifiedApp;
    let other: OwnCertificate;
    let scope: string;
    before(async () => {
      tenant = await startTestTenant({ store });
      ci = await addCertifiedApp(tenant.context);
      other = await ownCertificate();
      const { clientId } = tenant.apis[0]!;
      scope = `api://${clientId}/.default`;
      await tenant.context.store.directory.assignRole(clientId, "ToDoList.Read.All", ci.principalId);
    });
    after(() => tenant.close());

    const ask = (assertion: string, more: Record<string, string> = {}) =>
      post(tenant, TOKEN, {
        grant_type: "client_credentials",
        client_id: ci.app.clientId,
        client_assertion_type: JWT_BEARER,
        client_assertion: assertion,
        scope,
        ...more,
      });
    const askWith = async (changes: AssertionChanges, more: Record<string, string> = {}) =>
      ask(await clientAssertion(tenant, ci, changes), more);
    const assertRefused = ({ status, body }: Answer, number: number, error = "invalid_client") => {
      const expected = [error === "invalid_client" ? 401 : 400, error, [number]];
      assert.deepEqual([status, body.error, body.error_codes], expected, JSON.stringify(body));
      assert.match(body.error_description, new RegExp(`^AADSTS${number}: `));
      assert.equal(body.access_token, undefined);
    };

    test("gets a token of its own for the API: its roles, no scopes, nothing to renew it with", async () => {
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

    test("gets one for Graph with its application permissions, which opens no userinfo", async () => {
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

    test("an API of RFC 9068's profile gets that profile's token", async () => {
      const { directory } = tenant.context.store;
      const api = (await directory.findApi(tenant.apis[0]!.clientId))!;
      const clientId = randomUUID();
      const identifierUri = `api://${clientId}`;
      await directory.putApi({ ...api, clientId, identifierUri, tokenProfile: "rfc9068" });
      await directory.assignRole(clientId, "ToDoList.Read.All", ci.principalId);
      const { body } = await askWith({}, { scope: `${identifierUri}/.default` });
      const claims = claimsOf(body.access_token);
      assert.deepEqual([claims.sub, claims.client_id, claims.scope], [ci.app.clientId, ci.app.clientId, undefined]);
      assert.deepEqual(claims.roles, ["ToDoList.Read.All"]);
    });

    const accepted: [string, AssertionChanges | (() => AssertionChanges)][] = [
      [
        "RS256 with x5t, as older programs",
        () => ({ header: { alg: "RS256", x5t: ci.own.sha1, "x5t#S256": undefined } }),
      ],
      ["both thumbprints", () => ({ header: { x5t: ci.own.sha1 } })],
      ["no thumbprint, as a plain OpenID Connect client", { header: { "x5t#S256": undefined } }],
      [
        "a kid that is the thumbprint in hexadecimal",
        () => ({ header: { "x5t#S256": undefined, kid: Buffer.from(ci.own.sha1, "base64url").toString("hex") } }),
      ],
      ["typ client-authentication+jwt", { header: { typ: "client-authentication+jwt" } }],
      ["the issuer as audience", () => ({ claims: { aud: tenant.issuer } })],
      ["two audiences of which one is ours", () => ({ claims: { aud: ["https://other.example", tenant.issuer] } })],
      [
        "the token endpoint under the tenant's domain",
        () => ({ claims: { aud: `${new URL(tenant.authority).origin}/doorcode.localhost${TOKEN}` } }),
      ],
      ["the client ID in capitals", () => ({ claims: { iss: ci.app.clientId.toUpperCase() } })],
      ["no iat and no nbf", { claims: { iat: undefined, nbf: undefined } }],
      ["a clock half a minute ahead", () => ({ claims: times(30, 630) })],
      ["a clock half a minute behind", () => ({ claims: times(-630, -30) })],
    ];
    for (const [what, changes] of accepted) {
      test(`accepted: ${what}`, async () => {
        const { status, body } = await askWith(typeof changes === "function" ? changes() : changes);
        assert.equal(status, 200, JSON.stringify(body));
      });
    }

    const refused: [string, number, AssertionChanges | (() => AssertionChanges)][] = [
      ["signed by another key under its thumbprint", 700027, () => ({ signedBy: other })],
      [
        "a certificate that nobody registered",
        700027,
        () => ({ signedBy: other, header: { "x5t#S256": other.sha256 } }),
      ],
      ["the wrong x5t#S256 over the right key", 700027, () => ({ header: { "x5t#S256": other.sha256 } })],
      ["the wrong x5t beside the right x5t#S256", 700027, () => ({ header: { x5t: other.sha1 } })],
      ["a kid of another certificate", 700027, () => ({ header: { "x5t#S256": undefined, kid: randomUUID() } })],
      [
        "another key whose certificate it brings itself in x5c",
        700027,
        () => ({ signedBy: other, header: { "x5t#S256": undefined, x5c: [other.der.toString("base64")] } }),
      ],
      ["PS512", 50027, { header: { alg: "PS512" } }],
      ["a typ that means something else", 50027, { header: { typ: "at+jwt" } }],
      ["another tenant's endpoint as audience", 700023, () => ({ claims: { aud: otherTenant("/oauth2/v2.0/token") } })],
      ["another tenant's issuer as audience", 700023, () => ({ claims: { aud: otherTenant("/v2.0") } })],
      ["no audience", 700023, { claims: { aud: undefined } }],
      ["another app's iss", 700021, () => ({ claims: { iss: tenant.apps[0]!.clientId } })],
      ["another app's sub", 700021, () => ({ claims: { sub: tenant.apps[0]!.clientId } })],
      ["no sub", 700021, { claims: { sub: undefined } }],
      ["no iss", 700021, { claims: { iss: undefined } }],
      ["expired", 700024, () => ({ claims: times(-700, -61) })],
      ["not yet valid", 700024, () => ({ claims: times(90, 600) })],
      ["good for an hour", 700024, () => ({ claims: times(0, 3_600) })],
      ["good for ever", 700024, { claims: { exp: Number.MAX_SAFE_INTEGER } }],
      ["no exp", 700024, { claims: { exp: undefined } }],
      ["no jti", 50027, { claims: { jti: undefined } }],
      ["an empty jti", 50027, { claims: { jti: "" } }],
      ["a jti of 257 characters", 50027, { claims: { jti: "x".repeat(257) } }],
    ];
    for (const [what, number, changes] of refused) {
      test(`refused: ${what} (${number})`, async () => {
        assertRefused(await askWith(typeof changes === "function" ? changes() : changes), number);
      });
    }

    test("refused: no signature at all (alg none)", async () => {
      const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString("base64url");
      const signed = await clientAssertion(tenant, ci);
      for (const alg of ["none", "None", "NONE"]) {
        assertRefused(await ask(`${part({ alg, typ: "JWT" })}.${part(claimsOf(signed))}.`), 50027);
      }
    });

    test("refused: the public key taken for a shared secret (HS256)", async () => {
      const payload = claimsOf(await clientAssertion(tenant, ci)) as JWTPayload;
      for (const secret of [ci.own.certificate, ci.own.der.toString("base64")]) {
        const forged = await new SignJWT({ ...payload, jti: randomUUID() })
          .setProtectedHeader({ alg: "HS256", "x5t#S256": ci.own.sha256 } as { alg: string })
          .sign(Buffer.from(secret));
        assertRefused(await ask(forged), 50027);
      }
    });

    test("refused: what is no JWT, or is of another type", async () => {
      for (const nothing of ["x", "a.b.c", "..", "eyJhbGciOiJQUzI1NiJ9..x", "é"]) {
        assertRefused(await ask(nothing), 50027);
      }
      const client_assertion_type = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
      assertRefused(await askWith({}, { client_assertion_type }), 50027);
      const client_assertion = await clientAssertion(tenant, ci);
      const form = { grant_type: "client_credentials", client_id: ci.app.clientId, scope };
      assertRefused(await post(tenant, TOKEN, { ...form, client_assertion }), 900144, "invalid_request");
      const only = { ...form, client_assertion_type: JWT_BEARER };
      assertRefused(await post(tenant, TOKEN, only), 900144, "invalid_request");
    });

    test("refused: an assertion beside a secret, in the body or by Basic", async () => {
      assertRefused(await askWith({}, { client_secret: "x" }), 90023, "invalid_request");
      const body = new URLSearchParams({
        grant_type: "client_credentials",
        client_assertion_type: JWT_BEARER,
        client_assertion: await clientAssertion(tenant, ci),
        scope,
      });
      const authorization = `Basic ${Buffer.from(`${ci.app.clientId}:x`).toString("base64")}`;
      const twice = await tenant.fetch(`${tenant.authority}${TOKEN}`, {
        method: "POST",
        body,
        headers: { authorization },
      });
      assert.equal(twice.status, 400);
    });

    test("refused: another app's assertion under this client_id, and this one's under another", async () => {
      const second = await addCertifiedApp(tenant.context, "Second", ci.own);
      assertRefused(await ask(await clientAssertion(tenant, second)), 700021);
      assertRefused(await askWith({}, { client_id: second.app.clientId }), 700021);
      assertRefused(await askWith({}, { client_id: tenant.apps[0]!.clientId }), 700027);
    });

    test("the client_id may be left out: the assertion says whose it is", async () => {
      const { status } = await post(tenant, TOKEN, {
        grant_type: "client_credentials",
        client_assertion_type: JWT_BEARER,
        client_assertion: await clientAssertion(tenant, ci),
        scope,
      });
      assert.equal(status, 200);
    });

    test("the second use of an assertion is refused, whatever happened in between", async () => {
      const assertion = await clientAssertion(tenant, ci);
      assert.equal((await ask(assertion)).status, 200);
      const again = await ask(assertion);
      assertRefused(again, 50013);
      assert.equal(again.body.suberror, "assertion_used");
      await tenant.context.store.sweep(tenant.clock.now());
      assertRefused(await ask(assertion), 50013);
      const differently = assertion.replace(/\.[^.]+$/, (signature) => `${signature}=`);
      assert.notEqual((await ask(differently)).status, 200);
    });

    test("one assertion is good for each of two resources, once: MSAL signs one for ten minutes", async () => {
      await permitAtGraph(tenant.context, ci, "User.Read.All");
      const assertion = await clientAssertion(tenant, ci);
      const graph = { scope: "https://graph.microsoft.com/.default" };
      assert.equal((await ask(assertion)).status, 200);
      assert.equal((await ask(assertion, graph)).status, 200);
      assertRefused(await ask(assertion, graph), 50013);
    });

    test("of 64 uses of one assertion at once, one gets a token", async () => {
      const assertion = await clientAssertion(tenant, ci);
      const answers = await Promise.all(Array.from({ length: 64 }, () => ask(assertion)));
      const statuses = answers.map(({ status }) => status);
      assert.deepEqual(
        [statuses.filter((status) => status === 200).length, new Set(statuses)],
        [1, new Set([200, 401])],
      );
    });

    test("a certificate is refused once it has expired, and before it is valid", async () => {
      const now = tenant.clock.now();
      const minute = 60_000;
      const later = await ownCertificate({
        notBefore: new Date(now + 5 * minute),
        notAfter: new Date(now + 10 * minute),
      });
      await certify(tenant.context, ci.app, later);
      const by = { signedBy: later, header: { "x5t#S256": later.sha256 } };
      const early = await askWith(by);
      assertRefused(early, 700027);
      assert.match(early.body.error_description, /valid from .* to /);
      tenant.clock.advance(6 * minute);
      assert.equal((await askWith(by)).status, 200);
      tenant.clock.advance(4 * minute);
      assertRefused(await askWith(by), 700027);
      assert.equal((await askWith({ header: { "x5t#S256": undefined } })).status, 200);
    });

    test("a certificate that was taken away signs nobody in", async () => {
      const fired = await addCertifiedApp(tenant.context, "Fired");
      await permitAtGraph(tenant.context, fired, "User.Read.All");
      const asFired = async () =>
        ask(await clientAssertion(tenant, fired), {
          client_id: fired.app.clientId,
          scope: "https://graph.microsoft.com/.default",
        });
      assert.equal((await asFired()).status, 200);
      await tenant.context.store.credentials.replaceCertificates(fired.app.clientId, []);
      assertRefused(await asFired(), 700027);
    });

    const scopes: [string, string, number][] = [
      ["a named scope", "API/ToDoList.Read", 1002012],
      [".default beside openid", "API/.default openid", 1002012],
      ["OpenID Connect's alone", "openid", 1002012],
      ["a named scope of Graph", "User.Read", 1002012],
      [".default beside a named scope", "API/.default API/ToDoList.Read", 70011],
      ["two resources", "API/.default https://graph.microsoft.com/.default", 700022],
      ["an unknown resource", "api://nobody/.default", 500011],
    ];
    for (const [what, asked, number] of scopes) {
      test(`scope: ${what} is refused, and the assertion stays good`, async () => {
        const assertion = await clientAssertion(tenant, ci);
        const api = `api://${tenant.apis[0]!.clientId}`;
        assertRefused(await ask(assertion, { scope: asked.replaceAll("API", api) }), number, "invalid_scope");
        assert.equal((await ask(assertion)).status, 200);
      });
    }

    test("without a scope: invalid_request", async () => {
      assertRefused(await askWith({}, { scope: "" }), 900144, "invalid_request");
    });

    test("without a role at the resource there is no token, and one taken away is in none", async () => {
      const fresh = await addCertifiedApp(tenant.context, "Fresh");
      const { clientId } = tenant.apis[0]!;
      const asFresh = async () => ask(await clientAssertion(tenant, fresh), { client_id: fresh.app.clientId });
      assertRefused(await asFresh(), 501051, "invalid_grant");
      const { directory } = tenant.context.store;
      await directory.assignRole(clientId, "ToDoList.ReadWrite.All", fresh.principalId);
      assert.deepEqual(claimsOf((await asFresh()).body.access_token).roles, ["ToDoList.ReadWrite.All"]);
      await directory.unassignRoles(clientId, fresh.principalId);
      assertRefused(await asFresh(), 501051, "invalid_grant");
    });

    test("a role for people only is no app's, though it was assigned", async () => {
      const { directory } = tenant.context.store;
      const api = (await directory.findApi(tenant.apis[0]!.clientId))!;
      const clientId = randomUUID();
      const people = {
        id: randomUUID(),
        value: "People.Only",
        displayName: "P",
        allowedMemberTypes: ["User" as const],
      };
      await directory.putApi({ ...api, clientId, identifierUri: `api://${clientId}`, roles: [people] });
      await directory.assignRole(clientId, "People.Only", ci.principalId);
      assertRefused(await askWith({}, { scope: `api://${clientId}/.default` }), 501051, "invalid_grant");
    });

    test("a public client's ID alone, and a disabled app's assertion, get nothing", async () => {
      const bare = { grant_type: "client_credentials", client_id: tenant.apps[0]!.clientId, scope };
      assertRefused(await post(tenant, TOKEN, bare), 7000218);
      const gone = await addCertifiedApp(tenant.context, "Gone");
      await tenant.context.store.directory.putApp({ ...gone.app, disabledAt: tenant.clock.now() });
      const assertion = await clientAssertion(tenant, gone);
      assertRefused(await ask(assertion, { client_id: gone.app.clientId }), 700016);
    });

    test("a confidential client with a secret gets its own token too, marked so", async () => {
      const app = await addApp(tenant.context, "Server", "s3cret");
      const found = await tenant.context.store.registrations.find({ clientId: app.clientId });
      const { clientId } = tenant.apis[0]!;
      await tenant.context.store.directory.assignRole(
        clientId,
        "ToDoList.Read.All",
        found!.registration.servicePrincipalId!,
      );
      const form = { grant_type: "client_credentials", client_id: app.clientId, client_secret: "s3cret", scope };
      const { body } = await post(tenant, TOKEN, form);
      assert.equal(claimsOf(body.access_token).azpacr, "1");
    });

    test("the certificate stands in for the secret at the device flow and at revocation, each assertion once", async () => {
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

    test("neither assertion nor key is in the database or in an answer", async () => {
      const assertion = await clientAssertion(tenant, ci);
      const { body } = await askWith({ signedBy: other });
      assert.ok(!JSON.stringify(body).includes(assertion.split(".")[2]!));
      assert.equal((await ask(assertion)).status, 200);
      const records = await tenant.context.store.audit.list({ limit: 1_000 });
      assert.ok(!JSON.stringify(records).includes(String(claimsOf(assertion).jti)));
    });

    test("metadata say so", async () => {
      const metadata = (await (
        await tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`)
      ).json()) as Record<string, string[]>;
      assert.ok(metadata.grant_types_supported?.includes("client_credentials"));
      assert.ok(metadata.token_endpoint_auth_methods_supported?.includes("private_key_jwt"));
      assert.deepEqual(metadata.token_endpoint_auth_signing_alg_values_supported, ["PS256", "RS256"]);
    });

    const times = (from: number, to: number) => {
      const now = Math.floor(tenant.clock.now() / 1000);
      return { iat: now + from, nbf: now + from, exp: now + to };
    };
    const otherTenant = (path: string) => `${new URL(tenant.authority).origin}/${randomUUID()}${path}`;
  });
}
