import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import type { ClientCredential } from "../../src/client.ts";
import { withoutSecrets } from "../../src/issuer/without-secrets.ts";
import { type PlainIssuer, plainIssuer, type Sent } from "../fixtures/plain-issuer.ts";

/** With characters that each encoding writes differently. */
const secret = 's3cret~canary "%/+&ü-_.!';

/** Ways in which a server may repeat it. The names appear only in test titles. */
const spellings: [how: string, spell: (text: string) => string][] = [
  ["as it is", (text) => text],
  ["percent-encoded", encodeURIComponent],
  ["percent-encoded in lower case", (text) => encodeURIComponent(text).replace(/%../g, (one) => one.toLowerCase())],
  ["percent-encoded twice", (text) => encodeURIComponent(encodeURIComponent(text))],
  ["form-encoded", (text) => new URLSearchParams({ "": text }).toString().slice(1)],
  ["in Latin-1", (text) => encodeURIComponent(text).replaceAll("%C3%BC", "%FC")],
  ["as JSON", (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/").replaceAll("ü", "\\u00FC")],
  ["as HTML", (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&#34;").replaceAll("ü", "&#xfc;")],
];

/** The issuer rejects requests to the path and repeats part of the request in each member. */
function refusing(issuer: PlainIssuer, path: string, status: number, repeated: (sent: Sent) => string): void {
  issuer.answer = (sent) => {
    if (sent.path !== path) return undefined;
    const text = `Not «${repeated(sent)}».`;
    const json = { error: "invalid_client", error_description: text, suberror: text, trace_id: text };
    return { status, json: { ...json, correlation_id: text } };
  };
}

/** All the text of the error. */
const readable = (error: unknown) => inspect(error, { depth: 9, showHidden: true, maxStringLength: null });

async function errorOf(issuer: PlainIssuer, credential?: ClientCredential): Promise<Error> {
  const { client } = issuer.client(credential && { credential });
  return await client.signIn().then(
    () => assert.fail("it was refused"),
    (error: Error) => error,
  );
}

describe("a client secret that the issuer repeats is in no error", () => {
  for (const [how, spell] of spellings) {
    test(how, async (t) => {
      const issuer = await plainIssuer(t);
      issuer.metadata = { token_endpoint_auth_methods_supported: ["client_secret_post"] };
      refusing(issuer, "/device", 401, ({ form }) => spell(form.get("client_secret") ?? ""));
      const error = await errorOf(issuer, { secret });
      assert.match(error.message, /Not «…»\./);
      assert.doesNotMatch(readable(error), /s3cret|canary/);
    });
  }

  for (const status of [200, 201, 302, 400, 403, 503]) {
    test(`in an error with HTTP ${status}, from either endpoint`, async (t) => {
      for (const path of ["/device", "/token"]) {
        const issuer = await plainIssuer(t);
        issuer.metadata = { token_endpoint_auth_methods_supported: ["client_secret_post"] };
        refusing(issuer, path, status, ({ form }) => form.get("client_secret") ?? "");
        assert.doesNotMatch(readable(await errorOf(issuer, { secret })), /s3cret|canary/);
      }
    });
  }

  test("as the value of the Basic header, with and without padding", async (t) => {
    for (const ofIt of [/Basic .+/, /(?<=Basic )[^=]+/, /(?<=Basic ).+/]) {
      const issuer = await plainIssuer(t);
      const repeated: string[] = [];
      refusing(issuer, "/device", 400, ({ headers }) => {
        const text = encodeURIComponent(ofIt.exec(headers.authorization ?? "")?.[0] ?? "");
        repeated.push(text.replace(/(%3D)+$/, "").replace(/^Basic%20/, ""));
        return text;
      });
      const error = readable(await errorOf(issuer, { secret }));
      assert.ok(repeated[0] && repeated[0].length > 40);
      assert.match(error, /Not «(Basic%20)?…/);
      assert.ok(!error.includes(repeated[0]), error);
    }
  });

  test("if it is short, only as a separate word, so the issuer's words stay", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.metadata = { token_endpoint_auth_methods_supported: ["client_secret_post"] };
    refusing(issuer, "/device", 401, ({ form }) => `${form.get("client_secret")} of client`);
    assert.match((await errorOf(issuer, { secret: "lie" })).message, /Not «… of client»\./);
  });
});

test("nor is an assertion, by a private key or by the secret", async (t) => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  for (const credential of [{ privateKey: pem }, { secret }]) {
    const issuer = await plainIssuer(t);
    issuer.metadata = { token_endpoint_auth_methods_supported: ["client_secret_jwt", "private_key_jwt"] };
    refusing(issuer, "/device", 200, ({ form }) => form.get("client_assertion") ?? "");
    const error = await errorOf(issuer, credential);
    assert.match(error.message, /Not «…»\./);
    assert.doesNotMatch(readable(error), /eyJ/);
  }
});

describe("nor is anything that a public client sends, in any spelling", () => {
  const spelled = "canary/with+all=of them";
  for (const [how, spell] of spellings) {
    test(`device code and code verifier, ${how}`, async (t) => {
      const issuer = await plainIssuer(t);
      issuer.device = { device_code: spelled };
      issuer.metadata = { code_challenge_methods_supported: ["S256"] };
      const verifiers: string[] = [];
      refusing(issuer, "/token", 400, ({ form }) => {
        verifiers.push(form.get("code_verifier") ?? "");
        return spell(`${form.get("device_code")} ${verifiers[0]}`);
      });
      const error = readable(await errorOf(issuer));
      assert.doesNotMatch(error, /canary/);
      assert.ok(verifiers[0] && !error.includes(verifiers[0]), error);
    });

    test(`the refresh token of a renewal and of a sign-out, ${how}`, async (t) => {
      const issuer = await plainIssuer(t);
      issuer.tokens = { refresh_token: spelled };
      const session = await issuer.client().client.signIn();
      refusing(issuer, "/token", 400, ({ form }) => spell(form.get("refresh_token") ?? ""));
      await assert.rejects(session.getToken({ forceRefresh: true }), (error) => !readable(error).includes("canary"));
      refusing(issuer, "/revoke", 400, ({ form }) => spell(form.get("token") ?? ""));
      const { revoked, reason = "" } = await session.signOut({ everywhere: true });
      assert.equal(revoked, "refused");
      assert.match(reason, /Not «…»\./);
    });
  }
});

test("text beyond the length of an error is left out, so that the search for secrets ends", () => {
  const text = `${"%25".repeat(10_000)} and more`;
  assert.equal(withoutSecrets(text, ["x"]).length, 4_097);
  // With unbounded text this would take minutes instead of milliseconds.
  assert.match(withoutSecrets(text, ["%".repeat(2_000)]), /^.{0,4097}$/);
});
