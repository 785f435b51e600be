import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { DoorcodeError } from "../../src/errors.ts";
import { commitByClaim } from "../../src/token-store/commit.ts";
import { defaultStoreDirectory, openFileStore } from "../../src/token-store/file-store.ts";
import { readStoreFast } from "../../src/token-store/read-store.cts";
import { manualClock } from "../fixtures/manual-clock.ts";
import { scratchFolder } from "./scratch-folder.ts";

const asRoot = process.geteuid?.() === 0;
const OTHER_USER = 65534;
const posix = { skip: process.platform === "win32" };

/** A folder of an unprivileged user, which the process runs as until the test ends. */
function asUser(t: TestContext): string {
  // Before the folder is removed, which only root may do.
  if (asRoot) t.after(() => process.seteuid?.(0));
  const folder = scratchFolder(t);
  if (!asRoot) return folder;
  chownSync(folder, OTHER_USER, OTHER_USER);
  process.seteuid?.(OTHER_USER);
  return folder;
}

async function isLocked(directory: string, message: RegExp, hint: RegExp, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const change = async () => (await openFileStore({ directory, env })).change([]);
  await assert.rejects(change, (error: DoorcodeError) => {
    assert.equal(error.code, "store_locked", error.message);
    assert.match(error.message, message);
    assert.match(error.hint, hint);
    return true;
  });
}

const ownFolder = /export DOORCODE_STORE_DIR="\$\(mktemp -d\)"/;

describe("The folder of a store", () => {
  for (const umask of [0o000, 0o022, 0o077, 0o177, 0o277, 0o377, 0o777]) {
    test(`is only for the user, with its parents, under the umask 0${umask.toString(8)}`, posix, async (t) => {
      const folder = asUser(t);
      const before = process.umask(umask);
      t.after(() => process.umask(before));
      for (const [name, commit] of [
        ["links", undefined],
        ["claims", commitByClaim(manualClock())],
      ] as const) {
        const directory = join(folder, name, "state", "doorcode");
        const store = () => openFileStore({ directory, env: {}, ...(commit && { commit }) });
        for (const value of [1, 2]) await (await store()).change([{ put: "a", value }]);
        assert.deepEqual(readStoreFast(directory, {}), { records: { a: 2 } });
        for (let above = directory; above !== folder; above = dirname(above)) {
          assert.equal(statSync(above).mode & 0o777, 0o700);
        }
        assert.equal(statSync(join(directory, "key")).mode & 0o077, 0);
      }
    });
  }

  test("that cannot be created: the error names the folder where it fails, and a command", posix, async (t) => {
    const folder = asUser(t);
    mkdirSync(join(folder, "closed"));
    chmodSync(join(folder, "closed"), 0o500);
    const directory = join(folder, "closed", "state", "doorcode");
    await isLocked(directory, /closed is not accessible to this user/, ownFolder);
    assert.equal(existsSync(join(folder, "closed", "state")), false);
    writeFileSync(join(folder, "file"), "");
    await isLocked(join(folder, "file", "doorcode"), /file.* has the wrong file type/, /Move it away/);
  });

  test("of another user: the error has a command that this user can run", posix, async (t) => {
    const folder = scratchFolder(t);
    const hint = asRoot ? /take ownership: chown "\$\(id -un\)"/ : ownFolder;
    if (asRoot) chownSync(folder, OTHER_USER, OTHER_USER);
    await isLocked(asRoot ? folder : "/", /belongs to another user/, hint);
  });

  test("of root: the error has a command that another user can run", {
    skip: !asRoot && "only root can be another",
  }, async (t) => {
    t.after(() => process.seteuid?.(0));
    const rootsOwn = scratchFolder(t);
    asUser(t);
    await isLocked(rootsOwn, /belongs to another user/, ownFolder);
  });

  test("on a read-only file system: the error says so", { skip: !asRoot && "only root can mount one" }, async (t) => {
    const folder = scratchFolder(t);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "none", folder], { stdio: "ignore" });
    } catch {
      return t.skip("this machine does not allow mounts");
    }
    try {
      await isLocked(join(folder, "state", "doorcode"), /is on a read-only file system/, ownFolder);
    } finally {
      execFileSync("umount", [folder]);
    }
  });

  test("is the one in DOORCODE_STORE_DIR, for programs too, and then needs no home folder", () => {
    const env = { DOORCODE_STORE_DIR: "elsewhere", HOME: "home", XDG_STATE_HOME: "xdg" };
    assert.equal(defaultStoreDirectory(env), "elsewhere");
    assert.equal(defaultStoreDirectory({ HOME: join("home") }), join("home", ".local", "state", "doorcode"));
  });
});

test("a key that root mounted readable for all is accepted, one that others may write is not", {
  skip: !asRoot && "only root can make one",
}, async (t) => {
  t.after(() => process.seteuid?.(0));
  const mounts = scratchFolder(t);
  const file = join(mounts, "doorcode-key");
  writeFileSync(file, Buffer.alloc(32, 7));
  chmodSync(mounts, 0o755);
  const folder = asUser(t);
  const set = (mode: number) => {
    process.seteuid?.(0);
    chmodSync(file, mode);
    process.seteuid?.(OTHER_USER);
  };
  for (const env of [{ DOORCODE_STORE_KEY_FILE: file }, { CREDENTIALS_DIRECTORY: mounts }]) {
    const directory = join(folder, Object.keys(env)[0] as string);
    for (const mode of [0o444, 0o644]) {
      set(mode);
      await (await openFileStore({ directory, env })).change([{ put: "a", value: mode }]);
      assert.deepEqual(readStoreFast(directory, env), { records: { a: mode } });
    }
    for (const mode of [0o664, 0o646, 0o446]) {
      set(mode);
      await isLocked(directory, /doorcode-key is open to other users/, /with mode 0444 or stricter/, env);
    }
  }
});
