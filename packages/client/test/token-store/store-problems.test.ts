import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { DoorcodeError, DoorcodeErrorCode } from "../../src/errors.ts";
import { openFileStore } from "../../src/token-store/file-store.ts";
import { readStoreFast } from "../../src/token-store/read-store.cts";
import { scratchFolder } from "./scratch-folder.ts";

const onWindows = process.platform === "win32";
const asRoot = process.geteuid?.() === 0;
/** The ID of an unprivileged user. */
const OTHER_USER = 65534;

interface Kept {
  directory: string;
  file: string;
  key: string;
}

/** A store with one record in generation 3. */
async function keptStore(t: TestContext): Promise<Kept> {
  const directory = join(scratchFolder(t), "store");
  const store = await openFileStore({ directory, env: {} });
  for (const value of [1, 2, 3]) await store.change([{ put: "a", value }]);
  return { directory, file: join(directory, "store.3.enc"), key: join(directory, "key") };
}

/** Asserts that opening and changing both fail with the same error, and change nothing in the folder. */
async function refuses(
  { directory }: { directory: string },
  expected: { code: DoorcodeErrorCode; message: RegExp; hint: RegExp },
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const before = contents(directory);
  for (const attempt of [
    () => openFileStore({ directory, env }),
    async () => (await openFileStore({ directory, env })).change([{ put: "b", value: 1 }]),
  ]) {
    await assert.rejects(attempt, (error: DoorcodeError) => {
      assert.equal(error.name, "DoorcodeError");
      assert.equal(error.code, expected.code, error.message);
      assert.match(error.message, expected.message);
      assert.match(error.hint, expected.hint);
      return true;
    });
  }
  assert.ok("problem" in readStoreFast(directory, env), "the fast reader does not read it either");
  assert.deepEqual(contents(directory), before);
}

function contents(directory: string): unknown {
  try {
    return readdirSync(directory, { withFileTypes: true }).map((entry) => [
      entry.name,
      entry.isFile() ? readFileSync(join(directory, entry.name), "hex") : "no file",
    ]);
  } catch {
    return "no folder";
  }
}

