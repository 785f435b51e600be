import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from "jose";
import { deriveKey, unseal } from "../../../src/kernel/seal.ts";
import { loadSigningKeys } from "../../../src/oauth/tokens/key-ring.ts";
import { openSqliteStore } from "../../../src/storage/sql/open-store.ts";

const DAY = 24 * 60 * 60 * 1000;
const issuer = "https://localhost:1/tid/v2.0";
const NOW = Date.UTC(2026, 10, 22);
const sealKey = new Uint8Array(32).fill(7);

async function place() {
  const store = await openSqliteStore(":memory:");
  const load = (key = sealKey) => loadSigningKeys({ store, sealKey: key, clock: { now: () => NOW }, issuer });
  return { store, load };
}

test("the first start generates a key that signs and publishes its successor with it", async () => {
  const { load, store } = await place();
  const keys = await load();
  const published = await keys.published();
  assert.equal(published.length, 2);
  const token = await keys.sign({ iss: issuer, sub: "x" }, "JWT");
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys: published }), { issuer });
  assert.equal(payload.sub, "x");
  assert.deepEqual(protectedHeader, { typ: "JWT", alg: "RS256", kid: published[0]!.kid });
  const stored = await store.keys.list();
  assert.deepEqual(
    stored.map(({ createdAt, activatesAt, retiresAt }) => [createdAt, activatesAt - NOW, retiresAt]),
    [
      [NOW, 0, null],
      [NOW, 90 * DAY, null],
    ],
  );

  for (const [index, key] of published.entries()) {
    const { x5c, n, kid, ...others } = key;
    const der = Buffer.from(x5c![0]!, "base64");
    assert.deepEqual(others, {
      kty: "RSA",
      use: "sig",
      alg: "RS256",
      e: "AQAB",
      x5t: createHash("sha1").update(der).digest("base64url"),
      issuer,
    });
    const certificate = new X509Certificate(der);
    assert.equal(kid, await calculateJwkThumbprint({ kty: "RSA", e: "AQAB", n: n! }));
    assert.equal(certificate.publicKey.export({ format: "jwk" }).n, n);
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.modulusLength, 2048);
    assert.ok(certificate.verify(certificate.publicKey));
    assert.equal(certificate.subject, "CN=Doorcode token signing");
    assert.match(certificate.serialNumber, /^[\dA-F]{20,30}$/);
    assert.equal(certificate.validFromDate.getTime(), NOW);
    assert.equal(certificate.validToDate.getTime(), stored[index]!.activatesAt + 180 * DAY);
    const { sealedPrivate, publicJwk } = stored[index]!;
    assert.deepEqual(JSON.parse(publicJwk), { kty: "RSA", e: "AQAB", n });
    assert.equal(JSON.parse(unseal(deriveKey(sealKey, "signing-keys"), sealedPrivate, kid)).n, n);
  }
  await store.close();
});

test("two nodes that start together agree on the keys; a restart finds them", async () => {
  const { store, load } = await place();
  const [one, two] = await Promise.all([load(), load()]);
  assert.deepEqual(await one.published(), await two.published());
  assert.deepEqual(await (await load()).published(), await one.published());
  await assert.rejects(load(new Uint8Array(32).fill(8)), "a different seal key does not replace them");
  await store.close();
});
