import { printable, type SourceFileError } from "./diagnostics.ts";
import type { SourceLine } from "./secrets.ts";

/** Options of `describeProblems`. */
export interface DescribeOptions {
  /** The terminal's width in characters. Default: 100. */
  width?: number;
  /** Whether to use ANSI colors. Default: false. */
  color?: boolean;
  /** The most problems to show; the others are counted. Default: 50. */
  most?: number;
}

/**
 * Formats the problems of a file for a terminal, like a compiler: `file:line:column message`, the line with a caret
 * below the position, and the hint. Possible secrets are not shown.
 * @example
 * ```ts
 * import { describeProblems, readTenantFile, TenantFileError } from "@doorcode/prepare";
 *
 * try {
 *   readTenantFile("apps: 1", "doorcode.tenant.yaml");
 * } catch (error) {
 *   if (!(error instanceof TenantFileError)) throw error;
 *   process.stderr.write(describeProblems(error, { color: process.stderr.isTTY, width: process.stderr.columns }));
 * }
 * ```
 */
export function describeProblems(error: SourceFileError, options: DescribeOptions = {}): string {
  const { width = 100, color = false, most = 50 } = options;
  const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const shown = error.problems.slice(0, most).map((problem) => {
    const { line, column, message, hint } = problem;
    const lines = [`${paint(1, `${printable(error.fileName)}:${line}:${column}`)}  ${message}`];
    const source = error.sourceOf(problem);
    if (source) {
      const gutter = `${line} | `;
      const excerpt = excerptOf(source, Math.max(20, width - gutter.length));
      lines.push(`${paint(2, gutter)}${excerpt.text}`);
      lines.push(`${paint(2, gutter.replace(/\d/g, " "))}${" ".repeat(excerpt.before)}${paint(31, "^")}`);
    }
    if (hint !== undefined) lines.push(`${paint(2, "hint:")} ${hint}`);
    return lines.join("\n");
  });
  const left = error.problems.length - shown.length;
  if (left > 0) shown.push(`… and ${left} more.`);
  return `${shown.join("\n\n")}\n`;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The part of the line that fits around the position, and the columns before the position. */
function excerptOf(source: SourceLine, width: number): { text: string; before: number } {
  // A longer text can never be shown, and segmenting a whole megabyte would take long.
  const from = Math.max(0, source.at - 4 * width);
  const head = cells(source.text.slice(from, source.at));
  const tail = cells(source.text.slice(source.at, source.at + 4 * width));
  let before = head.reduce((sum, cell) => sum + cell.columns, 0);
  let cut = from > 0;
  const room = Math.max(0, Math.min(width - 10, Math.floor(width * 0.7)));
  while (before > room && head.length > 0) {
    before -= head.shift()!.columns;
    cut = true;
  }
  if (cut) before += 1;
  let text = (cut ? "…" : "") + head.map((cell) => cell.text).join("");
  let columns = before;
  for (const [index, cell] of tail.entries()) {
    const last = index === tail.length - 1 && source.at + 4 * width >= source.text.length;
    if (columns + cell.columns > width - (last ? 0 : 1)) return { text: `${text}…`, before };
    text += cell.text;
    columns += cell.columns;
  }
  return { text, before };
}

/** Characters as a terminal shows them, with the number of columns that each takes. */
function cells(text: string): { text: string; columns: number }[] {
  return [...graphemes.segment(printable(text))].map(({ segment }) => ({
    text: segment,
    columns: ZERO.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1,
  }));
}

/** Unicode UAX #11: East Asian Wide and Fullwidth, and emoji. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
