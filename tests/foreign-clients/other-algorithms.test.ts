// Tokens that are signed with ES256 or EdDSA: from a tenant to openid-client, to our own client, and to an API.
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type CryptoKey, decodeProtectedHeader, exportSPKI, importJWK, type JWK } from "jose";
import * as oidc from "openid-client";
import { createGuard } from "../../packages/guard/src/index.ts";
import type { App, SigningAlgorithm } from "../../packages/tenant/src/directory/entities.ts";
import { manualClock } from "../../packages/tenant/test/fixtures/manual-clock.ts";
import { startEnv, type TestEnv } from "../client/test-env.ts";
import { answer, claimsOf, poll, requestCode, userinfo } from "../fixtures/device.ts";
import { consentForAllUsers } from "../fixtures/registrations.ts";

const OTHERS: SigningAlgorithm[] = ["ES256", "EdDSA"];

for (const alg of OTHERS) {
  describe(`an app whose ID tokens are signed with ${alg}, and an API with such access tokens`, () => {
    let env: TestEnv;
    let app: App;
    let scope: string;
    let audience: string;
    before(async () => {
      // openid-client checks times by the machine's clock.
      env = await startEnv({ clock: manualClock(Date.now() - 30 * 60_000) });
      const { admin, context } = env.tenant;
      app = await admin.apps.put({ name: "Standard", publicClient: true, idTokenSignedResponseAlg: alg });
      const given = { displayName: "Read", description: "Read", enabled: true };
      const scopes = [{ ...given, value: "Orders.Read", consent: "Admin" as const }];
      const api = await admin.apis.put({ name: "Orders", tokenProfile: "rfc9068", accessTokenSigningAlg: alg, scopes });
      await consentForAllUsers(context, app, api);
      scope = `${api.identifierUri}/Orders.Read`;
      audience = api.clientId;
    });
    after(() => env[Symbol.asyncDispose]());

    const guard = (algorithms?: readonly string[]) => {
      const { issuer, ca, clock } = env.tenant;
      return createGuard({ issuer, audience, profile: "rfc9068", ca, clock, ...(algorithms && { algorithms }) });
    };

    async function signedIn(clientId = app.clientId) {
      const { body } = await requestCode(env.tenant, { client_id: clientId, scope: `${scope} openid offline_access` });
      await env.ada.approve(body.user_code);
      return (await poll(env.tenant, body.device_code, { client_id: clientId })).body;
    }

    test("openid-client accepts the ID token if it is set to the algorithm, and only then", async () => {
      const { tenant } = env;
      const config = async (metadata: object) => {
        const found = await oidc.discovery(new URL(tenant.issuer), app.clientId, metadata, oidc.None(), {
          [oidc.customFetch]: (url, options) => tenant.fetch(url, options as RequestInit),
        });
        oidc.enableNonRepudiationChecks(found);
        return found;
      };
      const set = await config({ id_token_signed_response_alg: alg });
      assert.ok(set.serverMetadata().id_token_signing_alg_values_supported?.includes(alg));
      const first = await signedIn();
      const renewed = await oidc.refreshTokenGrant(set, first.refresh_token);
      assert.equal(decodeProtectedHeader(renewed.id_token ?? "").alg, alg);
      assert.equal(renewed.claims()?.aud, app.clientId);
      // `at_hash` is checked, too, with the hash of the algorithm.
      assert.equal(claimsOf(renewed.id_token ?? "").at_hash?.toString().length, alg === "EdDSA" ? 43 : 22);
      const rs256 = await config({ id_token_signed_response_alg: "RS256" });
      const refused = oidc.refreshTokenGrant(rs256, renewed.refresh_token ?? "");
      await assert.rejects(refused, ({ code, cause }: oidc.ClientError) => {
        assert.equal(code, "OAUTH_INVALID_RESPONSE");
        assert.match(String(cause), /unexpected JWT "alg" header parameter/);
        return true;
      });
    });

    test("our client signs in with both engines, renews, and calls the API", async () => {
      for (const engine of ["oidc", "entra"] as const) {
        const client = env.client({ clientId: app.clientId, scopes: [scope], engine });
        const session = await client.signIn();
        assert.equal(session.account.username, "Ada@Example.com");
        for (const forceRefresh of [false, true]) {
          const { token } = await session.getToken({ forceRefresh });
          assert.equal(decodeProtectedHeader(token).alg, alg);
          assert.equal((await guard([alg]).verify(token, { scopes: ["Orders.Read"] })).azp, app.clientId);
        }
      }
    });

    test("the access token is an RFC 9068 one, and a guard accepts it with its profile's algorithms or this one", async () => {
      const { access_token: token } = await signedIn();
      assert.equal(decodeProtectedHeader(token).typ, "at+jwt");
      const claims = claimsOf(token);
      for (const claim of ["iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope"])
        assert.ok(claims[claim], claim);
      assert.equal((await guard().verify(token)).azp, app.clientId);
      const others = ["RS256", ...OTHERS].filter((each) => each !== alg);
      await assert.rejects(guard(others).verify(token), { code: "algorithm_refused" });
    });

    test("an app of Entra's form gets RS256 at the same tenant, for itself and at the built-in API", async () => {
      const { body } = await requestCode(env.tenant);
      await env.ada.approve(body.user_code);
      const tokens = (await poll(env.tenant, body.device_code)).body;
      assert.equal(decodeProtectedHeader(tokens.id_token).alg, "RS256");
      assert.equal(decodeProtectedHeader(tokens.access_token).alg, "RS256");
      await assert.rejects(guard().verify(tokens.access_token), { code: "type_refused" });
    });

    test("no key of the tenant serves for another algorithm: at the guard, at UserInfo, at Graph", async () => {
      const { tenant } = env;
      const { keys } = (await answer(await tenant.fetch(`${tenant.authority}/discovery/v2.0/keys`))).body as {
        keys: (JWK & { kid: string })[];
      };
      assert.deepEqual(new Set(keys.map((key) => key.alg)), new Set(["RS256", alg]));
      const own = keys.find((key) => key.alg === alg)!;
      const rsa = keys.find((key) => key.alg === "RS256")!;
      const { access_token: token } = await signedIn();
      const [, payload, signature] = token.split(".");
      const bare = await bareToken();
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const publicKeys = await Promise.all(
        [own, rsa].map(async (key) => exportSPKI((await importJWK(key)) as CryptoKey)),
      );
      const verifier = guard();
      await verifier.verify(token);
      for (const { kid } of [own, rsa]) {
        for (const header of ["none", "HS256", "RS256", "ES256", "EdDSA"].map((name) => ({ alg: name, kid }))) {
          if (header.alg === alg && kid === own.kid) continue;
          const body = part({ ...header, typ: "at+jwt" });
          const macs = publicKeys.map((pem) =>
            createHmac("sha256", pem).update(`${body}.${payload}`).digest("base64url"),
          );
          for (const proof of ["", signature, ...macs]) {
            await assert.rejects(
              verifier.verify(`${body}.${payload}.${proof}`),
              { status: 401 },
              JSON.stringify(header),
            );
          }
          const [, bareClaims, bareSignature] = bare.split(".");
          if (header.alg === "RS256" && kid === rsa.kid) continue;
          for (const proof of ["", bareSignature, signature]) {
            const forged = `${part({ ...header, typ: "JWT" })}.${bareClaims}.${proof}`;
            assert.equal((await userinfo(tenant, forged)).status, 401);
            const headers = { authorization: `Bearer ${forged}` };
            assert.equal((await tenant.fetch(`${tenant.graph}/me`, { headers })).status, 401);
          }
        }
      }
      assert.equal((await userinfo(tenant, bare)).status, 200);
      assert.equal((await userinfo(tenant, token)).status, 401);
    });

    /** An access token for UserInfo, which Entra's form signs with RS256. */
    async function bareToken(): Promise<string> {
      const { body } = await requestCode(env.tenant, { client_id: app.clientId, scope: "openid profile" });
      await env.ada.approve(body.user_code);
      const { access_token } = (await poll(env.tenant, body.device_code, { client_id: app.clientId })).body;
      assert.equal(decodeProtectedHeader(access_token).alg, "RS256");
      return access_token;
    }

    test("an ID token is a hint for signing out", async () => {
      const { tenant } = env;
      const { id_token } = await signedIn();
      const back = `https://shop.example/${randomUUID()}`;
      await tenant.admin.apps.put({ clientId: app.clientId, postLogoutRedirectUris: [back] });
      const query = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: back });
      const led = (await tenant.fetch(`${tenant.authority}/oauth2/v2.0/logout?${query}`)).headers.get("location") ?? "";
      assert.equal(new URL(led).searchParams.get("post_logout_redirect_uri"), back);
    });
  });
}
