// Client assertions (RFC 7523) in Entra's form, over HTTP: which are accepted or refused, and that each works once.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type JWTPayload, SignJWT } from "jose";
import { type OwnCertificate, ownCertificate } from "../../packages/tenant/test/fixtures/own-certificate.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import {
  type AssertionChanges,
  addCertifiedApp,
  certify,
  clientAssertion,
  JWT_BEARER,
  permitAtGraph,
} from "../fixtures/client-assertion.ts";
import { claimsOf, post } from "../fixtures/device.ts";
import { assertRefused, type CertifiedEnv, startCertifiedEnv, TOKEN } from "./certified-test-env.ts";

for (const store of ["sqlite", "postgres"] as const) {
  describe(`client assertions (${store})`, () => {
    let testEnv: CertifiedEnv;
    let tenant: CertifiedEnv["tenant"];
    let ci: CertifiedEnv["ci"];
    let scope: string;
    let other: OwnCertificate;
    before(async () => {
      testEnv = await startCertifiedEnv(store);
      ({ tenant, ci, scope } = testEnv);
      other = await ownCertificate();
    });
    after(() => tenant.close());

    const ask: CertifiedEnv["ask"] = (...given) => testEnv.ask(...given);
    const askWith: CertifiedEnv["askWith"] = (...given) => testEnv.askWith(...given);

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
      ["an unregistered certificate", 700027, () => ({ signedBy: other, header: { "x5t#S256": other.sha256 } })],
      ["the wrong x5t#S256 over the right key", 700027, () => ({ header: { "x5t#S256": other.sha256 } })],
      ["the wrong x5t beside the right x5t#S256", 700027, () => ({ header: { x5t: other.sha1 } })],
      ["a kid of another certificate", 700027, () => ({ header: { "x5t#S256": undefined, kid: randomUUID() } })],
      [
        "another key with its own certificate in x5c",
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
      ["valid for an hour", 700024, () => ({ claims: times(0, 3_600) })],
      ["valid forever", 700024, { claims: { exp: Number.MAX_SAFE_INTEGER } }],
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

    test("refused: the public key used as a shared secret (HS256)", async () => {
      const payload = claimsOf(await clientAssertion(tenant, ci)) as JWTPayload;
      for (const secret of [ci.own.certificate, ci.own.der.toString("base64")]) {
        const forged = await new SignJWT({ ...payload, jti: randomUUID() })
          .setProtectedHeader({ alg: "HS256", "x5t#S256": ci.own.sha256 } as { alg: string })
          .sign(Buffer.from(secret));
        assertRefused(await ask(forged), 50027);
      }
    });

    test("refused: text that is not a JWT, and an assertion of another type", async () => {
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

    test("the client_id may be omitted: the assertion names the client", async () => {
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
      await tenant.context.store.purgeExpired(tenant.clock.now());
      assertRefused(await ask(assertion), 50013);
      const differently = assertion.replace(/\.[^.]+$/, (signature) => `${signature}=`);
      assert.notEqual((await ask(differently)).status, 200);
    });

    test("a used assertion stays used until its clock tolerance ends, purged or not; then it has expired", async () => {
      const assertion = await clientAssertion(tenant, ci);
      assert.equal((await ask(assertion)).status, 200);
      for (const seconds of [600, 59]) {
        tenant.clock.advance(seconds * 1000);
        await tenant.context.store.purgeExpired(tenant.clock.now());
        const again = await ask(assertion);
        assertRefused(again, 50013);
        assert.equal(again.body.suberror, "assertion_used");
      }
      tenant.clock.advance(1_000);
      await tenant.context.store.purgeExpired(tenant.clock.now());
      assertRefused(await ask(assertion), 700024);
    });

    test("two apps may use the same jti", async () => {
      const second = await addCertifiedApp(tenant.context, "Same jti");
      await seed(tenant.context.store).assignRole(tenant.apis[0]!.clientId, "ToDoList.Read.All", second.principalId);
      const claims = { jti: randomUUID() };
      for (const app of [ci, second]) {
        const assertion = await clientAssertion(tenant, app, { claims });
        assert.equal((await ask(assertion, { client_id: app.app.clientId })).status, 200);
        assertRefused(await ask(assertion, { client_id: app.app.clientId }), 50013);
      }
    });

    test("one assertion works once for each of two resources: MSAL signs one for ten minutes", async () => {
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

    test("neither assertion nor key is in the database or in an answer", async () => {
      const assertion = await clientAssertion(tenant, ci);
      const { body } = await askWith({ signedBy: other });
      assert.ok(!JSON.stringify(body).includes(assertion.split(".")[2]!));
      assert.equal((await ask(assertion)).status, 200);
      const records = await tenant.context.store.audit.list({ limit: 1_000 });
      assert.ok(!JSON.stringify(records).includes(String(claimsOf(assertion).jti)));
    });

    const times = (from: number, to: number) => {
      const now = Math.floor(tenant.clock.now() / 1000);
      return { iat: now + from, nbf: now + from, exp: now + to };
    };
    const otherTenant = (path: string) => `${new URL(tenant.authority).origin}/${randomUUID()}${path}`;
  });
}
