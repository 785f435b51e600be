import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { App } from "../../src/directory/entities.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { sampleApp } from "../storage/samples.ts";

const BYE = "https://player.contoso.example/bye?from=doorcode";

/** OpenID Connect RP-Initiated Logout 1.0. */
describe("the end session endpoint", () => {
  let tenant: TestTenant;
  let app: App;
  let other: App;
  before(async () => {
    tenant = await startTestTenant();
    app = sampleApp({ postLogoutRedirectUris: [BYE, "contoso-player://bye"] });
    other = sampleApp({ postLogoutRedirectUris: ["https://other.contoso.example/"] });
    for (const one of [app, other]) await seed(tenant.context.store).putApp(one);
  });
  after(() => tenant.close());

  /** An ID token as this tenant signs them. Its other claims do not matter here. */
  const idToken = (changes: Record<string, unknown> = {}) => {
    const now = Math.floor(tenant.clock.now() / 1000);
    const claims = { iss: tenant.issuer, aud: app.clientId, sub: "x", at_hash: "x", iat: now, exp: now + 3600 };
    return tenant.context.signingKeys.sign({ ...claims, ...changes }, "JWT");
  };
  /** Where it redirects, by GET and by POST, which must be the same. */
  const led = async (parameters: Record<string, string>): Promise<URL> => {
    const url = `${tenant.authority}/oauth2/v2.0/logout`;
    const query = new URLSearchParams(parameters);
    const answers = [await tenant.fetch(`${url}?${query}`), await tenant.fetch(url, { method: "POST", body: query })];
    const [got, posted] = answers.map((answer) => {
      assert.equal(answer.status, 303);
      return answer.headers.get("location") as string;
    });
    assert.equal(got, posted);
    const target = new URL(got as string);
    assert.equal(target.origin + target.pathname, `${tenant.pages}/sign-out`);
    return target;
  };
  const returnOf = (target: URL) => target.searchParams.get("post_logout_redirect_uri");

  test("by the client's ID: to the registered URI, with the given state", async () => {
    const state = "a b&c=d#é";
    const target = await led({ client_id: app.clientId.toUpperCase(), post_logout_redirect_uri: BYE, state });
    assert.deepEqual(Object.fromEntries(target.searchParams), {
      client_id: app.clientId,
      post_logout_redirect_uri: BYE,
      state,
    });
  });

  test("by an ID token alone, even an expired one; it goes no further than here", async () => {
    const expired = await idToken({ iat: 1, exp: 2 });
    for (const id_token_hint of [await idToken(), expired]) {
      for (const client_id of [[], [["client_id", app.clientId]]]) {
        const target = await led({ id_token_hint, post_logout_redirect_uri: BYE, ...Object.fromEntries(client_id) });
        assert.equal(returnOf(target), BYE);
        assert.ok(!target.href.includes(id_token_hint));
      }
    }
  });

  test("a hint of another client, another issuer or an unknown key, or one that is not an ID token, allows no return", async () => {
    const stolen = await idToken({ aud: other.clientId });
    const foreign = await idToken({ iss: "https://login.contoso.example" });
    const access = await idToken({ at_hash: undefined });
    const [header, payload] = (await idToken()).split(".");
    for (const id_token_hint of [stolen, foreign, access, `${header}.${payload}.AAAA`, "x", "a.b.c"]) {
      const target = await led({ id_token_hint, client_id: app.clientId, post_logout_redirect_uri: BYE, state: "s" });
      assert.equal(target.search, "", id_token_hint);
    }
  });

  const near: Record<string, string> = {
    "a slash at the end": `${BYE}/`,
    "another case of its path": BYE.replace("bye", "Bye"),
    "another case of its host": BYE.replace("player", "PLAYER"),
    "no query": "https://player.contoso.example/bye",
    "a longer query": `${BYE}&x=1`,
    "a fragment": `${BYE}#x`,
    "its port spelled out": BYE.replace(".example/", ".example:443/"),
    "http instead of https": BYE.replace("https", "http"),
    "a user before its host": BYE.replace("https://", "https://a@"),
    "another encoding": BYE.replace("bye", "%62ye"),
    "dots in its path": BYE.replace("/bye", "/x/../bye"),
    "a space after it": `${BYE} `,
    "another app's": "https://other.contoso.example/",
    "not a URI": "bye",
  };
  for (const [what, uri] of Object.entries(near)) {
    test(`there is no return to a URI that is not registered character by character: ${what}`, async () => {
      const target = await led({ client_id: app.clientId, post_logout_redirect_uri: uri, state: "s" });
      assert.equal(target.search, "");
    });
  }

  test("without a client, or with an unknown or disabled one, there is no return", async () => {
    const unknown = { client_id: "3f6b8b2e-0d51-4a6c-9a57-3b1c2d4e5f60" };
    for (const more of [{}, unknown, { client_id: "\0" }]) {
      assert.equal(returnOf(await led({ post_logout_redirect_uri: BYE, ...more })), null);
    }
    const disabled = sampleApp({ postLogoutRedirectUris: [BYE], disabledAt: 1 });
    await seed(tenant.context.store).putApp(disabled);
    const target = await led({ client_id: disabled.clientId, post_logout_redirect_uri: BYE });
    const page = await (await tenant.fetch(target.href)).text();
    assert.doesNotMatch(page, /player\.contoso/);
  });

  test("logout_hint, Entra's and the standard's, is accepted and selects nothing", async () => {
    const target = await led({ client_id: app.clientId, post_logout_redirect_uri: BYE, logout_hint: "ada@x.example" });
    assert.equal(returnOf(target), BYE);
    assert.ok(!target.href.includes("ada"));
  });

  test("an app's own scheme is allowed as return address", async () => {
    const target = await led({ client_id: app.clientId, post_logout_redirect_uri: "contoso-player://bye" });
    const page = await tenant.fetch(target.href);
    assert.match(page.headers.get("content-security-policy") as string, /form-action 'self' contoso-player:;/);
  });
});
