import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { before, describe, test } from "node:test";
import { doorcode, environmentOf, event, type Person, pathWith } from "./installed-command.ts";
import { newest, oldest, type Packed } from "./packed.ts";
import { installNode, makeProject, manifestOf } from "./project.ts";
import { runCommand } from "./run-command.ts";

export function describeCommands({ scratch, tarballs, project }: Packed): void {
  describe("the installed command", { skip: process.platform === "win32" }, () => {
    const person: Person = { project, home: join(scratch, "person") };
    let paths: { oldest: string; newest: string };

    before(async () => {
      await mkdir(person.home);
      paths = { oldest: await pathWith(oldest, scratch), newest: await pathWith(newest, scratch) };
    });

    async function startsTenant(on: Person, path: string) {
      const running = doorcode(on, path, ["tenant", "start", "--json", "--port", "0"]);
      try {
        const ready = await event(running, "ready");
        assert.equal((await fetch(ready.verification_uri!)).status, 200);
      } finally {
        running.child.kill("SIGTERM");
      }
      assert.equal((await running.ended).exit, 143);
    }

    for (const age of ["oldest", "newest"] as const) {
      const { name } = { oldest, newest }[age];
      test(`answers by node_modules/.bin on ${name}`, async () => {
        const { exit, stdout, stderr } = await doorcode(person, paths[age], ["--help"]).ended;
        assert.deepEqual({ exit, stderr }, { exit: 0, stderr: "" });
        assert.match(stdout, /Usage:\n {2}doorcode COMMAND [\s\S]* login /);
      });

      test(`answers by npx on ${name}`, async () => {
        const PATH = `${paths[age]}${delimiter}${process.env.PATH}`;
        const npm = { npm_config_cache: join(scratch, "npm-cache"), npm_config_offline: "true" };
        const env = environmentOf(person, { PATH, ...npm });
        const { exit, stdout } = await runCommand("npx", ["doorcode", "--version"], { cwd: project, env });
        assert.deepEqual({ exit, stdout }, { exit: 0, stdout: `${(await manifestOf(project, "doorcode")).version}\n` });
      });
    }

    test(`starts a tenant on ${newest.name}`, () => startsTenant(person, paths.newest));

    test(`starts a tenant on ${oldest.name} with the newer Node.js that is installed as a package`, async () => {
      const on = await makeProject(join(scratch, "with-runtime"), tarballs);
      const runtime = `node-${process.platform}-${process.arch}`;
      await installNode(on, runtime, newest.node);
      await startsTenant({ project: on, home: join(scratch, "with-runtime-home") }, paths.oldest);
    });

    test(`says on ${oldest.name} which Node.js a tenant needs when there is no newer one`, async () => {
      const { exit, stdout, stderr } = await doorcode(person, paths.oldest, ["tenant", "start", "--json"]).ended;
      assert.deepEqual({ exit, stdout }, { exit: 1, stdout: "" });
      assert.match(stderr, /needs Node\.js 24 or newer; this is 20\./);
    });
  });
}
