import { type Clock, systemClock } from "../clock.ts";
import { DoorcodeError } from "../errors.ts";
import { Mutex } from "../mutex.ts";
import { type Commit, commitByClaim, commitByLink, isWithoutLinks, storePath } from "./commit.ts";
import type { Snapshot, TokenStore } from "./contract.ts";
import { leases } from "./leases.ts";
import {
  defaultStoreDirectory as folderOfEnvironment,
  generationOf,
  keySource,
  newestGeneration,
  readPrivateFile,
  unseal,
} from "./read-store.cts";
import { fileProblem, storeFault } from "./store-errors.ts";
import { listFolder, makeFolder } from "./store-folder.ts";
import { makeKey, protectionOf, readKey } from "./store-key.ts";
import { applyChanges, emptyState, randomUUID, type StoreState, seal, stateOf } from "./store-state.ts";
import { removeAbandoned, removeIfThere, writeTempFile } from "./temp-files.ts";

/**
 * Returns the store's folder from the environment: DOORCODE_STORE_DIR, otherwise `doorcode` in XDG_STATE_HOME or
 * ~/.local/state (Windows: LOCALAPPDATA).
 * @throws DoorcodeError `store_locked` if this user has no home folder
 * @example
 * ```ts
 * import { defaultStoreDirectory } from "@doorcode/client";
 *
 * console.log(`Tokens are kept in ${defaultStoreDirectory(process.env)}`);
 * ```
 */
export function defaultStoreDirectory(env: NodeJS.ProcessEnv): string {
  try {
    return folderOfEnvironment(env);
  } catch (error) {
    throw fileProblem(error, "HOME");
  }
}

/** Options of `openFileStore`. */
export interface FileStoreOptions {
  /** The store's folder; created with the first record, for this user only. */
  directory: string;
  /** The time, for tests. Default: the system's clock. */
  clock?: Clock;
  /** The environment, for `DOORCODE_STORE_KEY_FILE` and `CREDENTIALS_DIRECTORY`. Default: `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** How a generation gets its file name, for tests. Default: detected from the file system. */
  commit?: Commit;
}

/** The encrypted store in a folder. */
export interface FileStore extends TokenStore {
  /** The store's folder. */
  readonly directory: string;
  /** Where the key is, and one sentence on what the encryption protects against. */
  describe(): { directory: string; keyFile: string; key: "folder" | "systemd" | "named"; protects: string };
}

/** One writer always succeeds; a writer that never does within this time (milliseconds) gets an error. */
const GIVE_UP_AFTER_MS = 60_000;
/** More writes than others can make before a writer checks the result of its own. */
const REMEMBERED_WRITES = 64;
/** Tries without a pause; they resolve most conflicts. */
const EAGER_TRIES = 3;

/**
 * Opens the encrypted store in a folder (AES-256-GCM). Creates nothing until something is stored.
 * @throws DoorcodeError `store_locked`, `store_damaged`, before a user is asked to sign in
 * @example
 * ```ts
 * import { createClient, openFileStore } from "@doorcode/client";
 *
 * const store = await openFileStore({ directory: "/var/lib/todo/tokens" });
 * console.log(store.describe().protects);
 * const client = createClient({
 *   authority: "https://contoso.ciamlogin.com/<tenant ID>",
 *   clientId: "00000000-0000-4000-8000-000000000000",
 *   store,
 * });
 * ```
 */
