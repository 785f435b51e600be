import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const fileStore = fileURLToPath(new URL("../../packages/client/src/token-store/file-store.ts", import.meta.url));

/** Runs in its own mount namespace, so that no other process sees the small disk. */
function withSmallDisk(folder: string, command: string[], mount = "-o size=64k,mode=700") {
  const script = `mount -t tmpfs ${mount} none "$0" && exec "$@"`;
  return spawnSync("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script, folder, ...command], {
    encoding: "utf8",
  });
}

test("a full disk is reported as such, and the stored data stays readable", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "doorcode-full-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  if (withSmallDisk(folder, ["true"]).status !== 0) return t.skip("this machine does not allow mounting a small disk");

  const program = `
    const { openFileStore } = await import(${JSON.stringify(fileStore)});
    const { writeFileSync, readdirSync } = await import("node:fs");
    const directory = process.argv[1];
    const store = await openFileStore({ directory, env: {} });
    await store.change([{ put: "a", value: 1 }]);
    const problems = [];
    const problem = (error) => problems.push([error.code, error.message, error.hint]);
    await store.change([{ put: "big", value: "x".repeat(200_000) }]).catch(problem);
    try { writeFileSync(directory + "/filler", Buffer.alloc(200_000)); } catch {}
    await store.change([]).catch(problem);
    const { records } = await store.read();
    console.log(JSON.stringify({ problems, records: [...records], names: readdirSync(directory).sort() }));`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", program, folder];
  const { stdout, stderr } = withSmallDisk(folder, [process.execPath, ...args]);
  const { problems, records, names } = JSON.parse(stdout || JSON.stringify({ problems: stderr }));

  assert.equal(problems.length, 2, String(problems));
  for (const [code, message, hint] of problems) {
    assert.equal(code, "store_locked");
    assert.match(message, /no space left for .*doorcode-full-/);
    assert.match(hint, /Free some disk space.*unharmed/);
  }
  assert.deepEqual(records, [["a", 1]]);
  assert.deepEqual(names, ["filler", "key", "store.1.enc"]);
});
