import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { commitByLink, isWithoutLinks, storePath } from "../../src/token-store/commit.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { failingLink, watchFiles } from "./watched-files.ts";

describe("a commit by link", () => {
  test("writes the generation, readable only by the user", async (t) => {
    const directory = scratchFolder(t);
    assert.equal(await commitByLink(directory, 7, Buffer.from("seven")), true);
    assert.deepEqual(readdirSync(directory), ["store.7.enc"]);
    assert.equal(readFileSync(storePath(directory, 7), "utf8"), "seven");
    assert.equal(statSync(storePath(directory, 7)).mode & 0o777, 0o600);
  });

  test("has flushed the file and its name to disk when it resolves", async (t) => {
    const directory = scratchFolder(t);
    const files = watchFiles(t);
    await commitByLink(directory, 1, Buffer.from("one"));
    assert.deepEqual(files, { opened: 2, flushed: 2, closed: 2 });
  });

  test("opens no folder on Windows, where that fails", async (t) => {
    const platform = Object.getOwnPropertyDescriptor(process, "platform")!;
    t.after(() => Object.defineProperty(process, "platform", platform));
    const directory = scratchFolder(t);
    const files = watchFiles(t);
    Object.defineProperty(process, "platform", { ...platform, value: "win32" });
    assert.equal(await commitByLink(directory, 1, Buffer.from("one")), true);
    assert.deepEqual(files, { opened: 1, flushed: 1, closed: 1 });
  });

  test("keeps a generation that another writer wrote", async (t) => {
    const directory = scratchFolder(t);
    writeFileSync(storePath(directory, 7), "theirs");
    assert.equal(await commitByLink(directory, 7, Buffer.from("ours")), false);
    assert.deepEqual(readdirSync(directory), ["store.7.enc"]);
    assert.equal(readFileSync(storePath(directory, 7), "utf8"), "theirs");
  });

  test("fails if another process removed its temp file", async (t) => {
    const directory = scratchFolder(t);
    failingLink(t, "ENOENT");
    assert.equal(await commitByLink(directory, 1, Buffer.from("one")), false);
    assert.deepEqual(readdirSync(directory), []);
  });

  test("fails with the file system's own error, and leaves no file", async (t) => {
    const directory = scratchFolder(t);
    failingLink(t, "ENOSPC");
    await assert.rejects(commitByLink(directory, 1, Buffer.from("one")), { code: "ENOSPC" });
    assert.deepEqual(readdirSync(directory), []);
  });
});

test("a file system without hard links is detected only by the result of link()", () => {
  const error = (code: string | undefined, syscall: string) => Object.assign(new Error("no"), { code, syscall });
  for (const code of ["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "EXDEV", "ENOSYS"]) {
    assert.equal(isWithoutLinks(error(code, "link")), true, code);
    assert.equal(isWithoutLinks(error(code, "open")), false, code);
  }
  for (const code of ["EEXIST", "ENOENT", "ENOSPC", "", undefined]) {
    assert.equal(isWithoutLinks(error(code, "link")), false, code);
  }
});
