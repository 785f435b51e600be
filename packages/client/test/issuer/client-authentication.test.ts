import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { decodeProtectedHeader, jwtVerify } from "jose";
import type { ClientCredential } from "../../src/client.ts";
import { systemClock } from "../../src/clock.ts";
import { appPem } from "../fixtures/app-pem.ts";
import { browse } from "../fixtures/plain-browser.ts";
import { type PlainIssuer, plainIssuer, type Sent } from "../fixtures/plain-issuer.ts";

const secret = "s3cret: with % and ü";
const authenticated = ["/device", "/token", "/revoke"];

/** The requests that must be authenticated: two of the sign-in, one of the renewal, one of the sign-out. */
async function everyRequest(issuer: PlainIssuer, credential: ClientCredential): Promise<Sent[]> {
  const session = await issuer.client({ credential }).client.signIn();
  await session.getToken({ forceRefresh: true });
  assert.equal((await session.signOut({ everywhere: true })).revoked, "yes");
  const sent = issuer.requests.filter(({ path }) => authenticated.includes(path));
  assert.deepEqual(
    sent.map(({ path }) => path),
    ["/device", "/token", "/token", "/revoke"],
  );
  return sent;
}

const byPost = ({ form, headers }: Sent) => {
  assert.deepEqual([form.get("client_id"), form.get("client_secret")], ["tv", secret]);
  assert.equal(headers.authorization, undefined);
};
const byBasic = ({ form, headers }: Sent) => {
  const [id, password] = Buffer.from(headers.authorization?.replace("Basic ", "") ?? "", "base64")
    .toString()
    .split(":")
    .map((part) => decodeURIComponent(part.replaceAll("+", " ")));
  assert.deepEqual([id, password], ["tv", secret], "each form-encoded (RFC 6749 §2.3.1)");
  assert.deepEqual([form.get("client_id"), form.get("client_secret")], [null, null], "one method in a request");
};

describe("a client secret is sent with every request", () => {
  for (const [methods, check] of [
    [["client_secret_basic", "client_secret_post"], byPost],
    [["client_secret_post"], byPost],
    [["client_secret_basic", "private_key_jwt"], byBasic],
    [["none"], byBasic],
    [[], byBasic],
    [undefined, byBasic],
    [null, byBasic],
  ] as const) {
    test(`in a form that an issuer with the methods ${methods?.join(", ") || methods} accepts`, async (t) => {
      const issuer = await plainIssuer(t);
      issuer.metadata = { token_endpoint_auth_methods_supported: methods };
      for (const sent of await everyRequest(issuer, { secret })) check(sent);
    });
  }

  test("in a form that the revocation endpoint accepts, if that has its own list", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.metadata = {
      token_endpoint_auth_methods_supported: ["client_secret_post"],
      revocation_endpoint_auth_methods_supported: ["client_secret_basic"],
    };
    const sent = await everyRequest(issuer, { secret });
    for (const each of sent.slice(0, 3)) byPost(each);
    byBasic(sent[3]!);
  });

  test("in a browser sign-in as well, and never to the metadata, the keys or the browser", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.metadata = { token_endpoint_auth_methods_supported: ["client_secret_post"] };
    const { client, events } = issuer.client({ credential: { secret }, clock: systemClock });
    await client.signIn({ via: "browser", openBrowser: (address) => browse(issuer, address) });
    byPost(issuer.sent("/token")[0]!);
    const others = issuer.requests.filter(({ path }) => path !== "/token");
    assert.ok(others.length > 0 && others.every(({ form }) => !form.has("client_secret")));
    assert.ok(!inspect(events, { depth: 9 }).includes("s3cret"));
  });

  test("and is requested each time it is needed", async (t) => {
    const issuer = await plainIssuer(t);
    const asked: string[] = [];
    const credential = { secret: async () => `secret-number-${asked.push("")}` };
    issuer.metadata = { token_endpoint_auth_methods_supported: ["client_secret_post"] };
    await issuer.client({ credential }).client.signIn();
    assert.equal(issuer.sent("/token")[0]?.form.get("client_secret"), "secret-number-2");
  });
});

