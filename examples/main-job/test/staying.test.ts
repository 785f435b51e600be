import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

const fixture = fileURLToPath(import.meta.resolve("./fixtures/start-and-agree.ts"));
const noTerminal = process.platform !== "linux" || spawnSync("script", ["--version"]).status !== 0;
const options = { skip: noTerminal ? "needs the command script of util-linux" : false };

/** Runs at a separate terminal, which `script` makes. */
async function signedIn(t: TestContext): Promise<{ child: ChildProcess; page: string; ended: Promise<number | null> }> {
  const command = [process.execPath, "--conditions=doorcode-source", "--disable-warning=ExperimentalWarning", fixture];
  const child = spawn("script", ["-qefc", command.map((word) => `'${word}'`).join(" "), "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const ended = once(child, "exit").then(([code]) => code as number | null);
  let shown = "";
  for await (const chunk of child.stdout!.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    shown += chunk;
    if (shown.includes("stay until you press Enter or Ctrl-C")) break;
  }
  child.stdout!.resume();
  assert.match(shown, /Signed out/);
  assert.match(shown, /console {2}http:\/\/localhost:\d+\/console#\S+/);
  const page = /http:\/\/localhost:\d+\/device/.exec(shown)?.[0] ?? "";
  return { child, page, ended };
}

test("at a terminal the tenant's pages stay after the sign-in until Enter", options, async (t) => {
  const { child, page, ended } = await signedIn(t);
  assert.equal((await fetch(page)).status, 200);
  child.stdin!.write("\n");
  assert.equal(await ended, 0);
  await assert.rejects(fetch(page));
});

test("Ctrl-C ends them as well, with 130", options, async (t) => {
  const { child, page, ended } = await signedIn(t);
  child.stdin!.write("\u0003");
  assert.equal(await ended, 130);
  await assert.rejects(fetch(page));
});