export async function openFileStore(options: FileStoreOptions): Promise<FileStore> {
  const { directory, clock = systemClock, env = process.env } = options;
  let commit = options.commit ?? commitByLink;
  /** Writers in this process queue here instead of competing in the folder. */
  const writing = new Mutex();

  async function read(): Promise<StoreState> {
    for (let attempt = 0; ; attempt++) {
      const generation = newestGeneration(listFolder(directory));
      if (generation === 0) return emptyState;
      const file = storePath(directory, generation);
      const key = readKey(directory, env);
      let bytes: Buffer;
      try {
        bytes = readPrivateFile(file, "store");
      } catch (error) {
        // A writer replaced the file after the folder was listed.
        if ((error as NodeJS.ErrnoException).code === "ENOENT" && attempt < 1_000) continue;
        throw fileProblem(error, file);
      }
      if (key === undefined) throw keyMissing();
      const unsealed = unseal(bytes, key, generation);
      if ("state" in unsealed) return stateOf(unsealed.state, generation);
      throw storeFault(unsealed.fault, file);
    }
  }

  function update(next: (state: StoreState) => StoreState | undefined): Promise<StoreState> {
    return writing.run(() => compareAndSwap(next));
  }

  async function compareAndSwap(next: (state: StoreState) => StoreState | undefined): Promise<StoreState> {
    const giveUpAt = clock.now() + GIVE_UP_AFTER_MS;
    for (let tries = 1; ; tries++) {
      const before = await read();
      const after = next(before);
      if (after === undefined) return before;
      const named = { ...after, writes: [...before.writes.slice(1 - REMEMBERED_WRITES), randomUUID().slice(0, 13)] };
      if (await put(named)) return named;
      if (clock.now() > giveUpAt) {
        throw new DoorcodeError("store_locked", {
          detail: `other processes keep writing to ${directory}`,
          hint: "Try again. If the error persists, look for a program that writes continuously.",
        });
      }
      if (tries > EAGER_TRIES) await clock.sleep(Math.random() * Math.min(2 ** tries, 100));
    }
  }

  async function put(state: StoreState): Promise<boolean> {
    const file = storePath(directory, state.generation);
    await makeFolder(directory);
    const key = readKey(directory, env) ?? (await makeKey(directory, env, clock));
    const bytes = seal(state, key);
    try {
      if (!(await commitOrClaim(state.generation, bytes))) return false;
      const names = listFolder(directory);
      const newest = newestGeneration(names);
      if (newest !== state.generation) return await wasBuiltUpon(state);
      await tidy(names, file, newest).catch(() => undefined);
      return true;
    } catch (error) {
      throw fileProblem(error, file);
    }
  }

  /**
   * There are newer generations. Either they are built on this one, or this writer paused for so long that it took a
   * number that others had used and deleted; then its write was never read.
   */
  async function wasBuiltUpon(state: StoreState): Promise<boolean> {
    const name = state.writes.at(-1);
    if (name !== undefined && (await read()).writes.includes(name)) return true;
    await removeIfThere(storePath(directory, state.generation));
    return false;
  }

  async function commitOrClaim(generation: number, bytes: Buffer): Promise<boolean> {
    try {
      return await commit(directory, generation, bytes);
    } catch (error) {
      if (commit !== commitByLink || !isWithoutLinks(error)) throw error;
      commit = commitByClaim(clock);
      return await commit(directory, generation, bytes);
    }
  }

  /** No older generation remains: it could contain a removed token. */
  async function tidy(names: readonly string[], file: string, newest: number): Promise<void> {
    for (const name of names) {
      const generation = generationOf(name);
      if (generation !== undefined && generation < newest) await removeIfThere(storePath(directory, generation));
    }
    await removeAbandoned(directory, names, file);
  }

  /** Fails if a change would, without making one. */
  async function probe(): Promise<StoreState> {
    const state = await read();
    await makeFolder(directory);
    const key = readKey(directory, env) ?? (await makeKey(directory, env, clock));
    try {
      await removeIfThere(await writeTempFile(directory, seal(state, key)));
    } catch (error) {
      throw fileProblem(error, directory);
    }
    return state;
  }

  function keyMissing(): DoorcodeError {
    return new DoorcodeError("store_locked", {
      detail: `the key of the store, ${keySource(directory, env).path}, does not exist`,
      hint: "Restore the key. If it is lost, move the store's files away and sign in again.",
    });
  }

  await read();
  return {
    directory,
    describe() {
      const { path, kind } = keySource(directory, env);
      return { directory, keyFile: path, key: kind, protects: protectionOf(kind) };
    },
    read: async () => snapshotOf(await read()),
    async change(changes) {
      if (changes.length === 0) return snapshotOf(await probe());
      return snapshotOf(await update((state) => applyChanges(state, changes, clock.now())));
    },
    withLease: leases(update, read, clock),
  };
}

const snapshotOf = ({ generation, records }: StoreState): Snapshot => ({ generation, records });
