import { LineCounter } from "yaml";
import { hasSecretValue, lineWithoutSecrets, type Range } from "./secrets.ts";
import { TenantFileError, type TenantFileProblem } from "./tenant-file-error.ts";

/** Problems that are told; who has more corrects these first. */
const MAX_PROBLEMS = 1_000;

interface Finding {
  offset: number;
  message: string | (() => string);
  hint: string | undefined;
}

/** Gathers what is wrong with one text, by offset; a mistake is told once however many rules it breaks the same way. */
export class Findings {
  /** Whether the text was understood well enough that every secret of it is in `hide`'s ranges. */
  understood = false;
  #text: string;
  #lines = new LineCounter();
  #found: Finding[] = [];
  #hidden: Range[] = [];

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

  lineOf(offset: number): number {
    return this.#lines.linePos(offset).line;
  }

  error(fileName: string): TenantFileError {
    this.#hidden.sort(([a], [b]) => a - b);
    const inOrder = this.#found.sort((a, b) => a.offset - b.offset);
    const problems = inOrder.slice(0, MAX_PROBLEMS).map((finding) => this.#problem(finding));
    const told = problems.filter(
      (problem, index) => !problems.some((other, earlier) => earlier < index && sameMistake(other, problem)),
    );
    const [next] = inOrder.slice(MAX_PROBLEMS);
    if (next) {
      const rest = `There are ${inOrder.length - MAX_PROBLEMS} more mistakes from here on.`;
      told.push(this.#problem({ offset: next.offset, message: rest, hint: undefined }));
    }
    return new TenantFileError(fileName, told);
  }

  #problem({ offset, message, hint }: Finding): TenantFileProblem {
    const { line, col } = this.#lines.linePos(offset);
    const words = typeof message === "string" ? message : message();
    const start = this.#lines.lineStarts[line - 1] ?? 0;
    const source = lineWithoutSecrets(this.#text, start, this.#hidden, !this.understood);
    // Whatever a rule forgot: a known form of secret is told by nobody.
    const safe = hasSecretValue(words) ? "The value here is wrong, and looks like a secret." : words;
    return { line, column: col, message: safe, ...(hint === undefined ? {} : { hint }), source };
  }
}

function sameMistake(a: TenantFileProblem, b: TenantFileProblem): boolean {
  return a.line === b.line && a.column === b.column && a.message === b.message;
}
