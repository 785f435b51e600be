import { DEFAULT_COLOUR } from "../../src/branding/branding.ts";
import { palettesOf } from "../../src/branding/palette.ts";
import type { Sender } from "../../src/mail/letter.ts";

export const contoso: Sender = { name: "Contoso", palette: palettesOf(DEFAULT_COLOUR).light };
