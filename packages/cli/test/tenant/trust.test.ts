import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { launchChromiumIn } from "../../../tenant/test/fixtures/chromium.ts";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { packageFolder } from "../cli-process.ts";
import { command, startProcess } from "./tenant-process.ts";

const entry = join(packageFolder, "bin/doorcode.cjs");
const hasNss = process.platform === "linux" && !spawnSync("certutil", ["-H"], { stdio: "ignore" }).error;
const options = { skip: hasNss ? false : "needs certutil of NSS (Debian: libnss3-tools)" };

async function home(t: TestContext) {
  const folder = await scratch(t);
  const data = join(folder, "tenant");
  const trust = (...args: string[]) => command(["trust", "--data", data, ...args], { env: { HOME: folder } });
  const listed = (database: string) =>
    spawnSync("certutil", ["-L", "-d", `sql:${database}`], { encoding: "utf8" }).stdout;
  return { folder, data, trust, listed, chromiums: join(folder, ".pki/nssdb") };
}

describe("doorcode tenant trust", () => {
  test("adds the local CA to Chromium and Firefox, only for websites, and removes it again", options, async (t) => {
    const { folder, data, trust, listed, chromiums } = await home(t);
    const firefox = join(folder, ".mozilla/firefox/ab12.default");
    await mkdir(firefox, { recursive: true });
    assert.equal(spawnSync("certutil", ["-N", "--empty-password", "-d", `sql:${firefox}`]).status, 0);
    await (await startProcess(t, data)).stop("SIGTERM");

    assert.equal((await trust("--print")).stdout, `${join(data, "ca.pem")}\n`);
    const unasked = await trust();
    assert.deepEqual([unasked.exit, /needs confirmation/.test(unasked.stderr)], [2, true]);
    assert.doesNotMatch(listed(firefox), /Doorcode/);

    const put = await trust("--yes");
    assert.equal(put.exit, 0, put.stderr);
    assert.match(put.stderr, /vouch only for this computer's own names and the tenant's host/);
    for (const database of [chromiums, firefox]) {
      assert.equal(put.stderr.split(`(${database})\n`).length, 2, "named once");
      assert.match(listed(database), /^Doorcode local CA [0-9A-F]{8} +C,, *$/m);
    }
    assert.match((await trust("--yes")).stderr, /^Your browsers already trust it\./);

    const removed = await trust("--remove", "--yes");
    assert.equal(removed.exit, 0, removed.stderr);
    assert.equal(removed.stderr.split(`(${firefox})\n`).length, 2, "named once");
    for (const database of [chromiums, firefox]) assert.doesNotMatch(listed(database), /Doorcode/);
    assert.match((await trust("--remove", "--yes")).stderr, /^None of your browsers trusts it\./);
  });

  test("asks at a terminal first; n changes nothing, and Ctrl-C ends it with 130", options, async (t) => {
    const { folder, data, listed, chromiums } = await home(t);
    await (await startProcess(t, data)).stop("SIGTERM");
    for (const [key, exit] of [
      ["n\r", 0],
      ["\u0003", 130],
    ] as const) {
      // Runs it in a separate terminal (util-linux), with the same exit code.
      const command = `'${process.execPath}' '${entry}' tenant trust --data '${data}'`;
      const child = spawn("script", ["-qec", command, "/dev/null"], {
        env: { ...process.env, HOME: folder },
        stdio: ["pipe", "pipe", "inherit"],
      });
      t.after(() => child.kill("SIGKILL"));
      let shown = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        if (!shown.includes("(y/N)") && (shown + chunk).includes("(y/N)")) child.stdin.write(key);
        shown += chunk;
      });
      assert.deepEqual(await once(child, "exit"), [exit, null], shown);
      assert.match(shown, /Nothing was changed\./);
      assert.doesNotMatch(shown, /bug in doorcode|^ +at /m);
    }
    assert.doesNotMatch(listed(chromiums), /Doorcode/);
  });

  test("lets Chromium open the tenant's https pages, but not before or afterwards", options, async (t) => {
    const { folder, data, trust } = await home(t);
    const { ready } = await startProcess(t, data);
    const url = `${ready.issuer}/.well-known/openid-configuration`;
    const opens = async () => {
      // Chromium's certificates are next to its other files, below HOME.
      const own = await launchChromiumIn({ ...process.env, HOME: folder });
      try {
        return (await (await own.newPage()).goto(url))?.status();
      } catch (error) {
        return /ERR_CERT_AUTHORITY_INVALID/.exec(String(error))?.[0];
      } finally {
        await own.close();
      }
    };
    assert.equal(await opens(), "ERR_CERT_AUTHORITY_INVALID");
    await trust("--yes");
    assert.equal(await opens(), 200);
    await trust("--remove", "--yes");
    assert.equal(await opens(), "ERR_CERT_AUTHORITY_INVALID");
  });

  test("rejects a CA that no tenant created, and a folder without one", options, async (t) => {
    const { folder, data, trust } = await home(t);
    await mkdir(data, { mode: 0o700 });
    const none = await trust("--yes");
    assert.deepEqual([none.exit, /has no CA\.\nStart the tenant once/.test(none.stderr)], [2, true]);
    const wide = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-subj", "/CN=any"];
    const file = join(data, "ca.pem");
    assert.equal(spawnSync("openssl", ["req", ...wide, "-keyout", join(folder, "key"), "-out", file]).status, 0);
    const unlimited = await trust("--yes");
    assert.equal(unlimited.exit, 1);
    assert.match(unlimited.stderr, /is not a CA that is limited to this machine/);
    await writeFile(file, (await readFile(file, "utf8")).slice(0, 100));
    assert.match((await trust("--yes")).stderr, /is not a CA that is limited to this machine/);
  });
});
