// docs/guide, done as it stands: every command and every program of it, against this project's own tenant.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { describeProblems, readTenantFile } from "@doorcode/prepare";
import { publishedNames, root } from "../packaging/pack.ts";
import { packOnce } from "../packaging/packed.ts";
import { makeProject } from "../packaging/project.ts";
import { blocksOf, chapters } from "./chapters.ts";
import { exampleFile, readerOf } from "./reader.ts";

test("every chapter says it for one's own tenant and for Entra, and every link leads somewhere", async () => {
  for (const chapter of ["README", ...chapters]) {
    const text = await readFile(join(root, "docs/guide", `${chapter}.md`), "utf8");
    if (chapter !== "README") assert.match(text, /^## Your own tenant$[\s\S]+^## Entra$/m, chapter);
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      assert.ok(existsSync(join(root, "docs/guide", target!)), `${chapter}: ${target}`);
    }
  }
});

test("the file that the guide shows is the one that is tried, and the README's", async () => {
  const example = await exampleFile();
  const [shown] = (await blocksOf("prepare-your-tenant")).filter(({ language }) => language === "yaml");
  assert.equal(shown?.text, example);
  assert.ok((await readFile(join(root, "README.md"), "utf8")).includes(example));
});

test("the mistake that the README shows is told in these words", async () => {
  const text = (await exampleFile()).replace("signIn:", "signIm:");
  const told = await Promise.resolve()
    .then(() => readTenantFile(text, "doorcode.tenant.yaml"))
    .then(
      () => "",
      (error) => describeProblems(error).trimEnd(),
    );
  assert.match(told, /signIm/);
  assert.ok((await readFile(join(root, "README.md"), "utf8")).includes(told), told);
});

describe("the guide, command by command", { skip: process.platform === "win32" }, async () => {
  const packed = await packOnce();
  const project = await makeProject(join(packed.scratch, "guide"), packed.tarballs, publishedNames);
  const reader = await readerOf(packed, project);
  after(async () => {
    await reader.stop();
    await packed[Symbol.asyncDispose]();
  });
  for (const chapter of chapters) {
    for (const block of await blocksOf(chapter)) {
      test(`${chapter}, line ${block.line}: ${block.as || block.language}`, () => reader.follow(block));
    }
  }
});
