import assert from "node:assert/strict";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { hasDisplay, openBrowser, opener } from "../../src/authorization-code/open-browser.ts";
import { scratchFolder } from "../token-store/scratch-folder.ts";

describe("a display", () => {
  const rows: [platform: NodeJS.Platform, env: NodeJS.ProcessEnv, has: boolean][] = [
    ["linux", {}, false],
    ["linux", { DISPLAY: ":0" }, true],
    ["linux", { WAYLAND_DISPLAY: "wayland-0" }, true],
    ["linux", { DISPLAY: "" }, false],
    ["linux", { DISPLAY: "localhost:10.0", SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" }, false],
    ["linux", { WAYLAND_DISPLAY: "wayland-0", SSH_TTY: "/dev/pts/1" }, false],
    ["freebsd", { DISPLAY: ":0" }, true],
    ["darwin", {}, true],
    ["darwin", { SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" }, false],
    ["win32", {}, true],
    ["win32", { SSH_CLIENT: "192.0.2.1 1 22" }, false],
  ];
  for (const [platform, env, has] of rows) {
    test(`is ${has ? "" : "not "}available on ${platform} with ${JSON.stringify(env)}`, () => {
      assert.equal(hasDisplay(env, platform), has);
    });
  }
});

test("the opener is a program of the system, and on Windows never one from the current folder", () => {
  const url = "https://login.example/?a=1&b=2";
  assert.deepEqual(opener(url, {}, "linux"), ["xdg-open", url]);
  assert.deepEqual(opener(url, {}, "darwin"), ["/usr/bin/open", url]);
  const rundll = String.raw`D:\Windows\System32\rundll32.exe`;
  assert.deepEqual(opener(url, { SystemRoot: String.raw`D:\Windows` }, "win32"), [
    ...[rundll, "url.dll,FileProtocolHandler", url],
  ]);
});

describe("opening the browser", { skip: process.platform === "win32" }, () => {
  /** An xdg-open that writes down its arguments, one per line. */
  async function desktop(t: TestContext, env: NodeJS.ProcessEnv = { DISPLAY: ":0" }) {
    const folder = await scratchFolder(t);
    const [file, opener] = [join(folder, "opened"), join(folder, "xdg-open")];
    await writeFile(opener, `#!/bin/sh\nprintf '%s\\n' "$#" "$@" > ${file}.part && /bin/mv ${file}.part ${file}\n`);
    await chmod(opener, 0o700);
    return {
      open: (url: string) => openBrowser(url, { env: { PATH: folder, ...env }, platform: "linux" }),
      async opened(): Promise<string[]> {
        for (;;) {
          const text = await readFile(file, "utf8").catch(() => undefined);
          if (text !== undefined) return text.trimEnd().split("\n");
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
    };
  }

  test("passes the URL to the desktop's opener as one argument that no shell interprets", async (t) => {
    const { open, opened } = await desktop(t);
    const nasty = "https://login.example/authorize?a=1&b=$(touch x)`id`'\"|^{}<>\\ ;%41é";
    assert.equal(await open(nasty), true);
    const [count, address] = await opened();
    assert.equal(count, "1");
    assert.match(address ?? "", /^[\w\-.~:/?#[\]@!&*+,;=%]+$/);
    assert.equal(new URL(address ?? "").searchParams.get("b"), new URL(nasty).searchParams.get("b"));
  });

  test("opens only web addresses", async (t) => {
    const { open } = await desktop(t);
    for (const url of [
      "file:///etc/passwd",
      "javascript:alert(1)",
      "--version",
      "calc.exe",
      "",
      "mailto:a@example.com",
    ]) {
      assert.equal(await open(url), false, url);
    }
  });

  test("opens nothing without a display, and does not fail without an opener", async (t) => {
    const { open } = await desktop(t, { DISPLAY: ":0", SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" });
    assert.equal(await open("https://login.example/"), false);
    const env = { DISPLAY: ":0", PATH: "/nonexistent" };
    assert.equal(await openBrowser("https://login.example/", { env, platform: "linux" }), false);
  });
});
