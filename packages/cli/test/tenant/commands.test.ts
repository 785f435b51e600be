import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { connect as connectSocket, createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { COMMAND_LINE_CLIENT_ID } from "../../../tenant/src/directory/new-app.ts";
import { fetchTrusting } from "../../../tenant/test/fixtures/fetch-trusting.ts";
import { authorizationQuery, program } from "../../../tenant/test/fixtures/program.ts";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { command, type Ready, startProcess } from "./tenant-process.ts";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("doorcode tenant start", () => {
  test("prints one ready event on stdout, and every address in it responds", async (t) => {
    const dir = join(await scratch(t), "tenant");
    const tenant = await startProcess(t, dir);
    const { ready } = tenant;
    const members = "v event authority tenant_id issuer pages ca_file verification_uri console apps apis inbox";
    assert.deepEqual(Object.keys(ready), members.split(" "));
    assert.equal(ready.v, 1);
    assert.equal(ready.event, "ready");
    assert.match(ready.tenant_id, GUID);
    assert.match(ready.authority, /^https:\/\/localhost:\d+\/[0-9a-f-]{36}$/);
    assert.equal(ready.issuer, `${ready.authority}/v2.0`);
    assert.match(ready.pages, /^http:\/\/localhost:\d+$/);
    assert.equal(ready.verification_uri, `${ready.pages}/device`);
    assert.equal(ready.ca_file, join(dir, "ca.pem"));
    assert.deepEqual(
      ready.apps.map(({ name }) => name),
      ["ciam-client-app"],
    );
    assert.match(ready.apps[0]?.client_id ?? "", GUID);
    assert.deepEqual(
      ready.apis.map(({ name, scopes }) => [name, scopes]),
      [["ciam-ToDoList-api", ["ToDoList.Read", "ToDoList.ReadWrite"]]],
    );

    const client = fetchTrusting(await readFile(ready.ca_file, "utf8"));
    t.after(() => client.close());
    const metadata = await client.fetch(`${ready.issuer}/.well-known/openid-configuration`);
    assert.equal(((await metadata.json()) as { issuer: string }).issuer, ready.issuer);
    assert.equal((await client.fetch(ready.verification_uri)).status, 200);
    const { origin } = new URL(ready.console.url);
    const body = new URLSearchParams({ key: ready.console.key ?? "" });
    const opened = await client.fetch(`${ready.console.url}/enter`, { method: "POST", headers: { origin }, body });
    assert.equal(opened.status, 303);
    assert.match(opened.headers.get("location") ?? "", /^\/console\/s-[\w-]{22}$/);
    const { url = "", bearer = "" } = ready.inbox ?? {};
    assert.equal((await client.fetch(url)).status, 401);
    const inbox = await client.fetch(url, { headers: { authorization: `Bearer ${bearer}` } });
    assert.deepEqual(await inbox.json(), { mails: [] });
  });

  test("shows where the console is, and its key only on a terminal", async (t) => {
    const ports = ["--port", "0", "--pages-port", "0"];
    const shown = await command(["start", "--data", join(await scratch(t), "tenant"), ...ports], { until: /Ctrl-C/ });
    assert.match(shown.stderr, /^ {2}Console {4}http:\/\/localhost:\d+\/console$/m);
    assert.doesNotMatch(shown.stderr + shown.stdout, /console#|[\w-]{43}/);
  });

  test("exits with 130 on Ctrl-C and with 143 on SIGTERM, waits for no idle connection, and leaves no socket", async (t) => {
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      const dir = join(await scratch(t), "tenant");
      const tenant = await startProcess(t, dir);
      const idle = connectSocket(Number(new URL(tenant.ready.pages).port), "127.0.0.1");
      idle.on("error", () => undefined);
      await once(idle, "connect");
      // This side never closes the connection, so the tenant has to.
      const cut = once(idle, "close");
      assert.equal(await tenant.stop(signal), code);
      await cut;
      assert.equal(existsSync(join(dir, "control.sock")), false);
    }
  });

  test("after SIGKILL the next start replaces the stale socket, with all data kept", async (t) => {
    const dir = join(await scratch(t), "tenant");
    const first = await startProcess(t, dir);
    assert.equal((await command(["users", "add", "ada@contoso.example", "--data", dir])).exit, 0);
    await first.stop("SIGKILL");
    assert.ok((await stat(join(dir, "control.sock"))).isSocket());
    assert.equal((await command(["deny", "BCDF-GHJK", "--data", dir])).exit, 7);
    const inStore = await command(["users", "--data", dir]);
    assert.match(inStore.stdout, /^ada@contoso\.example {2}ada$/m);

    const second = await startProcess(t, dir);
    const kept = ({ tenant_id, apps, apis }: Ready) => ({ tenant_id, apps, apis });
    assert.deepEqual(kept(second.ready), kept(first.ready));
    assert.match((await command(["users", "--data", dir])).stdout, /^ada@contoso\.example {2}ada$/m);
  });

  test("with --no-sign-up no account can be created while it runs", async (t) => {
    const dir = join(await scratch(t), "tenant");
    const offersSignUp = async ({ pages }: Ready) => {
      const query = authorizationQuery(program(COMMAND_LINE_CLIENT_ID, "http://localhost:51004"));
      const asked = await fetch(`${pages}/authorize?${query}`, { redirect: "manual" });
      const cookie = asked.headers.getSetCookie().map((each) => each.split(";")[0]);
      const location = new URL(asked.headers.get("location") ?? "", pages);
      const page = await (await fetch(location, { headers: { cookie: cookie.join("; ") } })).text();
      assert.match(page, /action="\/sign-in"/);
      return page.includes("/sign-up?flow=");
    };
    const closed = await startProcess(t, dir, ["--no-sign-up"]);
    assert.equal(await offersSignUp(closed.ready), false);
    await closed.stop("SIGTERM");
    assert.equal(await offersSignUp((await startProcess(t, dir)).ready), true);
  });

  test("a second one on the same folder, or on a busy port, fails with a hint", async (t) => {
    const dir = join(await scratch(t), "tenant");
    await startProcess(t, dir);
    const same = await command(["start", "--data", dir, "--port", "0", "--json"]);
    assert.equal(same.exit, 1);
    assert.deepEqual(JSON.parse(same.stdout), {
      v: 1,
      event: "error",
      code: "already_running",
      message: `A tenant is already running on the data folder ${dir}.`,
      hint: "Stop it first, or give this one its own folder: --data DIR, or data in the server file.",
      exit: 1,
    });

    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    t.after(() => other.close());
    const { port } = other.address() as { port: number };
    const busy = await command(["start", "--data", join(dir, "..", "other"), "--port", String(port)]);
    assert.equal(busy.exit, 1);
    assert.match(busy.stderr, new RegExp(`port ${port}[\\s\\S]*--port N`));
    assert.equal(busy.stdout, "");
  });

  test("the error for an unusable data folder or store file names it and the reason, exit 8", async (t) => {
    const folder = await scratch(t);
    const file = join(folder, "file");
    await writeFile(file, "no database");
    const data = join(folder, "tenant");
    const rows: [args: string[], message: string][] = [
      [["start", "--data", file], `${file} is a file, not a folder.`],
      [["users", "--data", file], `${file} is a file, not a folder.`],
      [["start", "--data", join(file, "tenant")], `Cannot use ${join(file, "tenant")}: part of the path is a file.`],
      [["start", "--data", data, "--store-file", file], `Cannot use ${file}: it is a different kind of file.`],
      [
        ["start", "--data", data, "--store-file", join(file, "tenant.db")],
        `Cannot use ${join(file, "tenant.db")}: part of the path is a file.`,
      ],
    ];
    for (const [args, message] of rows) {
      const refused = await command(args);
      assert.deepEqual([refused.exit, refused.stderr.split("\n")[0]], [8, `doorcode: ${message}`]);
      assert.doesNotMatch(refused.stderr, /^ +at /m);
    }
  });

  test("messages go to stderr: without --json stdout is empty, and no line is longer than 80 columns", async (t) => {
    const dir = join(await scratch(t), "tenant");
    const args = ["start", "--data", dir, "--port", "0", "--pages-port", "0"];
    const screen = await command(args, { until: /Ctrl-C stops/ });
    assert.equal(screen.stdout, "");
    assert.match(screen.stderr, /Authority +https:\/\/localhost:\d+\//);
    assert.match(
      screen.stderr,
      /ciam-client-app[\s\S]*ciam-ToDoList-api[\s\S]*ToDoList\.ReadWrite[\s\S]*\/device[\s\S]*\/inbox[\s\S]*Ctrl-C/,
    );
    for (const line of screen.stderr.split("\n")) assert.ok(line.length <= 80 || line.includes(dir), line);
    assert.doesNotMatch(screen.stderr, /bearer|Warning/i);
  });

  test("keeps its store in --store-file or DOORCODE_STORE, and stores nothing for :memory:", async (t) => {
    const folder = await scratch(t);
    const inMemory = await startProcess(t, join(folder, "memory"), ["--store-file", ":memory:"]);
    assert.equal(
      (await readdir(join(folder, "memory"))).some((name) => name.includes(".db")),
      false,
    );
    await inMemory.stop("SIGINT");
    const byEnvironment = await startProcess(t, join(folder, "data"), [], {
      DOORCODE_STORE: join(folder, "elsewhere.db"),
    });
    await byEnvironment.stop("SIGINT");
    assert.equal((await stat(join(folder, "elsewhere.db"))).mode & 0o777, 0o600);
    assert.equal(existsSync(join(folder, "data", "tenant.db")), false);
  });
});

describe("a secret on the command line", () => {
  const url = "postgres://doorcode:hunter2@db.contoso.example/doorcode";
  for (const args of [
    ["start", "--store-file", url],
    ["start", `--store-file=${url}`],
    ["start", `--store=${url}`],
    ["start", url],
    ["users", url],
    ["start", "--store=postgres://doorcode:hunter2/?#@db.contoso.example/doorcode"],
    ["start", "--store=postgres://doorcode@db.contoso.example/doorcode?ssl=true&password=hunter2"],
  ]) {
    const shown = args.join(" ").replace(/postgres:\S*/, (text) => (text === url ? "URL" : "another spelling of it"));
    test(`a URL with a password is a usage error and is not repeated: ${shown}`, async () => {
      const { exit, stdout, stderr } = await command(args);
      assert.equal(exit, 2);
      assert.match(stderr, /DOORCODE_STORE/);
      assert.doesNotMatch(stdout + stderr, /hunter2/);
    });
  }

  test("a URL without a password belongs in the environment, too", async () => {
    const { exit, stderr } = await command(["start", "--store-file", "postgres://db.contoso.example/doorcode"]);
    assert.equal(exit, 2);
    assert.match(stderr, /DOORCODE_STORE/);
  });
});

describe("approve, deny and users, as separate processes", () => {
  test("a code from stdin is approved, and the device gets its tokens", async (t) => {
    const dir = join(await scratch(t), "tenant");
    const { ready } = await startProcess(t, dir);
    const client = fetchTrusting(await readFile(ready.ca_file, "utf8"));
    t.after(() => client.close());
    const client_id = ready.apps[0]?.client_id ?? "";
    const post = async (path: string, parameters: Record<string, string>) => {
      const body = new URLSearchParams({ client_id, ...parameters });
      const response = await client.fetch(`${ready.authority}/oauth2/v2.0/${path}`, { method: "POST", body });
      return (await response.json()) as Record<string, string>;
    };
    const password = "violet-harbour-1871";
    const add = ["users", "add", "ada@contoso.example", "--name", "Ada Lovelace", "--password-stdin", "--data", dir];
    const added = await command(add, { stdin: `${password}\n` });
    assert.equal(added.exit, 0, added.stderr);
    assert.doesNotMatch(added.stdout + added.stderr, new RegExp(password));
    assert.equal((await command(add, { stdin: "short\n" })).exit, 2);

    const grant = await post("devicecode", {
      scope: `openid profile offline_access api://${ready.apis[0]?.client_id}/ToDoList.Read`,
    });
    const approve = ["approve", "-", "--as", "ada@contoso.example", "--data", dir];
    const approved = await command(approve, { stdin: ` ${grant.user_code}\n` });
    assert.equal(approved.exit, 0, approved.stderr);
    assert.equal(approved.stdout, "Approved: ciam-client-app is signed in as ada@contoso.example.\n");
    const [first, also, ...more] = approved.stderr.split(/^(?=\S)/m);
    assert.match(first ?? "", /^It may:\n( {2}.+\n)+$/);
    assert.doesNotMatch(first ?? "", /Read and change your to-do lists/);
    assert.equal(also, "It may also, without asking again:\n  Read and change your to-do lists\n");
    assert.deepEqual(more, []);
    const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
    const tokens = await post("token", { grant_type, device_code: grant.device_code ?? "" });
    assert.equal(tokens.token_type, "Bearer");

    assert.equal((await command([...approve.with(1, grant.user_code ?? "")])).exit, 4);
    assert.equal((await command(["approve", "BCDFGHJK", "--as", "ada@contoso.example", "--data", dir])).exit, 1);
    const another = await post("devicecode", { scope: "openid" });
    const denied = await command(["deny", another.user_code ?? "", "--data", dir]);
    assert.deepEqual([denied.exit, denied.stdout], [0, "Denied: ciam-client-app is not signed in.\n"]);
  });

  test("a generated password is strong, and is printed once on stdout", async (t) => {
    const dir = join(await scratch(t), "tenant");
    await startProcess(t, dir);
    const { exit, stdout } = await command(["users", "add", "bob@contoso.example", "--data", dir]);
    assert.equal(exit, 0);
    assert.match(stdout, /^[a-z2-9]{5}(-[a-z2-9]{5}){3}\n$/);
    const listed = await command(["users", "--json", "--data", dir]);
    const { v, event, email, name, disabled } = JSON.parse(listed.stdout);
    assert.deepEqual(
      { v, event, email, name, disabled },
      { v: 1, event: "user", email: "bob@contoso.example", name: "bob", disabled: false },
    );
    assert.doesNotMatch(listed.stdout, /password|argon/);
  });

  test("an administrator is added as such, and the list marks administrators", async (t) => {
    const dir = join(await scratch(t), "tenant");
    await startProcess(t, dir);
    const added = await command(["users", "add", "root@contoso.example", "--administrator", "--data", dir]);
    assert.equal(added.exit, 0, added.stderr);
    assert.match(added.stderr, /Added root <root@contoso\.example> as an administrator\./);
    await command(["users", "add", "ada@contoso.example", "--data", dir]);
    const listed = await command(["users", "--data", dir]);
    assert.equal(listed.stdout, "ada@contoso.example   ada\nroot@contoso.example  root  (administrator)\n");
    const events = (await command(["users", "--json", "--data", dir])).stdout.trim().split("\n");
    assert.deepEqual(
      events.map((line) => JSON.parse(line).administrator),
      [false, true],
    );
  });

  test("stdout has only the operator's token; --json adds its purpose", async (t) => {
    const dir = join(await scratch(t), "tenant");
    const { ready } = await startProcess(t, dir);
    const { exit, stdout, stderr } = await command(["token", "--data", dir]);
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { token, expires_at, ...members } = JSON.parse((await command(["token", "--json", "--data", dir])).stdout);
    const graph = `${new URL(ready.authority).origin}/graph/v1.0`;
    assert.deepEqual(members, { v: 1, event: "administrator_token", graph, ca_file: ready.ca_file });
    assert.equal(token.split(".").length, 3);
    assert.ok(Date.parse(expires_at) > Date.now());
    assert.match((await command(["token", "--help"])).stdout, /ten minutes[\s\S]*--token-stdin/);
  });

  test("without a tenant they exit 2 or 7 with a hint on how to start one", async (t) => {
    const dir = await scratch(t);
    for (const [expected, ...args] of [
      [2, "users"],
      [2, "token"],
      [7, "deny", "BCDFGHJK"],
      [7, "approve", "BCDFGHJK", "--as", "a@b.example"],
    ] as const) {
      const { exit, stderr } = await command([...args, "--data", dir]);
      assert.equal(exit, expected, args.join(" "));
      assert.match(stderr, /doorcode tenant start/);
    }
  });

  test("a wrong command line exits 2, with nothing on stdout", async () => {
    for (const args of [
      ["stop"],
      ["start", "--port", "70000"],
      ["start", "--port", "-1"],
      ["start", "--pages-port", "x"],
      ["start", "extra"],
      ["approve"],
      ["approve", "BCDFGHJK"],
      ["users", "remove"],
      ["users", "add"],
      ["users", "add", "a@b.example", "--password", "hunter2-hunter2"],
    ]) {
      const { exit, stdout, stderr } = await command(args);
      assert.equal(exit, 2, args.join(" "));
      assert.equal(stdout, "");
      assert.notEqual(stderr, "");
    }
  });
});
