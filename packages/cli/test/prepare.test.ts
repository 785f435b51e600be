import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { doorcode, scratch } from "./cli-process.ts";

async function prepare(t: TestContext, text: string | undefined, ...args: string[]) {
  const folder = await scratch(t);
  if (text !== undefined) await writeFile(join(folder, "doorcode.tenant.yaml"), text);
  return doorcode(["prepare", ...args], { cwd: folder, env: { HOME: folder } }).ended;
}

const url = "https://localhost:8443/00000000-0000-4000-8000-000000000000";

describe("doorcode prepare, before anything is sent", { concurrency: true }, () => {
  test("names what is missing", async (t) => {
    for (const [args, hint] of [
      [[], /--to URL\|entra/],
      [["--to", "http://localhost:8443/x"], /https:\/\/localhost:8443\/<tenant>/],
      [["--to", "entra"], /--tenant contoso\.onmicrosoft\.com/],
      [["--to", url, "--plan", "--yes"], /cannot be used together/],
      [["--to", url, "--from", url], /cannot be used together/],
    ] as const) {
      const { exit, stdout, stderr } = await prepare(t, "apps: {}\n", ...args);
      assert.deepEqual({ exit, stdout }, { exit: 2, stdout: "" }, args.join(" "));
      assert.match(stderr, hint);
    }
  });

  test("names a missing file", async (t) => {
    const { exit, stderr } = await prepare(t, undefined, "--to", url, "--plan");
    assert.equal(exit, 2);
    assert.match(stderr, /The file doorcode\.tenant\.yaml does not exist\.\nName another with --file FILE\./);
  });

  test("prints every error of the file with its position, also as an event", async (t) => {
    const text = "apps:\n  a:\n    publicClient: yes please\n    permisions: []\n";
    const { exit, stdout, stderr } = await prepare(t, text, "--to", url, "--json");
    assert.equal(exit, 2);
    assert.match(stderr, /doorcode\.tenant\.yaml has 2 errors; nothing was changed\./);
    assert.match(stderr, /doorcode\.tenant\.yaml:3:19 /);
    assert.match(stderr, /doorcode\.tenant\.yaml:4:5 .*permissions/);
    const { event, code, problems } = JSON.parse(stdout);
    assert.deepEqual({ event, code }, { event: "error", code: "tenant_file_invalid" });
    assert.deepEqual(
      problems.map(({ line, column }: { line: number; column: number }) => [line, column]),
      [
        [3, 19],
        [4, 5],
      ],
    );
  });

  test("exits 7 when the tenant cannot be reached", async (t) => {
    const folder = await scratch(t);
    await writeFile(join(folder, "doorcode.tenant.yaml"), "apps: { a: {} }\n");
    const { child, ended } = doorcode(["prepare", "--to", "https://localhost:1/x", "--plan", "--token-stdin"], {
      cwd: folder,
      env: { HOME: folder },
      stdin: "pipe",
    });
    child.stdin?.end("a-token-that-is-not-shown");
    const { exit, stderr } = await ended;
    assert.equal(exit, 7, stderr);
    assert.match(stderr, /cannot be reached \(ECONNREFUSED\)/);
    assert.ok(!stderr.includes("a-token-that"), stderr);
  });
});
