import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openFileStore } from "../../src/token-store/file-store.ts";
import { readPrivateFile, readStoreFast } from "../../src/token-store/read-store.cts";
import { scratchFolder } from "./scratch-folder.ts";

// It is .cjs next to these tests' compiled JavaScript, and .cts in the sources.
const reader = fileURLToPath(
  new URL(`../../src/token-store/read-store.${import.meta.url.endsWith(".ts") ? "cts" : "cjs"}`, import.meta.url),
);

describe("The fast reader", { concurrency: true }, () => {
  test("reads what the store last wrote", async (t) => {
    const directory = scratchFolder(t);
    const store = await openFileStore({ directory, env: {} });
    await store.change([{ put: "a", value: 1 }]);
    await store.change([{ put: "access:x", value: { token: "t", scopes: ["é"] } }]);
    assert.deepEqual(readStoreFast(directory, {}), { records: { a: 1, "access:x": { token: "t", scopes: ["é"] } } });
  });

  test("finds no records if nothing was stored", (t) => {
    const directory = scratchFolder(t);
    assert.deepEqual(readStoreFast(directory, {}), { records: {} });
    assert.deepEqual(readStoreFast(join(directory, "nowhere"), {}), { records: {} });
  });

  test("gets the key from the same place as the store", async (t) => {
    const [directory, credentials] = [scratchFolder(t), scratchFolder(t)];
    writeFileSync(join(credentials, "doorcode-key"), Buffer.alloc(32, 7), { mode: 0o400 });
    const env = { CREDENTIALS_DIRECTORY: credentials };
    await (await openFileStore({ directory, env })).change([{ put: "a", value: 1 }]);
    assert.deepEqual(readStoreFast(directory, env), { records: { a: 1 } });
    assert.deepEqual(readStoreFast(directory, { DOORCODE_STORE_KEY_FILE: join(credentials, "doorcode-key") }), {
      records: { a: 1 },
    });
  });

  test("returns the kind of problem, which the slow path explains", async (t) => {
    const directory = scratchFolder(t);
    await (await openFileStore({ directory, env: {} })).change([{ put: "a", value: 1 }]);
    const file = join(directory, "store.1.enc");
    const intact = readFileSync(file);
    writeFileSync(file, intact.subarray(0, 50));
    assert.deepEqual(readStoreFast(directory, {}), { problem: "damaged" });
    writeFileSync(file, intact);
    writeFileSync(join(directory, "key"), Buffer.alloc(32, 1));
    assert.deepEqual(readStoreFast(directory, {}), { problem: "other_key" });
    assert.deepEqual(readdirSync(directory).sort(), ["key", "store.1.enc"]);
  });

  test("can be required by a CommonJS program, and loads only fs, path and crypto", async (t) => {
    const directory = scratchFolder(t);
    await (await openFileStore({ directory, env: {} })).change([{ put: "a", value: 1 }]);
    const program = `
      const before = new Set(process.moduleLoadList);
      const { readStoreFast } = require(${JSON.stringify(reader)});
      const read = readStoreFast(${JSON.stringify(directory)}, {});
      const loaded = process.moduleLoadList.filter((name) => !before.has(name));
      console.log(JSON.stringify({ read, loaded, files: Object.keys(require.cache) }));`;
    const out = execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", "-e", program], {
      encoding: "utf8",
    });
    const { read, loaded, files } = JSON.parse(out) as { read: unknown; loaded: string[]; files: string[] };
    assert.deepEqual(read, { records: { a: 1 } });
    assert.deepEqual(files, [reader]);
    const heavy = loaded.filter((name) =>
      /NativeModule (http|https|net|tls|child_process|internal\/deps\/undici)/.test(name),
    );
    assert.deepEqual(heavy, []);
  });
});

test("a file that was replaced between open and stat counts as gone, and not as a different kind of file", async (t) => {
  if (process.platform !== "linux") return t.skip("needs /proc to open a file without a name");
  const path = join(scratchFolder(t), "replaced");
  writeFileSync(path, "x", { mode: 0o600 });
  const open = openSync(path, "r");
  t.after(() => closeSync(open));
  unlinkSync(path);
  assert.throws(() => readPrivateFile(`/proc/self/fd/${open}`, "named"), { code: "ENOENT" });
});
