import assert from "node:assert/strict";
import { test } from "node:test";
import { GuardError } from "../src/index.ts";

test("a guard error has its name, and a cause only where there is one", () => {
  const details = { status: 503, hint: "Wait." } as const;
  const error = new GuardError("issuer_unreachable", "No keys.", details);
  assert.equal(error.name, "GuardError");
  assert.equal(Object.hasOwn(error, "cause"), false);
  const cause = new Error("down");
  assert.equal(new GuardError("issuer_unreachable", "No keys.", { ...details, cause }).cause, cause);
});
