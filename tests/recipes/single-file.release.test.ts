// The command line as one file, on a device that has nothing else: no Node.js, no PATH, a read-only folder, an empty home.
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { packaged } from "../../tools/from-npm.mjs";
import { buildSingleFile } from "../../tools/single-file.mjs";
import { addUser, approve, deny } from "../fixtures/approval.ts";
import { freePort } from "../fixtures/free-port.ts";
import { root } from "../packaging/pack.ts";
import { type Ended, type Running, startCommand } from "../packaging/run-command.ts";
import { filesOf, type Recipe, recipe } from "./recipe.ts";

const isBuilt = process.platform === "linux" && packaged("node-24") !== undefined;

describe("the single file", { concurrency: false, skip: !isBuilt && "built and run on Linux with glibc" }, () => {
  let scratch: string;
  let tenant: TestTenant;
  let api: Recipe;
  let ada: Awaited<ReturnType<typeof addUser>>;
  /** The folder of the file, which is read-only; also the working directory. */
  let bin: string;
  let settings: Record<string, string>;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "doorcode-single-file-"));
    bin = join(scratch, "bin");
    const file = await buildSingleFile({ out: join(bin, "doorcode") });
    console.log(`the single file has ${Math.round((await stat(file)).size / 1e6)} MB`);
    tenant = await startTestTenant({ clock: "moving" });
    ada = await addUser(tenant, "ada@contoso.example");
    api = await recipe("express");
    const { clientId } = tenant.apis[0]!;
    const PORT = String(await freePort());
    const env = { ISSUER: tenant.issuer, API_ID: clientId, PORT, NODE_EXTRA_CA_CERTS: tenant.caFile };
    await api.node(["api.mjs"], env).says(/Listening on/);
    settings = {
      AUTHORITY: tenant.authority,
      CLIENT_ID: tenant.apps[0]!.clientId,
      API_URL: `http://127.0.0.1:${PORT}/todos`,
      SCOPE: `api://${clientId}/ToDoList.Read`,
    };
    await writeFile(join(bin, "device.sh"), (await filesOf("single-file")).get("device.sh")!, { mode: 0o555 });
    await chmod(bin, 0o555);
  });
  after(async () => {
    await api?.[Symbol.asyncDispose]();
    await tenant?.close();
    await chmod(bin, 0o755).catch(() => undefined);
    await rm(scratch, { recursive: true, force: true });
  });

  /** A device of its own, with an empty home. */
  async function device(name: string) {
    const home = join(scratch, name);
    await mkdir(home, { mode: 0o700 });
    const env = { HOME: home, PATH: "", DOORCODE_CA_FILE: tenant.caFile };
    const start = (...args: string[]): Running => startCommand(join(bin, "doorcode"), args, { cwd: bin, env });
    const run = (...args: string[]): Promise<Ended> => start(...args).ended;
    return { home, env, start, run };
  }

  const login = () => {
    const { AUTHORITY, CLIENT_ID, SCOPE } = settings as Record<"AUTHORITY" | "CLIENT_ID" | "SCOPE", string>;
    return ["login", "--authority", AUTHORITY, "--client-id", CLIENT_ID, "--scope", SCOPE];
  };

  async function codeOf(running: Running): Promise<string> {
    const [line] = await running.says(/^\{"v":1,"event":"code".*\}$/m);
    return JSON.parse(line).user_code.replace("-", "");
  }

  test("signs in at a tenant, prints token and status, renews, and signs out", async () => {
    const { home, start, run } = await device("signs-in");
    const waiting = start(...login(), "--json");
    await approve(tenant, await codeOf(waiting), ada);
    const signedIn = await waiting.ended;
    assert.equal(signedIn.exit, 0, signedIn.stderr);
    assert.match(signedIn.stdout, /"event":"signed_in".*ada@contoso\.example/);

    const token = await run("token");
    assert.match(token.stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/, token.stderr);
    assert.match((await run("status")).stdout, /^Signed in as Ada \(ada@contoso\.example\)\n/);
    const renewed = await run("token", "--min-ttl", "24h", "--json");
    assert.equal(renewed.exit, 0, renewed.stderr);
    assert.notEqual(JSON.parse(renewed.stdout).access_token, token.stdout.trim());
    const out = await run("logout", "--everywhere");
    assert.equal(out.exit, 0, out.stderr);
    assert.equal((await run("token")).exit, 3);
    assert.deepEqual((await readdir(bin)).sort(), ["device.sh", "doorcode", "doorcode.licenses.txt"]);
    assert.deepEqual(await readdir(home), [".local"]);
  });

  test("comes with the licenses of what is in it", async () => {
    const licenses = await readFile(join(bin, "doorcode.licenses.txt"), "utf8");
    assert.match(licenses, /Copyright Node\.js contributors/);
    assert.match(licenses, /^@azure\/msal-node \d/m);
  });

  test("ends like the installed command when the user declines", async () => {
    const { start } = await device("declines");
    const waiting = start(...login(), "--json");
    await deny(tenant, await codeOf(waiting), ada);
    const { exit, stderr } = await waiting.ended;
    assert.equal(exit, 4, stderr);
  });

  test("completes commands, shows help and its version", async () => {
    const { run } = await device("completes");
    for (const shell of ["bash", "zsh", "fish"]) assert.match((await run("completion", shell)).stdout, /doorcode/);
    assert.match((await run("help", "login")).stdout, /--expect-account/);
    const { version } = JSON.parse(await readFile(join(root, "packages/cli/package.json"), "utf8"));
    assert.equal((await run("--version")).stdout, `${version}\n`);
  });

  test("reads and checks a tenant file", async () => {
    const { home, run } = await device("prepares");
    const file = join(home, "doorcode.tenant.yaml");
    await writeFile(file, "apps: { twin: { permisions: [] } }\n");
    const { exit, stderr } = await run("prepare", "--file", file, "--to", tenant.authority, "--plan");
    assert.equal(exit, 2);
    assert.match(stderr, /Did you mean permissions\?/);
  });

  test("says what it has not: the tenant's commands and projects", async () => {
    const { run } = await device("has-not");
    for (const [args, packages] of [
      [["tenant", "start"], /npm install --global doorcode@\S+ @doorcode\/tenant@\S+\n/],
      [["init", "my-device"], /npm install --global doorcode@\S+\n/],
    ] as const) {
      const { exit, stdout, stderr } = await run(...args);
      assert.deepEqual({ exit, stdout }, { exit: 1, stdout: "" });
      assert.match(stderr, /is not part of this single file\.\n/);
      assert.match(stderr, packages);
    }
    assert.equal((await run("tenant", "start", "--help")).exit, 0);
  });

  test("the script of the recipe signs in once, and calls the API again without asking", async () => {
    const { env } = await device("script");
    const runScript = () =>
      startCommand("/bin/sh", ["device.sh"], { cwd: bin, env: { ...env, ...settings, PATH: bin } });
    const first = runScript();
    const [, code] = await first.says(/code: ([A-Z]{4}-[A-Z]{4})$/m, "stderr");
    await approve(tenant, code!.replace("-", ""), ada);
    const signedIn = await first.ended;
    assert.equal(signedIn.exit, 0, signedIn.stderr);
    assert.match(signedIn.stdout, /^\[\]/);
    const second = await runScript().ended;
    assert.deepEqual({ exit: second.exit, stderr: second.stderr }, { exit: 0, stderr: "" });
    assert.equal(second.stdout, signedIn.stdout);
  });
});
