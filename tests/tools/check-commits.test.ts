import assert from "node:assert/strict";
import { test } from "node:test";
import { mistakeIn } from "../../tools/check-commits.mjs";

test("accepts a scope, or several, and an imperative", () => {
  for (const subject of [
    "client: keep the token of a lost poll",
    "cli, docs: press Enter to continue",
    "storage/sql: address two races",
  ]) {
    assert.equal(mistakeIn(subject), undefined, subject);
  }
});

test("refuses a subject without a scope, in another mood, or too long", () => {
  assert.match(mistakeIn("Fix stuff") ?? "", /scope: imperative/);
  assert.match(mistakeIn("client: fixed the poll") ?? "", /"fixed" is not an imperative/);
  assert.match(mistakeIn("client: fixes the poll") ?? "", /"fixes" is not an imperative/);
  assert.match(mistakeIn("client: fixing the poll") ?? "", /"fixing" is not an imperative/);
  assert.match(mistakeIn(`client: keep ${"a".repeat(60)}`) ?? "", /73 characters; at most 72/);
});
