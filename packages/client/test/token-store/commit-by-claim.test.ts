import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { commitByClaim, placeByClaim, storePath } from "../../src/token-store/commit.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { watchFiles } from "./watched-files.ts";

/** A process ID that never exists, above the maximum of any kernel. */
const DEAD = String(2 ** 31 - 2);
const ALIVE = String(process.pid);

/** A folder with a complete temp file for generation 4, and a clock that the test sets. */
function placing(t: TestContext) {
  const directory = scratchFolder(t);
  const temp = join(directory, "temp");
  writeFileSync(temp, "four");
  const time = { now: 1_000_000 };
  const path = storePath(directory, 4);
  const clock = { now: () => time.now, sleep: async () => {} };
  return {
    directory,
    temp,
    time,
    names: () => readdirSync(directory).sort(),
    claim: (name: string, holder: string) => writeFileSync(join(directory, name), holder),
    place: (isFree = () => true) => placeByClaim({ clock, directory, generation: 4, temp, path, isFree }),
  };
}

describe("a commit by claim", () => {
  test("writes a generation if the newest one is the previous one", async (t) => {
    const directory = scratchFolder(t);
    const commit = commitByClaim({ now: () => 0, sleep: async () => {} });
    assert.equal(await commit(directory, 1, Buffer.from("one")), true);
    assert.equal(await commit(directory, 2, Buffer.from("two")), true);
    assert.deepEqual(readdirSync(directory).sort(), ["store.1.enc", "store.2.enc"]);
    assert.equal(readFileSync(storePath(directory, 2), "utf8"), "two");
  });

  test("fails for a generation that exists, was skipped, or is in the past", async (t) => {
    const directory = scratchFolder(t);
    const commit = commitByClaim({ now: () => 0, sleep: async () => {} });
    writeFileSync(storePath(directory, 3), "three");
    for (const generation of [2, 3, 5]) assert.equal(await commit(directory, generation, Buffer.from("late")), false);
    assert.deepEqual(readdirSync(directory), ["store.3.enc"]);
    assert.equal(readFileSync(storePath(directory, 3), "utf8"), "three");
  });
});

describe("a claim", () => {
  test("is readable only by the user, names its process, and is removed with its temp file", async (t) => {
    const { directory, names, place } = placing(t);
    const files = watchFiles(t);
    const claimed = await place(() => {
      const claim = join(directory, "claim.4.0");
      assert.deepEqual(names(), ["claim.4.0", "temp"]);
      assert.equal(readFileSync(claim, "utf8"), ALIVE);
      assert.equal(statSync(claim).mode & 0o777, 0o600);
      return true;
    });
    assert.equal(claimed, true);
    assert.deepEqual(names(), ["store.4.enc"]);
    assert.deepEqual(files, { opened: 2, flushed: 1, closed: 2 }, "claim and folder; the folder is flushed");
  });

  test("of a generation that exists by now is released, and nothing is written", async (t) => {
    const { names, place } = placing(t);
    assert.equal(await place(() => false), false);
    assert.deepEqual(names(), []);
  });

  test("that was held for five seconds may belong to another writer: nothing is written, and the claim stays", async (t) => {
    for (const [passed, written] of [
      [4_999, true],
      [5_000, false],
      [-4_999, true],
      [-5_000, false],
    ] as const) {
      const { names, place, time } = placing(t);
      const claimed = await place(() => {
        time.now += passed;
        return true;
      });
      assert.equal(claimed, written, `${passed} ms`);
      assert.deepEqual(names(), written ? ["store.4.enc"] : ["claim.4.0"]);
    }
  });

  test("of a live writer is respected, even before the writer has put its process ID in", async (t) => {
    for (const holder of [ALIVE, ""]) {
      const { claim, names, place } = placing(t);
      claim("claim.4.0", holder);
      assert.equal(await place(), false);
      assert.deepEqual(names(), ["claim.4.0"]);
    }
  });

  test("of a dead writer is not: the next attempt overrides it", async (t) => {
    const { claim, names, place } = placing(t);
    for (const attempt of [0, 1]) claim(`claim.4.${attempt}`, DEAD);
    const claimed = await place(() => {
      assert.ok(names().includes("claim.4.2"));
      return true;
    });
    assert.equal(claimed, true);
    assert.deepEqual(names(), ["store.4.enc"]);
  });

  test("that is older than ten seconds by the file system's clock is ignored", async (t) => {
    for (const [age, written] of [
      [10, false],
      [11, true],
    ] as const) {
      const { claim, directory, place, temp } = placing(t);
      claim("claim.4.0", ALIVE);
      utimesSync(temp, 1_700_000_000, 1_700_000_000);
      utimesSync(join(directory, "claim.4.0"), 1_700_000_000 - age, 1_700_000_000 - age);
      assert.equal(await place(), written, `${age} s`);
    }
  });

  test("that disappears while it is read counts as finished", async (t) => {
    const { directory, names, place } = placing(t);
    // Exists when it is opened, gone when it is read.
    symlinkSync(join(directory, "gone"), join(directory, "claim.4.0"));
    assert.equal(await place(), false);
    assert.deepEqual(names(), ["claim.4.0"]);
  });

  test("that cannot be created reports why, and the temp file is removed", async (t) => {
    const { directory, temp } = placing(t);
    const clock = { now: () => 0, sleep: async () => {} };
    const gone = join(directory, "gone");
    const input = { clock, directory: gone, generation: 4, temp, path: storePath(gone, 4), isFree: () => true };
    await assert.rejects(placeByClaim(input), { code: "ENOENT" });
    assert.equal(existsSync(temp), false);
  });
});

describe("spent claims are removed:", () => {
  test("those of existing generations, and no other file", async (t) => {
    const { claim, names, place } = placing(t);
    for (const spent of ["claim.0.0", "claim.3.12", "claim.4.1"]) claim(spent, ALIVE);
    const others = ["claim.4.0.old", "claim.5.0", "claim.x.0", "my-claim.1.0"];
    for (const other of others) claim(other, ALIVE);
    assert.equal(await place(), true);
    assert.deepEqual(names(), [...others, "store.4.enc"].sort());
  });

  test("also by a writer that is too late", async (t) => {
    const { claim, names, place } = placing(t);
    for (const name of ["claim.11.0", "claim.12.0", "claim.13.0", "store.12.enc"]) claim(name, ALIVE);
    assert.equal(await place(() => false), false);
    assert.deepEqual(names(), ["claim.13.0", "store.12.enc"]);
  });

  test("the key's claim only after a store is sealed with the key", async (t) => {
    const { claim, names, place } = placing(t);
    claim("claim.0.0", ALIVE);
    assert.equal(await place(() => false), false);
    assert.deepEqual(names(), ["claim.0.0"]);
  });
});
