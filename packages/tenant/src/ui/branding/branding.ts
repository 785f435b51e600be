import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { TenantError } from "../../kernel/tenant-error.ts";
import type { Store } from "../../storage/store.ts";
import { isColour, type Palettes, palettesOf } from "./palette.ts";

/** How the tenant looks beside its name. */
export interface Branding {
  palettes: Palettes;
  logo: Logo | null;
}

export interface BrandingOptions {
  /** Shown at the top of every page and in mails. */
  name?: string;
  /** `#3b5bdb`; what the pages make of it can always be read. */
  colour?: string;
  /** PNG, JPEG, WebP or SVG of at most 64 KB; null takes the logo away. */
  logoFile?: string | null;
}

export const DEFAULT_COLOUR = "#3b5bdb";
const MAX_NAME = 60;

/**
 * The settings that hold this branding, checked. Whoever keeps them: admin/administration.ts.
 * @throws TenantError `branding_refused`, `logo_refused`
 */
export async function brandingSettings({ name, colour, logoFile }: BrandingOptions): Promise<Record<string, string>> {
  if (name !== undefined && (name.trim() === "" || [...name].length > MAX_NAME || /\p{C}/u.test(name))) {
    throw refused(
      "branding_refused",
      "The tenant's name is empty, too long or has characters that cannot be seen.",
      `At most ${MAX_NAME}.`,
    );
  }
  if (colour !== undefined && !isColour(colour)) {
    throw refused(
      "branding_refused",
      `${JSON.stringify(colour)} is not a colour.`,
      "Write it as #rrggbb, for example #3b5bdb.",
    );
  }
  const logo = typeof logoFile === "string" ? readLogo(await read(logoFile)).bytes.toString("base64") : undefined;
  return {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(colour === undefined ? {} : { colour: colour.toLowerCase() }),
    ...(logo === undefined ? {} : { logo }),
    ...(logoFile === null ? { logo: "" } : {}),
  };
}

export async function loadBranding(store: Store): Promise<Branding> {
  const colour = (await store.directory.setting("colour")) ?? DEFAULT_COLOUR;
  const logo = (await store.directory.setting("logo")) ?? "";
  return { palettes: palettesOf(colour), logo: logo === "" ? null : readLogo(Buffer.from(logo, "base64")) };
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new TenantError("logo_refused", `The logo ${file} cannot be read.`, "Name a file that is there.", { cause });
  }
}

export interface Logo {
  type: "image/png" | "image/jpeg" | "image/webp" | "image/svg+xml";
  bytes: Buffer;
  /** Changes with the picture, so that browsers may keep each for good. */
  version: string;
}

export const MAX_LOGO_BYTES = 64 * 1024;

/**
 * The picture beside the tenant's name. Its type is read from its first bytes, not from a file name.
 * @throws TenantError `logo_refused`
 */
export function readLogo(bytes: Buffer): Logo {
  if (bytes.length > MAX_LOGO_BYTES) {
    throw refused(
      "logo_refused",
      "The logo is larger than 64 KB.",
      "Pages have to be quick on a phone: make it smaller.",
    );
  }
  const type = typeOf(bytes);
  if (!type) throw refused("logo_refused", "The logo is no picture that browsers show.", "Use PNG, JPEG, WebP or SVG.");
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

function refused(code: "branding_refused" | "logo_refused", message: string, hint: string): TenantError {
  return new TenantError(code, message, hint);
}
