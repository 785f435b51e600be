import assert from "node:assert/strict";
import type { webcrypto } from "node:crypto";
import { after, before, describe, test } from "node:test";
import * as oidc from "openid-client";
import type { App } from "../../packages/tenant/src/directory/entities.ts";
import { hashPassword } from "../../packages/tenant/src/directory/password.ts";
import { newSecret } from "../../packages/tenant/src/kernel/seal.ts";
import { type OwnCertificate, ownCertificate } from "../../packages/tenant/test/fixtures/own-certificate.ts";
import { createUser, seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addCertifiedApp } from "../fixtures/client-assertion.ts";
import { Person } from "../fixtures/person.ts";
import { addApp } from "../fixtures/registrations.ts";

const PASSWORD = "seven slow herons";
const EMAIL = "ada@contoso.example";
const WEB = "https://notes.contoso.example/back";
const SECRET = "s p:a/c+e=%";

/** In the form that the library expects. */
async function signingKeyOf({ key }: OwnCertificate): Promise<webcrypto.CryptoKey> {
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  return crypto.subtle.importKey("pkcs8", pkcs8, { name: "RSA-PSS", hash: "SHA-256" }, false, ["sign"]);
}

/** The problem that the library found: the cause of the error that it throws. */
const because = (what: RegExp) => (error: Error) => what.test(String((error.cause as Error | undefined)?.message));

