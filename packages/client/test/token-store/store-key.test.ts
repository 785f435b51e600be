import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { DoorcodeError } from "../../src/errors.ts";
import { makeKey, makeKeyByClaim, protectionOf, readKey } from "../../src/token-store/store-key.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { failingLink, watchFiles } from "./watched-files.ts";

const clock = { now: () => 0, sleep: () => assert.fail("waited") };
const anyKey = Buffer.alloc(32, 7);

describe("the key of a store", () => {
  test("is read from its folder, or does not exist yet", (t) => {
    const directory = scratchFolder(t);
    assert.equal(readKey(directory, {}), undefined);
    writeFileSync(join(directory, "key"), anyKey, { mode: 0o600 });
    assert.deepEqual(readKey(directory, {}), anyKey);
  });

  test("that the environment names is never created, and an error if missing", (t) => {
    const path = join(scratchFolder(t), "named");
    assert.throws(
      () => readKey(scratchFolder(t), { DOORCODE_STORE_KEY_FILE: path }),
      ({ code, message, hint, cause }: DoorcodeError) => {
        assert.equal(code, "store_locked");
        assert.ok(message.includes(`the key file ${path} does not exist`));
        assert.match(hint, /head -c 32 \/dev\/urandom.* or unset DOORCODE_STORE_KEY_FILE/);
        assert.equal((cause as NodeJS.ErrnoException).code, "ENOENT");
        return true;
      },
    );
  });

  test("that is not a file only for the user is refused", (t) => {
    const directory = scratchFolder(t);
    mkdirSync(join(directory, "key"));
    assert.throws(() => readKey(directory, {}), { code: "store_locked", message: /has the wrong file type/ });
  });

  test("of another length is damaged", (t) => {
    for (const length of [0, 31, 33]) {
      const directory = scratchFolder(t);
      writeFileSync(join(directory, "key"), Buffer.alloc(length), { mode: 0o600 });
      assert.throws(() => readKey(directory, {}), {
        code: "store_damaged",
        message: new RegExp(`key has ${length} bytes instead of 32`),
        hint: /Restore the right key/,
      });
    }
  });

  test("protects as much as its location does", () => {
    assert.match(protectionOf("folder"), /beside the store: it protects copies/);
    assert.match(protectionOf("systemd"), /only this service and the administrator/);
    assert.match(protectionOf("named"), /DOORCODE_STORE_KEY_FILE: the store is as safe as that file/);
  });
});

describe("creating the key of a folder", () => {
  test("writes 32 random bytes to disk, readable only by the user", async (t) => {
    const directory = scratchFolder(t);
    const files = watchFiles(t);
    const key = await makeKey(directory, {}, clock);
    assert.equal(key.length, 32);
    assert.deepEqual(readdirSync(directory), ["key"]);
    assert.deepEqual(readFileSync(join(directory, "key")), key);
    assert.equal(statSync(join(directory, "key")).mode & 0o777, 0o600);
    assert.deepEqual(files, { opened: 2, flushed: 2, closed: 2 }, "file and folder");
    assert.notDeepEqual(key, await makeKey(scratchFolder(t), {}, clock));
  });

  test("by many at once returns the same key to all", async (t) => {
    const directory = scratchFolder(t);
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => makeKey(directory, {}, clock)));
    for (const other of others) assert.deepEqual(other, first);
    assert.deepEqual(readdirSync(directory), ["key"]);
  });

  test("uses a claim on a file system without links", async (t) => {
    const directory = scratchFolder(t);
    failingLink(t, "EPERM");
    const key = await makeKey(directory, {}, clock);
    assert.deepEqual(readFileSync(join(directory, "key")), key);
    assert.ok(!readdirSync(directory).some((name) => name.startsWith("tmp.")));
  });

  test("fails with an explanation if the disk is full", async (t) => {
    const directory = scratchFolder(t);
    failingLink(t, "ENOSPC");
    await assert.rejects(makeKey(directory, {}, clock), {
      code: "store_locked",
      message: /no space left for .*key/,
    });
    assert.deepEqual(readdirSync(directory), []);
  });

  test("by a claim waits for a live process that creates it, and uses that key", async (t) => {
    const directory = scratchFolder(t);
    const path = join(directory, "key");
    writeFileSync(join(directory, "claim.0.0"), String(process.pid));
    const waits: number[] = [];
    const waiting = {
      now: () => 0,
      async sleep(ms: number) {
        waits.push(ms);
        if (waits.length === 2) writeFileSync(path, "theirs");
      },
    };
    await makeKeyByClaim(directory, path, anyKey, waiting);
    assert.deepEqual(waits, [20, 20]);
    assert.equal(readFileSync(path, "utf8"), "theirs");
    assert.deepEqual(readdirSync(directory).sort(), ["claim.0.0", "key"]);
  });

  test("by a claim keeps a key that appears while the claim is taken", async (t) => {
    const directory = scratchFolder(t);
    const path = join(directory, "key");
    let made = false;
    const racing = {
      now() {
        // Called when the claim is about to be taken.
        if (!made) writeFileSync(path, "theirs");
        made = true;
        return 0;
      },
      sleep: async () => {},
    };
    await makeKeyByClaim(directory, path, anyKey, racing);
    assert.equal(readFileSync(path, "utf8"), "theirs");
  });
});
