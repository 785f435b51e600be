import { createHash } from "node:crypto";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Lower case, like all stored GUIDs. */
export const isGuid = (text: string) => GUID.test(text);

/** RFC 9562 §5.5: derives a GUID from a name, for objects without an ID of their own. `namespace` is a GUID. */
export function uuidV5(namespace: string, name: string): string {
  const digest = createHash("sha1").update(bytesOf(namespace)).update(name, "utf8").digest().subarray(0, 16);
  digest[6] = (digest[6]! & 0x0f) | 0x50;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  return guidOf(digest);
}

/** Combines several IDs into one, in the form of Graph's own IDs of grants and assignments. */
export function packIds(...guids: string[]): string {
  return Buffer.concat(guids.map(bytesOf)).toString("base64url");
}

/** The IDs in it, or undefined if there are not `count` of them. */
export function unpackIds(packed: string, count: number): string[] | undefined {
  if (!/^[\w-]+$/.test(packed)) return undefined;
  const bytes = Buffer.from(packed, "base64url");
  if (bytes.length !== 16 * count || bytes.toString("base64url") !== packed) return undefined;
  return Array.from({ length: count }, (_, index) => guidOf(bytes.subarray(16 * index, 16 * (index + 1))));
}

const bytesOf = (guid: string) => Buffer.from(guid.replaceAll("-", ""), "hex");

function guidOf(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
