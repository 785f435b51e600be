import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { bearerToken } from "../src/authorization-header.ts";
import { GuardError } from "../src/index.ts";
import { anyText } from "./fixtures/any-text.ts";

const b64token = fc.stringMatching(/^[A-Za-z0-9\-._~+/]+=*$/).filter((token) => token.length < 1_000);
const scheme = fc.mixedCase(fc.constant("Bearer"));

function refusal(rawHeaders: string[]): GuardError {
  try {
    bearerToken(rawHeaders);
  } catch (error) {
    assert.ok(error instanceof GuardError);
    assert.ok(error.message.endsWith(".") && error.hint.endsWith("."));
    return error;
  }
  assert.fail(`accepted: ${JSON.stringify(rawHeaders)}`);
}

describe("the Authorization header", () => {
  test("returns the token, regardless of the case of name and scheme and of other headers", () => {
    const name = fc.mixedCase(fc.constant("authorization"));
    fc.assert(
      fc.property(name, scheme, fc.integer({ min: 1, max: 3 }), b64token, (header, word, spaces, token) => {
        const others = ["Host", "a", "X-Authorization", "Bearer other", "Cookie", "authorization=Bearer x"];
        assert.equal(bearerToken([...others, header, word + " ".repeat(spaces) + token, "Accept", "*/*"]), token);
      }),
    );
  });

  test("rejects anything outside the grammar, and never repeats the input", () => {
    const grammar = /^bearer +[A-Za-z0-9\-._~+/]+=*$/i;
    const text = fc.oneof(anyText, fc.string({ unit: "grapheme-ascii" }));
    const value = fc.oneof(
      text,
      text.map((rest) => `Bearer ${rest}`),
      fc.tuple(b64token, text).map(([token, rest]) => `Bearer ${token}${rest}`),
    );
    fc.assert(
      fc.property(
        value.filter((sent) => !grammar.test(sent)),
        (sent) => {
          const error = refusal(["authorization", sent]);
          assert.ok(error.code === "authorization_malformed" || error.code === "token_missing");
          assert.match(error.wwwAuthenticate!, /^Bearer( error="invalid_request", error_description="[ -~]+")?$/);
        },
      ),
      { numRuns: 500 },
    );
  });

  const malformed: [string, string[]][] = [
    ["two tokens in one header", ["authorization", "Bearer a b"]],
    ["two tokens with a comma", ["authorization", "Bearer a, Bearer b"]],
    ["two headers", ["authorization", "Bearer a", "Authorization", "Bearer a"]],
    ["two headers of different schemes", ["authorization", "Basic YTpi", "Authorization", "Bearer a"]],
    ["only the scheme", ["authorization", "Bearer"]],
    ["a tab for the space", ["authorization", "Bearer\ta"]],
    ["padding before the end", ["authorization", "Bearer a=b"]],
    ["only padding", ["authorization", "Bearer ="]],
    ["quotes", ["authorization", 'Bearer "a"']],
    ["a parameter", ["authorization", "Bearer a; b"]],
  ];
  for (const [name, headers] of malformed) {
    test(`with ${name} is a malformed request`, () => {
      const error = refusal(headers);
      assert.deepEqual([error.code, error.status], ["authorization_malformed", 400]);
      assert.equal(error.wwwAuthenticate, `Bearer error="invalid_request", error_description="${error.message}"`);
    });
  }

  test("that is missing, or of another scheme, gets a challenge without an error code", () => {
    for (const headers of [
      [],
      ["authorization", "Basic YTpi"],
      ["authorization", "Bearers a"],
      ["authorization", "Basic bearer a"],
      ["authorization", ""],
    ]) {
      const error = refusal(headers);
      assert.deepEqual([error.code, error.status, error.wwwAuthenticate], ["token_missing", 401, "Bearer"]);
    }
  });

  test("may contain a token of 16,384 characters, and is not parsed if it is much longer", () => {
    const longest = "a".repeat(16_384);
    assert.equal(bearerToken(["authorization", `Bearer ${longest}`]), longest);
    const ofLength = (length: number) => ["authorization", `Bearer${"a".padStart(length - "Bearer".length)}`];
    assert.equal(bearerToken(ofLength(16_384 + 64)), "a");
    const error = refusal(ofLength(16_384 + 65));
    assert.equal(error.code, "token_too_large");
    assert.equal(error.wwwAuthenticate, `Bearer error="invalid_token", error_description="${error.message}"`);
  });

  test("of any length is parsed in linear time", () => {
    assert.equal(refusal(["authorization", `Bearer ${"a".repeat(1_000_000)}`]).code, "token_too_large");
    assert.equal(refusal(["authorization", `Bearer ${"a=".repeat(8_000)}`]).code, "authorization_malformed");
    assert.equal(refusal(["authorization", `Bearer ${" ".repeat(16_000)}`]).code, "authorization_malformed");
  });
});
