import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { launchChromiumIn } from "../fixtures/chromium.ts";
import { scratch } from "../server/scratch.ts";
import { command, startProcess } from "./tenant-process.ts";

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
  test(
    "puts the local CA into Chromium and Firefox, for web sites alone, and takes it out again",
    options,
    async (t) => {
      const { folder, data, trust, listed, chromiums } = await home(t);
      const firefox = join(folder, ".mozilla/firefox/ab12.default");
      await mkdir(firefox, { recursive: true });
      assert.equal(spawnSync("certutil", ["-N", "--empty-password", "-d", `sql:${firefox}`]).status, 0);
      await (await startProcess(t, data)).stop("SIGTERM");

      assert.equal((await trust("--print")).stdout, `${join(data, "ca.pem")}\n`);
      const unasked = await trust();
      assert.deepEqual([unasked.exit, /Nobody is here to say yes/.test(unasked.stderr)], [2, true]);
      assert.doesNotMatch(listed(firefox), /Doorcode/);

      const put = await trust("--yes");
      assert.equal(put.exit, 0, put.stderr);
      assert.match(put.stderr, /vouch for this computer's own names and the tenant's host alone/);
      for (const database of [chromiums, firefox]) {
        assert.equal(put.stderr.split(`(${database})\n`).length, 2, "named once");
        assert.match(listed(database), /^Doorcode local CA [0-9A-F]{8} +C,, *$/m);
      }
      assert.match((await trust("--yes")).stderr, /^Your browsers trust it already\./);

      const removed = await trust("--remove", "--yes");
      assert.equal(removed.exit, 0, removed.stderr);
      assert.equal(removed.stderr.split(`(${firefox})\n`).length, 2, "named once");
      for (const database of [chromiums, firefox]) assert.doesNotMatch(listed(database), /Doorcode/);
      assert.match((await trust("--remove", "--yes")).stderr, /^No browser of yours trusts it\./);
    },
  );

  test("then Chromium opens the tenant's https pages, and before and afterwards it does not", options, async (t) => {
    const { folder, data, trust } = await home(t);
    const { ready } = await startProcess(t, data);
    const url = `${ready.issuer}/.well-known/openid-configuration`;
    const opens = async () => {
      // Its own certificates are beside its other files, below HOME.
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

  test("puts no CA anywhere that no tenant made, and says so where there is none", options, async (t) => {
    const { folder, data, trust } = await home(t);
    await mkdir(data, { mode: 0o700 });
    const none = await trust("--yes");
    assert.deepEqual([none.exit, /has no CA\.\nStart the tenant once/.test(none.stderr)], [2, true]);
    const wide = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-subj", "/CN=any"];
    const file = join(data, "ca.pem");
    assert.equal(spawnSync("openssl", ["req", ...wide, "-keyout", join(folder, "key"), "-out", file]).status, 0);
    const unlimited = await trust("--yes");
    assert.equal(unlimited.exit, 1);
    assert.match(unlimited.stderr, /is no CA that is limited to this machine/);
    await writeFile(file, (await readFile(file, "utf8")).slice(0, 100));
    assert.match((await trust("--yes")).stderr, /is no CA that is limited to this machine/);
  });
});
