import assert from "node:assert/strict";
import { createHash, createHmac, hkdfSync } from "node:crypto";
import { describe, test } from "node:test";
import { deriveKey, hashSecret, keyedHash, newSecret, seal, unseal } from "../../src/kernel/seal.ts";

const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

describe("a sealed text", () => {
  test("opens with its key and context, whatever its text, and never looks the same", () => {
    for (const text of ["", "a", "Küche 📺", "x".repeat(5_000)]) {
      const sealed = seal(one, text, "here");
      assert.equal(unseal(one, sealed, "here"), text);
      assert.match(sealed, /^[\w-]+$/);
      assert.notEqual(seal(one, text, "here"), sealed);
      // 12 bytes of nonce, 16 of tag.
      assert.equal(Buffer.from(sealed, "base64url").length, 28 + Buffer.byteLength(text));
    }
  });

  test("does not open with another key or context, or when a byte was changed or cut off", () => {
    const sealed = seal(one, "secret", "here");
    assert.throws(() => unseal(other, sealed, "here"));
    assert.throws(() => unseal(one, sealed, "there"));
    const bytes = Buffer.from(sealed, "base64url");
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      assert.throws(() => unseal(one, changed.toString("base64url"), "here"), `byte ${at}`);
    }
    assert.throws(() => unseal(one, bytes.subarray(0, -1).toString("base64url"), "here"));
    assert.throws(() => unseal(one, "", "here"));
  });
});

describe("a derived key", () => {
  const expected = (secret: Uint8Array | string, purpose: string) =>
    new Uint8Array(hkdfSync("sha256", secret, "doorcode", purpose, 32));

  test("is HKDF's for this secret and purpose, so that older sealed texts still open after an update", () => {
    for (const purpose of ["signing-keys", "pairwise-sub"] as const) {
      for (const secret of [one, other]) assert.deepEqual(deriveKey(secret, purpose), expected(secret, purpose));
      assert.deepEqual(deriveKey("a token", purpose), expected("a token", purpose));
    }
  });

  test("of a seal key is derived once", () => {
    assert.equal(deriveKey(one, "csrf token"), deriveKey(one, "csrf token"));
    assert.notEqual(deriveKey(one, "csrf token"), deriveKey(one, "totp secret"));
  });
});

test("hashes are SHA-256, keyed or not, in base64url", () => {
  assert.equal(hashSecret("abc"), createHash("sha256").update("abc").digest("base64url"));
  assert.equal(keyedHash(one, "abc"), createHmac("sha256", one).update("abc").digest("base64url"));
});

test("a secret has 256 random bits by default", () => {
  assert.match(newSecret(), /^[\w-]{43}$/);
  assert.match(newSecret(16), /^[\w-]{22}$/);
  assert.notEqual(newSecret(), newSecret());
});
