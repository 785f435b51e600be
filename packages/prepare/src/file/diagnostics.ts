import { distance } from "fastest-levenshtein";
import { LineCounter } from "yaml";
import { hasSecretValue, lineWithoutSecrets, type Range, type SourceLine } from "./secrets.ts";

/** One error in the file. */
export interface TenantFileProblem {
  /** 1-based. */
  line: number;
  /** 1-based, in UTF-16 code units as editors count. */
  column: number;
  /** What is wrong, what was expected, and a suggestion where there is one. Never a value that may be a secret. */
  message: string;
  /** What to do about it. */
  hint?: string;
}

/** The file cannot be used; `problems` has every error found in one reading, in the order of the file. */
export class TenantFileError extends Error {
  override name = "TenantFileError";
  readonly code = "tenant_file_invalid";
  readonly fileName: string;
  readonly problems: TenantFileProblem[];
  readonly hint = "Nothing was changed. Correct the file at the lines named, then start again.";
  // Private, so that logging the error logs no lines of the file.
  #sources: ReadonlyMap<TenantFileProblem, SourceLine>;

  constructor(
    fileName: string,
    problems: TenantFileProblem[],
    sources: ReadonlyMap<TenantFileProblem, SourceLine> = new Map(),
  ) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super(`${fileName}:${first?.line}:${first?.column} ${first?.message}${more}`);
    this.fileName = fileName;
    this.problems = problems;
    this.#sources = sources;
  }

  /** The line of the problem, for display; undefined where the line is too long. */
  sourceOf(problem: TenantFileProblem): SourceLine | undefined {
    return this.#sources.get(problem);
  }
}

/** Problems that are reported; a last one counts the others. */
const MAX_PROBLEMS = 1_000;

/** UTF-16 code units; a longer line is not shown, as searching it for secrets takes long. */
const MAX_LINE_LENGTH = 2_000;

interface Diagnostic {
  offset: number;
  message: string | (() => string);
  hint: string | undefined;
}

/** Collects the errors of one text by offset. Equal errors at one offset are reported once. */
export class Diagnostics {
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

  /** @param message  a function where building the message is slow: it is called only for what is reported */
  add(offset: number, message: string | (() => string), hint?: string): void {
    this.#found.push({ offset, message, hint });
  }

  /** Hides a range of the text from every excerpt. */
  hide(...range: Range): void {
    this.#hidden.push(range);
  }

  /** Hides all secrets of a text that was parsed, so that none has to be guessed. */
  hideSecrets(ranges: readonly Range[]): void {
    this.#hidden.push(...ranges);
    this.#parsed = true;
  }

  lineOf(offset: number): number {
    return this.#lines.linePos(offset).line;
  }

  /** The error to throw, with every problem in the order of the file. */
  error(fileName: string): TenantFileError {
    this.#hidden.sort(([a], [b]) => a - b);
    const inOrder = this.#found.sort((a, b) => a.offset - b.offset);
    const reported = inOrder.slice(0, MAX_PROBLEMS);
    const next = inOrder[MAX_PROBLEMS];
    if (next) {
      const message = `There are ${inOrder.length - MAX_PROBLEMS} more mistakes from here on.`;
      reported.push({ offset: next.offset, message, hint: undefined });
    }
    const problems: TenantFileProblem[] = [];
    const sources = new Map<TenantFileProblem, SourceLine>();
    for (const diagnostic of reported) {
      const problem = this.#problem(diagnostic);
      if (problems.some((earlier) => isSameProblem(earlier, problem))) continue;
      problems.push(problem);
      const source = this.#sourceOf(diagnostic.offset);
      if (source) sources.set(problem, source);
    }
    return new TenantFileError(fileName, problems, sources);
  }

  #problem({ offset, message, hint }: Diagnostic): TenantFileProblem {
    const { line, col } = this.#lines.linePos(offset);
    const text = typeof message === "string" ? message : message();
    // A last defence: no message shows a value of a known secret format.
    const safe = hasSecretValue(text) ? "The value here is wrong, and looks like a secret." : text;
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

function isSameProblem(a: TenantFileProblem, b: TenantFileProblem): boolean {
  return a.line === b.line && a.column === b.column && a.message === b.message;
}

/** Candidates that are compared; with more, finding a suggestion would take long. */
const MAX_CANDIDATES = 500;

/** `a`, `a or b`, `a, b or c`. */
export function either(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The candidate closest to `word` by edit distance, ignoring case; undefined when none is close enough. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let best: string | undefined;
  // Of an email address only the local part counts: the domain is usually the same for all.
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

/** ` Did you mean x?`, to append to a sentence; empty when no candidate is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

/** Text of the file in quotes, without control characters and at most 60 characters long. */
export function quoted(text: string): string {
  const safe = printable(text);
  const characters = [...safe];
  return `"${characters.length > 60 ? `${characters.slice(0, 59).join("")}…` : safe}"`;
}

/** Replaces control, bidi and other invisible characters by U+FFFD, and tabs by spaces. */
export function printable(text: string): string {
  return text.replace(/\t/g, " ").replace(/[\p{Cc}\p{Cs}\p{Cn}\u2028-\u202e\u2066-\u2069\ufeff]/gu, "\ufffd");
}
