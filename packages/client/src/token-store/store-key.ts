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

/** How long to wait before checking again for the key that another process creates, in milliseconds. */
const CLAIM_WAIT_MS = 20;

/** The key, or undefined if the folder's own key does not exist yet. */
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
      detail: `the key file ${source.path} does not exist`,
      hint: "Create it with 32 random bytes (head -c 32 /dev/urandom) and mode 0600, or unset DOORCODE_STORE_KEY_FILE.",
      cause: error,
    });
  }
  if (key.length === STORE_FORMAT.keyBytes) return key;
  throw new DoorcodeError("store_damaged", {
    detail: `the key file ${source.path} has ${key.length} bytes instead of ${STORE_FORMAT.keyBytes}`,
    hint: "Restore the right key. If it is lost, move the key and the store away and sign in again.",
  });
}

/** A mounted file cannot always be changed from here. */
const openKey = (path: string) =>
  new DoorcodeError("store_locked", {
    detail: `the key ${path} is open to other users`,
    hint: `Restrict it with chmod go= '${path}'. A file that an orchestrator mounts must belong to root, with mode 0444 or stricter.`,
  });

/**
 * Creates the folder's key. Whichever process is first, all end up with the same key, and a killed process never leaves
 * half of one.
 */
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

/** One sentence on what the encryption protects against. */
export function protectionOf(kind: KeySource["kind"]): string {
  switch (kind) {
    case "folder":
      return "The key lies beside the store: it protects copies of the store's files, such as backups, but not against anyone who can read the folder.";
    case "systemd":
      return "The key comes from systemd's credentials: only this service and the administrator can open the store.";
    case "named":
      return "The key comes from the file in DOORCODE_STORE_KEY_FILE: the store is as safe as that file.";
  }
}