describe("openid-client signs in with an authorization code", () => {
  let tenant: TestTenant;
  let app: App;
  before(async () => {
    tenant = await startTestTenant({ clock: "moving" });
    app = await register("Contoso Notes");
    await createUser(tenant.context, { email: EMAIL, displayName: "Ada", passwordHash: await hashPassword(PASSWORD) });
  });
  after(() => tenant.close());

  async function register(name: string, secret?: string): Promise<App> {
    const registered = {
      ...(await addApp(tenant.context, name, secret)),
      redirectUris: [WEB, "http://127.0.0.1/back"],
    };
    await seed(tenant.context.store).putApp(registered);
    return registered;
  }

  async function discover({ clientId } = app, authentication: oidc.ClientAuth = oidc.None()) {
    const config = await oidc.discovery(new URL(tenant.issuer), clientId, {}, authentication, {
      [oidc.customFetch]: (url, options) => tenant.fetch(url, options as RequestInit),
    });
    oidc.enableNonRepudiationChecks(config);
    return config;
  }

  /** Values that the library needs again when the response arrives. */
  async function asked(config: oidc.Configuration, redirect_uri = WEB, more: Record<string, string> = {}) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri,
      scope: "openid profile email offline_access",
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
      state: expectedState,
      nonce: expectedNonce,
      ...more,
    });
    return { url, checks: { pkceCodeVerifier, expectedState, expectedNonce } };
  }

  /** Drives the person's browser until it leaves the tenant. */
  async function walk(url: URL, decision: "yes" | "no", person = new Person(tenant)): Promise<URL> {
    await person.open(url.href);
    if (person.left === undefined && person.path.startsWith("/sign-in")) await person.signIn(EMAIL, PASSWORD);
    if (person.left === undefined) await person.submit("/authorize/consent", { decision });
    return new URL(person.left!);
  }

  test("finds that code, PKCE and the issuer in the response are supported", async () => {
    const metadata = (await discover()).serverMetadata();
    assert.equal(metadata.authorization_endpoint, `${tenant.authority}/oauth2/v2.0/authorize`);
    assert.deepEqual(metadata.response_types_supported, ["code"]);
    assert.deepEqual(metadata.response_modes_supported, ["query", "form_post"]);
    assert.equal(metadata.supportsPKCE(), true);
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    assert.ok(metadata.grant_types_supported?.includes("authorization_code"));
  });

  for (const redirectUri of [WEB, "http://127.0.0.1:51004/back"]) {
    test(`to ${redirectUri}: state, nonce, issuer and verifier all match, and the tokens are valid`, async () => {
      const config = await discover();
      const { url, checks } = await asked(config, redirectUri);
      const back = await walk(url, "yes");
      assert.equal(back.origin + back.pathname, redirectUri);
      const tokens = await oidc.authorizationCodeGrant(config, back, { ...checks, idTokenExpected: true });
      const { sub, aud, email } = tokens.claims()!;
      assert.deepEqual([aud, email], [app.clientId, EMAIL]);
      assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, sub)).sub, sub);
      const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token!);
      assert.equal(renewed.claims()?.sub, sub);
      await assert.rejects(oidc.authorizationCodeGrant(config, back, checks), { error: "invalid_grant" });
    });
  }

  for (const [how, authentication] of [
    ["client_secret_basic", oidc.ClientSecretBasic],
    ["client_secret_post", oidc.ClientSecretPost],
  ] as const) {
    test(`as a confidential client by ${how}`, async () => {
      const config = await discover(await register(`Server, ${how}`, SECRET), authentication(SECRET));
      const { url, checks } = await asked(config);
      const tokens = await oidc.authorizationCodeGrant(config, await walk(url, "yes"), checks);
      assert.ok(tokens.access_token);
    });
  }

  test("with two generated secrets at once; removal or expiry of one does not affect the other", async () => {
    const { apps } = tenant.admin;
    const web = await apps.put({ name: "Server, two secrets", redirectUris: [WEB] });
    const [first, second] = [await apps.addSecret(web.clientId), await apps.addSecret(web.clientId)];
    const [basic, posted] = [
      await discover(web, oidc.ClientSecretBasic(first.secret)),
      await discover(web, oidc.ClientSecretPost(second.secret)),
    ];
    const renewing = new Map<oidc.Configuration, string>();
    for (const config of [basic, posted]) {
      const { url, checks } = await asked(config);
      const tokens = await oidc.authorizationCodeGrant(config, await walk(url, "yes"), checks);
      renewing.set(config, tokens.refresh_token!);
    }
    const renew = async (config: oidc.Configuration) =>
      renewing.set(config, (await oidc.refreshTokenGrant(config, renewing.get(config)!)).refresh_token!);
    await apps.removeSecret(web.clientId, first.keyId);
    await assert.rejects(renew(basic), { code: "OAUTH_WWW_AUTHENTICATE_CHALLENGE", status: 401 });
    await renew(posted);
    const old = newSecret();
    await seed(tenant.context.store).addSecret(web.clientId, old, { endsAt: tenant.clock.now() });
    const expired = oidc.refreshTokenGrant(await discover(web, oidc.ClientSecretPost(old)), renewing.get(posted)!);
    await assert.rejects(expired, { error: "invalid_client", error_description: /^AADSTS7000222: / });
    // The sign-in still works with a valid secret.
    await renew(posted);
  });

  test("as a confidential client by private_key_jwt, with a new assertion each time", async () => {
    const certified = await addCertifiedApp(tenant.context, "Server, by certificate");
    const { app: registered, own } = certified;
    await seed(tenant.context.store).putApp({ ...registered, redirectUris: [WEB] });
    const config = await discover(registered, oidc.PrivateKeyJwt(await signingKeyOf(own)));
    const { url, checks } = await asked(config);
    const back = await walk(url, "yes");
    const stranger = await discover(registered, oidc.PrivateKeyJwt(await signingKeyOf(await ownCertificate())));
    await assert.rejects(oidc.authorizationCodeGrant(stranger, back, checks), { error: "invalid_client" });
    const tokens = await oidc.authorizationCodeGrant(config, back, checks);
    assert.ok((await oidc.refreshTokenGrant(config, tokens.refresh_token!)).access_token);
    await assert.rejects(oidc.authorizationCodeGrant(config, back, checks), { error: "invalid_grant" });
  });

  test("reports that the person declined, and checks the issuer of that response too", async () => {
    const config = await discover();
    const { url, checks } = await asked(config);
    await assert.rejects(oidc.authorizationCodeGrant(config, await walk(url, "no"), checks), {
      error: "access_denied",
    });
  });

  test("refuses the answer of another issuer (mix-up, RFC 9207)", async () => {
    const config = await discover();
    const { url, checks } = await asked(config);
    const back = await walk(url, "yes");
    back.searchParams.set("iss", "https://login.evil.example");
    await assert.rejects(oidc.authorizationCodeGrant(config, back, checks), because(/iss/));
    back.searchParams.delete("iss");
    await assert.rejects(oidc.authorizationCodeGrant(config, back, checks), because(/iss/));
  });

  test("a code that was injected into another sign-in is refused by its verifier, and by its nonce", async () => {
    const config = await discover();
    const [stolen, own] = [await asked(config), await asked(config)];
    const back = await walk(stolen.url, "yes");
    back.searchParams.set("state", own.checks.expectedState);
    await assert.rejects(oidc.authorizationCodeGrant(config, back, own.checks), { error: "invalid_grant" });
    const wrongNonce = { ...own.checks, pkceCodeVerifier: stolen.checks.pkceCodeVerifier };
    await assert.rejects(oidc.authorizationCodeGrant(config, back, wrongNonce), because(/nonce/));
  });

  test("signs in again without a page if nothing is new, and with prompt=none", async () => {
    const config = await discover();
    const person = new Person(tenant);
    await walk((await asked(config)).url, "yes", person);
    for (const more of [{}, { prompt: "none" }] as Record<string, string>[]) {
      const { url, checks } = await asked(config, WEB, more);
      await person.open(url.href);
      const tokens = await oidc.authorizationCodeGrant(config, new URL(person.left!), checks);
      assert.ok(tokens.claims()?.nonce);
    }
    const silent = await asked(config, WEB, { prompt: "none" });
    const stranger = new Person(tenant);
    await stranger.open(silent.url.href);
    const refused = oidc.authorizationCodeGrant(config, new URL(stranger.left!), silent.checks);
    await assert.rejects(refused, { error: "login_required" });
  });
});
