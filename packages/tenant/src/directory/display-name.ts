/** Code points of a display name. */
export const MAX_DISPLAY_NAME = 100;

/** As typed, without what cannot be seen: control, bidi and other format characters could make a name read as another. */
export function cleanDisplayName(typed: string): string {
  return typed.normalize("NFC").replace(/\s/gu, " ").replace(/\p{C}/gu, "").replace(/ +/g, " ").trim();
}
