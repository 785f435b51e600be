import assert from "node:assert/strict";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { packagedNode, runtimeOf } from "../src/init/template.ts";
import { doorcode, packageFolder, scratch } from "./cli-process.ts";

const init = (cwd: string, ...args: string[]) => doorcode(["init", ...args], { cwd }).ended;

/** Every file of the folder, by its path with forward slashes. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

const manifestIn = async (folder: string) => JSON.parse(await readFile(join(folder, "package.json"), "utf8"));

const common = [".env.example", ".gitignore", "README.md", "doorcode.tenant.yaml", "package.json"];
const programs = ["dev/api", "dev/start", "dev/tenant", "src/main", "src/settings", "test/sign-in.test"];

describe("doorcode init", () => {
  test("writes a TypeScript project and prints the next steps", async (t) => {
    const cwd = await scratch(t);
    const { exit, stdout, stderr } = await init(cwd, "my-printer");
    assert.deepEqual({ exit, stdout }, { exit: 0, stdout: "" });
    assert.match(stderr, /\n {2}cd my-printer\n {2}npm install && npm start\n/);
    const files = [...common, "tsconfig.json", "tsconfig.build.json", ...programs.map((file) => `${file}.ts`)];
    assert.deepEqual(await filesIn(join(cwd, "my-printer")), files.sort());
    assert.deepEqual(await readdir(cwd), ["my-printer"]);
  });

  test("writes a JavaScript project with --js, without a build step", async (t) => {
    const cwd = await scratch(t);
    assert.equal((await init(cwd, "my-printer", "--js")).exit, 0);
    const files = [...common, ...programs.map((file) => `${file}.js`)];
    assert.deepEqual(await filesIn(join(cwd, "my-printer")), files.sort());
    assert.equal((await manifestIn(join(cwd, "my-printer"))).devDependencies.typescript, undefined);
  });

  test("creates a private package with the folder's name", async (t) => {
    const cwd = await scratch(t);
    assert.equal((await init(cwd, "My Printer (2)")).exit, 0);
    const manifest = await manifestIn(join(cwd, "My Printer (2)"));
    assert.equal(manifest.name, "my-printer-2");
    assert.equal(manifest.private, true);
  });

  test("adds a Node.js for the tenant if this one is too old, and otherwise requires a recent one", async (t) => {
    const cwd = await scratch(t);
    await init(cwd, "my-printer");
    const { optionalDependencies, devEngines } = await manifestIn(join(cwd, "my-printer"));
    assert.equal(optionalDependencies, undefined);
    assert.equal(devEngines.runtime.version, ">=24");
    assert.deepEqual(runtimeOf("v20.19.0"), { optionalDependencies: packagedNode });
    const runtime = dirname(packageFolder);
    const linked = runtimeOf("v20.19.0", { folder: "/clone", runtime });
    assert.deepEqual(linked, { optionalDependencies: { packages: `file:${runtime}` } });
  });

  test("names app, API and user flow after the project, in every file that refers to them", async (t) => {
    const cwd = await scratch(t);
    assert.equal((await init(cwd, "x", "--name", "@acme/label-printer")).exit, 0);
    const folder = join(cwd, "x");
    assert.equal((await manifestIn(folder)).name, "@acme/label-printer");
    const texts = await Promise.all((await filesIn(folder)).map((file) => readFile(join(folder, file), "utf8")));
    assert.ok(!texts.join("").includes("my-device"));
    const tenant = await readFile(join(folder, "doorcode.tenant.yaml"), "utf8");
    assert.match(tenant, /identifierUri: api:\/\/label-printer-api /);
    const settings = await readFile(join(folder, "src/settings.ts"), "utf8");
    assert.match(settings, /"api:\/\/label-printer-api\/Messages\.Read"/);
  });

  test("prints an event for programs with --json", async (t) => {
    const cwd = await scratch(t);
    const { exit, stdout, stderr } = await init(cwd, "my-printer", "--js", "--json");
    assert.deepEqual({ exit, stderr }, { exit: 0, stderr: "" });
    const { folder, files, ...rest } = JSON.parse(stdout);
    assert.deepEqual(rest, {
      v: 1,
      event: "created",
      name: "my-printer",
      language: "javascript",
      next: ["cd my-printer", "npm install && npm start"],
      linked_to: dirname(dirname(packageFolder)),
    });
    assert.match(folder, /my-printer$/);
    assert.deepEqual(files.sort(), await filesIn(join(cwd, "my-printer")));
  });

  test("fills a folder that is empty or contains only a new repository", async (t) => {
    const cwd = await scratch(t);
    await mkdir(join(cwd, "my-printer/.git"), { recursive: true });
    await writeFile(join(cwd, "my-printer/.git/HEAD"), "ref: refs/heads/main\n");
    const { exit, stderr } = await init(join(cwd, "my-printer"), ".");
    assert.equal(exit, 0);
    assert.match(stderr, /run:\n\n {2}npm install && npm start\n/);
    assert.equal(await readFile(join(cwd, "my-printer/.git/HEAD"), "utf8"), "ref: refs/heads/main\n");
    assert.equal((await manifestIn(join(cwd, "my-printer"))).name, "my-printer");
    assert.ok(!(await readdir(join(cwd, "my-printer"))).some((name) => name.startsWith(".doorcode-init")));
  });

  test("creates parent folders, too", async (t) => {
    const cwd = await scratch(t);
    assert.equal((await init(cwd, "devices/printers/first")).exit, 0);
    assert.equal((await manifestIn(join(cwd, "devices/printers/first"))).name, "first");
  });
});

describe("doorcode init refuses", () => {
  test("a folder that is not empty, and lists its content", async (t) => {
    const cwd = await scratch(t);
    for (const name of ["b.txt", ".a", ...Array.from({ length: 10 }, (_, at) => `c${at}`)])
      await writeFile(join(cwd, name), name);
    const { exit, stderr } = await init(cwd, ".");
    assert.equal(exit, 2);
    assert.match(stderr, /is not empty:\n {2}\.a\n {2}b\.txt\n {2}c0\n[\s\S]* and 4 more\nNothing was written/);
    assert.equal((await readdir(cwd)).length, 12);
  });

  test("a file, a dangling link, and a path below a file", async (t) => {
    const cwd = await scratch(t);
    await writeFile(join(cwd, "file"), "mine");
    const { exit, stderr } = await init(cwd, "file");
    assert.equal(exit, 2);
    assert.match(stderr, /file already exists and is not a folder\./);
    const below = await init(cwd, "file/below");
    assert.equal(below.exit, 1);
    assert.match(below.stderr, /a part of the path is a file[\s\S]*\(folder_not_writable\)/);
    if (process.platform !== "win32") {
      await symlink("nowhere", join(cwd, "link"));
      assert.equal((await init(cwd, "link")).exit, 2);
    }
    assert.equal(await readFile(join(cwd, "file"), "utf8"), "mine");
  });

  // Not even root may create a folder there.
  test("a folder that is not writable", { skip: process.platform !== "linux" }, async (t) => {
    const cwd = await scratch(t);
    for (const folder of ["/proc/my-printer", "/proc/devices-of-mine/my-printer"]) {
      const { exit, stderr } = await init(cwd, folder);
      assert.equal(exit, 1);
      assert.match(
        stderr,
        /^doorcode: The folder \/proc\/.* cannot be created: no folders can be created there\.\nNothing was/,
      );
    }
  });

  test("a name that npm or the tenant file would reject", async (t) => {
    const cwd = await scratch(t);
    for (const name of [
      "My Printer",
      "http",
      ".printer",
      "node_modules",
      "a".repeat(215),
      `@acme/${"a".repeat(51)}`,
      "doorcode",
      "@doorcode/client",
      "a/b",
    ]) {
      const { exit, stderr } = await init(cwd, "my-printer", "--name", name);
      assert.equal(exit, 2, name);
      assert.match(stderr, /^doorcode: ".*" cannot be the name of the project: /, name);
    }
    assert.deepEqual(await readdir(cwd), []);
  });

  test("a folder whose name cannot be used, until --name gives one", async (t) => {
    const cwd = await scratch(t);
    const { exit, stderr } = await init(cwd, "プリンタ");
    assert.equal(exit, 2);
    assert.match(stderr, /--name/);
    assert.equal((await init(cwd, "プリンタ", "--name", "printer")).exit, 0);
  });

  test("to guess the folder if there is no terminal for the question", async (t) => {
    const cwd = await scratch(t);
    const { exit, stderr } = await init(cwd);
    assert.equal(exit, 2);
    assert.match(stderr, /doorcode init my-device/);
    assert.deepEqual(await readdir(cwd), []);
  });
});
