// What `npm install doorcode` brings, and what the tenant's commands say where the tenant is not installed.
import assert from "node:assert/strict";
import { cp, lstat, mkdir, readdir, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { environmentOf, pathWith } from "./installed-command.ts";
import { newest, type Packed } from "./packed.ts";
import { manifestOf } from "./project.ts";
import { mustRun, runCommand } from "./run-command.ts";

const LIMIT = 15_000_000;

/** Names of the packages below node_modules, and their bytes. */
async function treeOf(folder: string): Promise<{ packages: string[]; bytes: number }> {
  const modules = join(folder, "node_modules");
  const entries = await readdir(modules, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => (await lstat(file)).size));
  const names = files.flatMap((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(file)?.[1] ?? []);
  return { packages: [...new Set(names)], bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

export function describeTree({ scratch, tarballs, project }: Packed): void {
  describe("npm install doorcode", { concurrency: 2, skip: process.platform === "win32" }, () => {
    const home = join(scratch, "tree-home");
    const npm = { npm_config_cache: join(scratch, "npm-cache"), npm_config_offline: "true" };
    const env = environmentOf({ home }, npm);
    let version: string;
    /** Only the Node.js that the tenant needs. */
    let PATH: string;

    before(async () => {
      await mkdir(home);
      ({ version } = await manifestOf(project, "doorcode"));
      PATH = await pathWith(newest, scratch);
    });

    /** By npm, from the tarball, without a registry. */
    async function installed(name: string, manifest: object, ...options: string[]): Promise<string> {
      const folder = join(await realpath(scratch), name);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
      const args = ["install", tarballs.doorcode, "--no-audit", "--no-fund", ...options];
      await mustRun("npm", args, { cwd: folder, env });
      return folder;
    }

    const run = (command: string, args: string[], cwd = scratch) => runCommand(command, args, { cwd, env });

    test("installs one package of less than 15 MB, and nothing of the tenant", async () => {
      const folder = await installed("tree", { private: true });
      const { packages, bytes } = await treeOf(folder);
      assert.deepEqual(packages, ["doorcode"]);
      assert.ok(bytes < LIMIT, `${bytes} bytes`);
    });

    test("in a project: a tenant command says what to add, and runs once it is there", async () => {
      const folder = await installed("as-dependency", { private: true }, "--save-dev");
      const command = join(folder, "node_modules/.bin/doorcode");
      const { exit, stdout, stderr } = await run(command, ["tenant", "users", "--data", "none"], folder);
      assert.deepEqual({ exit, stdout }, { exit: 1, stdout: "" });
      assert.equal(
        stderr,
        "doorcode: doorcode tenant users needs the package @doorcode/tenant, which is not installed.\n" +
          `Add it: npm install --save-dev @doorcode/tenant@${version}\n(tenant_missing)\n`,
      );
      const elsewhere = await run(command, ["tenant", "users", "--json"]);
      assert.match(elsewhere.stderr, new RegExp(`\nAdd it, in ${folder}: npm install --save-dev @doorcode/tenant@`));
      assert.equal(JSON.parse(elsewhere.stdout).code, "tenant_missing");
      assert.equal((await run(command, ["tenant", "users", "--help"])).exit, 0);

      const from = join(project, "node_modules/@doorcode/tenant");
      await cp(from, join(folder, "node_modules/@doorcode/tenant"), { recursive: true });
      const users = ["tenant", "users", "--data", "none"];
      const found = await runCommand(command, users, { cwd: folder, env: { ...env, PATH } });
      assert.match(found.stderr, /\(store_missing\)\n$/);
    });

    test("globally: a tenant command says so", async () => {
      const prefix = join(scratch, "global");
      await mustRun("npm", ["install", "--global", "--prefix", prefix, tarballs.doorcode], { cwd: scratch, env });
      const { exit, stderr } = await run(join(prefix, "bin/doorcode"), ["tenant", "start"]);
      assert.equal(exit, 1);
      assert.match(stderr, new RegExp(`\nAdd it: npm install --global @doorcode/tenant@${version}\n`));
    });

    test("through npx: a tenant command names both packages", async () => {
      const npx = ["exec", "--yes", "--package", tarballs.doorcode, "--", "doorcode", "tenant", "start"];
      const { exit, stderr } = await run("npm", npx);
      assert.equal(exit, 1);
      const both = `npx --package doorcode@${version} --package @doorcode/tenant@${version} doorcode tenant start`;
      assert.ok(stderr.includes(`\nRun both packages: ${both}\n`), stderr);
    });
  });
}
