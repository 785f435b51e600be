import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect } from "node:util";
import { base64url, exportJWK, exportSPKI, generateKeyPair, type JWTHeaderParameters, SignJWT } from "jose";
import { DoorcodeError } from "../../src/errors.ts";
import { type IssuerKeys, verifyIdToken } from "../../src/issuer/id-token.ts";
import type { IssuerMetadata } from "../../src/issuer/issuer-session.ts";

const tenant = "7d0d2b3e-2f6d-4a1c-9d3a-0a6c8f1e5b27";
const issuer = `https://login.example/${tenant}/v2.0`;
const clientId = "1c9f7c56-6ab1-4c1e-8f0d-7f1f0f2a9a01";
const now = 1_790_000_000_000;
const seconds = now / 1_000;

const metadata: IssuerMetadata = {
  engine: "entra",
  authority: `https://login.example/${tenant}`,
  issuer,
  tokenEndpoint: `${issuer}/token`,
  deviceAuthorizationEndpoint: `${issuer}/devicecode`,
  authorizationEndpoint: `${issuer}/authorize`,
  jwksUri: `${issuer}/keys`,
  openId: true,
  scopesSupported: undefined,
  tokenAuthMethods: undefined,
  revocationAuthMethods: undefined,
  assertionAlgs: undefined,
  challengeMethods: undefined,
  revocationEndpoint: undefined,
  knowsDevices: false,
  announcedWait: undefined,
  document: {},
};

