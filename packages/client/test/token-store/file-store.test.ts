import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { systemClock } from "../../src/clock.ts";
import { commitByClaim, commitByLink } from "../../src/token-store/commit.ts";
import { defaultStoreDirectory, openFileStore } from "../../src/token-store/file-store.ts";
import { makeKeyByClaim } from "../../src/token-store/store-key.ts";
import { manualClock } from "../fixtures/manual-clock.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { storeContract } from "./store-contract.ts";

storeContract("The store in a file", (t, clock) =>
  openFileStore({ directory: join(scratchFolder(t), "store"), clock, env: {} }),
);
storeContract("The store in a file on a file system without links", (t, clock) =>
  openFileStore({ directory: join(scratchFolder(t), "store"), clock, env: {}, commit: commitByClaim(clock) }),
);

describe("The files of the store", { concurrency: true }, () => {
  const open = (directory: string) => openFileStore({ directory, env: {} });

  test("reading creates no files", async (t) => {
    const directory = join(scratchFolder(t), "store");
    await (await open(directory)).read();
    assert.equal(existsSync(directory), false);
  });

  test("the folder and all its files are accessible only to the user", async (t) => {
    const directory = join(scratchFolder(t), "deep", "store");
    await (await open(directory)).change([{ put: "a", value: 1 }]);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(directory).sort(), ["key", "store.1.enc"]);
    for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600);
  });

  test("older generations are removed: a deleted token is nowhere on the disk", async (t) => {
    const directory = scratchFolder(t);
    const store = await open(directory);
    await store.change([{ put: "refresh", value: "secret" }]);
    await store.change([{ remove: "refresh" }]);
    assert.deepEqual(readdirSync(directory).sort(), ["key", "store.2.enc"]);
  });

  test("stored data is not readable in the file, and every write looks different", async (t) => {
    const directory = scratchFolder(t);
    const store = await open(directory);
    await store.change([{ put: "account:ada@example.com", value: { token: "canary-token" } }]);
    const first = readFileSync(join(directory, "store.1.enc"));
    await store.change([{ put: "account:ada@example.com", value: { token: "canary-token" } }]);
    const second = readFileSync(join(directory, "store.2.enc"));
    for (const bytes of [first, second]) assert.doesNotMatch(bytes.toString("latin1"), /canary|ada@/);
    assert.notDeepEqual(first.subarray(25, 37), second.subarray(25, 37), "the nonce");
  });

  test("another process reads from the same folder what this one wrote", async (t) => {
    const directory = scratchFolder(t);
    const [one, other] = [await open(directory), await open(directory)];
    await one.change([{ put: "a", value: 1 }]);
    await other.change([{ put: "b", value: 2 }]);
    assert.deepEqual([...(await one.read()).records.keys()], ["a", "b"]);
  });

  for (const [how, commit] of Object.entries({ links: commitByLink, claims: commitByClaim(systemClock) })) {
    test(`independent writers lose no change, by ${how}`, async (t) => {
      const directory = join(scratchFolder(t), "store");
      const stores = await Promise.all(Array.from({ length: 6 }, () => openFileStore({ directory, env: {}, commit })));
      const keys = stores.flatMap((store, writer) =>
        Array.from({ length: 8 }, (_, n) => ({ store, key: `writer ${writer}, change ${n}` })),
      );
      await Promise.all(keys.map(({ store, key }) => store.change([{ put: key, value: key }])));
      const { records, generation } = await stores[0]!.read();
      assert.deepEqual([...records.keys()].sort(), keys.map(({ key }) => key).sort());
      assert.equal(generation, keys.length, "and no change was made twice");
      assert.deepEqual(readdirSync(directory).sort(), ["key", `store.${generation}.enc`]);
    });
  }

  test("a writer that was stopped for a long time and uses an old number does not lose its change", async (t) => {
    const directory = scratchFolder(t);
    const quick = await open(directory);
    await quick.change([{ put: "a", value: 1 }]);
    let stopped = true;
    const slow = await openFileStore({
      directory,
      env: {},
      async commit(folder, generation, bytes) {
        if (stopped) {
          stopped = false;
          // Generation 2 was used and removed, so its name is free again.
          await quick.change([{ put: "a", value: 2 }]);
          await quick.change([{ put: "a", value: 3 }]);
          assert.equal(generation, 2);
        }
        return await commitByLink(folder, generation, bytes);
      },
    });
    await slow.change([{ put: "b", value: 1 }]);
    assert.deepEqual(Object.fromEntries((await quick.read()).records), { a: 3, b: 1 });
    assert.deepEqual(readdirSync(directory).sort(), ["key", "store.4.enc"]);
  });

  test("a writer that is overtaken immediately after its write does not write again", async (t) => {
    const directory = scratchFolder(t);
    const quick = await open(directory);
    const slow = await openFileStore({
      directory,
      env: {},
      async commit(folder, generation, bytes) {
        const done = await commitByLink(folder, generation, bytes);
        await quick.change([{ remove: "signed in" }]);
        return done;
      },
    });
    await slow.change([{ put: "signed in", value: true }]);
    assert.equal((await quick.read()).records.size, 0, "the removal came last");
    assert.equal((await quick.read()).generation, 2);
  });

  test("it says where the key is and what that protects against", async (t) => {
    const directory = scratchFolder(t);
    const beside = (await open(directory)).describe();
    assert.equal(beside.keyFile, join(directory, "key"));
    assert.match(beside.protects, /backups, but not against anyone who can read the folder/);

    const credentials = scratchFolder(t);
    writeFileSync(join(credentials, "doorcode-key"), Buffer.alloc(32, 7), { mode: 0o400 });
    const bySystemd = await openFileStore({ directory, env: { CREDENTIALS_DIRECTORY: credentials } });
    assert.equal(bySystemd.describe().key, "systemd");
    await bySystemd.change([{ put: "a", value: 1 }]);
    assert.deepEqual(readdirSync(directory), ["store.1.enc"]);

    const named = await openFileStore({
      directory,
      env: { DOORCODE_STORE_KEY_FILE: join(credentials, "doorcode-key"), CREDENTIALS_DIRECTORY: "/nowhere" },
    });
    assert.equal(named.describe().key, "named");
    assert.equal((await named.read()).records.get("a"), 1);
  });

  test("temp files of dead writers are removed, those of live writers only when they are old", async (t) => {
    const directory = scratchFolder(t);
    const dead = `tmp.${deadPid()}.0123456789abcdef`;
    const alive = `tmp.${process.pid}.0123456789abcdef`;
    writeFileSync(join(directory, dead), "half a st", { mode: 0o600 });
    const forgotten = `tmp.${process.pid}.fedcba9876543210`;
    writeFileSync(join(directory, alive), "half a st", { mode: 0o600 });
    writeFileSync(join(directory, forgotten), "half a st", { mode: 0o600 });
    const elevenMinutesAgo = statSync(join(directory, alive)).mtimeMs / 1000 - 11 * 60;
    utimesSync(join(directory, forgotten), elevenMinutesAgo, elevenMinutesAgo);
    await (await open(directory)).change([{ put: "a", value: 1 }]);
    assert.deepEqual(readdirSync(directory).sort(), ["key", "store.1.enc", alive]);
  });

  test("without links: the next writer overrides the claim of a dead one", async (t) => {
    const directory = scratchFolder(t);
    const clock = manualClock();
    const store = await openFileStore({ directory, clock, env: {}, commit: commitByClaim(clock) });
    writeFileSync(join(directory, "claim.1.0"), String(deadPid()), { mode: 0o600 });
    await store.change([{ put: "a", value: 1 }]);
    assert.deepEqual(readdirSync(directory).sort(), ["key", "store.1.enc"]);
  });

  test("without links: a live writer's claim is waited for", async (t) => {
    const directory = scratchFolder(t);
    const clock = manualClock();
    const commit = commitByClaim(clock);
    writeFileSync(join(directory, "claim.1.0"), String(process.pid), { mode: 0o600 });
    assert.equal(await commit(directory, 1, Buffer.from("")), false);
    assert.deepEqual(readdirSync(directory), ["claim.1.0"]);
  });

  test("without links: many processes that create the key at once all get the same one, despite a dead process's claim", async (t) => {
    const directory = scratchFolder(t);
    const path = join(directory, "key");
    writeFileSync(join(directory, "claim.0.0"), String(deadPid()), { mode: 0o600 });
    const keys = Array.from({ length: 8 }, (_, n) => Buffer.alloc(32, n));
    await Promise.all(keys.map((key) => makeKeyByClaim(directory, path, key, systemClock)));
    assert.ok(keys.some((key) => key.equals(readFileSync(path))));
    const first = readFileSync(path);
    await makeKeyByClaim(directory, path, Buffer.alloc(32, 99), systemClock);
    assert.deepEqual(readFileSync(path), first);
  });

  test("its location follows XDG, never the working folder", { skip: process.platform === "win32" }, () => {
    assert.equal(defaultStoreDirectory({ XDG_STATE_HOME: "/state", HOME: "/people/ada" }), "/state/doorcode");
    assert.equal(defaultStoreDirectory({ HOME: "/people/ada" }), "/people/ada/.local/state/doorcode");
    assert.equal(
      defaultStoreDirectory({ XDG_STATE_HOME: "relative", HOME: "/people/eve" }),
      "/people/eve/.local/state/doorcode",
    );
    assert.equal(defaultStoreDirectory({}), join(homedir(), ".local/state/doorcode"));
  });
});

/** A process ID that never exists, above the maximum of any kernel. */
function deadPid(): number {
  return 2 ** 31 - 2;
}
