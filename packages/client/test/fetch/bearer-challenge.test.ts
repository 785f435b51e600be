import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readBearerChallenge } from "../../src/fetch/guarded-fetch.ts";

const nothing = { error: undefined, scopes: [], claims: undefined };

describe("a WWW-Authenticate header", () => {
  const rows: [header: string, expected: ReturnType<typeof readBearerChallenge>][] = [
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
    ['Bearer claims="bnVsbA=="', nothing],
    ['Bearer claims="MQ=="', nothing],
    ['Bearer claims="eyJhIjoiw6kifQ=="', { ...nothing, claims: '{"a":"é"}' }],
    ['BEARER   ERROR = "invalid_token" ,  scope\t=a', { ...nothing, error: "invalid_token", scopes: ["a"] }],
    ['Bearer realm="say \\"error=x\\"", error="one\\\\two"', { ...nothing, error: "one\\two" }],
    ['Bearer error="", scope=" a  b "', { ...nothing, error: "", scopes: ["a", "b"] }],
    ['Bearer my-error="x", error=y', { ...nothing, error: "y" }],
    ['Basic error="x", Bearer', nothing],
    ['Bearer error="x", Bearer scope="a"', { error: "x", scopes: ["a"], claims: undefined }],
    ['xBearer error="x"', undefined],
  ];
  for (const [header, expected] of rows) {
    test(`${header} means ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(readBearerChallenge(header), expected);
    });
  }

  test("of a hostile API is parsed fast", () => {
    // CPU time, which a busy machine does not increase.
    const began = process.cpuUsage();
    readBearerChallenge(`Bearer ${'a="'.repeat(100_000)}`);
    readBearerChallenge(`Bearer ${"a ".repeat(100_000)}`);
    readBearerChallenge(`Bearer a="${"\\".repeat(100_001)}`);
    const { user, system } = process.cpuUsage(began);
    assert.ok(user + system < 2_000_000, `${user + system} microseconds`);
  });
});
