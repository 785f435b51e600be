// Compares docs/guide with the files and messages that it shows. guide.release.test.ts runs its commands.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { describeProblems, readTenantFile } from "@doorcode/prepare";
import { defaultLocale, languages } from "../../packages/tenant/src/ui/i18n/languages.ts";
import { root } from "../packaging/pack.ts";
import { blocksOf, chapters } from "./chapters.ts";
import { exampleFile } from "./reader.ts";

test("every chapter covers this project's tenant and Entra, and every link works", async () => {
  for (const chapter of ["README", ...chapters]) {
    const text = await readFile(join(root, "docs/guide", `${chapter}.md`), "utf8");
    if (chapter !== "README") assert.match(text, /^## Your own tenant$[\s\S]+^## Entra$/m, chapter);
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      assert.ok(existsSync(join(root, "docs/guide", target!)), `${chapter}: ${target}`);
    }
  }
});

test("the guide and the README show the file that is tested", async () => {
  const example = await exampleFile();
  const [shown] = (await blocksOf("prepare-your-tenant")).filter(({ language }) => language === "yaml");
  assert.equal(shown?.text, example);
  assert.ok((await readFile(join(root, "README.md"), "utf8")).includes(example));
});

test("starter files name each permission in every language of the pages", async () => {
  for (const file of ["docs/guide/doorcode.tenant.yaml", "packages/cli/templates/both/doorcode.tenant.yaml"]) {
    const { apis } = readTenantFile(await readFile(join(root, file), "utf8"), file);
    const scopes = Object.values(apis).flatMap((api) => Object.values(api.scopes));
    assert.ok(scopes.length > 0, file);
    const others = Object.keys(languages).filter((locale) => locale !== defaultLocale);
    for (const { displayName, displayNames } of scopes) {
      assert.deepEqual(Object.keys(displayNames), others, `${file}: ${displayName}`);
    }
  }
});

test("the error in the README has the text of the real one", async () => {
  const text = (await exampleFile()).replace("signIn:", "signIm:");
  const shown = await Promise.resolve()
    .then(() => readTenantFile(text, "doorcode.tenant.yaml"))
    .then(
      () => "",
      (error) => describeProblems(error).trimEnd(),
    );
  assert.match(shown, /signIm/);
  assert.ok((await readFile(join(root, "README.md"), "utf8")).includes(shown), shown);
});
