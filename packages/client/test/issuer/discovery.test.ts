import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DoorcodeError } from "../../src/errors.ts";
import { wrongAuthority } from "../../src/issuer/wrong-authority.ts";
import { memoryStore } from "../../src/token-store/memory-store.ts";
import { type PlainIssuer, plainIssuer } from "../fixtures/plain-issuer.ts";

const oauth = "/.well-known/oauth-authorization-server";
const openid = "/.well-known/openid-configuration";

const signsIn = async (issuer: PlainIssuer, what: string) => {
  const session = await issuer.client().client.signIn();
  assert.equal(session.account.issuer, issuer.issuer, what);
  assert.equal((await session.getToken()).token, "access-token-1", what);
};

describe("the metadata of an issuer with a path is found", () => {
  for (const [form, at] of [
    ["beneath the issuer (OpenID Connect Discovery §4)", `/tenant${openid}`],
    ["between host and path (RFC 8414 §3.1)", `${oauth}/tenant`],
    ["beneath the issuer under RFC 8414's name", `/tenant${oauth}`],
    ["between host and path under OpenID Connect's name (RFC 8414 §5)", `${openid}/tenant`],
  ] as const) {
    test(form, async (t) => {
      const issuer = await plainIssuer(t, { path: "/tenant" });
      issuer.metadataAt = [at];
      await signsIn(issuer, at);
    });
  }
});

test("the metadata of an issuer without a path is found under both names", async (t) => {
  for (const at of [openid, oauth]) {
    const issuer = await plainIssuer(t);
    issuer.metadataAt = [at];
    await signsIn(issuer, at);
  }
});

test("metadata of another issuer is refused wherever it is found (RFC 8414 §3.3)", async (t) => {
  for (const at of [`/tenant${openid}`, `${oauth}/tenant`, `/tenant${oauth}`, `${openid}/tenant`]) {
    const issuer = await plainIssuer(t, { path: "/tenant" });
    issuer.metadataAt = [at];
    issuer.metadata = { issuer: issuer.origin };
    const { client, shown } = issuer.client();
    await assert.rejects(client.signIn(), { code: "invalid_issuer_response", message: /names another issuer/ }, at);
    assert.deepEqual(shown, []);
  }
});

test("an error never shows a URL from the metadata that could rewrite a terminal", async (t) => {
  const issuer = await plainIssuer(t);
  issuer.metadata = { jwks_uri: `${issuer.origin}/\u001b[2J\u202e` };
  issuer.answer = ({ path }) => (path.startsWith("/%1B") ? { json: { keys: [] } } : undefined);
  await assert.rejects(issuer.client().client.signIn(), ({ code, message }: DoorcodeError) => {
    assert.equal(code, "invalid_issuer_response");
    assert.doesNotMatch(message, /[\p{Cc}\u202e]/u);
    return true;
  });
});

test("nor such a URL of a tenant on this computer", async () => {
  const transport = {
    async send({ url }: { url: string }) {
      const doorcode_authority = "https://localhost:8443/\u001b[2J";
      return { status: 200, headers: {}, body: url.includes("/common/") ? JSON.stringify({ doorcode_authority }) : "" };
    },
  };
  const error = new DoorcodeError("issuer_unreachable");
  assert.equal(await wrongAuthority({ authority: "https://localhost:1", transport }, error, undefined), error);
});

test("the search continues at an issuer that serves its start page for every URL", async (t) => {
  const issuer = await plainIssuer(t);
  issuer.metadataAt = [oauth];
  issuer.answer = ({ path }) =>
    path === openid ? { body: "<html>", headers: { "content-type": "text/html" } } : undefined;
  await signsIn(issuer, "a start page");
});

