import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { exportSPKI, importJWK, type JWTPayload } from "jose";
import { createGuard, type Guard, type GuardErrorCode, hasAppRole, hasScope, type Requirements } from "../src/index.ts";
import { type LocalIssuer, localIssuer } from "./fixtures/local-issuer.ts";
import { manualClock } from "./fixtures/manual-clock.ts";
import { refused } from "./fixtures/refused.ts";

let at: LocalIssuer;
let guard: Guard;
before(async () => {
  at = await localIssuer();
  guard = createGuard({ ...at.trust, profile: "entra" });
});
after(() => at[Symbol.asyncDispose]());

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("an Entra access token is accepted", () => {
  test("of a user: scopes, object ID, tenant, client and expiry are read", async () => {
    const claims = at.entraClaims({ scp: "ToDoList.Read ToDoList.ReadWrite", roles: ["Manager"] });
    const token = await guard.verify(await at.sign(claims));
    assert.deepEqual(token, {
      issuer: at.issuer,
      sub: "pairwise",
      oid: claims.oid,
      tid: at.tenantId,
      azp: at.client,
      scopes: ["ToDoList.Read", "ToDoList.ReadWrite"],
      roles: ["Manager"],
      appOnly: false,
      expiresAt: (at.seconds() + 3600) * 1000,
      claims,
    });
  });

  test("of an app without a user: by idtyp, and by roles without scp", async () => {
    for (const claims of [
      { idtyp: "app", roles: ["ToDoList.Read.All"], scp: undefined },
      { roles: ["ToDoList.Read.All"], scp: undefined },
    ]) {
      const token = await guard.verify(await at.sign(at.entraClaims(claims)));
      assert.deepEqual([token.appOnly, token.scopes, token.roles], [true, [], ["ToDoList.Read.All"]]);
    }
  });

  test("idtyp app wins over scp: an app's own token carries no delegated permission", async () => {
    const token = await guard.verify(
      await at.sign(at.entraClaims({ idtyp: "app", scp: "ToDoList.Read", roles: ["Job"] })),
    );
    assert.deepEqual([token.appOnly, token.scopes, token.roles], [true, [], ["Job"]]);
  });

  test("by the system clock, if no other is given", async () => {
    await using now = await localIssuer({ clock: manualClock(Date.now()) });
    const { clock: _, ...trust } = now.trust;
    const real = createGuard({ ...trust, profile: "entra" });
    await real.verify(await now.sign(now.entraClaims()));
    await refused(real.verify(await now.sign(now.entraClaims({ exp: now.seconds() - 3600 }))), "token_expired");
  });

  test("up to 16,384 characters", async () => {
    // Base64url turns three bytes into four characters; padding a header parameter and a claim gives any length.
    const padded = async (claim: number, parameter: number) =>
      at.sign(at.entraClaims({ pad: "x".repeat(claim) }), { pad: "x".repeat(parameter) });
    const short = (await padded(0, 0)).length;
    const claim = Math.floor(((16_384 - short) * 3) / 4) - 6;
    const tokens = await Promise.all(Array.from({ length: 12 }, (_, parameter) => padded(claim, parameter)));
    const longest = tokens.find(({ length }) => length === 16_384);
    assert.ok(longest, tokens.map(({ length }) => length).join());
    await guard.verify(longest);
    await refused(guard.verify(`${longest}A`), "token_too_large");
  });

  test("until it expires, plus the allowed clock difference", async () => {
    const jwt = await at.sign(at.entraClaims({ exp: at.seconds() - 29 }));
    await guard.verify(jwt);
    const exact = createGuard({ ...at.trust, profile: "entra", clockToleranceMs: 0 });
    await exact.verify(await at.sign(at.entraClaims({ exp: at.seconds() + 1 })));
    await refused(exact.verify(await at.sign(at.entraClaims({ exp: at.seconds() }))), "token_expired");
  });
});

