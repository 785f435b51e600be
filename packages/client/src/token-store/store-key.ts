import { existsSync } from "node:fs";
import { link } from "node:fs/promises";
import type { Clock } from "../clock.ts";
import { DoorcodeError } from "../errors.ts";
import { isWithoutLinks, placeByClaim } from "./commit.ts";
import { type KeySource, keySource, readPrivateFile, STORE_FORMAT } from "./read-store.cts";
import { fileProblem } from "./store-errors.ts";
import { syncFolder } from "./store-folder.ts";
import { randomBytes } from "./store-state.ts";
import { removeIfThere, writeTempFile } from "./temp-files.ts";

/** Until the process that makes the key is looked at again. */
const CLAIM_WAIT_MS = 20;

/** The key, or undefined where the folder's own key was not made yet. */
export function readKey(directory: string, env: NodeJS.ProcessEnv): Buffer | undefined {
  const source = keySource(directory, env);
  let key: Buffer;
  try {
    key = readPrivateFile(source.path, source.kind);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EMODE" && source.kind !== "folder") throw openKey(source.path);
    if (code !== "ENOENT") throw fileProblem(error, source.path);
    if (source.kind === "folder") return undefined;
    throw new DoorcodeError("store_locked", {
      detail: `the key file ${source.path} is not there`,
      hint: "Make it with `head -c 32 /dev/urandom` and mode 0600, or unset DOORCODE_STORE_KEY_FILE.",
      cause: error,
    });
  }
  if (key.length === STORE_FORMAT.keyBytes) return key;
  throw new DoorcodeError("store_damaged", {
    detail: `the key file ${source.path} holds ${key.length} bytes instead of ${STORE_FORMAT.keyBytes}`,
    hint: "Put the right key back; if it is lost, move key and store away and sign in again.",
  });
}

/** A file that somebody mounted cannot always be changed from here. */
const openKey = (path: string) =>
  new DoorcodeError("store_locked", {
    detail: `the key ${path} is open to other users`,
    hint: `Close it: chmod go= '${path}'. Mounted by an orchestrator it is root's, with mode 0444 or stricter.`,
  });

/** Makes the folder's key; whichever process comes first, all end up with the same. No killed process leaves half of one. */
export async function makeKey(directory: string, env: NodeJS.ProcessEnv, clock: Clock): Promise<Buffer> {
  const { path } = keySource(directory, env);
  const key = randomBytes(STORE_FORMAT.keyBytes);
  try {
    const temp = await writeTempFile(directory, key);
    try {
      await link(temp, path);
      await syncFolder(directory);
    } finally {
      await removeIfThere(temp);
    }
  } catch (error) {
    if (isWithoutLinks(error)) await makeKeyByClaim(directory, path, key, clock);
    else if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileProblem(error, path);
  }
  return readKey(directory, env) ?? key;
}

export async function makeKeyByClaim(directory: string, path: string, key: Buffer, clock: Clock): Promise<void> {
  const isFree = () => !existsSync(path);
  while (isFree()) {
    const temp = await writeTempFile(directory, key);
    if (await placeByClaim({ clock, directory, generation: 0, temp, path, isFree })) return;
    await clock.sleep(CLAIM_WAIT_MS);
  }
}

/** What the encryption is good for, in one sentence. */
export function protectionOf(kind: KeySource["kind"]): string {
  switch (kind) {
    case "folder":
      return "The key lies beside the store: it protects copies of the store's files, such as backups, not against whoever can read the folder.";
    case "systemd":
      return "The key comes from systemd's credentials: the store is closed to everybody but this service and the administrator.";
    case "named":
      return "The key comes from the file named by DOORCODE_STORE_KEY_FILE: the store is as safe as that file.";
  }
}
