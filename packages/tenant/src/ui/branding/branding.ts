import { readFile } from "node:fs/promises";
import { TenantError } from "../../kernel/tenant-error.ts";
import type { Store } from "../../storage/store.ts";
import { type Logo, readLogo } from "./logo.ts";
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
      "The tenant's name is empty, too long or has characters that cannot be seen.",
      `At most ${MAX_NAME}.`,
    );
  }
  if (colour !== undefined && !isColour(colour)) {
    throw refused(`${JSON.stringify(colour)} is not a colour.`, "Write it as #rrggbb, for example #3b5bdb.");
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

const refused = (message: string, hint: string) => new TenantError("branding_refused", message, hint);
