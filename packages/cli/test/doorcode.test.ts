import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { doorcode, hereRunsTenant, packageFolder, scratch } from "./cli-process.ts";

describe("doorcode", () => {
  test("prints its version and its help on stdout", async () => {
    const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
    assert.deepEqual(await doorcode(["--version"]).ended, { exit: 0, stdout: `${version}\n`, stderr: "" });
    const help = await doorcode(["--help"]).ended;
    assert.equal(help.exit, 0);
    assert.match(help.stdout, /^Usage: doorcode [\s\S]*tenant/);
  });

  test("its help fits a terminal of eighty columns, and loses no word", async () => {
    const { commands } = await import("../src/commands.ts");
    const { helpOf, helpOfAll } = await import("../src/help.ts");
    const words = (text: string) => text.split(/\s+/).filter(Boolean).join(" ");
    for (const [name, command] of Object.entries(commands)) {
      const help = helpOf(name, command);
      for (const { help: said } of Object.values(command.options)) assert.ok(words(help).includes(words(said)), said);
      for (const note of command.notes ?? []) assert.ok(words(help).includes(words(note)), note);
      for (const line of help.split("\n")) assert.ok(line.length <= 80, `${name}: ${line}`);
    }
    for (const line of helpOfAll(commands).split("\n")) assert.ok(line.length <= 80, line);
  });

  test("exits 2 on what it does not know, with the words on stderr", async () => {
    for (const args of [[], ["sign-in"], ["--verbose"]]) {
      const { exit, stdout, stderr } = await doorcode(args).ended;
      assert.equal(exit, 2, args.join(" "));
      assert.equal(stdout, "");
      assert.notEqual(stderr, "");
    }
  });
});

describe("doorcode tenant", () => {
  test("hands words and options over as they are, and the exit code back", async (t) => {
    const help = await doorcode(["tenant", "start", "--help"]).ended;
    assert.equal(help.exit, 0);
    assert.match(help.stdout, /^Usage: doorcode tenant start/);
    for (const words of [[], ["start"], ["users", "add"], ["apps"], ["apps", "add-certificate"], ["token"]]) {
      const { stdout } = await doorcode(["tenant", ...words, "--help"], { env: { HOME: "/h" } }).ended;
      for (const line of stdout.split("\n")) assert.ok(line.length <= 80, `${words.join(" ")}: ${line}`);
    }
    const usage = await doorcode(["tenant", "start", "--port", "x"]).ended;
    assert.equal(usage.exit, 2);
    const nowhere = await doorcode(["tenant", "users", "--data", await scratch(t)]).ended;
    assert.equal(nowhere.exit, 7);
    assert.match(nowhere.stderr, /doorcode tenant start/);
  });

  test("starts, says it is ready, and ends on Ctrl-C with 130, with nothing left running", async (t) => {
    const { child, ended } = doorcode(startArgs(await scratch(t)));
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
    const { child, ended } = doorcode(startArgs(await scratch(t)));
    t.after(() => child.kill("SIGKILL"));
    await ready(child);
    child.kill("SIGTERM");
    assert.equal((await ended).exit, 143);
  });

  test("leaves no tenant behind even when it is killed", async (t) => {
    const { child, ended } = doorcode(startArgs(await scratch(t)));
    const { pages } = await ready(child);
    child.kill("SIGKILL");
    // The pipes close when the last process that holds them has ended.
    await ended;
    await assert.rejects(fetch(`${pages}/device`));
  });

  test("ends with the program that started it over a channel", async (t) => {
    const { child } = doorcode(startArgs(await scratch(t)), { channel: true });
    t.after(() => child.kill("SIGKILL"));
    const { pages } = await ready(child);
    // No "close" follows where this side ends the channel.
    const ended = once(child, "exit");
    child.disconnect();
    assert.deepEqual(await ended, [143, null]);
    await assert.rejects(fetch(`${pages}/device`));
  });

  if (!hereRunsTenant) {
    test("says which Node.js it needs where there is none", async (t) => {
      const alone = await packageAlone(await scratch(t));
      const { exit, stdout, stderr } = await doorcode(["tenant", "users"], { folder: alone, env: { PATH: "" } }).ended;
      assert.equal(exit, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /needs Node\.js 24 or newer; this is 20\./);
    });

    test("runs no Node.js of the current folder, which may be anybody's", async (t) => {
      const folder = await scratch(t);
      const alone = await packageAlone(join(folder, "package"));
      const cwd = join(folder, "cwd");
      for (const bin of [`.runtime/24-24.99.0/node_modules/${platform}/bin`, `node_modules/${platform}/bin`]) {
        await mkdir(join(cwd, bin), { recursive: true });
        await writeFile(join(cwd, bin, "node"), "#!/bin/sh\necho v24.99.0\n", { mode: 0o755 });
      }
      const { exit } = await doorcode(["tenant", "users"], { folder: alone, cwd, env: { PATH: "" } }).ended;
      assert.equal(exit, 1);
    });

    test("takes one from the PATH only when that says it is new enough", async (t) => {
      const folder = await scratch(t);
      const alone = await packageAlone(join(folder, "package"));
      for (const [version, exit] of [
        ["v22.99.0", 1],
        ["v24.99.0", 77],
      ] as const) {
        const script = `#!/bin/sh\n[ "$1" = --version ] && echo ${version} && exit\nexit 77\n`;
        await mkdir(join(folder, version));
        await writeFile(join(folder, version, "node"), script, { mode: 0o755 });
        const path = join(folder, version);
        assert.equal(
          (await doorcode(["tenant", "users"], { folder: alone, env: { PATH: path } }).ended).exit,
          exit,
          version,
        );
      }
    });
  }
});

const platform = `node-${process.platform}-${process.arch}`;

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

/** The package as it is published, without a workspace around it that could have brought a Node.js. */
async function packageAlone(folder: string): Promise<string> {
  for (const part of ["bin", "dist", "package.json"])
    await cp(join(packageFolder, part), join(folder, part), { recursive: true });
  return folder;
}
