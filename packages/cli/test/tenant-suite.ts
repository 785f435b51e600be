import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { doorcode, scratch } from "./cli-process.ts";

/** How `doorcode tenant` passes things on: in its own process, or where `node` is too old for the tenant, through a child. */
export function tenantSuite(node?: string): void {
  const run: typeof doorcode = (args, options = {}) => doorcode(args, { ...options, ...(node ? { node } : {}) });

  test("hands words and options over as they are, and the exit code back", async (t) => {
    const help = await run(["tenant", "start", "--help"]).ended;
    assert.equal(help.exit, 0);
    assert.match(help.stdout, /^Usage: doorcode tenant start/);
    for (const words of [[], ["start"], ["users", "add"], ["apps"], ["apps", "add-certificate"], ["token"]]) {
      const { stdout } = await run(["tenant", ...words, "--help"], { env: { HOME: "/h" } }).ended;
      for (const line of stdout.split("\n")) assert.ok(line.length <= 80, `${words.join(" ")}: ${line}`);
    }
    const usage = await run(["tenant", "start", "--port", "x"]).ended;
    assert.equal(usage.exit, 2);
    const nowhere = await run(["tenant", "users", "--data", await scratch(t)]).ended;
    assert.equal(nowhere.exit, 7);
    assert.match(nowhere.stderr, /doorcode tenant start/);
  });

  test("starts, says it is ready, and ends on Ctrl-C with 130, with nothing left running", async (t) => {
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

  test("ends with SIGTERM by 143", async (t) => {
    const { child, ended } = run(startArgs(await scratch(t)));
    t.after(() => child.kill("SIGKILL"));
    await ready(child);
    child.kill("SIGTERM");
    assert.equal((await ended).exit, 143);
  });

  test("leaves no tenant behind even when it is killed", async (t) => {
    const { child, ended } = run(startArgs(await scratch(t)));
    const { pages } = await ready(child);
    child.kill("SIGKILL");
    // The pipes close when the last process that holds them has ended.
    await ended;
    await assert.rejects(fetch(`${pages}/device`));
  });

  test("ends with the program that started it over a channel", async (t) => {
    const { child } = run(startArgs(await scratch(t)), { channel: true });
    t.after(() => child.kill("SIGKILL"));
    const { pages } = await ready(child);
    // No "close" follows where this side ends the channel.
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
