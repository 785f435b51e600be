import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keyFromTags, parseDescription, taggedDescription, tagOf } from "../../src/plan/ownership-tags.ts";

describe("the ownership tag of an object holds its key in the file:", () => {
  test("the tag of an application", () => {
    assert.equal(tagOf("todo"), "doorcode:todo");
    assert.equal(keyFromTags(["HideApp", "doorcode:todo", "doorcode:other"]), "todo");
  });

  test("no other tag, and none if there is no tag", () => {
    for (const tags of [["HideApp", "my-doorcode:todo", "doorcode", "doorcode:"], [], null, undefined]) {
      assert.equal(keyFromTags(tags), undefined);
    }
  });

  test("a line in a description, which is left out of the text", () => {
    const text = "Those who work here\nat night";
    assert.equal(taggedDescription(text, "staff"), `${text}\ndoorcode:staff`);
    assert.deepEqual(parseDescription(`${text}\ndoorcode:staff`), { text, key: "staff" });
    assert.deepEqual(parseDescription("first\r\ndoorcode: staff \r\nlast"), { text: "first\nlast", key: "staff" });
    assert.deepEqual(parseDescription("doorcode:staff\ndoorcode:night"), { text: "doorcode:night", key: "staff" });
  });

  test("the whole description if there is no text", () => {
    assert.equal(taggedDescription("", "staff"), "doorcode:staff");
    assert.deepEqual(parseDescription("doorcode:staff"), { text: "", key: "staff" });
  });

  test("no line that only mentions it, and a description without a tag stays unchanged", () => {
    for (const text of ["see doorcode:staff", "doorcode:", "one\r\ntwo", ""]) {
      assert.deepEqual(parseDescription(text), { text, key: undefined });
    }
    for (const nothing of [null, undefined]) assert.deepEqual(parseDescription(nothing), { text: "", key: undefined });
  });
});
