import type { Sender } from "../../src/mail/messages.ts";
import { DEFAULT_COLOUR } from "../../src/ui/branding/branding.ts";
import { palettesOf } from "../../src/ui/branding/palette.ts";

export const contoso: Sender = { name: "Contoso", palette: palettesOf(DEFAULT_COLOUR).light };
