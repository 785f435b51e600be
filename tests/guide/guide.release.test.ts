// Follows docs/guide as written: every command and every program, against this project's own tenant.
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { publishedNames } from "../packaging/pack.ts";
import { packOnce } from "../packaging/packed.ts";
import { makeProject } from "../packaging/project.ts";
import { blocksOf, chapters } from "./chapters.ts";
import { readerOf } from "./reader.ts";

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