describe("a private key signs an assertion for every request (RFC 7523)", () => {
  const pem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });

  async function verified(issuer: PlainIssuer, privateKey: string, key: KeyObject, alg: string) {
    const sent = await everyRequest(issuer, { privateKey });
    const seen = new Set<unknown>();
    for (const { form } of sent) {
      assert.equal(form.get("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      const assertion = form.get("client_assertion") ?? "";
      const expected = { issuer: "tv", subject: "tv", audience: issuer.issuer };
      const { payload } = await jwtVerify(assertion, key, expected);
      assert.equal(decodeProtectedHeader(assertion).alg, alg);
      seen.add(payload.jti);
    }
    assert.equal(seen.size, sent.length, "each is used once");
    return decodeProtectedHeader(sent[0]?.form.get("client_assertion") ?? "");
  }

  test("RSA in PEM with RS256, otherwise with what the issuer lists", async (t) => {
    await verified(await plainIssuer(t), pem(rsa.privateKey), rsa.publicKey, "RS256");
    const issuer = await plainIssuer(t);
    issuer.metadata = { token_endpoint_auth_signing_alg_values_supported: ["PS256", "ES256"] };
    await verified(issuer, pem(rsa.privateKey), rsa.publicKey, "PS256");
  });

  test("P-256 in PEM with ES256", async (t) => {
    await verified(await plainIssuer(t), pem(ec.privateKey), ec.publicKey, "ES256");
  });

  test("a JWK, with its kid and its alg", async (t) => {
    const jwk = { ...rsa.privateKey.export({ format: "jwk" }), kid: "2026-11", alg: "PS256" };
    const header = await verified(await plainIssuer(t), JSON.stringify(jwk), rsa.publicKey, "PS256");
    assert.equal(header.kid, "2026-11");
  });

  test("PEM with its certificate, with the certificate's thumbprint", async (t) => {
    const { file, key } = await appPem();
    const header = await verified(await plainIssuer(t), file, createPublicKey(key), "RS256");
    assert.match(String(header["x5t#S256"]), /^[\w-]{43}$/);
  });

  test("no assertion for another issuer's token endpoint is sent to an issuer that names that endpoint", async (t) => {
    const issuer = await plainIssuer(t);
    // Entra accepts its token endpoint as the audience, so the device endpoint could sign in there with such an
    // assertion.
    const another = "https://login.microsoftonline.com/7d0d2b3e-2f6d-4a1c-9d3a-0a6c8f1e5b27/oauth2/v2.0/token";
    issuer.metadata = { doorcode_profile: "entra", token_endpoint: another };
    const credential = { privateKey: pem(rsa.privateKey) };
    await assert.rejects(issuer.client({ credential }).client.signIn(), {
      code: "invalid_issuer_response",
      message: /names another host's token endpoint, https:\/\/login\.microsoftonline\.com/,
    });
    assert.deepEqual(issuer.sent("/device"), []);
  });

  test("a key that cannot sign is refused before anything is sent, and never repeated", async (t) => {
    for (const privateKey of [
      "canary-no-key",
      '{"canary":1}',
      "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----",
    ]) {
      const issuer = await plainIssuer(t);
      await assert.rejects(issuer.client({ credential: { privateKey } }).client.signIn(), (error: Error) => {
        assert.match(error.message, /credential cannot be used/);
        assert.ok(!inspect(error, { depth: 9 }).includes("canary"));
        return true;
      });
      assert.deepEqual(issuer.sent("/device"), []);
    }
  });
});

test("a credential is exactly one of the two, and not empty", async (t) => {
  const issuer = await plainIssuer(t);
  for (const credential of [{}, { secret: "" }, { secret: "a", privateKey: "b" }, { password: "a" }]) {
    const make = () => issuer.client({ credential: credential as ClientCredential });
    assert.throws(make, { code: "configuration", message: /either secret or privateKey/ });
  }
});
