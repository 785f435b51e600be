import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { deriveKey, keyedHash, type SealKey } from "../kernel/seal.ts";
import { connectSqlite } from "../storage/sql/open-store.ts";

/** The row in `settings` of a backup. A tenant's own store does not have it. */
const SETTING = "backup_mac";
/** Base64url of a SHA-256 HMAC. */
const LENGTH = 43;
const CHUNK = 1 << 20;

/**
 * Writes a MAC over the whole file into it, under a key derived from the seal key: without that key, no other
 * file can be made that `restore` accepts. The file stays an ordinary SQLite database.
 */
export async function authenticateBackup(file: string, sealKey: SealKey): Promise<void> {
  const key = deriveKey(sealKey, "backup");
  const database = connectSqlite(file, { timeout: 5_000 });
  try {
    // The place is found by its bytes, so no older copy of them may remain: of a backup that became a store by hand.
    if (database.prepare("delete from settings where name = ?").run(SETTING).changes > 0) database.exec("vacuum");
    database.prepare("insert into settings (name, value) values (?, ?)").run(SETTING, markOf(key) + "-".repeat(LENGTH));
  } finally {
    database.close();
  }
  const handle = await open(file, "r+");
  try {
    const place = await placeOf(handle, markOf(key));
    if (place === undefined) throw new Error(`${file} has no place for its MAC.`);
    await handle.write(await macOf(handle, key, place), place, "latin1");
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether the file is as `authenticateBackup` left it with this seal key. Changes nothing. */
export async function isAuthentic(file: string, sealKey: SealKey): Promise<boolean> {
  const key = deriveKey(sealKey, "backup");
  const handle = await open(file, "r");
  try {
    const place = await placeOf(handle, markOf(key));
    if (place === undefined) return false;
    const found = Buffer.alloc(LENGTH);
    await handle.read(found, 0, LENGTH, place);
    return timingSafeEqual(found, Buffer.from(await macOf(handle, key, place)));
  } finally {
    await handle.close();
  }
}

/** A restored store is no backup. */
export function forgetMac(file: string): void {
  const database = connectSqlite(file, { timeout: 5_000 });
  try {
    database.exec(`pragma secure_delete = on; delete from settings where name = '${SETTING}'`);
  } finally {
    database.close();
  }
}

/** What comes before the MAC in the file: known only with the seal key, so that no user's data can look like it. */
const markOf = (key: KeyObject) => keyedHash(key, "mark");

/** The offset of the MAC in the file. */
async function placeOf(handle: FileHandle, mark: string): Promise<number | undefined> {
  let before = Buffer.alloc(0);
  for await (const { bytes, at } of chunksOf(handle)) {
    const both = Buffer.concat([before, bytes]);
    const found = both.indexOf(mark, 0, "latin1");
    if (found !== -1) return at - before.length + found + mark.length;
    before = both.subarray(Math.max(0, both.length - mark.length + 1));
  }
  return undefined;
}

/** Over the whole file, with zeros in the place of the MAC. */
async function macOf(handle: FileHandle, key: KeyObject, place: number): Promise<string> {
  const mac = createHmac("sha256", key);
  for await (const { bytes, at } of chunksOf(handle)) {
    const from = Math.max(0, place - at);
    const to = Math.min(bytes.length, place + LENGTH - at);
    if (from < to) bytes.fill(0, from, to);
    mac.update(bytes);
  }
  return mac.digest("base64url");
}

async function* chunksOf(handle: FileHandle): AsyncGenerator<{ bytes: Buffer; at: number }> {
  for (let at = 0; ; ) {
    const chunk = Buffer.alloc(CHUNK);
    const { bytesRead } = await handle.read(chunk, 0, CHUNK, at);
    if (bytesRead === 0) return;
    yield { bytes: chunk.subarray(0, bytesRead), at };
    at += bytesRead;
  }
}
