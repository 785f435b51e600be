import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { nameOf, walk } from "../../src/definition/command.ts";
import { program } from "../../src/definition/program.ts";
import { packageFolder } from "../cli-process.ts";
import { generated } from "./write-reference.ts";

const page = join(packageFolder, "man/doorcode.1");
const has = (command: string) => !spawnSync(command, ["--version"], { stdio: "ignore" }).error;

for (const [file, text] of Object.entries(generated)) {
  test(`${basename(file)} matches the definition of the commands`, () => {
    assert.equal(readFileSync(file, "utf8"), text(), "Run: npm run docs:reference");
  });
}

describe("doorcode(1)", () => {
  const renderers: [name: string, args: string[]][] = [
    ["groff", ["-man", "-ww", "-Tutf8", "-P-cbou", page]],
    ["man", ["--warnings", "-l", page]],
    ["mandoc", ["-T", "utf8", "-W", "warning", page]],
  ];
  for (const [name, args] of renderers) {
    const skip = has(name) ? false : `needs ${name} (Debian: ${name === "man" ? "man-db" : name})`;
    test(`is rendered by ${name} without a warning, with every command`, { skip }, () => {
      const env = { ...process.env, MANWIDTH: "80", LC_ALL: "C.UTF-8", PAGER: "cat" };
      const { status, stdout, stderr } = spawnSync(name, args, { encoding: "utf8", env });
      // This warns that the page has no date; a date would change the page with every build.
      const warnings = stderr
        .split("\n")
        .filter((line) => line !== "" && !/missing date|date missing|mandoc: see above/.test(line));
      assert.deepEqual(warnings, []);
      if (name !== "mandoc") assert.equal(status, 0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: bold and underlined terminal text contains these.
      const shown = stdout.replace(/.\u0008|\u001b\[[\d;]*m/g, "");
      const words = shown.replace(/[‐‑−]/g, "-").split(/\s+/).join(" ");
      assert.match(words, /^DOORCODE\(1\) .*NAME doorcode - sign in from programs without a browser SYNOPSIS/);
      for (const { path, command } of walk(program))
        if (command.load) assert.ok(words.includes(nameOf(path)), nameOf(path));
      assert.match(words, /curl -H "Authorization: Bearer \$\(doorcode token\)"/);
      assert.match(words, /ENVIRONMENT .*DOORCODE_STORE_DIR .*EXIT STATUS .*130 Ended by Ctrl-C/);
    });
  }

  test("is in the package, at the path that npm expects", () => {
    const manifest = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
    assert.equal(join(packageFolder, manifest.man), page);
    assert.ok(manifest.files.includes("man"));
  });
});
