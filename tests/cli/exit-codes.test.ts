// One error ends `doorcode prepare` and `doorcode tenant start --file` with the same exit code.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { doorcode, scratch } from "../../packages/cli/test/cli-process.ts";
import { startTestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";

/** The last event of both commands, with this file and a tenant that has two apps with the same name. */
async function bothWith(t: TestContext, file: string) {
  const folder = await scratch(t);
  const data = join(folder, "tenant");
  const yaml = join(folder, "doorcode.tenant.yaml");
  await writeFile(yaml, file);
  const tenant = await startTestTenant({ dataDir: data, sqliteFile: join(data, "tenant.db") });
  for (let each = 0; each < 2; each++) await tenant.admin.apps.put({ name: "twin" });
  const env = { HOME: folder };
  const { stdout: token } = await doorcode(["tenant", "token", "--data", data]).ended;
  const args = ["prepare", "--token-stdin", "--to", tenant.authority, "--ca-file", tenant.caFile, "--yes", "--json"];
  const prepare = doorcode([...args, "--file", yaml], { env, stdin: "pipe" });
  prepare.child.stdin!.end(token);
  const prepared = await prepare.ended;
  await tenant.close();
  const start = ["tenant", "start", "--data", data, "--file", yaml, "--port", "0", "--pages-port", "0", "--json"];
  const started = await doorcode(start, { env }).ended;
  return [prepared, started].map(({ exit, stdout, stderr }) => {
    const event = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
    assert.deepEqual([event.event, event.exit], ["error", exit], stderr);
    return [event.code, exit];
  });
}

describe("prepare and tenant start --file", { concurrency: true }, () => {
  for (const [code, exit, file] of [
    ["ambiguous", 2, "apps: { twin: {} }\n"],
    ["tenant_file_invalid", 2, "apps: { twin: { permisions: [] } }\n"],
    ["password_missing", 2, "users: { ada@contoso.example: { passwordFrom: NO_SUCH_VARIABLE } }\n"],
  ] as const) {
    test(`exit with ${exit} for ${code}`, async (t) => {
      assert.deepEqual(await bothWith(t, file), [
        [code, exit],
        [code, exit],
      ]);
    });
  }
});
