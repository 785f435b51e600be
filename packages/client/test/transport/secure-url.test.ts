import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DoorcodeError } from "../../src/errors.ts";
import { checkedAuthority, checkedEndpoint, checkedOrigin, isSecure } from "../../src/transport/secure-url.ts";

/** The rule is used for the authority, APIs, redirects, the sign-in page and every request to the issuer. */
const rows: [url: string, secure: boolean][] = [
  ["https://login.example/tenant", true],
  ["https://localhost:8443", true],
  ["http://localhost:8080", true],
  ["http://LOCALHOST", true],
  ["http://todo.localhost", true],
  ["http://127.0.0.1:1", true],
  ["http://127.8.9.10", true],
  ["http://[::1]:8080", true],
  ["http://login.example", false],
  ["http://localhost.example", false],
  ["http://127.0.0.1.example", false],
  ["http://notlocalhost", false],
  ["http://[::2]", false],
  ["http://128.0.0.1", false],
  ["ftp://localhost", false],
  ["file:///etc/passwd", false],
];

describe("a URL that may receive a secret", () => {
  for (const [url, secure] of rows) {
    test(`${url}: ${secure}`, () => assert.equal(isSecure(new URL(url)), secure));
  }
});

describe("an origin that may receive a token", () => {
  test("is only the origin", () => {
    assert.equal(checkedOrigin("https://todo.example/path?query", "the origin"), "https://todo.example");
    assert.equal(checkedOrigin("http://localhost:3000", "the origin"), "http://localhost:3000");
  });

  for (const origin of ["http://todo.example", "todo.example", ""]) {
    test(`is not ${JSON.stringify(origin)}`, () => {
      assert.throws(() => checkedOrigin(origin, "the API's origin"), {
        code: "configuration",
        message: `The configuration is invalid: the API's origin ${origin} is neither https nor on this machine.`,
      });
    });
  }
});

describe("an authority", () => {
  test("loses its trailing slashes", () => {
    assert.equal(checkedAuthority("https://login.example/tenant//"), "https://login.example/tenant");
    assert.equal(checkedAuthority("https://login.example"), "https://login.example");
    assert.equal(checkedAuthority("http://localhost:8443/a/b"), "http://localhost:8443/a/b");
  });

  const refused: [authority: unknown, message: RegExp][] = [
    ["login.example", /: the authority "login\.example" is not a URL that begins with https:\/\/\.$/],
    [undefined, /: the authority that was given is not a URL/],
    [{ toString: () => "https://login.example" }, /: the authority that was given is not a URL/],
    ["http://login.example/tenant", /: the authority http:\/\/login\.example\/tenant is not https\.$/],
    ["https://login.example/?tenant", /: the authority must not have a query, fragment or password\.$/],
    ["https://login.example/#tenant", /must not have a query, fragment or password/],
    ["https://ada@login.example", /must not have a query, fragment or password/],
    ["https://:secret@login.example", /must not have a query, fragment or password/],
  ];
  for (const [authority, message] of refused) {
    test(`is not ${JSON.stringify(authority)}`, () => {
      assert.throws(() => checkedAuthority(authority as string), { code: "configuration", message });
    });
  }
});

test("no error about a URL shows a password in it, regardless of where special characters place it", () => {
  for (const rest of ["alice:canary@", "alice:2024/canary@", "alice:2024/canary@host?query", "alice:canary#@"]) {
    for (const scheme of ["http://", "ftp://", "", "https:/", "https://"]) {
      const address = `${scheme}${rest}login.example/`;
      for (const check of [checkedAuthority, checkedOrigin, checkedEndpoint]) {
        try {
          check(address, "the origin");
        } catch (error) {
          const { message, hint } = error as DoorcodeError;
          assert.doesNotMatch(`${message} ${hint}`, /canary/, address);
        }
      }
      if (!scheme.startsWith("https:")) assert.throws(() => checkedAuthority(address), { code: "configuration" });
    }
  }
});
