// Follows the READMEs of the packages with the packed packages: a tenant, a protected API, sign-in by the command and
// by a program, sign-out.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { doorcode, environmentOf, event, type Person, pathWith } from "./installed-command.ts";
import { newest, oldest, type Packed, type Runtime } from "./packed.ts";
import { commandLines, programOf } from "./readme.ts";
import { type Running, runCommand, startCommand } from "./run-command.ts";

interface Ready {
  authority: string;
  issuer: string;
  ca_file: string;
  apps: { client_id: string }[];
  apis: { client_id: string }[];
}

const ADA = "ada@contoso.example";

export function describeSignIn({ scratch, project }: Packed): void {
  describe("a sign-in with the packed packages", { concurrency: 2, skip: process.platform === "win32" }, () => {
    /** Owns the tenant and uses the command. */
    const owner: Person = { project, home: join(scratch, "owner") };
    const running: Running[] = [];
    let paths: { oldest: string; newest: string };
    let ready: Ready;
    /** Origin of the API. */
    let api: string;

    before(async () => {
      await mkdir(owner.home);
      paths = { oldest: await pathWith(oldest, scratch), newest: await pathWith(newest, scratch) };
      const tenant = doorcode(owner, paths.newest, [...(await line("tenant start")), "--json", "--port", "0"]);
      running.push(tenant);
      ready = (await event(tenant, "ready")) as unknown as Ready;
      await does("tenant users add");
      api = await startApi();
    });

    after(async () => {
      for (const { child } of running) child.kill("SIGTERM");
      await Promise.all(running.map(({ ended }) => ended));
    });

    /** The line of the command's README with this beginning, with the tenant's output instead of the placeholders. */
    async function line(begin: string, code = ""): Promise<string[]> {
      const lines = await commandLines("doorcode");
      const words = lines.map((each) => each.slice(2)).find((each) => each.join(" ").startsWith(begin));
      assert.ok(words, `The README shows no doorcode ${begin}.`);
      const values: [string, string][] = ready
        ? [
            ["https://localhost:8443/TENANT", ready.authority],
            ["CLIENT", ready.apps[0]!.client_id],
            ["api://API/", `api://${ready.apis[0]!.client_id}/`],
            ["CODE", code],
            ["https://todo.example", api],
          ]
        : [];
      return words.map((word) => values.reduce((text, [from, to]) => text.replace(from, to), word));
    }

    /** The tenant's commands need the newer Node.js. */
    const pathFor = (begin: string) => (begin.startsWith("tenant ") ? paths.newest : paths.oldest);

    async function does(begin: string, code?: string): Promise<string> {
      const { exit, stdout, stderr } = await doorcode(owner, pathFor(begin), await line(begin, code)).ended;
      assert.equal(exit, 0, `doorcode ${begin}: ${stderr}`);
      return stdout;
    }

    /** The program of the guard's README. */
    async function startApi(): Promise<string> {
      const program = await programOf("@doorcode/guard", {
        "https://localhost:8443/00000000-0000-4000-8000-000000000000/v2.0": ready.issuer,
        "11111111-1111-4111-8111-111111111111": ready.apis[0]!.client_id,
        "listen(3000)": 'listen(0, "127.0.0.1", () => console.log("port", server.address().port))',
      });
      const file = join(project, "api.mjs");
      await writeFile(file, program);
      const env = environmentOf(owner, { NODE_EXTRA_CA_CERTS: ready.ca_file });
      const process = startCommand(oldest.node, [file], { cwd: project, env });
      running.push(process);
      return `http://127.0.0.1:${(await process.says(/^port (\d+)$/m))[1]}`;
    }

    test(`goes from login to logout on ${oldest.name}, line by line as in the command's README`, async () => {
      const login = doorcode(owner, paths.oldest, [...(await line("login")), "--json"]);
      const { user_code: code } = await event(login, "code");
      await does("tenant approve", code);
      const { exit, stdout, stderr } = await login.ended;
      assert.deepEqual({ exit, stderr }, { exit: 0, stderr: "" });
      assert.match(stdout, /"event":"signed_in".*ada@contoso\.example/);

      assert.match(await does("status"), new RegExp(ADA));
      assert.match(await does("token"), /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
      assert.match(await does("call"), /^{"hello":"[\w-]+"}/);
      await does("logout");
      assert.equal((await doorcode(owner, paths.oldest, await line("token")).ended).exit, 3);
    });

    for (const runtime of [oldest, newest]) {
      test(`serves the program of the client's README on ${runtime.name}`, () => runsProgram(runtime));
    }

    async function runsProgram({ node, major }: Runtime) {
      const program = await programOf("@doorcode/client", {
        "https://contoso.ciamlogin.com/<tenant>": ready.authority,
        "00000000-0000-4000-8000-000000000000": ready.apps[0]!.client_id,
        "api://todo.example": `api://${ready.apis[0]!.client_id}`,
        "https://todo.example": api,
      });
      const file = join(project, `program-${major}.mjs`);
      await writeFile(file, program);
      const env = environmentOf({ home: join(scratch, `user-${major}`) }, { DOORCODE_CA_FILE: ready.ca_file });
      const signIn = startCommand(node, [file], { cwd: project, env });
      const [, code] = await signIn.says(/code: ([A-Z]{4}-[A-Z]{4})$/m, "stderr");
      await does("tenant approve", code);
      const { exit, stdout, stderr } = await signIn.ended;
      assert.equal(exit, 0, stderr);
      assert.match(stdout, /^{ hello: '[\w-]+' }\n$/);
    }

    test("is not needed for the program of the tenant's README", async () => {
      const home = join(scratch, "embedder");
      await mkdir(home);
      const file = join(project, "tenant.mjs");
      await writeFile(file, await programOf("@doorcode/tenant", { "./tenant-data": join(home, "data") }));
      const { exit, stdout, stderr } = await runCommand(newest.node, [file], {
        cwd: project,
        env: environmentOf({ home }),
      });
      assert.equal(exit, 0, stderr);
      assert.match(stdout, /^https:\/\/localhost:\d+\//);
    });
  });
}
