// `doorcode prepare`, `tenant start --file` and `tenant export` as they are published, against a tenant.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { doorcode, type Running, scratch } from "../../packages/cli/test/cli-process.ts";
import { bearerFetch } from "../../packages/client/src/index.ts";
import { startTestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";

const file = `apps:
  ciam-client-app:
    permissions: [openid, offline_access, ciam-ToDoList-api/ToDoList.Read]
apis:
  ciam-ToDoList-api:
    scopes:
      ToDoList.Read: { displayName: Read your to-do lists }
userFlows:
  SignInSignUpSample:
    apps: [ciam-client-app]
`;

/** A folder with the file, and a tenant that was started with it. */
async function testEnv(t: TestContext, text = file) {
  const folder = await scratch(t);
  const yaml = join(folder, "doorcode.tenant.yaml");
  await writeFile(yaml, text);
  const env = { HOME: folder, DOORCODE_STORE_DIR: join(folder, "store") };
  const start = (...args: string[]) => doorcode(args, { env, cwd: folder });
  const tenant = start("tenant", "start", "--file", yaml, "--port", "0", "--json");
  t.after(async () => {
    tenant.child.kill("SIGTERM");
    await tenant.ended;
  });
  const ready = await event(tenant, "ready");
  const prepare = async (...args: string[]) => {
    const { stdout: token } = await start("tenant", "token").ended;
    return withInput(folder, env, ["prepare", "--token-stdin", "--to", ready.authority, ...args], token);
  };
  return { folder, yaml, env, start, ready, prepare };
}

interface Ready {
  authority: string;
  ca_file: string;
  apps: { name: string; client_id: string }[];
  apis: { name: string; client_id: string; scopes: string[] }[];
}

async function event({ child, ended }: Running, name: string): Promise<Ready> {
  let said = "";
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    said += chunk;
    const line = said
      .split("\n")
      .find((each) => each.startsWith(`{"v":1,"event":"${name}"`) && said.includes(`${each}\n`));
    if (line) return JSON.parse(line);
  }
  throw new Error(`it never said ${name}: ${(await ended).stderr}`);
}

async function withInput(cwd: string, env: NodeJS.ProcessEnv, args: string[], input: string) {
  const { child, ended } = doorcode(args, { env, cwd, stdin: "pipe" });
  child.stdin!.end(input);
  return ended;
}

