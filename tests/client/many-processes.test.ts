import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openFileStore } from "../../packages/client/src/token-store/file-store.ts";
import { node20 } from "./node-20.ts";
import { startEnv } from "./test-env.ts";

const program = fileURLToPath(import.meta.resolve("./take-token.mjs"));

test("when 32 processes need a token at once, one asks the issuer and all get its token", async (t) => {
  await using testEnv = await startEnv();
  const directory = await mkdtemp(join(tmpdir(), "doorcode-test-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const store = await openFileStore({ directory: join(directory, "store") });
  const session = await testEnv.client({ store }).signIn();
  const first = await session.getToken();
  for (const [put, value] of (await store.read()).records) {
    if (put.startsWith("access:"))
      await store.change([{ put, value: { ...(value as object), expires_at: Date.now() } }]);
  }

  const env = {
    AUTHORITY: testEnv.tenant.authority,
    CLIENT_ID: testEnv.clientId,
    SCOPE: testEnv.scopes.read,
    DIRECTORY: join(directory, "store"),
    DOORCODE_CA_FILE: testEnv.tenant.caFile,
  };
  const run = () =>
    new Promise<string>((resolve, reject) => {
      execFile(node20, [program], { env }, (error, stdout) => (error ? reject(error) : resolve(stdout.trim())));
    });
  const tokens = await Promise.all(Array.from({ length: 32 }, run));
  assert.match(tokens[0]!, /^eyJ/);
  assert.notEqual(tokens[0], first.token);
  // The tenant never issues the same token twice.
  assert.equal(new Set(tokens).size, 1);
  const { records } = await store.read();
  assert.deepEqual(
    [...records.keys()].filter((key) => key.startsWith("lease:")),
    [],
  );
});
