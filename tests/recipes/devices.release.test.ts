// The programs of docs/recipes that sign a user in: the device as a service and in a container, and the tool for agents.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addUser, approve, deny } from "../fixtures/approval.ts";
import { freePort } from "../fixtures/free-port.ts";
import { packOnce } from "../packaging/packed.ts";
import { makeProject } from "../packaging/project.ts";
import { type Running, startCommand } from "../packaging/run-command.ts";
import { type Recipe, recipe } from "./recipe.ts";

describe("the programs of the recipes", { concurrency: false, skip: process.platform === "win32" }, () => {
  let tenant: TestTenant;
  let api: Recipe;
  let env: Record<string, string>;
  let ada: Awaited<ReturnType<typeof addUser>>;

  before(async () => {
    tenant = await startTestTenant({ clock: "moving" });
    ada = await addUser(tenant, "ada@contoso.example");
    api = await recipe("express");
    const { clientId } = tenant.apis[0]!;
    const PORT = String(await freePort());
    const settings = { ISSUER: tenant.issuer, API_ID: clientId, PORT, NODE_EXTRA_CA_CERTS: tenant.caFile };
    await api.node(["api.mjs"], settings).says(/Listening on/);
    env = {
      AUTHORITY: tenant.authority,
      CLIENT_ID: tenant.apps[0]!.clientId,
      API_URL: `http://127.0.0.1:${PORT}/todos`,
      SCOPE: `api://${clientId}/ToDoList.Read`,
      DOORCODE_CA_FILE: tenant.caFile,
    };
  });
  after(async () => {
    await api?.[Symbol.asyncDispose]();
    await tenant?.close();
  });

  const codeOf = async (device: Running) =>
    (await device.says(/code: ([A-Z]{4}-[A-Z]{4})$/m, "stderr"))[1]!.replace("-", "");

  /** Signs in, calls the API, ends at SIGTERM; the next start is signed in already. */
  async function keepsItsSignIn(start: () => Running): Promise<void> {
    const first = start();
    await approve(tenant, await codeOf(first), ada);
    await first.says(/^Signed in as ada@contoso\.example\n200 \[\]$/m);
    await endsAtOnce(first);
    const second = start();
    await second.says(/^200 \[\]$/m);
    const { stderr } = await endsAtOnce(second);
    assert.equal(stderr, "");
  }

  async function endsAtOnce({ child, ended }: Running) {
    child.kill("SIGTERM");
    const how = await ended;
    assert.equal(how.exit, 0, how.stderr);
    return how;
  }

  const analyze = "/usr/bin/systemd-analyze";
  test("systemd: systemd accepts the unit", { skip: !existsSync(analyze) }, async () => {
    await using device = await recipe("systemd");
    const unit = device.files.get("todo-device.service")!;
    // This machine's Node.js instead of the service's: systemd checks that the program exists.
    const here = unit.replace("/usr/bin/node /opt/todo-device/device.mjs", `${process.execPath} device.mjs`);
    assert.notEqual(here, unit);
    const file = join(device.folder, "todo-device.service");
    await writeFile(file, here);
    const { stderr } = await promisify(execFile)(analyze, ["verify", "--man=no", file]);
    assert.doesNotMatch(stderr, /todo-device/);
    await writeFile(file, here.replace("LoadCredential", "LoadCredentials"));
    const { stderr: wrong } = await promisify(execFile)(analyze, ["verify", "--man=no", file]);
    assert.match(wrong, /LoadCredentials/);
  });

  test("systemd: the device keeps its sign-in across a restart, and its key outside the store", async () => {
    await using device = await recipe("systemd");
    const credentials = join(device.folder, "credentials");
    const state = join(device.folder, "todo-device");
    await mkdir(credentials, { mode: 0o700 });
    await mkdir(state, { mode: 0o700 });
    await writeFile(join(credentials, "doorcode-key"), randomBytes(32), { mode: 0o400 });
    const [, folder] = /^Environment=DOORCODE_STORE_DIR=%S\/(.+)$/m.exec(device.files.get("todo-device.service")!)!;
    const asSystemd = { ...env, CREDENTIALS_DIRECTORY: credentials, DOORCODE_STORE_DIR: join(device.folder, folder!) };
    await keepsItsSignIn(() => device.node(["device.mjs"], asSystemd));
    const stored = await readdir(state);
    assert.ok(stored.some((name) => name.endsWith(".enc")) && !stored.includes("key"), String(stored));
  });

  test("systemd: stopped while it waits for its user, the device ends at once", async () => {
    await using device = await recipe("systemd");
    const waiting = device.node(["device.mjs"], { ...env, DOORCODE_STORE_DIR: join(device.folder, "store") });
    await codeOf(waiting);
    await endsAtOnce(waiting);
  });

  test("container: the stages of the Dockerfile, run manually, keep their sign-in in the volume", async () => {
    await using page = await recipe("systemd", "container");
    await using packed = await packOnce();
    const stages = page.files
      .get("Dockerfile")!
      .split(/^FROM /m)
      .slice(1);
    assert.equal(stages.length, 2);
    // First stage: `npm ci` installs the client and its dependencies.
    const app = await makeProject(join(page.folder, "app"), packed.tarballs, ["@doorcode/client"]);
    // Second stage: the other files that it copies.
    const copies = [...stages[1]!.matchAll(/^COPY (?!--from)(.+) \.\/$/gm)].flatMap(([, names]) => names!.split(" "));
    assert.deepEqual(copies, ["package.json", "device.mjs"]);
    await copyFile(join(page.folder, "device.mjs"), join(app, "device.mjs"));
    const data = join(page.folder, "data");
    await mkdir(data, { mode: 0o700 });
    const variables = [...stages[1]!.matchAll(/(\w+)=(\S+)/g)].filter(([, name]) => /^[A-Z_]+$/.test(name!));
    const image = Object.fromEntries(variables.map(([, name, value]) => [name, value!.replace("/data", data)]));
    assert.equal(image.DOORCODE_STORE_DIR, join(data, "store"));
    const [command, ...args] = JSON.parse(/^CMD (\[.+\])$/m.exec(stages[1]!)![1]!) as string[];
    assert.equal(command, "node");
    await keepsItsSignIn(() =>
      startCommand(process.execPath, args, { cwd: app, env: { ...image, ...env, HOME: "/" } }),
    );
    assert.equal((await stat(join(data, "store"))).mode & 0o777, 0o700);
  });

  test("an agent's tool asks for a sign-in, passes the code on, and never shows a token", async () => {
    await using tool = await recipe("agent-cli");
    const settings = { ...env, DOORCODE_STORE_DIR: join(tool.folder, "store") };
    const todo = (command: string) => tool.node(["todo.mjs", command], settings);
    const said: string[] = [];
    const run = async (command: string) => {
      const { exit, stdout } = await todo(command).ended;
      said.push(stdout);
      return { exit, answer: JSON.parse(stdout) };
    };

    const needed = await run("list");
    assert.equal(needed.exit, 3);
    assert.equal(needed.answer.error, "sign_in_needed");
    const declined = todo("login");
    await deny(tenant, await userCode(declined), ada);
    assert.equal((await declined.ended).exit, 4);
    const login = todo("login");
    await approve(tenant, await userCode(login), ada);
    const { exit, stdout } = await login.ended;
    said.push(stdout);
    assert.equal(exit, 0);
    assert.match(stdout, /"event":"signed_in"/);
    assert.deepEqual(await run("list"), { exit: 0, answer: { status: 200, todos: [] } });
    assert.deepEqual(await run("logout"), { exit: 0, answer: { revoked: "yes" } });
    assert.equal((await run("list")).exit, 3);
    assert.doesNotMatch(said.join(""), /eyJ/);
    const page = await readFile(new URL("../../docs/recipes/agent-cli.md", import.meta.url), "utf8");
    const shown = [...page.matchAll(/^\| .*\| `(\{[^`]+?)…?[\]}]*`/gm)].map(([, begin]) => begin!);
    assert.equal(shown.length, 4);
    const printed = said.join("").replace(/"user_code":"[A-Z-]+"/, '"user_code":"BCDF-GHJK"');
    for (const begin of shown) assert.ok(printed.includes(begin), begin);

    async function userCode(running: Running): Promise<string> {
      const [line] = await running.says(/^\{"v":1,"event":"code".*\}$/m);
      return JSON.parse(line).user_code.replace("-", "");
    }
  });
});
