// External names that contain escape sequences: every command shows them, and no terminal interprets them.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { doorcode, scratch } from "../../packages/cli/test/cli-process.ts";
import { testEnv } from "../../packages/cli/test/signed-in.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { sampleApp, sampleUser } from "../../packages/tenant/test/storage/samples.ts";

// Sets a title, clears the screen, adds a line, sets a color with a C1 sequence, and reverses the text direction.
const evil = "evil\u001b]0;owned\u0007\u001b[2J\r\nforged\u009b31m\u202e";
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be printed.
const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

function isHarmless({ stdout, stderr }: { stdout: string; stderr: string }, shows = /evil/): void {
  assert.doesNotMatch(stdout + stderr, obeyed);
  assert.doesNotMatch(stdout + stderr, /^forged/m);
  assert.match(stdout + stderr, shows);
}

describe("names with escape sequences", { skip: process.platform === "win32" }, () => {
  test("of users and apps of a tenant", async (t) => {
    const data = join(await scratch(t), "tenant");
    await using tenant = await startTestTenant({ dataDir: data });
    const put = seed(tenant.context.store);
    const app = sampleApp({ name: evil });
    await put.putApp(app);
    await put.insertUser(sampleUser({ email: "eve@contoso.example", displayName: evil, administrator: true }));
    const run = (...args: string[]) => doorcode(["tenant", ...args, "--data", data]).ended;
    for (const command of ["users", "apps"]) {
      isHarmless(await run(command));
      const { stdout } = await run(command, "--json");
      isHarmless({ stdout, stderr: "" });
      const names = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).name);
      assert.ok(names.includes(evil), "the event has the name as it is");
    }
    isHarmless(await run("recover-administrator", "eve@contoso.example"));
    isHarmless(await run("apps", "add-secret", app.clientId));
    isHarmless(await run("apps", "allow-administration", app.clientId));
    isHarmless(await run("apps", "remove-certificates", app.clientId));
  });

  test("of a tenant that a file is applied to, or that is exported to a file", async (t) => {
    const folder = await scratch(t);
    const data = join(folder, "tenant");
    await using tenant = await startTestTenant({ dataDir: data });
    await seed(tenant.context.store).putApp(sampleApp({ name: evil }));
    await writeFile(join(folder, "doorcode.tenant.yaml"), `apps: { ${JSON.stringify(evil)}: {} }\n`);
    const { stdout: token } = await doorcode(["tenant", "token", "--data", data]).ended;
    const prepare = async (...args: string[]) => {
      const env = { HOME: folder, DOORCODE_CA_FILE: tenant.caFile };
      const { child, ended } = doorcode(["prepare", "--token-stdin", "--ca-file", tenant.caFile, ...args], {
        ...{ cwd: folder, env, stdin: "pipe" },
      });
      child.stdin!.end(token);
      return ended;
    };
    isHarmless(await prepare("--to", tenant.authority, "--plan"));
    isHarmless(await prepare("--from", tenant.authority));
    isHarmless(await doorcode(["tenant", "export", "--data", data]).ended);
  });

  test("of accounts, as an issuer names them", async (t) => {
    const { run, login, issuer } = await testEnv(t);
    issuer.person = { sub: "eve-1", email: "eve@contoso.example", name: evil };
    isHarmless(await login());
    for (const command of ["accounts", "status", "logout"]) {
      if (command !== "logout") isHarmless(await run([command, "--json"]));
      isHarmless(await run([command]));
    }
    issuer.polls = [{ status: 400, json: { error: "invalid_client", error_description: evil } }];
    isHarmless(await login("--verbose"));
    isHarmless(await login("--json"));
  });
});
