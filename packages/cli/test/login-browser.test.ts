import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { refuseSecrets, type TestEnv, testEnv } from "./signed-in.ts";
import { clientId } from "./stand-in-issuer.ts";

describe("doorcode login --browser", () => {
  /** Nothing is opened on the machine that runs the tests. */
  const nowhere = { DISPLAY: "", WAYLAND_DISPLAY: "", SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" };
  const args = ({ issuer }: TestEnv, ...more: string[]) => [
    ...["login", "--browser", "--authority", issuer.authority, "--client-id", clientId, "--scope", "todo.read"],
    ...more,
  ];

  /** The URL for the browser, as soon as it is printed. */
  function addressFrom({ child, ended }: ReturnType<TestEnv["start"]>, stream: "stdout" | "stderr"): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = "";
      child[stream]?.on("data", (chunk: string) => {
        text += chunk;
        const [, address] = /(http:\/\/127\.0\.0\.1:\d+\/authorize\?[^\s"]+)[\s"]/.exec(text) ?? [];
        if (address !== undefined) resolve(address);
      });
      ended.then(({ stderr }) => reject(new Error(`it ended without an address: ${stderr}`)), reject);
    });
  }

  test("shows the URL if there is no display, and is signed in when the browser returns", async (t) => {
    const made = await testEnv(t);
    const running = made.start(args(made), nowhere);
    const address = await addressFrom(running, "stderr");
    const page = await fetch(made.issuer.comeBack(address));
    assert.match(await page.text(), /You are signed in/);
    const { exit, stdout, stderr } = await running.ended;
    assert.equal(exit, 0, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /open it on this computer: http/);
    assert.match(stderr, /Signed in as Ada \(ada@contoso\.example\)\./);
    refuseSecrets(stderr);
    assert.equal(made.issuer.count("/device_authorization"), 0);
    assert.match((await made.run(["token"])).stdout, /^canary-access-token/);
    assert.equal((await made.run(["status"])).exit, 0);
  });

  test("prints browser and signed_in as events, one per line", async (t) => {
    const made = await testEnv(t);
    const running = made.start(args(made, "--json"), nowhere);
    const address = await addressFrom(running, "stdout");
    await fetch(made.issuer.comeBack(address));
    const { exit, stdout } = await running.ended;
    assert.equal(exit, 0);
    const [browser, signedIn, ...more] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(browser, { v: 1, event: "browser", url: address });
    assert.equal(signedIn.event, "signed_in");
    assert.deepEqual(more, []);
    refuseSecrets(stdout);
  });

  test("exits 4 when the user declines and 5 after the timeout, and names the redirect URI to register", async (t) => {
    const made = await testEnv(t);
    const declined = made.start(args(made), nowhere);
    const page = await fetch(made.issuer.comeBack(await addressFrom(declined, "stderr"), { error: "access_denied" }));
    assert.match(await page.text(), /You are not signed in/);
    assert.equal((await declined.ended).exit, 4);
    const { exit, stderr } = await made.run(args(made, "--timeout", "1s"), nowhere);
    assert.equal(exit, 5);
    assert.match(stderr, /register http:\/\/localhost as a redirect URI/);
    assert.equal((await made.run(["status"])).exit, 3);
  });

  test("Ctrl-C ends it immediately with 130, and then nothing listens", async (t) => {
    const made = await testEnv(t);
    const running = made.start(args(made), nowhere);
    const address = await addressFrom(running, "stderr");
    running.child.kill("SIGINT");
    assert.equal((await running.ended).exit, 130);
    await assert.rejects(fetch(made.issuer.comeBack(address)));
  });

  test("login without options and with --device uses the code; both options together are an error", async (t) => {
    const made = await testEnv(t);
    assert.match((await made.login("--device")).stderr, /WDJB-MJHT/);
    assert.match((await made.login()).stderr, /WDJB-MJHT/);
    const { exit, stderr } = await made.login("--device", "--browser");
    assert.equal(exit, 2);
    assert.match(stderr, /--browser and --device/);
  });

  test("opens the browser if there is a display", { skip: process.platform !== "linux" }, async (t) => {
    const made = await testEnv(t);
    const env = { ...nowhere, SSH_CONNECTION: "", DISPLAY: ":99", PATH: await desktop(made) };
    const { exit, stderr } = await made.run(args(made), env);
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /Signed in as Ada/);
  });

  /** A folder with an xdg-open that acts as the user's browser: it opens the issuer's page and follows it back. */
  async function desktop({ folder, issuer }: TestEnv): Promise<string> {
    const opener = join(folder, "xdg-open");
    issuer.api = (request) => {
      const address = `${issuer.authority}${request.url}`;
      return { status: 200, text: issuer.comeBack(address) };
    };
    const script = "fetch(process.argv[2]).then((r) => r.text()).then((back) => fetch(back));";
    await writeFile(join(folder, "browser.mjs"), script);
    await writeFile(opener, `#!/bin/sh\nexec "${process.execPath}" "${join(folder, "browser.mjs")}" "$1"\n`);
    await chmod(opener, 0o700);
    return folder;
  }
});
