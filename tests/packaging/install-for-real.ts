// A real `npm install` of the packed packages into an empty folder, with the registry. Not one of the tests, which use
// only this machine: node tools/node24.mjs tests/packaging/install-for-real.ts
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { doorcode, event, pathWith } from "./installed-command.ts";
import { packPackages } from "./pack.ts";
import { newest, oldest } from "./packed.ts";
import { mustRun, plainEnvironment, runCommand } from "./run-command.ts";

const scratch = await mkdtemp(join(tmpdir(), "doorcode-install-"));
try {
  const tarballs = await packPackages(scratch);
  const person = { project: join(scratch, "project"), home: join(scratch, "home") };
  const { project: cwd } = person;
  await Promise.all([cwd, person.home].map((folder) => mkdir(folder)));
  await writeFile(join(cwd, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }));

  const npm = { cwd, env: plainEnvironment(), shell: process.platform === "win32" };
  const installed = await runCommand("npm", ["install", ...Object.values(tarballs), "--no-fund"], npm);
  assert.equal(installed.exit, 0, installed.stderr);
  say("npm install", installed.stdout.trim().split("\n").join(" "));
  for (const warning of installed.stderr.trim().split("\n").filter(Boolean)) say("  it said", warning);
  await mustRun("npm", ["ls", "--all"], npm);
  say("npm ls --all", "nothing missing, nothing invalid");

  const entries = ["@doorcode/client", "@doorcode/client/msal", "@doorcode/client/read-store", "@doorcode/guard"];
  for (const { name, node } of [oldest, newest]) {
    const code = entries.map((entry) => `import "${entry}";`).join("");
    await mustRun(node, ["--input-type=module", "-e", code], npm);
    say(name, `imports ${entries.join(", ")}`);
  }
  for (const runtime of [oldest, newest]) {
    const { exit, stdout } = await doorcode(person, await pathWith(runtime, scratch), ["--version"]).ended;
    assert.equal(exit, 0);
    say(runtime.name, `doorcode --version: ${stdout.trim()}`);
  }

  const tenant = doorcode(person, await pathWith(newest, scratch), ["tenant", "start", "--json", "--port", "0"]);
  const { authority } = await event(tenant, "ready");
  tenant.child.kill("SIGTERM");
  assert.equal((await tenant.ended).exit, 143);
  say(newest.name, `a tenant answered as ${authority}`);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

function say(what: string, how: string): void {
  console.log(`${what.padEnd(14)}${how}`);
}