describe("a tenant started with a file", { concurrency: true }, () => {
  test("matches the file when it is ready, and prints what programs need", async (t) => {
    const { ready, start } = await testEnv(t);
    assert.deepEqual(
      ready.apps.map(({ name }) => name),
      ["ciam-client-app"],
    );
    assert.deepEqual(
      ready.apis.map(({ name, scopes }) => ({ name, scopes })),
      [{ name: "ciam-ToDoList-api", scopes: ["ToDoList.Read"] }],
    );
    const { exit, stdout, stderr } = await start("tenant", "export").ended;
    assert.equal(exit, 0, stderr);
    assert.match(stdout, /^# yaml-language-server: \$schema=/);
    assert.match(stdout, /SignInSignUpSample/);
  });

  test("keeps its client IDs when it is started again", async (t) => {
    const folder = await scratch(t);
    await writeFile(join(folder, "t.yaml"), file);
    const ids: string[] = [];
    for (let starts = 0; starts < 2; starts++) {
      const tenant = doorcode(["tenant", "start", "--file", "t.yaml", "--data", "data", "--port", "0", "--json"], {
        env: { HOME: folder },
        cwd: folder,
      });
      const ready = await event(tenant, "ready");
      ids.push(JSON.stringify([ready.apps, ready.apis]));
      tenant.child.kill("SIGTERM");
      const { exit, stderr } = await tenant.ended;
      assert.equal(exit, 143);
      assert.equal(/^ {2}made api ciam-ToDoList-api$/m.test(stderr), starts === 0, stderr);
    }
    assert.equal(ids[0], ids[1]);
  });

  test("does not start with an invalid file, and shows every error with its position", async (t) => {
    const folder = await scratch(t);
    await writeFile(join(folder, "t.yaml"), "apps:\n  a: { publicClint: true }\napi: {}\n");
    const run = doorcode(["tenant", "start", "--file", "t.yaml", "--data", "data", "--port", "0"], {
      env: { HOME: folder },
      cwd: folder,
    });
    const { exit, stderr } = await run.ended;
    assert.equal(exit, 2, stderr);
    assert.match(stderr, /t\.yaml:2:8 .*publicClient/);
    assert.match(stderr, /t\.yaml:3:1 .*apis/);
  });
});

describe("doorcode prepare", { concurrency: true }, () => {
  test("names the option for a certificate that is not trusted", async (t) => {
    const { ready, folder, start, yaml } = await testEnv(t);
    const { stdout: token } = await start("tenant", "token").ended;
    const elsewhere = { HOME: join(folder, "elsewhere") };
    const { exit, stderr } = await withInput(
      folder,
      elsewhere,
      ["prepare", "--token-stdin", "--to", ready.authority, "--file", yaml, "--plan"],
      token,
    );
    assert.equal(exit, 7, stderr);
    assert.match(stderr, /cannot be reached \([A-Z_]+\)\.\nIts certificate is not trusted\. .*--ca-file/);
  });

  test("with --plan exits 0 when the tenant matches the file, else 9, and changes nothing", async (t) => {
    const { prepare, yaml, start } = await testEnv(t);
    const same = await prepare("--plan");
    assert.equal(same.exit, 0, same.stderr + same.stdout);
    assert.match(same.stdout, /Nothing to do/);
    await writeFile(yaml, file.replace("Read your to-do lists", "Look at your lists"));
    const before = await start("tenant", "export").ended;
    const changed = await prepare("--plan");
    assert.equal(changed.exit, 9, changed.stderr);
    assert.match(changed.stdout, /~ api ciam-ToDoList-api\n.*Read your to-do lists.*Look at your lists/);
    assert.equal((await start("tenant", "export").ended).stdout, before.stdout);
  });

  test("with --yes applies, prints the two lines that a program needs, and then has nothing to do", async (t) => {
    const { prepare, yaml, ready } = await testEnv(t);
    await writeFile(yaml, file.replace("  ciam-client-app:\n", "  second-app: {}\n  ciam-client-app:\n"));
    const { exit, stdout, stderr } = await prepare("--yes");
    assert.equal(exit, 0, stderr);
    assert.match(stdout, /\+ app second-app/);
    assert.ok(
      stdout.includes(
        `ciam-client-app\n     authority: "${ready.authority}",\n     clientId: "${ready.apps[0]?.client_id}",`,
      ),
      stdout,
    );
    const again = await prepare("--yes", "--json");
    const events = again.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events.find(({ event }) => event === "plan"),
      {
        v: 1,
        event: "plan",
        create: 0,
        change: 0,
        remove: 0,
        leave: events.filter(({ event }) => event === "step").length,
      },
    );
    const applied = events.at(-1);
    assert.equal(applied.event, "applied");
    assert.deepEqual(applied.apps.map(({ name }: { name: string }) => name).sort(), ["ciam-client-app", "second-app"]);
  });

  test("without --yes and without a terminal it fails, and changes nothing", async (t) => {
    const { prepare, yaml } = await testEnv(t);
    await writeFile(yaml, `${file}groups: { staff: {} }\n`);
    const { exit, stderr } = await prepare();
    assert.equal(exit, 2);
    assert.match(stderr, /--plan.*--yes/);
    assert.equal((await prepare("--plan")).exit, 9);
  });

  test("writes the file of a running tenant, and never overwrites one", async (t) => {
    const { ready, start, env, folder } = await testEnv(t);
    const { stdout: token } = await start("tenant", "token").ended;
    const from = (...more: string[]) =>
      withInput(folder, env, ["prepare", "--token-stdin", "--from", ready.authority, ...more], token);
    const written = await from("--file", "copy.yaml");
    assert.equal(written.exit, 0, written.stderr);
    assert.equal(await readFile(join(folder, "copy.yaml"), "utf8"), (await from()).stdout);
    const again = await from("--file", "copy.yaml");
    assert.equal(again.exit, 2);
    assert.match(again.stderr, /already exists/);
  });

  test("shows names from the tenant without their escape sequences", async (t) => {
    const { prepare, ready, start, env, folder } = await testEnv(t);
    const { stdout: token } = await start("tenant", "token").ended;
    const { origin } = new URL(ready.authority);
    const fetch = bearerFetch({ origin, token: token.trim(), ca: await readFile(ready.ca_file, "utf8") });
    const graph = async (path: string, body: object) => {
      const headers = { "content-type": "application/json" };
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      assert.equal((await fetch(`${origin}/graph/v1.0/${path}`, init)).status, 201);
    };
    // Sets a title, clears the screen, adds a line, and has a C1 sequence and a change of text direction.
    const evil = "evil\u001b]0;owned\u0007\u001b[2J\r\n  + app harmless\u009b31m\u202e";
    await graph("applications", { displayName: "One", uniqueName: evil, tags: [`doorcode:${evil}`], api: {} });
    await graph("applications", { displayName: "Two", uniqueName: `${evil}2`, isFallbackPublicClient: true });
    await graph("groups", { displayName: "Three", uniqueName: evil, description: `doorcode:${evil}` });
    const from = (...more: string[]) =>
      withInput(folder, env, ["prepare", "--token-stdin", "--from", ready.authority, ...more], token);
    const shown = await Promise.all([
      prepare("--prune", "--plan"),
      prepare("--prune", "--plan", "--json"),
      from(),
      from("--json"),
      start("tenant", "export").ended,
    ]);
    // Afterwards: it deletes what the others show.
    shown.push(await prepare("--prune", "--yes"));
    for (const { stdout, stderr } of shown) {
      const said = stdout + stderr;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters must not be printed.
      assert.doesNotMatch(said, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      assert.doesNotMatch(said, /^ {2}\+ app harmless/m);
    }
    assert.match(shown[0]!.stdout, /^ {2}- api evil.*app harmless/m);
  });

  test("rejects input that is not a token, and a token that Graph rejects", async (t) => {
    const { env, folder, ready } = await testEnv(t);
    const args = ["prepare", "--token-stdin", "--to", ready.authority, "--plan"];
    assert.equal((await withInput(folder, env, args, "")).exit, 2);
    const refused = await withInput(folder, env, args, "A".repeat(200));
    assert.equal(refused.exit, 3, refused.stderr);
    assert.ok(!refused.stderr.includes("AAAA"));
  });

  test("signs an administrator in while it runs, and revokes the sign-in afterwards", async (t) => {
    const folder = await scratch(t);
    const data = join(folder, "data");
    const tenant = await startTestTenant({ clock: "moving", dataDir: data });
    t.after(() => tenant.close());
    await writeFile(join(folder, "doorcode.tenant.yaml"), "apps: { ciam-client-app: {} }\n");
    const env = { HOME: folder, DOORCODE_CA_FILE: tenant.caFile };
    const run = (...args: string[]) => doorcode(args, { env, cwd: folder });
    await run("tenant", "users", "add", "root@contoso.example", "--administrator", "--data", data).ended;

    const refused = await run("prepare", "--device", "--plan", "--to", tenant.authority).ended;
    assert.equal(refused.exit, 4, refused.stderr);
    assert.match(refused.stderr, /does not grant administrative permissions by device code/);
    assert.match(refused.stderr, /Use --browser/);
    const commandLine = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
    const allowed = ["tenant", "apps", "allow-administration", commandLine, "--by-device-code", "--data", data];
    assert.equal((await run(...allowed).ended).exit, 0);

    const prepare = run("prepare", "--device", "--plan", "--to", tenant.authority);
    t.after(() => prepare.child.kill("SIGKILL"));
    let said = "";
    for await (const chunk of prepare.child.stderr!.iterator({ destroyOnReturn: false })) {
      said += chunk;
      if (/[A-Z]{4}-[A-Z]{4}/.test(said)) break;
    }
    assert.match(said, /Sign in as an administrator[\s\S]+Application\.Read\.All/);
    const [code = ""] = /[A-Z]{4}-[A-Z]{4}/.exec(said) ?? [];
    const approved = await run("tenant", "approve", code, "--as", "root@contoso.example", "--data", data).ended;
    assert.equal(approved.exit, 0, approved.stderr);
    const { exit, stdout, stderr } = await prepare.ended;
    assert.ok(exit === 0 || exit === 9, stderr);
    assert.match(stdout, /app ciam-client-app/);
    const revoked = await tenant.context.store.audit.list({ event: "sign_in.revoked", limit: 9 });
    assert.equal(revoked.length, 1);
  });
});
