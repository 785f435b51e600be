import type { PresentedCode } from "../client.ts";
import { plainText } from "../issuer/issuer-answer.ts";
import type { PresenterOptions, TerminalFeatures } from "./output.ts";
import { type About, addressOf, codeIsYours, ifRefused, issuerName, opensElsewhere, whoAsks } from "./wording.ts";

interface Screen {
  columns: number;
  rows: number;
  features: TerminalFeatures;
}

/** With fewer columns the text beside a QR code would be unreadable. */
const wordsWidth = 36;
const margin = 2;

/**
 * Everything above the countdown: the page, the code, the program. Long addresses are never cut: the user must be able
 * to copy them.
 */
export async function signInScreen(
  code: PresentedCode,
  about: About,
  options: PresenterOptions,
  screen: Screen,
): Promise<string[]> {
  const { colour, unicode } = screen.features;
  const qr = colour && unicode && options.qr !== false && opensElsewhere(code) ? await qrOf(code) : undefined;
  const alone = words(code, about, options, screen, screen.columns - 2 * margin);
  if (!qr) return indent(alone);
  const beside = screen.columns - qr.width - 3 * margin;
  if (beside >= wordsWidth) {
    const text = words(code, about, options, screen, beside, qr.caption);
    if (text.every((line) => visibleLength(line) <= beside)) return indent(sideBySide(qr, text));
  }
  const text = words(code, about, options, screen, screen.columns - 2 * margin, qr.caption);
  // The countdown and a line above and below it. A QR code that has scrolled away is useless.
  const fits = qr.width <= screen.columns && qr.lines.length + text.length + 4 <= screen.rows;
  const left = " ".repeat(Math.max(0, Math.min(margin, screen.columns - qr.width)));
  return fits ? [...qr.lines.map((line) => left + line), "", ...indent(text)] : indent(alone);
}

async function qrOf(code: PresentedCode): Promise<{ lines: string[]; width: number; caption: string }> {
  // Without a complete address (Entra has none) a QR code of the page still saves typing.
  return { ...(await qrCode(code.verificationUriComplete ?? code.verificationUri)), caption: "Scan this, or open" };
}

function words(
  code: PresentedCode,
  about: About,
  options: PresenterOptions,
  { features }: Screen,
  width: number,
  caption?: string,
): string[] {
  const { bold, dim, accent } = styles(features.colour);
  const where = caption ?? (opensElsewhere(code) ? "Open this page on any device" : "Open this page on this computer");
  return [
    ...wrap(`Sign in to use ${whoAsks(options, about)}`, width).map(bold),
    "",
    `${where}:`,
    accent(plainText(code.verificationUri, { limit: 2_000 })),
    "",
    "Enter this code:",
    ...box(plainText(code.userCode, { limit: 64 }), features.unicode).map(bold),
    "",
    ...wrap(codeIsYours, width).map(dim),
    ...wrap(`Issuer: ${issuerName(about)}`, width).map(dim),
  ];
}

/** Not letter-spaced: text selected with the mouse must paste as the code. */
function box(code: string, unicode: boolean): string[] {
  const [topLeft, topRight, bottomLeft, bottomRight, across, down] = unicode ? "╭╮╰╯─│" : "++++-|";
  const inner = code.length + 6;
  const rule = (across ?? "-").repeat(inner);
  const blank = `${down}${" ".repeat(inner)}${down}`;
  return [
    `${topLeft}${rule}${topRight}`,
    blank,
    `${down}   ${code}   ${down}`,
    blank,
    `${bottomLeft}${rule}${bottomRight}`,
  ];
}

function sideBySide(qr: { lines: string[]; width: number }, text: string[]): string[] {
  const height = Math.max(qr.lines.length, text.length);
  const top = Math.max(0, Math.floor((qr.lines.length - text.length) / 2));
  return Array.from({ length: height }, (_, row) => {
    const left = qr.lines[row] ?? " ".repeat(qr.width);
    return `${left}${" ".repeat(margin)}${text[row - top] ?? ""}`;
  });
}

const indent = (lines: string[]) => lines.map((line) => (line === "" ? "" : " ".repeat(margin) + line).trimEnd());

/** Wraps at spaces; a word longer than the line stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is measured away.
export const visibleLength = (text: string) => text.replace(/\u001b\[[\d;]*m/g, "").length;

export function styles(colour: boolean) {
  const style = (on: number) => (text: string) => (colour ? `\u001b[${on}m${text}\u001b[0m` : text);
  return { bold: style(1), dim: style(2), accent: style(36), good: style(32) };
}

/**
 * What a user at a terminal sees during a sign-in in the browser. The address has its own line and is never cut: the
 * user must be able to copy it.
 */
export function browserScreen(
  url: string,
  about: About,
  options: PresenterOptions,
  { columns, colour }: { columns: number; colour: boolean },
): string[] {
  const { bold, dim, accent } = styles(colour);
  const words = (text: string) => wrap(text, columns - 4);
  const indented = (lines: string[]) => lines.map((line) => `  ${line}`);
  return [
    ...indented(words(`Sign in to use ${whoAsks(options, about)}`).map(bold)),
    "",
    ...indented(words("This page opens in your browser. If it does not, open it on this computer:")),
    accent(addressOf(url)),
    "",
    ...indented(words(`Issuer: ${issuerName(about)}`).map(dim)),
    ...indented(words(ifRefused).map(dim)),
    "",
    ...indented(words("Waiting for the browser.")),
  ];
}

const whiteOnBlack = "\u001b[38;5;231;48;5;16m";
const whiteOnNothing = "\u001b[38;5;231;49m";
const reset = "\u001b[0m";

/**
 * Two modules per character, dark on light regardless of the terminal's colors: many scanners cannot read inverted
 * codes. The border has two modules: the standard's four leave no room for text in 80 columns, and phones do not need
 * them.
 */
export async function qrCode(text: string): Promise<{ lines: string[]; width: number }> {
  // Loaded only when needed, so that the code is on the screen sooner.
  const { renderUnicodeCompact } = await import("uqr");
  // Blocks are the light modules, spaces the dark ones.
  const rows = renderUnicodeCompact(text, { border: 2, ecc: "L" }).split("\n");
  const width = rows[0]?.length ?? 0;
  const lines = rows.map((row, at) => (at === rows.length - 1 ? whiteOnNothing : whiteOnBlack) + row + reset);
  return { lines, width };
}
