import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import type { User } from "../../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../../src/directory/scopes.ts";
import type { TenantConfig } from "../../../src/directory/tenant-config.ts";
import {
  accessTokenClaims,
  contextClassOf,
  idTokenClaims,
  pairwiseSub,
  profileClaims,
  type TokenSubject,
} from "../../../src/oauth/tokens/claims.ts";
import { sampleApi, sampleApp, sampleUser, scopesAt } from "../../storage/samples.ts";

const config = { issuerOrigin: "https://localhost:8443", tenantId: randomUUID() } as TenantConfig;
const issuer = `${config.issuerOrigin}/${config.tenantId}/v2.0`;
const sealKey = new Uint8Array(32).fill(7);
/** 900 ms into a second: claims count only whole seconds that have passed. */
const NOW = 1_750_000_000_900;
const SECONDS = 1_750_000_000;
const [user, app, api] = [sampleUser(), sampleApp(), sampleApi()];

const subject = (changes: Partial<TokenSubject> = {}): TokenSubject => ({
  user,
  app,
  by: "nothing",
  api,
  roles: [],
  groups: [],
  scopes: { ...scopesAt(api.clientId, ["ToDoList.Read", "ToDoList.Write"]), oidc: ["openid", "profile"] },
  sub: pairwiseSub(sealKey, app.clientId, user.id),
  sid: "the sign-in",
  amr: ["pwd", "otp", "mfa"],
  authTime: NOW - 60_000,
  nonce: null,
  ...changes,
});
const accessToken = (changes: Partial<TokenSubject> = {}) => accessTokenClaims(config, subject(changes), NOW);
const idToken = (changes: Partial<TokenSubject> = {}) =>
  idTokenClaims(config, subject(changes), "the access token", NOW);

/** The claims without the random one of each token, which has 128 bits. */
function withoutId(claims: Record<string, unknown>, name: "jti" | "uti") {
  const { [name]: id, ...others } = claims;
  assert.match(String(id), /^[\w-]{22}$/);
  return others;
}

const common = {
  iss: issuer,
  iat: SECONDS,
  nbf: SECONDS,
  exp: SECONDS + 3_600,
  sub: pairwiseSub(sealKey, app.clientId, user.id),
  sid: "the sign-in",
};

describe("an access token", () => {
  test("in Entra's form has exactly these claims", () => {
    const { typ, claims } = accessToken();
    assert.equal(typ, "JWT");
    assert.deepEqual(withoutId(claims, "uti"), {
      ...common,
      aud: api.clientId,
      azp: app.clientId,
      azpacr: "0",
      name: user.displayName,
      oid: user.id,
      preferred_username: user.email,
      scp: "ToDoList.Read ToDoList.Write",
      tid: config.tenantId,
      ver: "2.0",
    });
  });

  test("for an API with RFC 9068's profile has exactly these claims", () => {
    const { typ, claims } = accessToken({ api: { ...api, tokenProfile: "rfc9068" } });
    assert.equal(typ, "at+jwt");
    assert.deepEqual(withoutId(claims, "jti"), {
      ...common,
      aud: api.clientId,
      client_id: app.clientId,
      scope: "ToDoList.Read ToDoList.Write",
      auth_time: SECONDS - 60,
      acr: "2",
      amr: ["pwd", "otp", "mfa"],
    });
  });

  test("of bare scopes is for Graph, and lists OpenID Connect's scopes with Graph's own", () => {
    const scopes = { ...scopesAt(GRAPH_RESOURCE_ID, ["User.Read"]), oidc: ["openid", "profile"] };
    const { claims } = accessToken({ api: undefined, scopes });
    assert.deepEqual([claims.aud, claims.scp], [GRAPH_RESOURCE_ID, "openid profile User.Read"]);
  });

  test("has a unique ID, whatever the profile", () => {
    for (const tokenProfile of ["entra", "rfc9068"] as const) {
      const ids = [1, 2].map(() => {
        const { claims } = accessToken({ api: { ...api, tokenProfile } });
        return claims.uti ?? claims.jti;
      });
      assert.notEqual(ids[0], ids[1]);
    }
  });

  test("shows how the client authenticated", () => {
    const classes = (["nothing", "secret", "certificate"] as const).map((by) => accessToken({ by }).claims.azpacr);
    assert.deepEqual(classes, ["0", "1", "2"]);
  });

  for (const tokenProfile of ["entra", "rfc9068"] as const) {
    test(`lists roles if there are any, and groups if the API wants them (${tokenProfile})`, () => {
      const here = { ...api, tokenProfile };
      const of = (changes: Partial<TokenSubject>) => {
        const { roles, groups, hasgroups } = accessToken({ api: here, ...changes }).claims;
        return { roles, groups, hasgroups };
      };
      const none = { roles: undefined, groups: undefined, hasgroups: undefined };
      assert.deepEqual(of({ roles: ["Reader"] }), { ...none, roles: ["Reader"] });
      assert.deepEqual(of({ groups: ["a"] }), none);
      assert.deepEqual(of({ api: { ...here, groupClaims: true }, groups: ["a"] }), { ...none, groups: ["a"] });
    });
  }
});

