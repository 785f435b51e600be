import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openFileStore } from "../../packages/client/src/token-store/file-store.ts";

const contender = fileURLToPath(new URL("./store-contender.ts", import.meta.url));
const PROCESSES = 32;

test("32 processes that change one new store at once lose nothing, and run one at a time under a lease", async (t) => {
  const directory = join(mkdtempSync(join(tmpdir(), "doorcode-many-")), "store");
  t.after(() => rmSync(join(directory, ".."), { recursive: true, force: true }));

  const children = Array.from({ length: PROCESSES }, (_, id) =>
    spawn(process.execPath, ["--disable-warning=ExperimentalWarning", contender, directory, String(id)], {
      stdio: ["pipe", "pipe", "inherit"],
    }),
  );
  const ends = children.map((child) => once(child, "close"));
  await Promise.all(children.map((child) => once(child.stdout, "data")));
  for (const child of children) child.stdin.write("go\n");
  for (const [code] of await Promise.all(ends)) assert.equal(code, 0);

  const { records } = await (await openFileStore({ directory, env: {} })).read();
  assert.equal(records.get("counter"), PROCESSES);
  assert.equal([...records.keys()].filter((key) => key.startsWith("record ")).length, PROCESSES * 4);
  assert.equal(readdirSync(directory).length, 2, "the key and one generation");
});
