import assert from "node:assert/strict";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startTestTenant } from "../../../tenant/test/fixtures/start-test-tenant.ts";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { command, startProcess } from "./tenant-process.ts";

/** Starts a tenant in a folder of its own, which ends because its port is in use. */
async function failure(t: TestContext, state: string, args: string[]) {
  const data = await scratch(t);
  const env = { DOORCODE_STORE_DIR: state };
  const { exit, stderr } = await command(["start", "--data", data, ...args], { env });
  assert.equal(exit, 1, stderr);
  return stderr;
}

test("a port that another tenant of this computer has is an error that names that tenant, and how to use it", async (t) => {
  const state = join(await scratch(t), "state");
  const { ready, child } = await startProcess(t, await scratch(t), [], { DOORCODE_STORE_DIR: state });
  const { port, host } = new URL(ready.authority);
  const api = await failure(t, state, ["--port", port, "--pages-port", "0"]);
  assert.ok(
    api.includes(`Port ${port} is already in use by a tenant that runs on this computer: ${ready.authority}\n`),
  );
  assert.ok(api.includes(`To use that one: doorcode login --authority ${host}\n`), api);
  assert.ok(api.includes(`Stop it (process ${child.pid}), or choose another port: --port N`), api);
  assert.match(api, /\(port_in_use\)/);

  const pages = new URL(ready.pages).port;
  const stderr = await failure(t, state, ["--port", "0", "--pages-port", pages]);
  assert.ok(stderr.includes(`Port ${pages} is already in use by a tenant that runs on this computer`), stderr);
  assert.ok(stderr.includes("or choose another port: --pages-port N"), stderr);
});

test("a port that a tenant of npm start has is an error that says so", async (t) => {
  const tenant = await startTestTenant();
  t.after(() => tenant.close());
  const { port } = new URL(tenant.authority);
  const stderr = await failure(t, join(await scratch(t), "state"), ["--port", port, "--pages-port", "0"]);
  assert.match(
    stderr,
    /is already in use by a Doorcode tenant that is not announced here: one of another program \(npm st/,
  );
  assert.match(stderr, /or choose another port: --port N/);
});

test("a port that a tenant of another state folder has is an error that includes this possibility", async (t) => {
  const { ready } = await startProcess(t, await scratch(t), [], {
    DOORCODE_STORE_DIR: join(await scratch(t), "other"),
  });
  const { port } = new URL(ready.authority);
  const stderr = await failure(t, join(await scratch(t), "state"), ["--port", port, "--pages-port", "0"]);
  assert.match(stderr, /of another state folder \(DOORCODE_STORE_DIR\) or of another user of this computer\.\n/);
  assert.doesNotMatch(stderr, /is for that program alone/);
});

test("a port that any other program has is that of another program, also if it never answers", async (t) => {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address() as { port: number };
  const stderr = await failure(t, join(await scratch(t), "state"), ["--port", String(port), "--pages-port", "0"]);
  assert.match(stderr, new RegExp(`port ${port} is already in use by another program\\.`));
});
