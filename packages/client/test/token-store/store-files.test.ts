import assert from "node:assert/strict";
import { chmodSync, existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { STORE_FORMAT, unseal } from "../../src/token-store/read-store.cts";
import { listFolder, makeFolder } from "../../src/token-store/store-folder.ts";
import { emptyState, type StoreState, seal, stateOf } from "../../src/token-store/store-state.ts";
import { scratchFolder } from "./scratch-folder.ts";

describe("the folder of a store", () => {
  test("has no files while it does not exist", (t) => {
    const directory = join(scratchFolder(t), "store");
    assert.deepEqual(listFolder(directory), []);
    assert.equal(existsSync(directory), false);
  });

  test("is created for the user only, with its parent folders, and may exist already", async (t) => {
    const directory = join(scratchFolder(t), "deep", "store");
    await makeFolder(directory);
    await makeFolder(directory);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    writeFileSync(join(directory, "key"), "");
    assert.deepEqual(listFolder(directory), ["key"]);
  });

  test("is refused if others can enter it", (t) => {
    const directory = scratchFolder(t);
    chmodSync(directory, 0o750);
    assert.throws(() => listFolder(directory), { code: "store_locked", message: /is open to other users/ });
  });

  test("is not created if a file is in its place", async (t) => {
    const directory = join(scratchFolder(t), "store");
    writeFileSync(directory, "");
    await assert.rejects(makeFolder(join(directory, "deep")), {
      code: "store_locked",
      message: /has the wrong file type/,
    });
  });
});

describe("a sealed state", () => {
  const key = Buffer.alloc(32, 1);
  const state: StoreState = {
    generation: 258,
    records: new Map([["account:ada", { name: "Ada “Countess” Lovelace" }]]),
    tombstones: new Map([["access:ada", { generation: 200, at: 1_790_000_000_000 }]]),
    writes: ["first", "last"],
  };

  test("is decrypted unchanged", () => {
    const unsealed = unseal(seal(state, key), key, 258);
    assert.ok("state" in unsealed);
    assert.deepEqual(stateOf(unsealed.state, 258), state);
  });

  test("begins with its format, generation and key, and looks different each time", () => {
    const [one, other] = [seal(state, key), seal(state, key)];
    assert.equal(one.toString("latin1", 0, 8), "doorcode");
    assert.equal(one[8], STORE_FORMAT.version);
    assert.equal(one.readBigUInt64BE(STORE_FORMAT.generationAt), 258n);
    assert.deepEqual(one.subarray(0, STORE_FORMAT.nonceAt), other.subarray(0, STORE_FORMAT.nonceAt));
    assert.notDeepEqual(one.subarray(STORE_FORMAT.nonceAt), other.subarray(STORE_FORMAT.nonceAt));
    assert.doesNotMatch(one.toString("latin1"), /account|Ada/);
  });

  test("is decrypted only with its own key, in its own generation, and if it is unchanged", () => {
    const bytes = seal(state, key);
    assert.deepEqual(unseal(bytes, Buffer.alloc(32, 2), 258), { fault: "other_key" });
    assert.deepEqual(unseal(bytes, key, 259), { fault: "damaged" });
    for (const at of [STORE_FORMAT.nonceAt, STORE_FORMAT.ciphertextAt, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      assert.deepEqual(unseal(changed, key, 258), { fault: "damaged" }, `byte ${at}`);
    }
  });

  test("without records is decrypted as empty", () => {
    const unsealed = unseal(seal(emptyState, key), key, 0);
    assert.ok("state" in unsealed);
    assert.deepEqual(stateOf(unsealed.state, 0), emptyState);
  });
});
