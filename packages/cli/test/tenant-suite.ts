import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { doorcode, scratch } from "./cli-process.ts";

/** `doorcode tenant` in its own process, or through a child process if `node` is too old for the tenant. */
export function tenantSuite(node?: string): void {
  const run: typeof doorcode = (args, options = {}) => doorcode(args, { ...options, ...(node ? { node } : {}) });

  test("passes the arguments on unchanged, and returns the exit code", async (t) => {
    const help = await run(["tenant", "start", "--help"]).ended;
    assert.equal(help.exit, 0);
    assert.match(help.stdout, /^Start the tenant[\s\S]+Usage:\n {2}doorcode tenant start/);
    const usage = await run(["tenant", "start", "--port", "x"]).ended;
    assert.equal(usage.exit, 2);
    const nowhere = await run(["tenant", "users", "--data", await scratch(t)]).ended;
    assert.equal(nowhere.exit, 2);
    assert.match(nowhere.stderr, /doorcode tenant start/);
  });

  test("starts, prints ready, and exits with 130 on Ctrl-C, with nothing left running", async (t) => {
    const { child, ended } = run(startArgs(await scratch(t)));
    t.after(() => child.kill("SIGKILL"));
    const { pages } = await ready(child);
    assert.equal((await fetch(`${pages}/device`)).status, 200);
    child.kill("SIGINT");
    const { exit, stderr } = await ended;
    assert.equal(exit, 130);
    assert.equal(stderr, "");
    await assert.rejects(fetch(`${pages}/device`));
  });

  test("exits with 143 on SIGTERM", async (t) => {
    const { child, ended } = run(startArgs(await scratch(t)));
    t.after(() => child.kill("SIGKILL"));
    await ready(child);
    child.kill("SIGTERM");
    assert.equal((await ended).exit, 143);
  });

  test("leaves no tenant running, even if it is killed", async (t) => {
    const { child, ended } = run(startArgs(await scratch(t)));
    const { pages } = await ready(child);
    child.kill("SIGKILL");
    // The pipes close when the last process that has them open has ended.
    await ended;
    await assert.rejects(fetch(`${pages}/device`));
  });

  test("ends when the program that started it over a channel ends", async (t) => {
    const { child } = run(startArgs(await scratch(t)), { channel: true });
    t.after(() => child.kill("SIGKILL"));
    const { pages } = await ready(child);
    // No "close" event follows if this side ends the channel.
    const ended = once(child, "exit");
    child.disconnect();
    assert.deepEqual(await ended, [143, null]);
    await assert.rejects(fetch(`${pages}/device`));
  });
}

const startArgs = (folder: string) => [
  ...["tenant", "start", "--json", "--data", join(folder, "tenant"), "--port", "0", "--pages-port", "0"],
];

async function ready(child: ReturnType<typeof doorcode>["child"]): Promise<{ pages: string }> {
  let read = "";
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    read += chunk;
    if (read.includes("\n")) break;
  }
  return JSON.parse(read);
}
