// Uses the project that the packed `doorcode init` writes as a newcomer does: install, test, start, sign in.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { environmentOf, event, pathWith } from "./installed-command.ts";
import { newest, oldest, packOnce, type Runtime } from "./packed.ts";
import { installIn } from "./project.ts";
import { type Ended, type Running, runCommand, startCommand } from "./run-command.ts";

interface Ready {
  authority: string;
  ca_file: string;
  apps: { client_id: string }[];
}

const ADA = "ada@example.com";

const { scratch, tarballs, project: installed, ...packed } = await packOnce();
after(() => packed[Symbol.asyncDispose]());

describe("a new project", { concurrency: 2, skip: process.platform === "win32" }, () => {
  before(() => mkdir(join(scratch, "new-home")));

  for (const runtime of [oldest, newest]) {
    for (const language of ["TypeScript", "JavaScript"] as const) {
      test(`in ${language} passes its tests, starts and signs a person in, unchanged, on ${runtime.name}`, async () => {
        const project = await newProject(
          `${language}-${runtime.major}`,
          runtime,
          language === "JavaScript" ? ["--js"] : [],
        );
        const tested = await project.npm("test").ended;
        assert.equal(tested.exit, 0, tested.stdout + tested.stderr);
        assert.match(tested.stdout, /^ℹ pass 2$/m);

        const running = project.npm("start");
        const code = await codeOf(running);
        await project.doorcode("users", "add", ADA);
        await project.doorcode("approve", code, "--as", ADA);
        const { exit, stdout, stderr } = await running.ended;
        assert.equal(exit, 0, stderr);
        assert.match(
          stdout,
          /Hello, ada\nMessages: [\s\S]*Hello from the web API[\s\S]*Renewed silently.*\nSigned out, here and at the tenant\n$/,
        );
      });
    }
  }

  test(`compiles for devices: the output signs in on ${oldest.name}`, async () => {
    const project = await newProject("compiled", newest, []);
    for (const script of ["typecheck", "build"]) {
      const { exit, stdout, stderr } = await project.npm("run", script).ended;
      assert.equal(exit, 0, stdout + stderr);
    }
    const device = (settings: NodeJS.ProcessEnv) => {
      const env = environmentOf({ home: join(scratch, "new-home") }, settings);
      return startCommand(oldest.node, ["dist/main.js"], { cwd: project.folder, env });
    };
    const unset = await device({}).ended;
    assert.equal(unset.exit, 1);
    assert.match(unset.stderr, /AUTHORITY is missing: .* \.env\.example/);

    // Not through its script: npm would not forward the signal.
    const start = ["tenant", "start", "--file", "doorcode.tenant.yaml", "--data", ".doorcode/tenant", "--port", "0"];
    const tenant = project.run("node_modules/.bin/doorcode", ...start, "--json");
    try {
      const { authority, ca_file, apps } = (await event(tenant, "ready")) as unknown as Ready;
      const settings = `AUTHORITY=${authority}\nCLIENT_ID=${apps[0]!.client_id}\nSTORE_DIRECTORY=kept\n`;
      await writeFile(join(project.folder, ".env"), settings);
      const running = device({ DOORCODE_CA_FILE: ca_file });
      await project.doorcode("users", "add", ADA);
      await project.doorcode("approve", await codeOf(running), "--as", ADA);
      const { exit, stdout, stderr } = await running.ended;
      assert.equal(exit, 0, stderr);
      assert.match(stdout, /^Hello, ada\nRenewed silently.*\nSigned out, here and at the tenant\n$/);
    } finally {
      tenant.child.kill("SIGTERM");
      await tenant.ended;
    }
  });

  test("ends its tenant when it ends, however it ends", async () => {
    const project = await newProject("ended", newest, ["--js"]);
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const running = project.run("node", "dev/start.js");
      const inbox = await inboxOf(running);
      // Without the key, which a terminal alone shows.
      assert.equal((await fetch(inbox)).status, 403);
      running.child.kill(signal);
      // The tenant writes to the same stderr, so this waits for the tenant's end as well.
      await running.ended;
      await assert.rejects(fetch(inbox));
    }
  });

  async function newProject(name: string, runtime: Runtime, options: string[]) {
    const PATH = `${await pathWith(runtime, scratch)}${delimiter}${process.env.PATH}`;
    const npm = { npm_config_cache: join(scratch, "npm-cache"), npm_config_offline: "true" };
    const env = environmentOf({ home: join(scratch, "new-home") }, { PATH, ...npm });
    const folder = join(scratch, "new", name.toLowerCase());
    const made = await runCommand(join(installed, "node_modules/.bin/doorcode"), ["init", folder, ...options], {
      env,
    });
    assert.equal(made.exit, 0, made.stderr);
    await installIn(folder, tarballs, newest.node);
    const run = (command: string, ...args: string[]) => startCommand(command, args, { cwd: folder, env });
    return {
      folder,
      run,
      npm: (...args: string[]) => run("npm", ...args),
      /** As in the project's README. */
      async doorcode(...args: string[]): Promise<void> {
        const words = ["tenant", ...args, "--data", ".doorcode/tenant"];
        const { exit, stderr }: Ended = await run("npx", "doorcode", ...words).ended;
        assert.equal(exit, 0, stderr);
      },
    };
  }

  const codeOf = async (running: Running) => (await running.says(/code: (\S+)\n/, "stderr"))[1]!;
  const inboxOf = async (running: Running) => (await running.says(/^ {2}(http:\S+\/inbox)$/m, "stderr"))[1]!;
});
