import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readBearerChallenge } from "../src/bearer-challenge.ts";

const nothing = { error: undefined, scopes: [], claims: undefined };

describe("a WWW-Authenticate header", () => {
  const rows: [header: string | null, expected: ReturnType<typeof readBearerChallenge>][] = [
    [null, undefined],
    ["", undefined],
    ['Basic realm="Bearer"', undefined],
    ["Bearer", nothing],
    ["bearer realm=x", nothing],
    ['Bearer realm="a, b", error=invalid_token', { ...nothing, error: "invalid_token" }],
    [
      'Negotiate, Bearer error="insufficient_scope", scope="a b"',
      { ...nothing, error: "insufficient_scope", scopes: ["a", "b"] },
    ],
    ['Bearer error="invalid_token", Basic realm="x", error="other"', { ...nothing, error: "invalid_token" }],
    [
      'Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="',
      { ...nothing, error: "insufficient_claims", claims: '{"a":1}' },
    ],
    ['Bearer claims="{\\"a\\":1}"', { ...nothing, claims: '{"a":1}' }],
    ['Bearer claims="bm90IGpzb24="', nothing],
    ['Bearer claims="WzFd"', nothing],
  ];
  for (const [header, expected] of rows) {
    test(`${header} says ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(readBearerChallenge(header), expected);
    });
  }

  test("of a hostile API is read in no time", () => {
    // The processor's time: a busy machine adds none of it.
    const began = process.cpuUsage();
    readBearerChallenge(`Bearer ${'a="'.repeat(100_000)}`);
    readBearerChallenge(`Bearer ${"a ".repeat(100_000)}`);
    readBearerChallenge(`Bearer a="${"\\".repeat(100_001)}`);
    const { user, system } = process.cpuUsage(began);
    assert.ok(user + system < 2_000_000, `${user + system} microseconds`);
  });
});
