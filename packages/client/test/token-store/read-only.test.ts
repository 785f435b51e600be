import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { openFileStore } from "../../src/token-store/file-store.ts";
import { readStoreFast } from "../../src/token-store/read-store.cts";
import { scratchFolder } from "./scratch-folder.ts";

const OTHER_USER = 65534;

test("a read-only folder is read, and storing something in it is an error", {
  skip: process.platform === "win32",
}, async (t) => {
  const asRoot = process.geteuid?.() === 0;
  if (asRoot) t.after(() => process.seteuid?.(0));
  const directory = join(scratchFolder(t), "store");
  mkdirSync(directory);
  if (asRoot) {
    // Root ignores file modes; this file runs as its own process.
    chmodSync(dirname(directory), 0o711);
    chownSync(directory, OTHER_USER, OTHER_USER);
    process.seteuid?.(OTHER_USER);
  }
  chmodSync(directory, 0o700);
  await (await openFileStore({ directory, env: {} })).change([{ put: "a", value: 1 }]);
  chmodSync(directory, 0o500);

  const store = await openFileStore({ directory, env: {} });
  assert.equal((await store.read()).records.get("a"), 1);
  assert.deepEqual(readStoreFast(directory, {}), { records: { a: 1 } });
  const locked = { code: "store_locked", message: /is not accessible to this user/ };
  await assert.rejects(store.change([]), locked, "before a user is asked");
  await assert.rejects(store.change([{ remove: "a" }]), locked);
  assert.deepEqual(readdirSync(directory).sort(), ["key", "store.1.enc"]);
});
