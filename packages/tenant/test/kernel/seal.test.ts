import assert from "node:assert/strict";
import { createHash, createHmac, createSecretKey, hkdfSync } from "node:crypto";
import { describe, test } from "node:test";
import { deriveKey, hashSecret, keyedHash, newSecret, seal, unseal } from "../../src/kernel/seal.ts";

const secrets = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)] as const;
const [one, other] = [createSecretKey(secrets[0]), createSecretKey(secrets[1])];

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
      for (const secret of [...secrets, "a token"]) {
        assert.deepEqual(new Uint8Array(deriveKey(secret as string, purpose).export()), expected(secret, purpose));
      }
    }
  });

  test("of a seal key is derived once", () => {
    assert.equal(deriveKey(secrets[0], "csrf token"), deriveKey(secrets[0], "csrf token"));
    assert.notEqual(deriveKey(secrets[0], "csrf token"), deriveKey(secrets[0], "totp secret"));
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