describe("an ID token", () => {
  test("has exactly these claims", () => {
    const hash = createHash("sha256").update("the access token").digest().subarray(0, 16).toString("base64url");
    assert.deepEqual(withoutId(idToken({ scopes: { ...subject().scopes, oidc: ["openid"] } }), "uti"), {
      ...common,
      aud: app.clientId,
      oid: user.id,
      tid: config.tenantId,
      ver: "2.0",
      auth_time: SECONDS - 60,
      acr: "2",
      amr: ["pwd", "otp", "mfa"],
      at_hash: hash,
    });
  });

  test("repeats the request's nonce, even an empty one", () => {
    for (const nonce of ["n-0S6_WzA2Mj", ""]) assert.equal(idToken({ nonce }).nonce, nonce);
    assert.ok(!("nonce" in idToken()));
  });

  test("contains name and email only with the scopes for them", () => {
    const by = (...oidc: string[]) => {
      const { name, preferred_username, email } = idToken({ scopes: { ...subject().scopes, oidc } });
      return { name, preferred_username, email };
    };
    const profile = { name: user.displayName, preferred_username: user.email };
    assert.deepEqual(by("openid", "profile"), { ...profile, email: undefined });
    assert.deepEqual(by("openid", "email"), { name: undefined, preferred_username: undefined, email: user.email });
    assert.deepEqual(by("openid"), { name: undefined, preferred_username: undefined, email: undefined });
  });

  test("lists groups if the app wants them: 200 by name, of 201 only that there are some", () => {
    const wants = { ...app, groupClaims: true };
    const groups = (count: number) => Array.from({ length: count }, (_, index) => `group ${index}`);
    const of = (count: number, to = wants) => {
      const { groups: listed, hasgroups } = idToken({ app: to, groups: groups(count) });
      return { listed, hasgroups };
    };
    assert.deepEqual(of(1), { listed: ["group 0"], hasgroups: undefined });
    assert.deepEqual(of(200), { listed: groups(200), hasgroups: undefined });
    assert.deepEqual(of(201), { listed: undefined, hasgroups: true });
    assert.ok(!("groups" in idToken({ app: wants })), "an empty list is omitted");
    assert.deepEqual(of(1, app), { listed: undefined, hasgroups: undefined });
  });
});

describe("the subject", () => {
  test("is the same every time for one user at one app", () => {
    const one = pairwiseSub(sealKey, "app", "user");
    assert.match(one, /^[\w-]{43}$/);
    assert.equal(pairwiseSub(new Uint8Array(32).fill(7), "app", "user"), one);
    assert.notEqual(pairwiseSub(sealKey, "another app", "user"), one);
    assert.notEqual(pairwiseSub(sealKey, "app", "another user"), one);
    assert.notEqual(pairwiseSub(new Uint8Array(32).fill(8), "app", "user"), one);
  });

  test("stays the same across versions: programs know their users by it", () => {
    assert.equal(pairwiseSub(sealKey, "app", "user"), "jhwmknwUSrHWBkvBXJG5ln8S8d8slIfV9gCpkoSi-OI");
  });
});

test("a profile has the name parts that sign-up collected", () => {
  const of = (attributes: User["attributes"]) => profileClaims({ ...user, attributes });
  const name = { name: user.displayName, preferred_username: user.email };
  assert.deepEqual(of({}), name);
  assert.deepEqual(of({ givenName: "Ana" }), { ...name, given_name: "Ana" });
  assert.deepEqual(of({ surname: "Example" }), { ...name, family_name: "Example" });
});

test("the context class is 0 without a factor, 1 with one, 2 with two", () => {
  assert.deepEqual([[], ["pwd"], ["otp"], ["pwd", "otp"], ["mfa"], ["pwd", "mfa"]].map(contextClassOf), [
    "0",
    "1",
    "1",
    "1",
    "2",
    "2",
  ]);
});
