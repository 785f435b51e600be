import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { projectFiles, type SourceFile } from "./source-files.ts";

const files = projectFiles();
const isCode = ({ path }: SourceFile) => /\.[cm]?[jt]s$/.test(path);

/** Longer files have more than one reason to change. Blank lines and comments do not count. */
const maxLines = 350;

const linesOfCode = (text: string) => text.split("\n").filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length;

const tooLong = (all: SourceFile[]) =>
  all.filter((file) => isCode(file) && linesOfCode(file.text) > maxLines).map(({ path }) => path);

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;

const badlyNamed = (all: SourceFile[]) =>
  all
    .filter(isCode)
    .map(({ path }) => path)
    .filter((path) => !path.split("/").every((name) => kebabCase.test(name)));

// Folders of developers' machines and build servers, and hosts of package registries; assembled from parts so that this
// file does not match.
const machineTraces = new RegExp(
  [
    String.raw`(?<![\w.-])/${"home"}/[a-z]`,
    String.raw`(?<![\w.-])/${"Users"}/[A-Za-z]`,
    String.raw`(?<![\w.:-])/${"work"}/(main|shared)\b`,
    String.raw`(?<![\w.-])/${"tmp"}/[a-z]`,
    String.raw`(?<![\w.-])/${"root"}/`,
    String.raw`\bregistry\.${"npmjs"}\b`,
    String.raw`"resolved":\s*"http`,
  ].join("|"),
);

const withMachineTraces = (all: SourceFile[]) =>
  all
    .filter(({ path, text }) => !/\.(png|svg|ico|woff2)$/.test(path) && machineTraces.test(text))
    .map(({ path }) => path);

// Chromium evaluates the text again at each of its polls, as the page would: a page's policy forbids that. It works only if
// the first evaluation is already true.
const waitsOnText = /\.waitForFunction\(\s*["'`]/;

const withWaitsOnText = (all: SourceFile[]) =>
  all.filter((file) => isCode(file) && waitsOnText.test(file.text)).map(({ path }) => path);

describe("the sources", () => {
  test(`no file has more than ${maxLines} lines of code`, () => {
    assert.deepEqual(tooLong(files), []);
    assert.deepEqual(tooLong([{ path: "a.ts", text: "x\n".repeat(maxLines + 1) }]), ["a.ts"]);
  });

  test("files and folders are named in kebab-case", () => {
    assert.deepEqual(badlyNamed(files), []);
    assert.deepEqual(badlyNamed([{ path: "packages/x/authConfig.ts", text: "" }]), ["packages/x/authConfig.ts"]);
  });

  test("no file names a folder of a developer's machine or a package registry", () => {
    assert.deepEqual(withMachineTraces(files), []);
    const planted = { path: "a.md", text: `see /${"home"}/alex/notes` };
    assert.deepEqual(withMachineTraces([planted]), ["a.md"]);
  });

  test("no test waits for a script that the pages' policy forbids", () => {
    assert.deepEqual(withWaitsOnText(files), []);
    assert.deepEqual(withWaitsOnText([{ path: "a.ts", text: `page.${"waitForFunction"}("done")` }]), ["a.ts"]);
  });
});
