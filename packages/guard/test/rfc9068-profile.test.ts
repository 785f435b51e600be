import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JWTPayload } from "jose";
import { createGuard, type Guard, type GuardErrorCode } from "../src/index.ts";
import { type LocalIssuer, localIssuer } from "./fixtures/local-issuer.ts";
import { refused } from "./fixtures/refused.ts";

let at: LocalIssuer;
let guard: Guard;
before(async () => {
  at = await localIssuer({ alg: "ES256" });
  guard = createGuard({ ...at.trust, profile: "rfc9068" });
});
after(() => at[Symbol.asyncDispose]());

const sign = (claims: JWTPayload = {}, typ: string | undefined = "at+jwt") =>
  at.sign(at.rfc9068Claims(claims), { typ });

describe("an RFC 9068 access token is accepted", () => {
  test("with both spellings of its type", async () => {
    for (const typ of ["at+jwt", "application/at+jwt", "AT+JWT"]) {
      const token = await guard.verify(await sign({}, typ), { scopes: ["write"] });
      assert.deepEqual([token.scopes, token.azp, token.appOnly], [["read", "write"], at.client, false]);
      assert.deepEqual([token.oid, token.tid], [undefined, undefined]);
    }
  });

  for (const alg of [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
  ]) {
    test(`signed with ${alg}`, async () => {
      await using signer = await localIssuer({ alg, clock: at.clock });
      const one = createGuard({ ...signer.trust, profile: "rfc9068" });
      assert.ok(await one.verify(await signer.sign(signer.rfc9068Claims(), { typ: "at+jwt" })));
    });
  }

  test("of any tenant, if none is configured", async () => {
    assert.equal((await guard.verify(await sign({ tid: "t1" }))).tid, "t1");
  });

  test("for several resources, this one among them", async () => {
    assert.ok(await guard.verify(await sign({ aud: ["https://other.example", at.audience] })));
  });

  test("of a client without a user: the subject is the client", async () => {
    const token = await guard.verify(await sign({ sub: at.client, roles: ["job"] }), { roles: ["job"] });
    assert.equal(token.appOnly, true);
    // Client credentials have scopes as well (RFC 6749 §4.4.2); only Entra separates them.
    assert.ok(await guard.verify(await sign({ sub: at.client }), { scopes: ["read"] }));
    await refused(guard.verify(await sign({ roles: ["job"] }), { roles: ["job"] }), "insufficient_scope", 403);
  });
});

describe("an RFC 9068 access token is refused", () => {
  test("with another type: an ID token, an Entra token, a logout token", async () => {
    for (const typ of ["JWT", "jwt", "logout+jwt", "at+jwt2", "image/at+jwt"]) {
      await refused(guard.verify(await sign({}, typ)), "type_refused");
    }
    await refused(guard.verify(await at.sign(at.entraClaims())), "type_refused");
    await refused(guard.verify(await at.sign(at.rfc9068Claims(), { typ: undefined })), "type_refused");
  });

  const byClaims: [string, JWTPayload, GuardErrorCode][] = [
    ["without client_id", { client_id: undefined }, "claim_missing"],
    ["without jti", { jti: undefined }, "claim_missing"],
    ["with a jti that is not a string", { jti: 1 as unknown as string }, "claim_missing"],
    ["without sub", { sub: undefined }, "claim_missing"],
    ["without iat", { iat: undefined }, "claim_missing"],
    ["without exp", { exp: undefined }, "claim_missing"],
    ["with an object ID that is not a string", { oid: 7 }, "claim_missing"],
    ["with a tenant that is not a string", { tid: 7 }, "claim_missing"],
    ["with roles that are not strings", { roles: [1, 2] }, "claim_missing"],
    ["with one role that is not a string", { roles: ["job", null] }, "claim_missing"],
    ["with a scope that is not a string", { scope: ["read"] }, "claim_missing"],
    ["with an ID token's nonce", { nonce: "n" }, "id_token_refused"],
    ["for another resource", { aud: "https://other.example" }, "audience_refused"],
  ];
  for (const [name, claims, code] of byClaims) {
    test(name, async () => {
      await refused(guard.verify(await sign(claims)), code);
    });
  }

  test("for a missing claim, even if it has also expired, because a renewed token would lack it again", async () => {
    for (const claim of ["client_id", "jti", "sub", "iat"]) {
      const { message } = await refused(guard.verify(await sign({ exp: 1, [claim]: undefined })), "claim_missing");
      assert.match(message, new RegExp(` ${claim} is missing`));
    }
  });

  test("of another tenant, if one is configured", async () => {
    const one = createGuard({ ...at.trust, profile: "rfc9068", tenantId: "t1" });
    assert.equal((await one.verify(await sign({ tid: "t1" }))).tid, "t1");
    await refused(one.verify(await sign({ tid: "t2" })), "tenant_refused");
    await refused(one.verify(await sign()), "tenant_refused");
  });

  test("without a key ID, when several keys fit", async () => {
    await using twoKeys = await localIssuer({ clock: at.clock });
    const ofTwo = createGuard({ ...twoKeys.trust, profile: "rfc9068" });
    const jwt = await twoKeys.sign(twoKeys.rfc9068Claims(), { typ: "at+jwt", kid: undefined });
    assert.ok(await ofTwo.verify(jwt));
    await twoKeys.rotate();
    at.clock.advance(600_000);
    await refused(ofTwo.verify(jwt), "key_unknown");
    // Reading the keys again would not help.
    at.clock.advance(30_000);
    await refused(ofTwo.verify(jwt), "key_unknown");
    assert.equal(twoKeys.requests.keys, 2);
  });
});

test("each issuer keeps its own profile and audience behind one guard", async () => {
  await using entra = await localIssuer({ clock: at.clock });
  const both = createGuard({
    issuers: [
      { issuer: at.issuer, audience: at.audience, profile: "rfc9068" },
      { issuer: entra.issuer, audience: entra.audience, profile: "entra" },
    ],
    clock: at.clock,
  });
  assert.equal((await both.verify(await sign())).issuer, at.issuer);
  assert.equal((await both.verify(await entra.sign(entra.entraClaims()))).issuer, entra.issuer);
  await refused(both.verify(await at.sign(at.entraClaims())), "type_refused");
  await refused(both.verify(await entra.sign(entra.rfc9068Claims(), { typ: "at+jwt" })), "type_refused");
  await refused(both.verify(await entra.sign(entra.entraClaims({ aud: at.audience }))), "audience_refused");
  // One issuer's key does not verify the other's tokens.
  await refused(both.verify(await entra.sign(at.rfc9068Claims(), { typ: "at+jwt" })), "key_unknown");
});
