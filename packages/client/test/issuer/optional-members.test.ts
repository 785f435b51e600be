import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type PlainIssuer, plainIssuer } from "../fixtures/plain-issuer.ts";

/** What servers send for an optional member without a value. */
const nothing = [
  ["absent", undefined],
  ["null", null],
  ["empty", ""],
] as const;

/** The optional members, and others that the client does not need, by the document that defines them. */
const members: Record<"metadata" | "device" | "tokens" | "claims" | "jwk", string[]> = {
  // OpenID Connect Discovery §3, RFC 8414 §2, RFC 8628 §4.
  metadata: [
    "authorization_endpoint",
    "userinfo_endpoint",
    "registration_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "end_session_endpoint",
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "acr_values_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint_auth_methods_supported",
    "code_challenge_methods_supported",
    "claims_supported",
    "claims_parameter_supported",
    "authorization_response_iss_parameter_supported",
    "service_documentation",
    "ui_locales_supported",
    "op_policy_uri",
    "op_tos_uri",
    "doorcode_profile",
  ],
  // RFC 8628 §3.2.
  device: ["verification_uri_complete", "interval", "message"],
  // RFC 6749 §5.1; `token_type` is required, but servers with only one type have left it out.
  tokens: ["expires_in", "refresh_token", "scope", "token_type", "client_info"],
  // OpenID Connect Core §2 and §5.1.
  claims: [
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "jti",
    "name",
    "given_name",
    "preferred_username",
    "email",
    "email_verified",
    "tid",
  ],
  // RFC 7517 §4.
  jwk: ["use", "key_ops", "alg", "kid", "x5c", "x5t", "x5u", "x5t#S256", "ext"],
};
const documents = Object.keys(members) as (keyof typeof members)[];

/** List members may also be empty lists. */
const emptyList = [["an empty list", []]] as const;

for (const document of documents) {
  describe(`a sign-in, a renewal and a sign-out work with ${document} if`, () => {
    for (const member of members[document]) {
      const lists = /_supported$|^(amr|key_ops|x5c)$/.test(member) ? emptyList : [];
      test(`${member} is ${[...nothing, ...lists].map(([what]) => what).join(", ")}`, async (t) => {
        for (const [what, value] of [...nothing, ...lists]) {
          const issuer = await plainIssuer(t);
          issuer[document] = { [member]: value };
          await usable(issuer, `${member} ${what}`);
        }
      });
    }

    test("all of them are missing or empty at once", async (t) => {
      for (const [what, value] of nothing) {
        const issuer = await plainIssuer(t);
        issuer[document] = Object.fromEntries(members[document].map((member) => [member, value]));
        await usable(issuer, what);
      }
    });
  });
}

/** A user signs in and gets a token, twice. Members that were not requested are never required. */
async function usable(issuer: PlainIssuer, what: string): Promise<void> {
  const { client } = issuer.client();
  const session = await client.signIn();
  assert.equal(session.account.id, "ada", what);
  const kept = await session.getToken();
  assert.match(kept.token, /^access-token-\d$/, what);
  assert.deepEqual(kept.scopes, ["todo.read"], what);
  const canRenew = !("refresh_token" in issuer.tokens) || issuer.tokens.refresh_token;
  if (canRenew) assert.notEqual((await session.getToken({ forceRefresh: true })).token, kept.token, what);
  const { revoked } = await session.signOut({ everywhere: true });
  const canRevoke = !("revocation_endpoint" in issuer.metadata) || issuer.metadata.revocation_endpoint;
  assert.equal(revoked, canRevoke ? "yes" : "unsupported", what);
}

describe("a member that a response leaves out has its default", () => {
  test("the interval: five seconds (RFC 8628 §3.2)", async (t) => {
    for (const [what, value] of nothing) {
      const issuer = await plainIssuer(t);
      issuer.device = { interval: value };
      const { client, shown } = issuer.client();
      await client.signIn();
      assert.equal(shown[0]?.interval, 5_000, what);
    }
  });

  test("the lifetime: renewed at the next use; a token that cannot be renewed is used until it is rejected", async (t) => {
    for (const [what, value] of [...nothing, ["zero", 0] as const, ["no number", "soon"] as const]) {
      const issuer = await plainIssuer(t);
      issuer.tokens = { expires_in: value };
      const renewed = await issuer.client().client.signIn();
      assert.equal((await renewed.getToken()).token, "access-token-2", what);
      issuer.tokens = { expires_in: value, refresh_token: undefined };
      const kept = await issuer.client().client.signIn();
      assert.equal((await kept.getToken()).token, (await kept.getToken()).token, what);
    }
  });

  test("a lifetime may be a number in a string", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.tokens = { expires_in: "3600" };
    const { client, clock } = issuer.client();
    const { expiresAt } = await (await client.signIn()).getToken();
    assert.ok(Math.abs(expiresAt - clock.now() - 3_600_000) < 60_000);
  });

  test("an error without a description is reported by its name, also with status 200 (RFC 6749 §5.2)", async (t) => {
    for (const status of [200, 400, 401]) {
      for (const [what, value] of nothing) {
        const issuer = await plainIssuer(t);
        const json = { error: "access_denied", error_description: value, error_uri: value };
        issuer.answer = ({ path }) => (path === "/token" ? { status, json } : undefined);
        const expected = { code: "denied", message: /access_denied/ };
        await assert.rejects(issuer.client().client.signIn(), expected, `${status} ${what}`);
      }
    }
  });
});

test("unusable metadata and responses are rejected before a code is shown", async (t) => {
  const rows: [string, (issuer: PlainIssuer) => void][] = [
    ["no token endpoint", (issuer) => Object.assign(issuer.metadata, { token_endpoint: "" })],
    ["no keys at an OpenID Connect issuer", (issuer) => Object.assign(issuer.metadata, { jwks_uri: null })],
    ["no device endpoint", (issuer) => Object.assign(issuer.metadata, { device_authorization_endpoint: null })],
    ["no lifetime of the code", (issuer) => Object.assign(issuer.device, { expires_in: null })],
    ["no page", (issuer) => Object.assign(issuer.device, { verification_uri: "" })],
  ];
  for (const [what, change] of rows) {
    const issuer = await plainIssuer(t);
    change(issuer);
    const { client, shown } = issuer.client();
    await assert.rejects(client.signIn(), { code: "invalid_issuer_response" }, what);
    assert.deepEqual(shown, [], what);
    assert.deepEqual(issuer.sent("/token"), [], what);
  }
});

describe("the one-time code is not spent while the issuer's keys are missing:", () => {
  test("the client waits during an outage of the keys", async (t) => {
    const issuer = await plainIssuer(t);
    let down = 12;
    issuer.answer = ({ path }) => (path === "/keys" && down-- > 0 ? { status: 503 } : undefined);
    const session = await issuer.client().client.signIn();
    assert.equal(session.account.id, "ada");
    const order = issuer.requests.map(({ path }) => path).filter((path) => path === "/keys" || path === "/token");
    assert.deepEqual(order, [...Array(13).fill("/keys"), "/token"]);
  });

  test("invalid keys end the sign-in, and no poll is sent", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.answer = ({ path }) => (path === "/keys" ? { body: "<html>" } : undefined);
    await assert.rejects(issuer.client().client.signIn(), {
      code: "invalid_issuer_response",
      message: /the issuer's keys/,
    });
    assert.deepEqual(issuer.sent("/token"), []);
  });
});
