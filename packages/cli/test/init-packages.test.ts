// The packages of a new project come from the clone that the command runs in, or else from npm.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, realpathSync } from "node:fs";
import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, type TestContext, test } from "node:test";
import { doorcode, packageFolder, scratch } from "./cli-process.ts";

const clone = dirname(dirname(packageFolder));
const own = JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8")) as { version: string };
const posix = { skip: process.platform === "win32" };

/** Without the variables that npm sets, because npm may run the tests. */
function plain(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(DOORCODE|NODE|NPM|XDG)_/i.test(name));
  return { ...Object.fromEntries(inherited), ...more };
}

async function run(command: string, args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { exit: exit as number | null, stdout, stderr };
}

describe("doorcode init in a clone of the repository", () => {
  test("links the clone's packages: the project installs offline, and its own test signs in", posix, async (t) => {
    const cwd = await scratch(t);
    const made = await doorcode(["init", "my-printer", "--js"], { cwd }).ended;
    assert.equal(made.exit, 0, made.stderr);
    assert.ok(made.stderr.includes(`It uses the packages of this clone (file: in package.json): ${clone}\n`));
    const folder = join(cwd, "my-printer");
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    assert.equal(dependencies["@doorcode/client"], `file:${join(clone, "packages/client")}`);
    assert.equal(devDependencies.doorcode, `file:${packageFolder.replace(/\/$/, "")}`);
    const env = plain({ npm_config_cache: join(cwd, "cache"), npm_config_offline: "true", HOME: cwd });
    const installed = await run("npm", ["install"], { cwd: folder, env });
    assert.equal(installed.exit, 0, installed.stderr);
    const tested = await run("npm", ["test"], { cwd: folder, env });
    assert.equal(tested.exit, 0, tested.stdout + tested.stderr);
    // Node.js 20 writes TAP if stdout is not a terminal.
    assert.match(tested.stdout, /^(?:ℹ|#) pass 2$/m);
  });
});

describe("doorcode init elsewhere", posix, () => {
  /** The command as npm installs it, and a registry with or without this version of the packages. */
  async function installedFromNpm(t: TestContext, versions: string[] | undefined) {
    const folder = realpathSync(await scratch(t));
    const at = join(folder, "node_modules/doorcode");
    for (const part of ["bin", "dist", "templates", "package.json"]) {
      await cp(join(packageFolder, part), join(at, part), { recursive: true });
    }
    await symlink(join(clone, "node_modules"), join(at, "node_modules"));
    const asked: string[] = [];
    const registry = createServer((request, response) => {
      asked.push(decodeURIComponent(request.url ?? ""));
      const packument = {
        name: "@doorcode/client",
        "dist-tags": { latest: versions?.at(-1) },
        versions: Object.fromEntries(
          (versions ?? []).map((version) => [version, { name: "@doorcode/client", version }]),
        ),
      };
      response.writeHead(versions ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(versions ? packument : { error: "Not found" }));
    }).listen(0, "127.0.0.1");
    await once(registry, "listening");
    t.after(() => registry.close());
    const { port } = registry.address() as AddressInfo;
    const project = join(folder, "my-printer");
    await mkdir(join(folder, "home"));
    const npm = { npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_cache: join(folder, "cache") };
    const init = (env: NodeJS.ProcessEnv = {}) =>
      run(process.execPath, [join(at, "bin/doorcode.cjs"), "init", project], {
        cwd: folder,
        env: plain({ HOME: join(folder, "home"), ...npm, ...env }),
      });
    return { init, project, asked, close: () => registry.close() };
  }

  test("is refused before anything is written when npm does not have the packages", async (t) => {
    for (const versions of [undefined, ["99.0.0"]]) {
      const { init, project, asked } = await installedFromNpm(t, versions);
      const { exit, stderr } = await init();
      assert.equal(exit, 1, stderr);
      assert.match(
        stderr,
        /^doorcode: npm does not have @doorcode\/client@\S+, which the new project needs: this version is not/,
      );
      assert.match(stderr, /Nothing was written\. In a clone[\s\S]*\(packages_unavailable\)/);
      assert.equal(existsSync(project), false);
      assert.deepEqual(asked, ["/@doorcode/client"]);
    }
  });

  test("uses exactly this version of the packages when npm has it", async (t) => {
    const { init, project } = await installedFromNpm(t, [own.version, "99.0.0"]);
    const { exit, stderr } = await init();
    assert.equal(exit, 0, stderr);
    assert.doesNotMatch(stderr, /npm could not confirm|clone/);
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(project, "package.json"), "utf8"));
    assert.equal(dependencies["@doorcode/client"], own.version);
    assert.equal(devDependencies.doorcode, own.version);
  });

  test("still writes the project when npm cannot be asked, with a note", async (t) => {
    const { init, project, close } = await installedFromNpm(t, undefined);
    close();
    const { exit, stderr } = await init();
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /\nnpm could not confirm that it has the packages of this version \(ECONNREFUSED\)\.\n/);
    assert.ok(existsSync(join(project, "package.json")));
  });
});
