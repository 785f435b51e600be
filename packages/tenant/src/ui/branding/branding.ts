import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { TenantError } from "../../kernel/tenant-error.ts";
import type { Store } from "../../storage/store.ts";
import { isColour, type Palettes, palettesOf } from "./palette.ts";

/** How the tenant looks, apart from its name. */
export interface Branding {
  palettes: Palettes;
  logo: Logo | null;
}

/** How a tenant looks. */
export interface BrandingOptions {
  /** The name at the top of every page and in mails: at most 60 characters. */
  name?: string;
  /** A color such as `#3b5bdb`. The pages adjust it so that text stays readable. */
  colour?: string;
  /** Path of a PNG, JPEG, WebP or SVG file of at most 64 KB; null removes the logo. */
  logoFile?: string | null;
}

export const DEFAULT_COLOUR = "#3b5bdb";
const MAX_NAME = 60;

/**
 * Checks the settings of this branding. `admin/administration.ts` stores them.
 *
 * @throws TenantError `branding_refused`, `logo_refused`
 */
export async function brandingSettings({ name, colour, logoFile }: BrandingOptions): Promise<Record<string, string>> {
  if (name !== undefined && (name.trim() === "" || [...name].length > MAX_NAME || /\p{C}/u.test(name))) {
    throw refused(
      "branding_refused",
      "The tenant's name is empty, too long, or contains invisible characters.",
      `Use 1 to ${MAX_NAME} visible characters.`,
    );
  }
  if (colour !== undefined && !isColour(colour)) {
    throw refused(
      "branding_refused",
      `${JSON.stringify(colour)} is not a colour.`,
      "Use the form #rrggbb, for example #3b5bdb.",
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
    throw new TenantError("logo_refused", `Cannot read the logo ${file}.`, "Check the path and its permissions.", {
      cause,
    });
  }
}

export interface Logo {
  type: "image/png" | "image/jpeg" | "image/webp" | "image/svg+xml";
  bytes: Buffer;
  /** Changes with the image, so that browsers can cache each one forever. */
  version: string;
}

export const MAX_LOGO_BYTES = 64 * 1024;

/**
 * The image beside the tenant's name. Its type is detected from its first bytes, not from the file name.
 *
 * @throws TenantError `logo_refused`
 */
export function readLogo(bytes: Buffer): Logo {
  if (bytes.length > MAX_LOGO_BYTES) {
    throw refused(
      "logo_refused",
      "The logo is larger than 64 KB.",
      "Make it smaller, so that pages load quickly on phones.",
    );
  }
  const type = typeOf(bytes);
  if (!type)
    throw refused("logo_refused", "The logo is not an image that browsers support.", "Use PNG, JPEG, WebP or SVG.");
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
