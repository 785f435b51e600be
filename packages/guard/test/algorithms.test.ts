import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { type CryptoKey, exportSPKI, generateKeyPair, importJWK, SignJWT } from "jose";
import { createGuard } from "../src/index.ts";
import { localIssuer } from "./fixtures/local-issuer.ts";
import { refused } from "./fixtures/refused.ts";

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const typ = "at+jwt";

describe("the algorithms of an API", () => {
  test("are those of its profile, or the ones in the configuration and no other", async () => {
    await using es = await localIssuer({ alg: "ES256" });
    await using rs = await localIssuer({ alg: "RS256", clock: es.clock });
    for (const [at, own, other] of [
      [es, "ES256", "RS256"],
      [rs, "RS256", "ES256"],
    ] as const) {
      const jwt = await at.sign(at.rfc9068Claims(), { typ });
      await createGuard({ ...at.trust, profile: "rfc9068" }).verify(jwt);
      await createGuard({ ...at.trust, profile: "rfc9068", algorithms: [own] }).verify(jwt);
      const asked = at.requests.keys;
      const strict = createGuard({ ...at.trust, profile: "rfc9068", algorithms: [other, "EdDSA"] });
      await refused(strict.verify(jwt), "algorithm_refused");
      assert.equal(at.requests.keys, asked, "and its keys are not read");
    }
  });

  test("cannot be others than its profile's", () => {
    const options = { issuer: "https://login.example/t", audience: "api" };
    for (const algorithms of [[], ["HS256"], ["none"], ["RS256", "HS256"]]) {
      assert.throws(
        () => createGuard({ ...options, profile: "rfc9068", algorithms }),
        /algorithms must be some of RS256/,
      );
    }
    const entra = { ...options, issuer: `https://login.example/${randomUUID()}/v2.0`, profile: "entra" } as const;
    assert.throws(() => createGuard({ ...entra, algorithms: ["ES256"] }), /some of RS256\.$/);
  });
});

describe("a key verifies only its own algorithm", () => {
  for (const alg of ["RS256", "ES256", "EdDSA"]) {
    test(`${alg}: not as the secret of an HMAC, not for another algorithm, not without a signature`, async () => {
      await using at = await localIssuer({ alg });
      const guard = createGuard({ ...at.trust, profile: "rfc9068" });
      const jwt = await at.sign(at.rfc9068Claims(), { typ });
      const [, payload = "", signature = ""] = jwt.split(".");
      const { kid } = at.jwk;
      const pem = await exportSPKI((await importJWK(at.jwk, alg)) as CryptoKey);
      for (const round of ["before its key is known", "after"]) {
        const signedWithPublicKey = `${part({ alg: "HS256", typ, kid })}.${payload}`;
        const hmac = createHmac("sha256", pem).update(signedWithPublicKey).digest("base64url");
        await refused(guard.verify(`${signedWithPublicKey}.${hmac}`), "algorithm_refused");
        await refused(guard.verify(`${part({ alg: "none", typ, kid })}.${payload}.`), "algorithm_refused");
        for (const other of ["RS256", "PS256", "ES256", "EdDSA"].filter((each) => each !== alg)) {
          const { privateKey } = await generateKeyPair(other, { extractable: true });
          const forged = await new SignJWT(at.rfc9068Claims())
            .setProtectedHeader({ alg: other, typ, kid })
            .sign(privateKey);
          // An RSA key without `alg` may be for PS256, too: then its signature does not match.
          await refused(
            guard.verify(forged),
            alg === "RS256" && other === "PS256" ? "signature_invalid" : "key_unknown",
          );
        }
        await refused(
          guard.verify(`${part({ alg, typ, kid })}.${payload}.${signature.slice(4)}AAAA`),
          "signature_invalid",
        );
        await guard.verify(jwt);
        assert.ok(round);
      }
    });
  }

  test("an RSA key that is published for RS256 verifies no PS256", async () => {
    await using at = await localIssuer({ alg: "PS256" });
    at.publish([{ ...at.jwk, alg: "RS256" }]);
    const guard = createGuard({ ...at.trust, profile: "rfc9068" });
    await refused(guard.verify(await at.sign(at.rfc9068Claims(), { typ })), "key_unknown");
  });
});

