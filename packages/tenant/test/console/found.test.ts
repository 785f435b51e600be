import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { consoleFields, idIn, textIn } from "../../src/console/found.ts";

describe("What a request to the console names", () => {
  test("has no NUL in any field, because PostgreSQL stores none", () => {
    const fields = consoleFields("q=a%00b&name=%00&kept=%2500");
    assert.deepEqual([...fields.values()], ["ab", "", "%00"]);
  });

  test("refuses a field that occurs twice", () => {
    assert.throws(() => consoleFields("q=a%00&q=b"), { name: "PageProblem" });
  });

  test("is one line of text, as long as an address may be", () => {
    assert.equal(textIn({ fields: consoleFields("q=+ada%20") }, "q"), "ada");
    assert.equal(textIn({ fields: consoleFields(`q=${"x".repeat(5_000)}`) }, "q").length, 320);
    assert.equal(textIn({ fields: consoleFields("") }, "q"), "");
  });

  test("is an object only by its GUID", () => {
    const id = "0A1B2C3D-0000-4000-8000-00000000000F";
    assert.equal(idIn({ params: { id } }), id.toLowerCase());
    for (const other of ["-".repeat(36), "x", "", `${id}0`, `${id}\n`]) {
      assert.equal(idIn({ params: { id: other } }), undefined, other);
    }
  });
});
