import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { describe, test } from "node:test";
import { type PublishedName, published, publishedNames, root } from "./pack.ts";
import type { Packed } from "./packed.ts";
import { installedAt, type Manifest, manifestOf } from "./project.ts";

const common = String.raw`package\.json|README\.md|LICENSE`;
const allowed = new RegExp(
  String.raw`^(?:${common}|tenant\.schema\.json|src\/.+\.c?ts|dist\/.+\.(?:c?js(?:\.map)?|d\.c?ts))$`,
);
/** The command line is bundled, with its libraries. */
const allowedInCommand = new RegExp(
  String.raw`^(?:${common}|bin\/doorcode\.cjs|dist\/[\w-]+\.cjs|dist\/licenses\.txt|man\/doorcode\.1|schema\/(?:server|tenant)\.schema\.json)$`,
);
/** The complete projects that `doorcode init` writes, including their tests. */
const templates = /^templates\/(?:both|ts|js)\//;
const ofTests = /(?:^|\/)(?:test|tests|fixtures)\/|\.test\./;

/** `src/a/b.ts` → what the compiler makes of it. */
function compiled(source: string): string[] {
  const stem = source.replace(/^src\//, "dist/").replace(/\.c?ts$/, "");
  const c = source.endsWith(".cts") ? "c" : "";
  return [`${stem}.${c}js`, `${stem}.${c}js.map`, `${stem}.d.${c}ts`];
}

async function filesOf({ project }: Packed, name: PublishedName): Promise<string[]> {
  const folder = installedAt(project, name);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.slice(folder.length + 1).replaceAll("\\", "/"), entry.name))
    .filter((file) => !file.startsWith("node_modules/"))
    .sort();
}

export function describeContents(packed: Packed): void {
  for (const name of publishedNames) {
    describe(`the tarball of ${name}`, () => {
      const read = (file: string) => readFile(join(installedAt(packed.project, name), file), "utf8");

      test("has compiled files, README and license, and nothing else", async () => {
        const files = await filesOf(packed, name);
        for (const file of files.filter((each) => name !== "doorcode" || !templates.test(each))) {
          assert.match(file, name === "doorcode" ? allowedInCommand : allowed);
          assert.doesNotMatch(file, ofTests);
        }
        assert.equal(await read("LICENSE"), await readFile(join(root, "LICENSE"), "utf8"));
        assert.match(await read("README.md"), new RegExp(`^# ${name}\n`));
        if (name === "doorcode") return;
        const sources = files.filter((file) => file.startsWith("src/"));
        assert.ok(sources.length > 0);
        assert.deepEqual(
          files.filter((file) => file.startsWith("dist/")),
          sources.flatMap(compiled).sort(),
        );
      });

      test("has the source for every source map, and names no folder of the build machine", async () => {
        const files = await filesOf(packed, name);
        for (const file of files) {
          const text = await read(file);
          assert.ok(!text.includes(root) && !text.includes(packed.scratch), file);
          if (!file.endsWith(".map")) continue;
          const { sources } = JSON.parse(text) as { sources: string[] };
          for (const source of sources) assert.ok(files.includes(posix.join(posix.dirname(file), source)), file);
        }
      });

      test("requires only packages from the registry, and runs nothing when it is installed", async () => {
        const manifest = await manifestOf(packed.project, name);
        const { dependencies = {}, scripts } = manifest as Manifest & { scripts?: unknown };
        assert.equal(scripts, undefined);
        for (const [dependency, wanted] of Object.entries(dependencies)) {
          assert.match(wanted, /^\d+\.\d+\.\d+$/, dependency);
          if (!(dependency in published)) continue;
          assert.equal(wanted, (await manifestOf(packed.project, dependency as PublishedName)).version, dependency);
        }
      });
    });
  }

  test("the command has the license of every library in it", async () => {
    const folder = installedAt(packed.project, "doorcode");
    const licenses = await readFile(join(folder, "dist/licenses.txt"), "utf8");
    const entries = licenses.split(/\n-{80}\n/).map((entry) => entry.trim());
    for (const entry of entries) assert.match(entry, /^(?:.*\n\n)?@?[\w./-]+ \d[\d.]+, \S.*\n\n\S/);
    for (const library of ["@azure/msal-node", "jose", "oauth4webapi", "uqr", "yaml", "zod"]) {
      assert.match(licenses, new RegExp(`^${library} \\d[\\d.]+, \\w+\n\n\\S`, "m"));
    }
  });

  test("the command is executable after unpacking", { skip: process.platform === "win32" }, async () => {
    const { bin = {} } = await manifestOf(packed.project, "doorcode");
    const file = join(installedAt(packed.project, "doorcode"), bin.doorcode!);
    assert.equal((await stat(file)).mode & 0o111, 0o111);
    assert.match(await readFile(file, "utf8"), /^#!\/usr\/bin\/env node\n/);
  });
}
