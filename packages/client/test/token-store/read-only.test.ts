import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { openFileStore } from "../../src/token-store/file-store.ts";
import { readStoreFast } from "../../src/token-store/read-store.cts";
import { scratchFolder } from "./scratch-folder.ts";

const NOBODY = 65534;

test("a folder that cannot be written is read, and says so when something is to be stored", {
  skip: process.platform === "win32",
}, async (t) => {
  const asRoot = process.geteuid?.() === 0;
  if (asRoot) t.after(() => process.seteuid?.(0));
  const directory = join(scratchFolder(t), "store");
  mkdirSync(directory);
  if (asRoot) {
    // Modes do not bind root; this file is a process of its own.
    chmodSync(dirname(directory), 0o711);
    chownSync(directory, NOBODY, NOBODY);
    process.seteuid?.(NOBODY);
  }
  chmodSync(directory, 0o700);
  await (await openFileStore({ directory, env: {} })).change([{ put: "a", value: 1 }]);
  chmodSync(directory, 0o500);

  const store = await openFileStore({ directory, env: {} });
  assert.equal((await store.read()).records.get("a"), 1);
  assert.deepEqual(readStoreFast(directory, {}), { records: { a: 1 } });
  const locked = { code: "store_locked", message: /is not accessible for this user/ };
  await assert.rejects(store.change([]), locked, "before a person is asked");
  await assert.rejects(store.change([{ remove: "a" }]), locked);
  assert.deepEqual(readdirSync(directory).sort(), ["key", "store.1.enc"]);
});
