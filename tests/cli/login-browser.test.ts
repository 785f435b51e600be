import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { doorcode } from "../../packages/cli/test/cli-process.ts";
import { headingOf } from "../../packages/client/test/fixtures/visit.ts";
import { agree, browse, decline, password, signUpAndAgree, startBrowserEnv } from "../client/browser-test-env.ts";
import type { Person } from "../fixtures/person.ts";

/** The published command, against a tenant; opens no window on this machine. */
async function testEnv(t: TestContext) {
  const made = await startBrowserEnv({ clock: "moving" });
  t.after(() => made[Symbol.asyncDispose]());
  const folder = await mkdtemp(join(tmpdir(), "doorcode-cli-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { tenant, app, scope } = made;
  const env = {
    ...{ DOORCODE_STORE_DIR: join(folder, "store"), DOORCODE_CA_FILE: tenant.caFile, HOME: folder },
    ...{ DISPLAY: "", WAYLAND_DISPLAY: "", SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" },
  };
  const start = (...args: string[]) => doorcode(args, { env });
  const target = ["--authority", tenant.authority, "--client-id", app.clientId, "--scope", scope];
  const login = async (person: Person, act: (person: Person) => Promise<unknown>, ...more: string[]) => {
    const { child, ended } = start("login", "--browser", ...target, "--json", ...more);
    t.after(() => child.kill("SIGKILL"));
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.once("data", (line: string) => resolve(JSON.parse(line).url));
      ended.then(({ stderr }) => reject(new Error(stderr)), reject);
    });
    const page = await browse(person, url, act);
    return { ...(await ended), url, heading: headingOf(page) };
  };
  return { ...made, start, login };
}

describe("doorcode login --browser with a tenant", { concurrency: true }, () => {
  test("signs in, gets tokens without a user, and revokes everything at the end", async (t) => {
    const { start, login, person, tenant } = await testEnv(t);
    const ada = person();
    const signedIn = await login(ada, signUpAndAgree("ada@example.com"));
    assert.equal(signedIn.exit, 0, signedIn.stderr);
    assert.equal(signedIn.heading, "You are signed in");
    assert.ok(signedIn.url.startsWith(`${tenant.pages}/`), `a browser knows no certificate of ${signedIn.url}`);
    assert.equal((await start("token").ended).stdout.split(".").length, 3);
    const renewed = await start("token", "--min-ttl", "2h").ended;
    assert.equal(renewed.exit, 0, renewed.stderr);
    const out = await start("logout", "--everywhere", "--json").ended;
    assert.equal(JSON.parse(out.stdout).revoked, "yes");
    assert.equal((await start("token").ended).exit, 3);
    const again = await login(ada, agree, "--expect-account", "ada@example.com");
    assert.equal(again.exit, 0, again.stderr);
  });

  test("exits 4 when the user declines, and keeps nothing", async (t) => {
    const { start, login, person } = await testEnv(t);
    const { exit, stdout } = await login(person(), async (eve) => {
      await eve.signUp("eve@example.com", password, "Eve");
      await decline(eve);
    });
    assert.equal(exit, 4, stdout);
    assert.equal(JSON.parse(stdout.trimEnd().split("\n").at(-1)!).code, "denied");
    assert.equal((await start("status").ended).exit, 3);
  });
});
