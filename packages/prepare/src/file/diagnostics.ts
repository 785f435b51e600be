import { distance } from "fastest-levenshtein";
import { LineCounter } from "yaml";
import { hasSecretValue, lineWithoutSecrets, type Range, type SourceLine } from "./secrets.ts";

/** One error in a file. */
export interface FileProblem {
  /** The line, counted from 1. */
  line: number;
  /** The column, counted from 1, in UTF-16 code units as editors count. */
  column: number;
  /** What is wrong, what was expected, and possibly a suggestion. Never a value that may be a secret. */
  message: string;
  /** What to do about it. */
  hint?: string;
}

/**
 * A file with errors. `problems` has all errors of the file, in their order.
 * @example
 * ```ts
 * import { readTenantFile, SourceFileError } from "@doorcode/prepare";
 *
 * try {
 *   readTenantFile("apps: 1", "doorcode.tenant.yaml");
 * } catch (error) {
 *   if (!(error instanceof SourceFileError)) throw error;
 *   console.error(error.code, error.problems.length);
 * }
 * ```
 */
export class SourceFileError<Code extends string = string> extends Error {
  /** What failed: stable, for programs. */
  readonly code: Code;
  /** The file's name, as given to the reader. */
  readonly fileName: string;
  /** All errors of the file, in their order. */
  readonly problems: FileProblem[];
  /** What the user can do about it. */
  readonly hint: string = "Nothing was changed. Correct the file at these lines, then try again.";
  // Private, so that logging the error does not log lines of the file.
  #sources: ReadonlyMap<FileProblem, SourceLine>;

  constructor(
    code: Code,
    fileName: string,
    problems: FileProblem[],
    sources: ReadonlyMap<FileProblem, SourceLine> = new Map(),
  ) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super(`${fileName}:${first?.line}:${first?.column} ${first?.message}${more}`);
    this.name = "SourceFileError";
    this.code = code;
    this.fileName = fileName;
    this.problems = problems;
    this.#sources = sources;
  }

  /** Returns the line of a problem, for display; undefined if the line is too long. */
  sourceOf(problem: FileProblem): SourceLine | undefined {
    return this.#sources.get(problem);
  }
}

/** The most problems that are reported; a last one counts the others. */
const MAX_PROBLEMS = 1_000;

/** In UTF-16 code units. A longer line is not shown, because searching it for secrets takes long. */
const MAX_LINE_LENGTH = 2_000;

interface Diagnostic {
  offset: number;
  message: string | (() => string);
  hint: string | undefined;
}

/** What finds errors in a file adds them here. */
export interface ProblemList {
  /**
   * Adds an error at an offset of the text, in UTF-16 code units.
   * @param message  a function if building the message is slow: it is called only for reported errors
   */
  add(offset: number, message: string | (() => string), hint?: string): void;
  /** The line of an offset, counted from 1. */
  lineOf(offset: number): number;
}

/** Collects the errors of one text by offset. Equal errors at one offset are reported once. */
export class Diagnostics implements ProblemList {
  #text: string;
  #lines = new LineCounter();
  #found: Diagnostic[] = [];
  #hidden: Range[] = [];
  #parsed = false;

  constructor(text: string) {
    this.#text = text;
    this.#lines.addNewLine(0);
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.#lines.addNewLine(at + 1);
  }

  get none(): boolean {
    return this.#found.length === 0;
  }

  add(offset: number, message: string | (() => string), hint?: string): void {
    this.#found.push({ offset, message, hint });
  }

  /** Hides a range of the text from every excerpt. */
  hide(...range: Range): void {
    this.#hidden.push(range);
  }

  /** Hides all secrets of a parsed text, so that none must be guessed. */
  hideSecrets(ranges: readonly Range[]): void {
    this.#hidden.push(...ranges);
    this.#parsed = true;
  }

  lineOf(offset: number): number {
    return this.#lines.linePos(offset).line;
  }

  /** The error to throw, with every problem in the order of the file. */
  error<E>(make: (problems: FileProblem[], sources: ReadonlyMap<FileProblem, SourceLine>) => E): E {
    this.#hidden.sort(([a], [b]) => a - b);
    const inOrder = this.#found.sort((a, b) => a.offset - b.offset);
    const reported = inOrder.slice(0, MAX_PROBLEMS);
    const next = inOrder[MAX_PROBLEMS];
    if (next) {
      const message = `${inOrder.length - MAX_PROBLEMS} more errors follow.`;
      reported.push({ offset: next.offset, message, hint: undefined });
    }
    const problems: FileProblem[] = [];
    const sources = new Map<FileProblem, SourceLine>();
    for (const diagnostic of reported) {
      const problem = this.#problem(diagnostic);
      if (problems.some((earlier) => isSameProblem(earlier, problem))) continue;
      problems.push(problem);
      const source = this.#sourceOf(diagnostic.offset);
      if (source) sources.set(problem, source);
    }
    return make(problems, sources);
  }

  #problem({ offset, message, hint }: Diagnostic): FileProblem {
    const { line, col } = this.#lines.linePos(offset);
    const text = typeof message === "string" ? message : message();
    // A last safeguard: no message shows a value in a known format of secrets.
    const safe = hasSecretValue(text) ? "This value is invalid and looks like a secret." : text;
    return { line, column: col, message: safe, ...(hint === undefined ? {} : { hint }) };
  }

  #sourceOf(offset: number): SourceLine | undefined {
    const start = this.#lines.lineStarts[this.lineOf(offset) - 1] ?? 0;
    const newline = this.#text.indexOf("\n", start);
    const line: Range = [start, newline === -1 ? this.#text.length : newline];
    if (line[1] - line[0] > MAX_LINE_LENGTH) return undefined;
    return lineWithoutSecrets(this.#text, line, offset, this.#hidden, !this.#parsed);
  }
}

function isSameProblem(a: FileProblem, b: FileProblem): boolean {
  return a.line === b.line && a.column === b.column && a.message === b.message;
}

/** The most candidates to compare; with more, finding a suggestion would take long. */
const MAX_CANDIDATES = 500;

/** `a`, `a or b`, `a, b or c`. */
export function either(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The candidate closest to `word` by edit distance, ignoring case; undefined if none is close enough. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let best: string | undefined;
  // For an email address only the local part counts: the domain is usually the same for all.
  const length = typed.includes("@") ? typed.indexOf("@") : typed.length;
  let least = (length < 4 ? 1 : Math.max(2, Math.floor(length / 3))) + 1;
  let tried = 0;
  for (const candidate of candidates) {
    if (tried++ === MAX_CANDIDATES) break;
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const edits = distance(typed, candidate.toLowerCase());
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** ` Did you mean x?`, to append to a sentence; empty if no candidate is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

/** A text of the file in quotes, without control characters and at most 60 characters long. */
export function quoted(text: string): string {
  const safe = printable(text);
  const characters = [...safe];
  return `"${characters.length > 60 ? `${characters.slice(0, 59).join("")}…` : safe}"`;
}

/** Replaces control, bidi and other invisible characters with U+FFFD, and tabs with spaces. */
export function printable(text: string): string {
  return text.replace(/\t/g, " ").replace(/[\p{Cc}\p{Cs}\p{Cn}\u2028-\u202e\u2066-\u2069\ufeff]/gu, "\ufffd");
}
