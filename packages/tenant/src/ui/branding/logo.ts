import { createHash } from "node:crypto";
import { TenantError } from "../../kernel/tenant-error.ts";

export interface Logo {
  type: "image/png" | "image/jpeg" | "image/webp" | "image/svg+xml";
  bytes: Buffer;
  /** Changes with the picture, so that browsers may keep each for good. */
  version: string;
}

export const MAX_LOGO_BYTES = 64 * 1024;

/**
 * The picture beside the tenant's name, told by its first bytes, not by a name.
 * @throws TenantError `logo_refused`
 */
export function readLogo(bytes: Buffer): Logo {
  if (bytes.length > MAX_LOGO_BYTES) {
    throw refused("The logo is larger than 64 KB.", "Pages have to be quick on a phone: make it smaller.");
  }
  const type = typeOf(bytes);
  if (!type) throw refused("The logo is no picture that browsers show.", "Use PNG, JPEG, WebP or SVG.");
  return { type, bytes, version: createHash("sha256").update(bytes).digest("base64url").slice(0, 16) };
}

function typeOf(bytes: Buffer): Logo["type"] | undefined {
  if (bytes.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"))) return "image/png";
  if (bytes.subarray(0, 3).equals(Buffer.from("ffd8ff", "hex"))) return "image/jpeg";
  if (bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP") return "image/webp";
  return /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<svg[\s>]/s.test(bytes.toString("utf8", 0, 2_048))
    ? "image/svg+xml"
    : undefined;
}

const refused = (message: string, hint: string) => new TenantError("logo_refused", message, hint);
