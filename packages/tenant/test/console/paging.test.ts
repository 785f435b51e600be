import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { afterKey, keyIn, PAGE_ROWS, pageOf } from "../../src/console/paging.ts";

const fieldsOf = (after: string) => new Map([["after", after]]);
const encoded = (json: string) => Buffer.from(json).toString("base64url");

describe("pages of a list", () => {
  test("continue after the last row of the page before", () => {
    const rows = Array.from({ length: PAGE_ROWS + 1 }, (_, i) => ({ at: 1_000 - i, id: `row ${i}` }));
    const { rows: shown, next } = pageOf(rows, ({ at, id }) => [at, id]);
    assert.equal(shown.length, PAGE_ROWS);
    assert.deepEqual(keyIn(fieldsOf(next ?? ""), [0, ""]), [951, "row 49"]);
    assert.equal(pageOf(rows.slice(0, PAGE_ROWS), ({ id }) => [id]).next, null);
    assert.deepEqual(
      pageOf([], () => []),
      { rows: [], next: null },
    );
  });

  test("begin again for a key that no page sends, whatever the database would say to it", () => {
    const wrong = [
      ...["", "x", encoded("null"), encoded("{}"), encoded("[]"), encoded("[1]"), encoded('["1","x"]')],
      ...[encoded("[1,2]"), encoded('[1.5,"x"]'), encoded('[1e300,"x"]'), encoded('[null,"x"]')],
      ...[encoded('[1,"\\u0000"]'), encoded('[1,"x",2]'), afterKey([1, "x".repeat(2_000)])],
    ];
    for (const after of wrong) assert.equal(keyIn(fieldsOf(after), [0, ""]), undefined, after.slice(0, 40));
    assert.equal(keyIn(new Map(), [0, ""]), undefined);
    assert.deepEqual(keyIn(fieldsOf(afterKey([1, "x"])), [0, ""]), [1, "x"]);
  });
});