describe("A store that cannot be used: the error says why, and nothing is lost", { concurrency: true }, () => {
  const posix = { skip: onWindows };

  test("a folder that others can enter", posix, async (t) => {
    const kept = await keptStore(t);
    chmodSync(kept.directory, 0o750);
    await refuses(kept, { code: "store_locked", message: /store is open to other users/, hint: /chmod go= '.*store'/ });
  });

  for (const which of ["file", "key"] as const) {
    test(`a ${which} that others can read`, posix, async (t) => {
      const kept = await keptStore(t);
      chmodSync(kept[which], 0o640);
      const message = which === "key" ? /key is open to other users/ : /store\.3\.enc is open to other users/;
      await refuses(kept, { code: "store_locked", message, hint: /chmod go=/ });
    });

    test(`a ${which} behind a symbolic link`, posix, async (t) => {
      const kept = await keptStore(t);
      renameSync(kept[which], `${kept.directory}.moved`);
      symlinkSync(`${kept.directory}.moved`, kept[which]);
      await refuses(kept, { code: "store_locked", message: /is a symbolic link/, hint: /Use the real/ });
    });

    test(`a ${which} that is a pipe, without waiting for it`, posix, async (t) => {
      const kept = await keptStore(t);
      rmSync(kept[which]);
      execFileSync("mkfifo", ["-m", "600", kept[which]]);
      await refuses(kept, { code: "store_locked", message: /has the wrong file type/, hint: /Move it away/ });
    });

    test(`a ${which} of another user`, { skip: !asRoot && "only root can give files away" }, async (t) => {
      const kept = await keptStore(t);
      chownSync(kept[which], OTHER_USER, OTHER_USER);
      await refuses(kept, { code: "store_locked", message: /belongs to another user/, hint: /chown/ });
    });
  }

  test("a folder of another user", posix, async (t) => {
    const kept = await keptStore(t);
    if (asRoot) chownSync(kept.directory, OTHER_USER, OTHER_USER);
    const directory = asRoot ? kept.directory : "/";
    await refuses({ directory }, { code: "store_locked", message: /belongs to another user/, hint: /chown/ });
  });

  test("a folder behind a symbolic link", posix, async (t) => {
    const kept = await keptStore(t);
    symlinkSync(kept.directory, `${kept.directory}.link`);
    const directory = `${kept.directory}.link`;
    await refuses(
      { directory },
      { code: "store_locked", message: /store\.link is a symbolic link/, hint: /real folder/ },
    );
  });

  test("a file where the folder should be", async (t) => {
    const directory = join(scratchFolder(t), "store");
    writeFileSync(directory, "", { mode: 0o600 });
    await refuses({ directory }, { code: "store_locked", message: /has the wrong file type/, hint: /Move it away/ });
  });

  test("a missing key is not replaced by a new one", async (t) => {
    const kept = await keptStore(t);
    rmSync(kept.key);
    await refuses(kept, { code: "store_locked", message: /key, does not exist/, hint: /Restore the key/ });
  });

  test("another key", async (t) => {
    const kept = await keptStore(t);
    writeFileSync(kept.key, Buffer.alloc(32, 1), { mode: 0o600 });
    await refuses(kept, {
      code: "store_locked",
      message: /encrypted with another key/,
      hint: /Restore the right key/,
    });
  });

  test("half a key", async (t) => {
    const kept = await keptStore(t);
    writeFileSync(kept.key, readFileSync(kept.key).subarray(0, 16), { mode: 0o600 });
    await refuses(kept, { code: "store_damaged", message: /16 bytes instead of 32/, hint: /right key/ });
  });

  // If another user mounted it (systemd, Kubernetes), the group may read it, but never write it, and others have no
  // access.
  for (const [mode, kinds] of [
    [0o400, "named systemd folder"],
    [0o600, "named systemd folder"],
    [0o640, "named systemd"],
    [0o440, "named systemd"],
    [0o660, ""],
    [0o620, ""],
    // Owned by root, as orchestrators mount them for all users of a container.
    [0o604, asRoot ? "named systemd" : ""],
    [0o602, ""],
  ] as const) {
    test(`a key file of mode 0${mode.toString(8)} is accepted as: ${kinds || "none"}`, posix, async (t) => {
      for (const kind of ["named", "systemd", "folder"]) {
        const kept = await keptStore(t);
        const elsewhere = join(kept.directory, "..", "doorcode-key");
        const path = kind === "folder" ? kept.key : elsewhere;
        if (kind !== "folder") renameSync(kept.key, path);
        const named = { named: { DOORCODE_STORE_KEY_FILE: path }, systemd: { CREDENTIALS_DIRECTORY: dirname(path) } };
        const env = kind === "folder" ? {} : named[kind as keyof typeof named];
        chmodSync(path, mode);
        if (kinds.includes(kind)) {
          assert.equal((await (await openFileStore({ directory: kept.directory, env })).read()).records.get("a"), 3);
          assert.deepEqual(readStoreFast(kept.directory, env), { records: { a: 3 } });
        } else {
          await refuses(kept, { code: "store_locked", message: /key is open to other users/, hint: /chmod go=/ }, env);
        }
      }
    });
  }

  test("a named key file that does not exist", async (t) => {
    const kept = await keptStore(t);
    const env = { DOORCODE_STORE_KEY_FILE: join(kept.directory, "..", "no-key") };
    await refuses(
      kept,
      { code: "store_locked", message: /no-key does not exist/, hint: /DOORCODE_STORE_KEY_FILE/ },
      env,
    );
  });

  test("a file of a newer version", async (t) => {
    const kept = await keptStore(t);
    const bytes = readFileSync(kept.file);
    bytes[8] = 2;
    writeFileSync(kept.file, bytes);
    await refuses(kept, { code: "store_locked", message: /newer version/, hint: /Update/ });
  });

  const damages: Record<string, (bytes: Buffer) => Buffer> = {
    "an empty file": () => Buffer.alloc(0),
    "half a file": (bytes) => bytes.subarray(0, bytes.length / 2),
    "a file without its last byte": (bytes) => bytes.subarray(0, -1),
    "a file of something else": () => Buffer.from(JSON.stringify({ Account: {} })),
  };
  for (const [name, damage] of Object.entries(damages)) {
    test(name, async (t) => {
      const kept = await keptStore(t);
      writeFileSync(kept.file, damage(readFileSync(kept.file)));
      await refuses(kept, {
        code: "store_damaged",
        message: /store\.3\.enc cannot be read/,
        hint: /Move .* away and sign in/,
      });
    });
  }

  test("one changed bit, anywhere", async (t) => {
    const kept = await keptStore(t);
    const intact = readFileSync(kept.file);
    for (let at = 0; at < intact.length; at++) {
      const bytes = Buffer.from(intact);
      bytes[at]! ^= 0x80;
      writeFileSync(kept.file, bytes);
      // A different version or key ID is not damage; changing them leads to another error, never to records.
      const code = at === 8 || (at >= 17 && at < 25) ? "store_locked" : "store_damaged";
      await assert.rejects(openFileStore({ directory: kept.directory, env: {} }), { code }, `byte ${at}`);
    }
  });

  test("an older file under a newer name", async (t) => {
    const kept = await keptStore(t);
    copyFileSync(kept.file, join(kept.directory, "store.4.enc"));
    await refuses(kept, { code: "store_damaged", message: /store\.4\.enc cannot be read/, hint: /store\.4\.enc away/ });
  });

  test("after the damaged file is moved away, the store works again", async (t) => {
    const kept = await keptStore(t);
    writeFileSync(kept.file, "damaged");
    renameSync(kept.file, `${kept.file}.damaged`);
    const store = await openFileStore({ directory: kept.directory, env: {} });
    await store.change([{ put: "b", value: 1 }]);
    assert.deepEqual(Object.fromEntries((await store.read()).records), { b: 1 });
    assert.ok(readdirSync(kept.directory).includes("store.3.enc.damaged"));
  });

  test("damage to an open store is found by the next read and the next change", async (t) => {
    const kept = await keptStore(t);
    const store = await openFileStore({ directory: kept.directory, env: {} });
    writeFileSync(kept.file, "damaged");
    await assert.rejects(store.read(), { code: "store_damaged" });
    await assert.rejects(store.change([]), { code: "store_damaged" });
    await assert.rejects(store.change([{ put: "b", value: 1 }]), { code: "store_damaged" });
    const run = () => Promise.reject(new Error("must not run"));
    await assert.rejects(store.withLease("x", { ttlMs: 1_000 }, run), { code: "store_damaged" });
  });

  test("other files in the folder are not read as generations", async (t) => {
    const kept = await keptStore(t);
    for (const name of ["store.0.enc", "store.07.enc", "store.4.enc.bak", "store.x.enc", "xstore.9.enc"]) {
      mkdirSync(join(kept.directory, name));
    }
    const store = await openFileStore({ directory: kept.directory, env: {} });
    assert.deepEqual(Object.fromEntries((await store.read()).records), { a: 3 });
  });
});
