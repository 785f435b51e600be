import { createHash } from "node:crypto";

/** Any GUID will do, as long as it stays this one. */
const NAMESPACE = "3f0a9c1e-5a0d-4a35-9a6d-2d1f7b0e8c44";

/**
 * The object ID of an app's or API's service principal: what roles are assigned to, and the `oid` and `sub` of an app's own
 * tokens. UUID version 5 (RFC 9562 §5.5) of the client ID, so that it is the same on every node and after a restore.
 */
export function servicePrincipalIdOf(clientId: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(NAMESPACE.replaceAll("-", ""), "hex"))
    .update(clientId.toLowerCase())
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
