// Checks the documents: links resolve, and the READMEs on npm work without the repository.
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, test } from "node:test";
import { published, publishedNames } from "../packaging/pack.ts";
import { documentsOf, linksOf } from "../packaging/readme.ts";
import { projectFiles, root } from "./source-files.ts";

/** People do not read a longer one. */
const README_LINES = 180;

const documents = projectFiles().filter(({ path }) => path.endsWith(".md") && !path.includes("/api/"));

/** `## What a sign-out ends` → `what-a-sign-out-ends`, as GitHub does. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (text: string) => [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));

/** Removes code, where brackets have another meaning. */
const proseOf = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");

const linksIn = (text: string) =>
  [...proseOf(text).matchAll(/(?:\]\(|src="|srcset=")([^)"\s]+)/g)].map(([, target]) => target!);

/** The file that a link points to, relative to the repository root; undefined outside the repository. */
function targetOf(path: string, link: string): string | undefined {
  if (/^(https?|mailto):/.test(link)) return undefined;
  const [file = ""] = link.split("#");
  return file === "" ? path : normalize(join(dirname(path), file));
}

function brokenLinks(path: string, text: string): string[] {
  return linksIn(text).filter((link) => {
    const target = targetOf(path, link);
    if (target === undefined) return false;
    if (!existsSync(join(root, target))) return true;
    const [, anchor] = link.split("#");
    return anchor !== undefined && !anchorsOf(readFileSync(join(root, target), "utf8")).includes(anchor);
  });
}

/** The documents that links reach from the first one. */
function reachedFrom(first: string): Set<string> {
  const reached = new Set([first]);
  for (const path of reached) {
    const text = documents.find((document) => document.path === path)?.text ?? "";
    for (const link of linksIn(text)) reached.add(targetOf(path, link) ?? path);
  }
  return reached;
}

describe("the documents", () => {
  test("have links that lead to files and headings of this repository", () => {
    const broken = documents.flatMap(({ path, text }) => brokenLinks(path, text).map((link) => `${path}: ${link}`));
    assert.deepEqual(broken, []);
    assert.deepEqual(brokenLinks("README.md", "[a](docs/nowhere.md) [b](#nowhere) [c](LICENSE)"), [
      "docs/nowhere.md",
      "#nowhere",
    ]);
  });

  test("in docs/ are all reachable by links from docs/README.md", () => {
    const reached = reachedFrom("docs/README.md");
    const lost = documents.filter(({ path }) => path.startsWith("docs/") && !reached.has(path));
    assert.deepEqual(
      lost.map(({ path }) => path),
      [],
    );
    assert.ok(!reached.has("docs/nowhere.md"));
  });
});

/** `["name of a test"](file)`: quoted names that the file does not have. */
function missingTests(path: string, text: string): string[] {
  return [...text.matchAll(/\["([^"\n]+)"\]\(([^)#\s]+)\)/g)].flatMap(([, name, link]) => {
    const file = join(root, targetOf(path, link!) ?? "");
    const source =
      existsSync(file) && statSync(file).isFile() ? readFileSync(file, "utf8").replace(/\\(.)/g, "$1") : "";
    // A quoted name ends in "…" if the test builds the rest at run time.
    return source.includes(name!.replace(/ ?…$/, "")) ? [] : [`${path}: "${name}" in ${link}`];
  });
}

test("the tests that documents quote exist under these names", () => {
  assert.deepEqual(
    documents.flatMap(({ path, text }) => missingTests(path, text)),
    [],
  );
  const quoted = '["is never there"](tests/architecture/documents.test.ts)'.replace("never", "no".repeat(2));
  assert.equal(missingTests("README.md", quoted).length, 1);
});

describe("the READMEs", () => {
  test(`the first one has at most ${README_LINES} lines`, () => {
    const lines = readFileSync(join(root, "README.md"), "utf8").split("\n").length - 1;
    assert.ok(lines <= README_LINES, `${lines} lines`);
  });

  for (const name of publishedNames) {
    test(`${name}: every link works on npm, and the documents that it names are in the repository`, async () => {
      for (const link of await linksOf(name)) {
        assert.match(link, /^https:\/\//, `${link} leaves the package`);
        const [, ours] = /^https:\/\/www\.npmjs\.com\/package\/(.+)$/.exec(link) ?? [];
        if (ours !== undefined) assert.ok(ours in published, link);
      }
      const named = await documentsOf(name);
      assert.ok(named.length > 0);
      for (const path of named) assert.ok(existsSync(join(root, path)), path);
    });
  }
});
