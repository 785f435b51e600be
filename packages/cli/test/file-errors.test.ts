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
  for (const value of [
    "banana",
    "443x",
    "contoso onmicrosoft com",
    "-5m",
    "localhost:8443",
    "2026-11-30T09:00:00Z",
    "7d3c1b2a-5e4f-4a6b-8c9d-0e1f2a3b4c5d",
    "https://localhost:8443",
    "http://todo.example/graph/v1.0",
    "http://[::1]:8080/",
  ]) {
    assert.equal(shownValue(value), JSON.stringify(value));
  }
  for (const value of [
    "eyJhbGciOi.x.y",
    "x".repeat(25),
    "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy",
    "MTIzNDU2Nzg5MA==",
    "kX8Q~aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z",
    "aB3dE5fG7hJ9",
    "Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
    "MTk4.Gx2N.sA3Q",
    "user:hunter2@host.example",
    "user:hunter2",
    "https://ada:pa/ss@todo.example/api",
    "http://h/#access_token=abc",
    "https://h/?token=x",
    "https://hooks.example/services/T00000/B00000",
    "https://hooks.example/7d3c1b2a-5e4f-4a6b-8c9d-0e1f2a3b4c5d",
    "postgres://u:p@h/db",
  ]) {
    assert.equal(shownValue(value), undefined, value);
  }
});
