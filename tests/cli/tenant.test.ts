import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { doorcode } from "../../packages/cli/test/cli-process.ts";
import { startTenantForClients } from "../foreign-clients/tenant-for-clients.ts";

/** The published command, against a tenant, with MSAL as engine. */
async function testEnv(t: TestContext) {
  const made = await startTenantForClients();
  t.after(() => made[Symbol.asyncDispose]());
  const folder = await mkdtemp(join(tmpdir(), "doorcode-cli-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const env = { DOORCODE_STORE_DIR: join(folder, "store"), DOORCODE_CA_FILE: made.tenant.caFile };
  const start = (...args: string[]) => doorcode(args, { env });
  const login = async (decide: "approve" | "deny", ...more: string[]) => {
    const { authority } = made.tenant;
    const target = ["--authority", authority, "--client-id", made.clientId, "--scope", made.scopes.read];
    const { child, ended } = start("login", ...target, "--json", ...more);
    t.after(() => child.kill("SIGKILL"));
    const [line] = await once(child.stdout!, "data");
    await made.ada[decide](JSON.parse(line).user_code);
    made.tenant.clock.advance(5_000);
    return await ended;
  };
  return { ...made, start, login };
}

describe("doorcode with a tenant", { concurrency: true }, () => {
  test("signs in, prints the token, renews it, and revokes it everywhere", async (t) => {
    const { start, login } = await testEnv(t);
    const signedIn = await login("approve", "--expect-account", "ada@example.com");
    assert.equal(signedIn.exit, 0, signedIn.stderr);
    const first = await start("token").ended;
    assert.match(first.stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const renewed = await start("token", "--min-ttl", "2h").ended;
    assert.equal(renewed.exit, 0, renewed.stderr);
    assert.notEqual(renewed.stdout, first.stdout);
    const out = await start("logout", "--everywhere", "--json").ended;
    assert.equal(JSON.parse(out.stdout).revoked, "yes");
    assert.equal((await start("token").ended).exit, 3);
  });

  test("exits 4 when the user declines, and keeps nothing", async (t) => {
    const { start, login } = await testEnv(t);
    const { exit, stdout } = await login("deny");
    assert.equal(exit, 4, stdout);
    assert.equal(JSON.parse(stdout.trimEnd().split("\n").at(-1)!).code, "denied");
    assert.equal((await start("status").ended).exit, 3);
  });

  test("rejects any account but the expected one before anything is stored", async (t) => {
    const { start, login } = await testEnv(t);
    const { exit, stderr } = await login("approve", "--expect-account", "eve@example.com");
    assert.equal(exit, 4, stderr);
    assert.equal((await start("accounts", "--json").ended).stdout, "");
  });
});