describe("an OAuth server that is not an OpenID Connect issuer", () => {
  /** Has neither keys nor ID tokens, and rejects the scopes of OpenID Connect. */
  async function oauthServer(t: Parameters<typeof plainIssuer>[0]) {
    const issuer = await plainIssuer(t);
    issuer.metadataAt = [oauth];
    const none = { jwks_uri: undefined, subject_types_supported: undefined };
    issuer.metadata = { ...none, id_token_signing_alg_values_supported: undefined };
    issuer.tokens = { id_token: undefined, scope: "todo.read" };
    return issuer;
  }

  test("signs in with only the caller's scopes, for an account without a name", async (t) => {
    const issuer = await oauthServer(t);
    const store = memoryStore();
    const { client } = issuer.client({ store });
    const session = await client.signIn();
    assert.equal(issuer.sent("/device")[0]?.form.get("scope"), "todo.read");
    assert.equal(session.account.username, "(unnamed)");
    assert.deepEqual(await client.accounts(), [session.account]);
    const first = await session.getToken();
    assert.notEqual((await session.getToken({ forceRefresh: true })).token, first.token);
    assert.deepEqual(issuer.sent("/keys"), []);
    const asked = issuer.requests.length;
    const again = issuer.client({ store }).client;
    await again.getToken({ forceRefresh: true });
    assert.equal(issuer.requests.length, asked + 1, "the metadata is stored: one request, the renewal");
    assert.equal((await session.signOut({ everywhere: true })).revoked, "yes");
  });

  test("cannot meet an expected account, which is reported before the user is asked", async (t) => {
    const issuer = await oauthServer(t);
    const { client, shown } = issuer.client();
    const wanted = { expectAccount: "ada@contoso.example" };
    await assert.rejects(client.signIn(wanted), { code: "configuration", message: /does not name the user/ });
    assert.deepEqual(shown, []);
  });

  test("gets no scope that it does not list", async (t) => {
    const issuer = await oauthServer(t);
    issuer.metadata = { ...issuer.metadata, scopes_supported: ["offline_access", "todo.read"] };
    await issuer.client().client.signIn();
    assert.equal(issuer.sent("/device")[0]?.form.get("scope"), "offline_access todo.read");
  });
});

test("an OpenID Connect issuer must send an ID token, unless it says that openid was not granted", async (t) => {
  const issuer = await plainIssuer(t);
  issuer.tokens = { id_token: null };
  const withheld = { code: "invalid_issuer_response", message: /no ID token/ };
  await assert.rejects(issuer.client().client.signIn(), withheld);
  issuer.tokens = { id_token: null, scope: undefined };
  await assert.rejects(issuer.client().client.signIn(), withheld);
  issuer.tokens = { id_token: null, scope: "todo.read" };
  assert.equal((await issuer.client().client.signIn()).account.username, "(unnamed)");
  const expecting = issuer.client().client.signIn({ expectAccount: "ada@contoso.example" });
  await assert.rejects(expecting, { code: "wrong_account" });
});

describe("endpoints that the program names", () => {
  const named = (issuer: PlainIssuer) => ({
    deviceAuthorization: `${issuer.origin}/device?client=tv`,
    token: `${issuer.origin}/token`,
  });

  test("are used if the metadata has no device endpoint", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.metadata = { device_authorization_endpoint: undefined };
    await assert.rejects(issuer.client().client.signIn(), { code: "invalid_issuer_response" });
    const store = memoryStore();
    const { client } = issuer.client({ store, endpoints: { deviceAuthorization: `${issuer.origin}/device` } });
    assert.equal((await client.signIn()).account.id, "ada");
    // They are not in the store: another program at the same issuer does not have them.
    const other = issuer.client({ store }).client.signIn();
    await assert.rejects(other, { code: "invalid_issuer_response", message: /no device_authorization_endpoint/ });
  });

  test("are used if there is no metadata, for an account without a name", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.metadataAt = [];
    issuer.tokens = { id_token: undefined, scope: "todo.read" };
    const endpoints = { ...named(issuer), deviceAuthorization: `${issuer.origin}/device` };
    const { client } = issuer.client({ endpoints });
    const session = await client.signIn();
    assert.equal(session.account.username, "(unnamed)");
    assert.equal(session.account.issuer, issuer.issuer);
    assert.notEqual((await session.getToken({ forceRefresh: true })).token, "access-token-1");
    const looked = issuer.requests.filter(({ path }) => path.includes(".well-known")).length;
    await session.getToken({ forceRefresh: true });
    assert.equal(issuer.requests.filter(({ path }) => path.includes(".well-known")).length, looked);
    assert.equal((await session.signOut({ everywhere: true })).revoked, "unsupported");
    const half = issuer.client({ endpoints: { token: endpoints.token } }).client.signIn();
    await assert.rejects(half, { code: "invalid_issuer_response", message: /metadata/ });
  });

  test("must be https or on this computer, which is checked immediately", async (t) => {
    const issuer = await plainIssuer(t);
    for (const url of [
      "http://issuer.example/device",
      "issuer.example",
      "https://a:b@issuer.example",
      "https://a/#b",
    ]) {
      const make = () => issuer.client({ endpoints: { deviceAuthorization: url } });
      assert.throws(make, { code: "configuration", message: /endpoint deviceAuthorization/ }, url);
    }
  });
});