describe("an ID token", () => {
  let pair: Awaited<ReturnType<typeof generateKeyPair>>;
  let other: typeof pair;
  let jwk: object;
  before(async () => {
    pair = await generateKeyPair("RS256");
    other = await generateKeyPair("RS256");
    jwk = { ...(await exportJWK(pair.publicKey)), kid: "one", alg: "RS256", use: "sig" };
  });

  const good = {
    iss: issuer,
    aud: clientId,
    sub: "ada",
    tid: tenant,
    iat: seconds,
    nbf: seconds,
    exp: seconds + 3_600,
  };
  const sign = (claims: object, header: object = {}, key = pair.privateKey) =>
    new SignJWT({ ...good, ...claims })
      .setProtectedHeader({ alg: "RS256", kid: "one", ...header } as JWTHeaderParameters)
      .sign(key);
  const keysAre = (...sets: object[][]): IssuerKeys => {
    let at = 0;
    return {
      async get(again) {
        if (again) at++;
        return { keys: sets[Math.min(at, sets.length - 1)] };
      },
    };
  };
  const verify = (
    token: unknown,
    options: { metadata?: IssuerMetadata; keys?: IssuerKeys; nonce?: string | undefined } = {},
  ) =>
    verifyIdToken(
      token,
      { metadata: options.metadata ?? metadata, clientId, clock: { now: () => now, sleep: async () => {} } },
      { keys: options.keys ?? keysAre([jwk]), nonce: options.nonce },
    );
  const isRefused = async (token: unknown, message: RegExp, options?: Parameters<typeof verify>[1]) => {
    await assert.rejects(verify(token, options), (error: { code: string; message: string }) => {
      assert.equal(error.code, "token_not_trusted");
      assert.match(error.message, message);
      if (typeof token === "string") assert.ok(!inspect(error, { depth: 9 }).includes(token));
      return true;
    });
  };

  test("from the issuer, for this application, within its validity is accepted", async () => {
    assert.equal((await verify(await sign({}))).sub, "ada");
    assert.equal((await verify(await sign({ aud: [clientId, "another"], azp: clientId }))).sub, "ada");
    assert.equal((await verify(await sign({ aud: [clientId] }))).sub, "ada");
  });

  test("is accepted on a device whose clock is a few minutes off", async () => {
    await verify(await sign({ exp: seconds - 240 }));
    await verify(await sign({ nbf: seconds + 240 }));
  });

  test("with a brand-new key is accepted after one request for the new keys", async () => {
    await verify(await sign({}), { keys: keysAre([], [jwk]) });
    await isRefused(await sign({}), /its key \(kid one\) is not among the issuer's keys/, { keys: keysAre([]) });
  });

  test("without a key ID is accepted if exactly one key fits; otherwise the error says so", async () => {
    const second = { ...jwk, kid: "two" };
    const nameless = await sign({}, { kid: undefined });
    await verify(nameless);
    await isRefused(nameless, /it names no key \(kid\), and several of the issuer's keys match it/, {
      keys: keysAre([jwk, second]),
    });
    await isRefused(nameless, /it names no key \(kid\), and none of the issuer's keys matches/, {
      keys: keysAre([{ ...jwk, use: "enc" }]),
    });
    await isRefused(await sign({}), /its key \(kid one\) is in the issuer's key set more than once/, {
      keys: keysAre([jwk, jwk]),
    });
    const [unnamed, another] = [jwk, second].map((each) => ({ ...each, kid: undefined }));
    await verify(await sign({}), { keys: keysAre([{ ...unnamed }, second]) });
    await isRefused(await sign({}), /its key \(kid one\) is not among .*, and several keys without a kid match it/, {
      keys: keysAre([{ ...unnamed }, { ...another }]),
    });
    await isRefused(await sign({}, { kid: "a\u001b[2Jb" }), /its key \(kid a \[2Jb\) is not among/);
  });

  test("from a shared authority is checked against its own tenant's issuer", async () => {
    const shared = { ...metadata, issuer: "https://login.example/{tenantid}/v2.0" };
    await verify(await sign({}), { metadata: shared });
    await isRefused(await sign({ tid: "22222222-2222-3333-4444-555555555555" }), /issuer/, { metadata: shared });
  });

  test("from an issuer other than Entra needs no tenant", async () => {
    await verify(await sign({ tid: undefined }), { metadata: { ...metadata, engine: "oidc" } });
    await isRefused(await sign({ tid: undefined }), /tid/);
  });

  test("for a request with a nonce must have that nonce; without one, any", async () => {
    await verify(await sign({ nonce: "n-0S6_WzA2Mj" }), { nonce: "n-0S6_WzA2Mj" });
    await verify(await sign({ nonce: "n-0S6_WzA2Mj" }));
    for (const nonce of ["another", "", undefined]) {
      await isRefused(await sign({ nonce }), /its nonce does not belong to this sign-in/, { nonce: "n-0S6_WzA2Mj" });
    }
  });

  const wrong: [what: string, claims: object, message: RegExp][] = [
    ["another issuer", { iss: "https://evil.example/" }, /its issuer is not the authority's/],
    ["another application", { aud: "another" }, /"aud"/],
    ["another application as azp", { azp: "another" }, /another application/],
    ["several applications without azp", { aud: [clientId, "another"] }, /azp/],
    ["the past", { exp: seconds - 301 }, /"exp"/],
    ["the future", { nbf: seconds + 301 }, /"nbf"/],
    ["another tenant", { tid: "22222222-2222-3333-4444-555555555555" }, /tid/],
    ["no user", { sub: undefined }, /"sub"/],
    ["no end", { exp: undefined }, /"exp"/],
    ["no beginning", { iat: undefined }, /"iat"/],
    ["no issuer", { iss: undefined }, /"iss"/],
  ];
  for (const [what, claims, message] of wrong) {
    test(`of ${what} is refused`, async () => {
      await isRefused(await sign(claims), message);
    });
  }

  test("outside its validity is reported as a clock error, unless its signature is wrong", async () => {
    const day = 86_400;
    await isRefused(await sign({ iat: seconds - day, exp: seconds - day + 3_600 }), /clock is about 24 hours ahead of/);
    await isRefused(await sign({ iat: seconds + 600, nbf: seconds + 600 }), /clock is about 10 minutes behind/);
    await isRefused(await sign({ iat: seconds - 9 * day, exp: seconds - 8 * day }), /clock is about 9 days ahead/);
    await isRefused(await sign({ iat: seconds - 9 * day, exp: seconds - 8 * day }, {}, other.privateKey), /signature/);
  });

  test("signed with another key, with the public key as a secret, or not at all is rejected", async () => {
    await isRefused(await sign({}, {}, other.privateKey), /signature/);
    const secret = new TextEncoder().encode(await exportSPKI(pair.publicKey));
    await isRefused(await new SignJWT(good).setProtectedHeader({ alg: "HS256", kid: "one" }).sign(secret), /alg/);
    const part = (value: object) => base64url.encode(JSON.stringify(value));
    await isRefused(`${part({ alg: "none" })}.${part(good)}.`, /alg/);
    await isRefused("not a token", /Invalid/);
  });

  test("with a wrong signature is rejected without a request for new keys", async () => {
    let again = 0;
    const keys: IssuerKeys = {
      async get(anew) {
        if (anew) again++;
        return { keys: [jwk] };
      },
    };
    await isRefused(await sign({}, {}, other.privateKey), /signature/, { keys });
    assert.equal(again, 0);
  });

  test("whose keys cannot be loaded is reported as that, and not as a wrong token", async () => {
    const keys: IssuerKeys = { get: () => Promise.reject(new DoorcodeError("issuer_unreachable")) };
    await assert.rejects(verify(await sign({}), { keys }), { code: "issuer_unreachable" });
  });

  test("that is missing is the issuer's fault", async () => {
    for (const token of [undefined, "", 7]) {
      await assert.rejects(verify(token), { code: "invalid_issuer_response", message: /has no ID token/ });
    }
  });
});
