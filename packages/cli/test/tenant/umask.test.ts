import assert from "node:assert/strict";
import { chownSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { command, unprivileged } from "./tenant-process.ts";

for (const umask of [0o000, 0o777]) {
  test(`under the umask 0${umask.toString(8)} a tenant starts twice, and only its user can access its files`, {
    skip: process.platform === "win32",
  }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "doorcode-tenant-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    if (unprivileged !== undefined) chownSync(folder, unprivileged, unprivileged);
    const data = join(folder, "data");
    for (let start = 0; start < 2; start++) {
      const args = ["start", "--data", data, "--port", "0", "--pages-port", "0"];
      const env = { HOME: folder };
      const { exit, stderr } = await command(args, { until: /Ctrl-C/, umask, env });
      assert.equal(exit, 130, stderr);
    }
    assert.equal(statSync(data).mode & 0o777, 0o700);
    for (const name of readdirSync(data)) {
      const { mode } = statSync(join(data, name));
      assert.equal(mode & 0o077, 0, name);
      assert.equal(mode & 0o600, 0o600, name);
    }
  });
}
