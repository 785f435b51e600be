// Signs in to the tenant of doorcode.tenant.yaml without a browser: who owns the tenant decides, as a person would on its page.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { createClient } from "@doorcode/client";
import { startApi } from "../dev/api.js";
import { startTenant } from "../dev/tenant.js";

const ada = "ada@example.com";

describe("the device", { concurrency: true }, () => {
  let folder;
  let tenant;
  let api;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "my-device-"));
    tenant = await startTenant(join(folder, "tenant"));
    api = await startApi(tenant);
    await tenant.command("users", "add", ada, "--name", "Ada");
  });

  after(async () => {
    api?.stop();
    await tenant?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("signs in, reads the messages, renews, and signs out", async () => {
    const store = { directory: join(folder, "device") };
    const device = startDevice(store.directory);
    await tenant.command("approve", await device.code, "--as", ada);
    const { exit, stdout } = await device.ended;
    assert.match(stdout, /^Hello, Ada$/m);
    assert.match(stdout, /Hello from the web API/);
    assert.match(stdout, /^Renewed silently/m);
    assert.match(stdout, /^Signed out, here and at the tenant$/m);
    assert.equal(exit, 0);

    const { AUTHORITY: authority = "", CLIENT_ID: clientId = "" } = tenant.settings;
    assert.deepEqual(await createClient({ authority, clientId, store }).accounts(), []);
  });

  test("says that the person declined, and keeps nothing", async () => {
    const device = startDevice(join(folder, "declined"));
    await tenant.command("deny", await device.code);
    const { exit, stdout, stderr } = await device.ended;
    assert.match(stderr, /declined/);
    assert.equal(stdout, "");
    assert.equal(exit, 1);
  });

  /** The program as it runs on the device; `code` is what it shows. */
  function startDevice(storeDirectory) {
    const settings = { ...tenant.settings, API_URL: api.url, STORE_DIRECTORY: storeDirectory };
    const child = spawn(process.execPath, ["src/main.js"], { env: { ...process.env, ...settings } });
    const ended = Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve) => child.once("close", resolve)),
    ]).then(([stdout, stderr, exit]) => ({ stdout, stderr, exit }));
    const code = new Promise((resolve, reject) => {
      let shown = "";
      child.stderr.on("data", (chunk) => {
        shown += chunk;
        const found = /code: (\S+)\n/.exec(shown)?.[1];
        if (found) resolve(found);
      });
      ended.then(({ stderr }) => reject(new Error(`The device showed no code:\n${stderr}`)), reject);
    });
    return { code, ended };
  }
});
