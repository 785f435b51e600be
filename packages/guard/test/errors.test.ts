import assert from "node:assert/strict";
import { validateHeaderValue } from "node:http";
import { test } from "node:test";
import fc from "fast-check";
import { formatChallenge } from "../src/errors.ts";
import { GuardError } from "../src/index.ts";
import { anyText } from "./fixtures/any-text.ts";

test("a guard error has its name, and a cause only if there is one", () => {
  const details = { status: 503, hint: "Wait." } as const;
  const error = new GuardError("issuer_unreachable", "No keys.", details);
  assert.equal(error.name, "GuardError");
  assert.equal(Object.hasOwn(error, "cause"), false);
  const cause = new Error("down");
  assert.equal(new GuardError("issuer_unreachable", "No keys.", { ...details, cause }).cause, cause);
});

test("a challenge without parameters is only the scheme", () => {
  assert.equal(formatChallenge({}), "Bearer");
});

test("parameters are quoted, in order", () => {
  assert.equal(
    formatChallenge({ error: "insufficient_scope", error_description: "No.", scope: "a b" }),
    'Bearer error="insufficient_scope", error_description="No.", scope="a b"',
  );
});

test("a quote becomes an apostrophe; a backslash and anything but printable ASCII become a question mark", () => {
  assert.equal(formatChallenge({ error_description: 'a "b" \\c\r\nd é' }), `Bearer error_description="a 'b' ?c??d ?"`);
});

test("no value can end its quotes or the line, and characters that RFC 6750 §3 allows stay unchanged", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const header = formatChallenge({ error: "invalid_token", error_description: text });
      validateHeaderValue("www-authenticate", header);
      const quoted = /^Bearer error="invalid_token", error_description="([\x20\x21\x23-\x5b\x5d-\x7e]*)"$/.exec(header);
      assert.ok(quoted, header);
      const kept = [...quoted[1]!].filter((character, i) => text[i] === character).length;
      assert.equal(kept, text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "").length);
    }),
  );
});
