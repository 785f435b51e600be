import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { test } from "node:test";
import { launchChromium } from "../../../tenant/test/fixtures/chromium.ts";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { command, startProcess } from "./tenant-process.ts";

test("the command in the console signs in to the app that was added while the tenant runs, as npx runs it", async (t) => {
  const folder = await scratch(t);
  const data = join(folder, "tenant");
  const env = { DOORCODE_STORE_DIR: join(folder, "state"), npm_lifecycle_event: "npx" };
  const { ready } = await startProcess(t, data, [], env);
  const chromium = await launchChromium();
  t.after(() => chromium.close());
  const page = await chromium.newPage();
  await page.goto(`${ready.console.url}#${ready.console.key}`);
  await page.getByText(/^npx doorcode login$/).waitFor();

  const { stdout: token } = await command(["token", "--data", data]);
  const adding = request(`${new URL(ready.authority).origin}/graph/v1.0/applications`, {
    ...{ method: "POST", ca: await readFile(ready.ca_file) },
    headers: { authorization: `Bearer ${token.trim()}`, "content-type": "application/json" },
  });
  adding.end(JSON.stringify({ displayName: "Kitchen TV", isFallbackPublicClient: true }));
  const [answer] = await once(adding, "response");
  assert.equal(answer.statusCode, 201);

  await page.reload();
  await page.getByText(/^npx doorcode login --client-id ciam-client-app$/).waitFor({ timeout: 120_000 });
});

test("the command on the screen is as its reader can type it: with npx only if npx started the tenant", async (t) => {
  const folder = await scratch(t);
  const args = ["start", "--data", join(folder, "tenant"), "--port", "0", "--pages-port", "0"];
  for (const [by, line] of [
    [{}, "Sign in: doorcode login\n"],
    [{ npm_lifecycle_event: "npx" }, "Sign in: npx doorcode login\n"],
  ] as const) {
    const env = { DOORCODE_STORE_DIR: join(folder, "state"), ...by };
    const { stderr } = await command(args, { env, until: /Ctrl-C stops/ });
    assert.ok(stderr.includes(line), stderr);
  }
});
