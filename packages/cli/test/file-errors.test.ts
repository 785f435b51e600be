import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { shownValue, whyUnreadable, whyUnwritable } from "../src/file-errors.ts";
import { scratch } from "./cli-process.ts";

const failure = (work: Promise<unknown>): Promise<NodeJS.ErrnoException> =>
  work.then(
    () => assert.fail("It did not fail."),
    (error) => error,
  );

test("why a file cannot be read or written is in plain words", async (t) => {
  const folder = await scratch(t);
  await mkdir(join(folder, "sub"));
  const unreadable = async (path: string) => whyUnreadable(await failure(readFile(join(folder, path))));
  assert.equal(await unreadable("none"), "does not exist");
  assert.equal(await unreadable("sub"), "is a folder");
  assert.equal(whyUnreadable({ code: "EACCES" } as never), "cannot be read by this user (EACCES)");
  const unwritable = async (path: string) =>
    whyUnwritable(await failure(writeFile(join(folder, path), "x", { flag: "wx" })));
  assert.equal(await unwritable("none/file"), "cannot be written: its folder does not exist");
  assert.equal(await unwritable("sub"), "already exists");
});

test("an error repeats a short value, and none that looks like a secret", () => {
  for (const value of ["banana", "443x", "contoso onmicrosoft com", "-5m"]) {
    assert.equal(shownValue(value), JSON.stringify(value));
  }
  for (const value of [
    "eyJhbGciOi.x.y",
    "x".repeat(61),
    "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy",
    "https://h/?token=x",
    "postgres://u:p@h/db",
  ]) {
    assert.equal(shownValue(value), undefined, value);
  }
});
