import { LineCounter } from "yaml";
import { hasSecretValue, lineWithoutSecrets, type Range } from "./secrets.ts";
import { type SourceLine, TenantFileError, type TenantFileProblem } from "./tenant-file-error.ts";

/** Problems that are told; who has more corrects these first. */
const MAX_PROBLEMS = 1_000;

/** UTF-16 code units; nobody reads a longer line, and looking for secrets in it takes long. */
const MAX_SOURCE_LINE = 2_000;

interface Finding {
  offset: number;
  message: string | (() => string);
  hint: string | undefined;
}

/** Gathers what is wrong with one text, by offset; a mistake is told once however many rules it breaks the same way. */
export class Findings {
  #text: string;
  #lines = new LineCounter();
  #found: Finding[] = [];
  #hidden: Range[] = [];
  #understood = false;

  constructor(text: string) {
    this.#text = text;
    this.#lines.addNewLine(0);
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.#lines.addNewLine(at + 1);
  }

  get none(): boolean {
    return this.#found.length === 0;
  }

  /** @param message  a function where finding the words takes long: it is called for what is told only */
  add(offset: number, message: string | (() => string), hint?: string): void {
    this.#found.push({ offset, message, hint });
  }

  /** What must not be shown. */
  hide(...range: Range): void {
    this.#hidden.push(range);
  }

  /** The text was understood, so that its secrets are in the ranges of `hide` and need not be guessed. */
  everythingHidden(): void {
    this.#understood = true;
  }

  lineOf(offset: number): number {
    return this.#lines.linePos(offset).line;
  }

  error(fileName: string): TenantFileError {
    this.#hidden.sort(([a], [b]) => a - b);
    const inOrder = this.#found.sort((a, b) => a.offset - b.offset);
    const told = inOrder.slice(0, MAX_PROBLEMS);
    const next = inOrder[MAX_PROBLEMS];
    if (next) {
      const message = `There are ${inOrder.length - MAX_PROBLEMS} more mistakes from here on.`;
      told.push({ offset: next.offset, message, hint: undefined });
    }
    const problems: TenantFileProblem[] = [];
    const sources = new Map<TenantFileProblem, SourceLine>();
    for (const finding of told) {
      const problem = this.#problem(finding);
      if (problems.some((earlier) => sameMistake(earlier, problem))) continue;
      problems.push(problem);
      const source = this.#sourceOf(finding.offset);
      if (source) sources.set(problem, source);
    }
    return new TenantFileError(fileName, problems, sources);
  }

  #problem({ offset, message, hint }: Finding): TenantFileProblem {
    const { line, col } = this.#lines.linePos(offset);
    const words = typeof message === "string" ? message : message();
    // Whatever a rule forgot: a known form of secret is told by nobody.
    const safe = hasSecretValue(words) ? "The value here is wrong, and looks like a secret." : words;
    return { line, column: col, message: safe, ...(hint === undefined ? {} : { hint }) };
  }

  #sourceOf(offset: number): SourceLine | undefined {
    const start = this.#lines.lineStarts[this.lineOf(offset) - 1] ?? 0;
    const newline = this.#text.indexOf("\n", start);
    const line: Range = [start, newline === -1 ? this.#text.length : newline];
    if (line[1] - line[0] > MAX_SOURCE_LINE) return undefined;
    return lineWithoutSecrets(this.#text, line, offset, this.#hidden, !this.#understood);
  }
}

function sameMistake(a: TenantFileProblem, b: TenantFileProblem): boolean {
  return a.line === b.line && a.column === b.column && a.message === b.message;
}