describe("a key that has verified a token, for the next ones with the same header", () => {
  test("checks each of them as the first", async () => {
    await using at = await localIssuer({ alg: "ES256" });
    const guard = createGuard({ ...at.trust, profile: "rfc9068", allowedClients: [at.client] });
    const sign = (claims = {}) => at.sign(at.rfc9068Claims(claims), { typ });
    const good = await sign();
    await guard.verify(good);
    const [header, payload, signature] = good.split(".");
    const forged = part(at.rfc9068Claims({ sub: "another" }));
    await refused(guard.verify(`${header}.${forged}.${signature}`), "signature_invalid");
    await refused(guard.verify(`${header}.${payload}.`), "signature_invalid");
    await refused(guard.verify(`${header}.${payload}`), "token_malformed");
    await refused(guard.verify(`${header}.!.${signature}`), "token_malformed");
    await refused(guard.verify(header ?? ""), "token_malformed");
    await refused(guard.verify(await sign({ iss: "https://other.example" })), "issuer_unknown");
    await refused(guard.verify(`${header}.${part({ iss: "https://other.example" })}.${signature}`), "issuer_unknown");
    await refused(guard.verify(await sign({ aud: "other" })), "audience_refused");
    await refused(guard.verify(await sign({ exp: at.seconds() - 31 })), "token_expired");
    await refused(guard.verify(await sign({ iat: at.seconds() + 31 })), "token_not_yet_valid");
    await refused(guard.verify(await sign({ nonce: "n" })), "id_token_refused");
    await refused(guard.verify(await sign({ client_id: "other" })), "client_refused");
    await refused(guard.verify(good, { scopes: ["admin"] }), "insufficient_scope", 403);
    assert.equal((await guard.verify(await sign({ sub: "another" }))).sub, "another");
    assert.deepEqual(at.requests, { metadata: 1, keys: 1 });
  });

  test("is forgotten when the keys are read again without it", async () => {
    await using at = await localIssuer({ alg: "ES256" });
    const guard = createGuard({ ...at.trust, profile: "rfc9068" });
    const old = await at.sign(at.rfc9068Claims(), { typ });
    await guard.verify(old);
    await at.rotate({ keepOld: false });
    const fresh = await at.sign(at.rfc9068Claims(), { typ });
    at.clock.advance(30_000);
    await Promise.all([guard.verify(old), guard.verify(fresh), guard.verify(old)]);
    await refused(guard.verify(old), "key_unknown");
    await guard.verify(fresh);
  });

  test("serves the issuer that the token names, if several issuers share it", async () => {
    await using at = await localIssuer({ alg: "ES256" });
    const other = at.issuer.replace(at.tenantId, randomUUID());
    const { jwksUri, audience } = at;
    const guard = createGuard({
      issuers: [at.issuer, other].map((issuer) => ({ issuer, audience, jwksUri, profile: "rfc9068" })),
      clock: at.clock,
    });
    for (let round = 0; round < 3; round++) {
      for (const iss of [at.issuer, other]) {
        assert.equal((await guard.verify(await at.sign(at.rfc9068Claims({ iss }), { typ }))).issuer, iss);
      }
      const third = at.rfc9068Claims({ iss: at.issuer.replace(at.tenantId, randomUUID()) });
      await refused(guard.verify(await at.sign(third, { typ })), "issuer_unknown");
      const elsewhere = at.rfc9068Claims({ iss: other, aud: "other" });
      await refused(guard.verify(await at.sign(elsewhere, { typ })), "audience_refused");
    }
  });
});
