import { createHash } from "node:crypto";

/** A namespace of our own for what `stableId` names. */
const NAMESPACE = Buffer.from("5f2f0b0de2c94c0a9f6e0a4d4c7b8e31", "hex");

/**
 * UUIDv5 (RFC 9562 §5.5) of these words: the id of a scope or role of an API. A run that was killed and its next give
 * the same one, so that an upsert sent twice says the same thing twice.
 */
export function stableId(...words: string[]): string {
  const name = Buffer.from(words.join("\0"), "utf8");
  const bytes = createHash("sha1").update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
