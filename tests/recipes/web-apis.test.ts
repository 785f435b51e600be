// The web APIs of docs/recipes, called with tokens of a real tenant: 401, 403, 200 and 201.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addUser, approve } from "../fixtures/approval.ts";
import { poll, requestCode, todoScope } from "../fixtures/device.ts";
import { freePort } from "../fixtures/free-port.ts";
import { root } from "../packaging/pack.ts";
import { type Recipe, recipe } from "./recipe.ts";

describe("the web APIs of the recipes", { concurrency: false }, () => {
  let tenant: TestTenant;
  let read: string;
  let readWrite: string;

  before(async () => {
    tenant = await startTestTenant({ clock: "moving" });
    read = await tokenFor("ToDoList.Read");
    readWrite = await tokenFor("ToDoList.ReadWrite");
  });
  after(() => tenant?.close());

  async function tokenFor(scope: string): Promise<string> {
    const user = await addUser(tenant);
    const { body } = await requestCode(tenant, { scope: todoScope(tenant, scope) });
    await approve(tenant, body.user_code, user);
    tenant.clock.advance(body.interval * 1_000);
    return (await poll(tenant, body.device_code)).body.access_token;
  }

  /** Starts it, and returns the address of its to-dos. */
  async function start(api: Recipe, args: string[]): Promise<string> {
    const port = await freePort();
    const env = {
      ISSUER: tenant.issuer,
      API_ID: tenant.apis[0]!.clientId,
      PORT: String(port),
      NODE_EXTRA_CA_CERTS: tenant.caFile,
    };
    await api.node(args, env).says(/Listening on/);
    return `http://127.0.0.1:${port}/todos`;
  }

  async function isProtected(todos: string): Promise<void> {
    const call = (token?: string, body?: object) =>
      fetch(todos, {
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { method: "POST", body: JSON.stringify(body) }),
      });
    const without = await call();
    assert.equal(without.status, 401);
    assert.equal(without.headers.get("www-authenticate"), "Bearer");

    const forged = await call(`${read.slice(0, -8)}AAAAAAAA`);
    assert.equal(forged.status, 401);
    assert.match(forged.headers.get("www-authenticate") ?? "", /error="invalid_token"/);

    const tooLittle = await call(read, { text: "Buy oat milk" });
    assert.equal(tooLittle.status, 403);
    assert.match(
      tooLittle.headers.get("www-authenticate") ?? "",
      /error="insufficient_scope".*scope="ToDoList.ReadWrite"/,
    );
    assert.equal(((await tooLittle.json()) as { error: string }).error, "insufficient_scope");

    const added = await call(readWrite, { text: "Buy oat milk" });
    assert.deepEqual([added.status, await added.json()], [201, ["Buy oat milk"]]);
    const listed = await call(readWrite);
    assert.deepEqual([listed.status, await listed.json()], [200, ["Buy oat milk"]]);
    const others = await call(read);
    assert.deepEqual([others.status, await others.json()], [200, []]);
  }

  for (const page of ["express", "hono"]) {
    test(`${page}: verifies tokens and scopes`, async () => {
      await using api = await recipe(page);
      await isProtected(await start(api, ["api.mjs"]));
    });
  }

  test("nestjs: verifies tokens and scopes, and rejects a route that does not declare what it requires", async () => {
    await using api = await recipe("nestjs");
    const open = `\n  @Get("open")\n  open(): string {\n    return "open";\n  }\n\n  @Post()`;
    const main = api.files.get("main.ts")!;
    await writeFile(join(api.folder, "main.ts"), main.replace("\n  @Post()", open));
    const compilerOptions = {
      target: "es2023",
      module: "nodenext",
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
      strict: true,
      skipLibCheck: true,
      experimentalDecorators: true,
      customConditions: ["doorcode-source"],
      allowImportingTsExtensions: false,
      rewriteRelativeImportExtensions: true,
      outDir: "dist",
      rootDir: ".",
    };
    await writeFile(
      join(api.folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["main.ts", "access.guard.ts"] }),
    );
    const compiled = await api.node([join(root, "node_modules/typescript/bin/tsc"), "-p", "."]).ended;
    assert.equal(compiled.exit, 0, compiled.stdout);
    const todos = await start(api, ["dist/main.js"]);
    await isProtected(todos);
    const undeclared = await fetch(`${todos}/open`, { headers: { authorization: `Bearer ${readWrite}` } });
    assert.equal(undeclared.status, 403);
  });
});
