const whiteOnBlack = "\u001b[38;5;231;48;5;16m";
const whiteOnNothing = "\u001b[38;5;231;49m";
const reset = "\u001b[0m";

/**
 * Two modules a character, dark on light whatever the terminal's own colours are: many scanners read no inverted code.
 * A border of two modules: the standard's four leave no room for words beside it in 80 columns, and phones do not need them.
 */
export async function qrCode(text: string): Promise<{ lines: string[]; width: number }> {
  // Loaded only when one is drawn: without it the code is on the screen sooner.
  const { renderUnicodeCompact } = await import("uqr");
  // Blocks are the light modules here, spaces the dark ones.
  const rows = renderUnicodeCompact(text, { border: 2, ecc: "L" }).split("\n");
  const width = rows[0]?.length ?? 0;
  const lines = rows.map((row, at) => (at === rows.length - 1 ? whiteOnNothing : whiteOnBlack) + row + reset);
  return { lines, width };
}