describe("an Entra access token is refused", () => {
  test("but not if it is issued or starts in the future within the allowed clock difference", async () => {
    await guard.verify(await at.sign(at.entraClaims({ iat: at.seconds() + 30, nbf: at.seconds() + 30 })));
  });

  const byClaims: [string, () => JWTPayload, GuardErrorCode][] = [
    ["of another issuer", () => ({ iss: at.issuer.replace(at.tenantId, randomUUID()) }), "issuer_unknown"],
    ["with an issuer that differs by a slash", () => ({ iss: `${at.issuer}/` }), "issuer_unknown"],
    ["with an issuer that is not a string", () => ({ iss: [at.issuer] as unknown as string }), "issuer_unknown"],
    ["without issuer", () => ({ iss: undefined }), "issuer_unknown"],
    ["for another API", () => ({ aud: randomUUID() }), "audience_refused"],
    ["for several APIs, this one among them", () => ({ aud: [at.audience, randomUUID()] }), "audience_refused"],
    ["without audience", () => ({ aud: undefined }), "claim_missing"],
    ["of another tenant", () => ({ tid: randomUUID() }), "tenant_refused"],
    ["without tenant", () => ({ tid: undefined }), "claim_missing"],
    ["that expired", () => ({ exp: at.seconds() - 31 }), "token_expired"],
    ["without expiry", () => ({ exp: undefined }), "claim_missing"],
    ["with an expiry that is a string", () => ({ exp: "9999999999" as unknown as number }), "claim_missing"],
    ["that is not valid yet", () => ({ nbf: at.seconds() + 31 }), "token_not_yet_valid"],
    ["without nbf", () => ({ nbf: undefined }), "claim_missing"],
    ["issued in the future", () => ({ iat: at.seconds() + 31 }), "token_not_yet_valid"],
    ["without iat", () => ({ iat: undefined }), "claim_missing"],
    ["of version 1.0", () => ({ ver: "1.0" }), "version_refused"],
    ["without version", () => ({ ver: undefined }), "claim_missing"],
    ["without azp", () => ({ azp: undefined }), "claim_missing"],
    ["with an empty azp", () => ({ azp: "" }), "claim_missing"],
    ["without object ID", () => ({ oid: undefined }), "claim_missing"],
    ["with an object ID that is not a string", () => ({ oid: 7 }), "claim_missing"],
    ["with an iat that is a string", () => ({ iat: "1" as unknown as number }), "claim_missing"],
    ["with a role that is not a string among others", () => ({ roles: ["Job", 7] }), "claim_missing"],
    ["with neither scp nor roles", () => ({ scp: undefined }), "permissions_missing"],
    ["with empty scp and roles", () => ({ scp: " ", roles: [] }), "permissions_missing"],
    ["of a user with a role and an empty scp", () => ({ scp: "", roles: ["Job"] }), "permissions_missing"],
    [
      "of a user with a role, by idtyp",
      () => ({ idtyp: "user", scp: undefined, roles: ["Job"] }),
      "permissions_missing",
    ],
    ["of an app without roles, with any scp", () => ({ idtyp: "app", scp: "Read" }), "permissions_missing"],
    ["with scp as a list", () => ({ scp: ["ToDoList.Read"] }), "claim_missing"],
    ["with roles as a string", () => ({ scp: undefined, roles: "ToDoList.Read.All" }), "claim_missing"],
    ["that is an ID token with nonce", () => ({ nonce: "n" }), "id_token_refused"],
    ["that is an ID token with c_hash", () => ({ c_hash: "h" }), "id_token_refused"],
    ["that is an ID token with at_hash", () => ({ at_hash: "h" }), "id_token_refused"],
  ];
  for (const [name, claims, code] of byClaims) {
    test(name, async () => {
      const jwt = await at.sign(at.entraClaims(claims()));
      const error = await refused(guard.verify(jwt), code);
      assert.match(error.wwwAuthenticate!, /^Bearer error="invalid_token", error_description="[^"\\]+\."$/);
    });
  }

  test("when it is an ID token as Entra writes it: aud is the client, no azp, no scp", async () => {
    const idToken = at.entraClaims({ aud: at.client, azp: undefined, scp: undefined });
    await refused(guard.verify(await at.sign(idToken)), "claim_missing");
    // Not even if an app and an API share an ID.
    const shared = createGuard({ ...at.trust, audience: at.client, profile: "entra" });
    await refused(shared.verify(await at.sign(idToken)), "claim_missing");
  });

  test("with typ at+jwt, or none: the profile comes from the configuration, not from the token", async () => {
    await refused(guard.verify(await at.sign(at.entraClaims(), { typ: "at+jwt" })), "type_refused");
    await refused(guard.verify(await at.sign(at.entraClaims(), { typ: undefined })), "type_refused");
    await refused(guard.verify(await at.sign(at.rfc9068Claims(), { typ: "at+jwt" })), "type_refused");
  });

  test("with alg none, in any spelling, with and without a signature", async () => {
    const [, , signature] = (await at.sign(at.entraClaims())).split(".");
    for (const alg of ["none", "None", "NONE", "", undefined, ["RS256"]]) {
      const unsigned = `${base64url({ alg, typ: "JWT", kid: at.jwk.kid })}.${base64url(at.entraClaims())}`;
      await refused(guard.verify(`${unsigned}.`), "algorithm_refused");
      await refused(guard.verify(`${unsigned}.${signature}`), "algorithm_refused");
    }
  });

  test("with HS256 keyed by the issuer's public key", async () => {
    const publicKey = (await importJWK(at.jwk, "RS256")) as Parameters<typeof exportSPKI>[0];
    const signed = `${base64url({ alg: "HS256", typ: "JWT", kid: at.jwk.kid })}.${base64url(at.entraClaims())}`;
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(at.jwk), at.jwk.n!]) {
      const mac = createHmac("sha256", secret).update(signed).digest("base64url");
      await refused(guard.verify(`${signed}.${mac}`), "algorithm_refused");
    }
  });

  test("with an RSA algorithm other than Entra's", async () => {
    const header = base64url({ alg: "PS256", typ: "JWT", kid: at.jwk.kid });
    await refused(guard.verify(`${header}.${base64url(at.entraClaims())}.AAAA`), "algorithm_refused");
  });

  test("with a key from its own header", async () => {
    await using other = await localIssuer({ clock: at.clock });
    await other.rotate();
    const jwt = await other.sign(at.entraClaims(), { jwk: other.jwk, kid: at.jwk.kid });
    await refused(guard.verify(jwt), "signature_invalid");
  });

  test("after any change to its claims or its signature", async () => {
    const [header, payload, signature] = (await at.sign(at.entraClaims())).split(".");
    const changed = base64url(at.entraClaims({ scp: "ToDoList.ReadWrite" }));
    await refused(guard.verify(`${header}.${changed}.${signature}`), "signature_invalid");
    const flipped = (signature![0] === "A" ? "B" : "A") + signature!.slice(1);
    await refused(guard.verify(`${header}.${payload}.${flipped}`), "signature_invalid");
    await refused(guard.verify(`${header}.${payload}.`), "signature_invalid");
  });

  test("when a critical header parameter is not understood", async () => {
    const header = base64url({ alg: "RS256", typ: "JWT", kid: at.jwk.kid, crit: ["x"], x: 1 });
    await refused(guard.verify(`${header}.${base64url(at.entraClaims())}.AAAA`), "token_malformed");
  });

  test("when it is not a JWT", async () => {
    const junk = ["", ".", "..", "...", "a.b", "a.b.c", "a.b.c.d.e", "😀.😀.😀", `${base64url([])}.${base64url([])}.a`];
    for (const text of junk) await refused(guard.verify(text), "token_malformed");
    await refused(guard.verify("a".repeat(16_385)), "token_too_large");
  });

  test("of a client that is not in the list", async () => {
    const listed = createGuard({ ...at.trust, profile: "entra", allowedClients: [at.client] });
    await listed.verify(await at.sign(at.entraClaims()));
    await refused(listed.verify(await at.sign(at.entraClaims({ azp: randomUUID() }))), "client_refused");
    const closed = createGuard({ ...at.trust, profile: "entra", allowedClients: [] });
    await refused(closed.verify(await at.sign(at.entraClaims())), "client_refused");
  });
});

