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
  test("is read from its folder, or was not made yet", (t) => {
    const directory = scratchFolder(t);
    assert.equal(readKey(directory, {}), undefined);
    writeFileSync(join(directory, "key"), anyKey, { mode: 0o600 });
    assert.deepEqual(readKey(directory, {}), anyKey);
  });

  test("that the environment names is never made, but missed", (t) => {
    const path = join(scratchFolder(t), "named");
    assert.throws(
      () => readKey(scratchFolder(t), { DOORCODE_STORE_KEY_FILE: path }),
      ({ code, message, hint, cause }: DoorcodeError) => {
        assert.equal(code, "store_locked");
        assert.ok(message.includes(`the key file ${path} is not there`));
        assert.match(hint, /head -c 32 \/dev\/urandom.* or unset DOORCODE_STORE_KEY_FILE/);
        assert.equal((cause as NodeJS.ErrnoException).code, "ENOENT");
        return true;
      },
    );
  });

  test("that is no file for the user alone is refused", (t) => {
    const directory = scratchFolder(t);
    mkdirSync(join(directory, "key"));
    assert.throws(() => readKey(directory, {}), { code: "store_locked", message: /not what should be there/ });
  });

  test("of another length is damaged", (t) => {
    for (const length of [0, 31, 33]) {
      const directory = scratchFolder(t);
      writeFileSync(join(directory, "key"), Buffer.alloc(length), { mode: 0o600 });
      assert.throws(() => readKey(directory, {}), {
        code: "store_damaged",
        message: new RegExp(`key holds ${length} bytes instead of 32`),
        hint: /Put the right key back/,
      });
    }
  });

  test("protects as much as the place where it lies", () => {
    assert.match(protectionOf("folder"), /beside the store: it protects copies/);
    assert.match(protectionOf("systemd"), /closed to everybody but this service/);
    assert.match(protectionOf("named"), /DOORCODE_STORE_KEY_FILE: the store is as safe as that file/);
  });
});

describe("making the key of a folder", () => {
  test("leaves 32 random bytes for the user alone, on the disk", async (t) => {
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

  test("of many at once gives all the same", async (t) => {
    const directory = scratchFolder(t);
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => makeKey(directory, {}, clock)));
    for (const other of others) assert.deepEqual(other, first);
    assert.deepEqual(readdirSync(directory), ["key"]);
  });

  test("goes by a claim where there are no links", async (t) => {
    const directory = scratchFolder(t);
    failingLink(t, "EPERM");
    const key = await makeKey(directory, {}, clock);
    assert.deepEqual(readFileSync(join(directory, "key")), key);
    assert.ok(!readdirSync(directory).some((name) => name.startsWith("tmp.")));
  });

  test("fails with words when the disk is full", async (t) => {
    const directory = scratchFolder(t);
    failingLink(t, "ENOSPC");
    await assert.rejects(makeKey(directory, {}, clock), {
      code: "store_locked",
      message: /no space is left for .*key/,
    });
    assert.deepEqual(readdirSync(directory), []);
  });

  test("by a claim waits for a live process that makes it, and takes what that made", async (t) => {
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

  test("by a claim leaves a key that comes in while the claim is taken", async (t) => {
    const directory = scratchFolder(t);
    const path = join(directory, "key");
    let made = false;
    const racing = {
      now() {
        // Asked when the claim is about to be taken.
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