describe("what a token allows", () => {
  const needs = { scopes: ["ToDoList.Read", "ToDoList.ReadWrite"], roles: ["ToDoList.Read.All"] };

  test("any one of the route's scopes is enough", async () => {
    for (const scp of ["ToDoList.Read", "openid ToDoList.ReadWrite"]) {
      assert.ok(await guard.verify(await at.sign(at.entraClaims({ scp })), needs));
    }
  });

  test("a token with none of them gets 403, and the challenge names them", async () => {
    for (const scp of ["ToDoList", "todolist.read", "ToDoList.Read.All", "Other"]) {
      const attempt = guard.verify(await at.sign(at.entraClaims({ scp })), needs);
      const error = await refused(attempt, "insufficient_scope", 403);
      assert.match(
        error.wwwAuthenticate!,
        /^Bearer error="insufficient_scope", .*scope="ToDoList\.Read ToDoList\.ReadWrite"$/,
      );
    }
  });

  test("the hint names what is sufficient: scopes, app roles, or both", async () => {
    const jwt = await at.sign(at.entraClaims({ scp: "Other" }));
    const hintFor = async (requirements: Requirements) =>
      (await refused(guard.verify(jwt, requirements), "insufficient_scope", 403)).hint;
    assert.equal(await hintFor({ scopes: ["A", "B"] }), "It requires one of the scopes A B.");
    assert.equal(await hintFor({ roles: ["C", "D"] }), "It requires an app-only token with one of the app roles C D.");
    assert.equal(
      await hintFor({ scopes: ["A"], roles: ["C"] }),
      "It requires one of the scopes A, or an app-only token with one of the app roles C.",
    );
  });

  test("the challenge of a route for apps names no scope", async () => {
    const attempt = guard.verify(await at.sign(at.entraClaims()), { roles: ["Job"] });
    const { wwwAuthenticate } = await refused(attempt, "insufficient_scope", 403);
    assert.equal(
      wwwAuthenticate,
      'Bearer error="insufficient_scope", error_description="The token does not permit this."',
    );
  });

  test("app roles allow an app without a user, but never a user who also has the role", async () => {
    const app = await guard.verify(await at.sign(at.entraClaims({ scp: undefined, roles: needs.roles })), needs);
    assert.ok(hasAppRole(app, "Other", "ToDoList.Read.All") && !hasScope(app, "ToDoList.Read"));
    const person = at.entraClaims({ scp: "Other", roles: needs.roles });
    await refused(guard.verify(await at.sign(person), needs), "insufficient_scope", 403);
  });

  test("a route for users rejects apps, and the other way round", async () => {
    const app = await at.sign(at.entraClaims({ scp: undefined, roles: ["ToDoList.Read"] }));
    await refused(guard.verify(app, { scopes: ["ToDoList.Read"] }), "insufficient_scope", 403);
    await refused(
      guard.verify(await at.sign(at.entraClaims()), { roles: ["ToDoList.Read"] }),
      "insufficient_scope",
      403,
    );
  });

  test("missing claims that a route requires lead to a claims challenge with the authorization endpoint", async () => {
    const stepUp = { scopes: ["ToDoList.Read"], claims: { acrs: "c1" } };
    const error = await refused(guard.verify(await at.sign(at.entraClaims()), stepUp), "insufficient_claims");
    const challenge = /^Bearer error="insufficient_claims", .*claims="([^"]+)", authorization_uri="([^"]+)"$/;
    const [, claims, uri] = challenge.exec(error.wwwAuthenticate!)!;
    assert.deepEqual(JSON.parse(Buffer.from(claims!, "base64").toString()), {
      access_token: { acrs: { essential: true, value: "c1" } },
    });
    assert.equal(uri, at.authorizationEndpoint);
    assert.ok(await guard.verify(await at.sign(at.entraClaims({ acrs: ["c1", "c2"] })), stepUp));
    await refused(guard.verify(await at.sign(at.entraClaims({ acrs: "c10" })), stepUp), "insufficient_claims");
    assert.ok(await guard.verify(await at.sign(at.entraClaims({ acrs: "c2" })), { claims: { acrs: ["c1", "c2"] } }));
  });

  test("a claims challenge names all accepted values, and no URL if no metadata was read", async () => {
    const withKeys = createGuard({ ...at.trust, profile: "entra", jwksUri: at.jwksUri });
    const attempt = withKeys.verify(await at.sign(at.entraClaims()), { claims: { acrs: ["c1", "c2"] } });
    const { wwwAuthenticate } = await refused(attempt, "insufficient_claims");
    const [, claims] = /claims="([^"]+)"$/.exec(wwwAuthenticate!)!;
    assert.deepEqual(JSON.parse(Buffer.from(claims!, "base64").toString()), {
      access_token: { acrs: { essential: true, values: ["c1", "c2"] } },
    });
  });

  test("a claims challenge names no authorization endpoint if the metadata has none, or one on plain http", async () => {
    await using odd = await localIssuer({ clock: at.clock });
    for (const authorization_endpoint of [undefined, "http://other.example/authorize"]) {
      odd.describe({ authorization_endpoint });
      const fresh = createGuard({ ...odd.trust, profile: "entra" });
      const attempt = fresh.verify(await odd.sign(odd.entraClaims()), { claims: { acrs: "c1" } });
      const { wwwAuthenticate } = await refused(attempt, "insufficient_claims");
      assert.doesNotMatch(wwwAuthenticate!, /authorization_uri/);
    }
  });

  test("a missing scope is reported before missing claims, because a new sign-in would not help", async () => {
    const both = { scopes: ["Other"], claims: { acrs: "c1" } };
    await refused(guard.verify(await at.sign(at.entraClaims()), both), "insufficient_scope", 403);
  });
});
