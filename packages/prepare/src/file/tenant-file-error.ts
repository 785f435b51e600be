/** One mistake in the file. */
export interface TenantFileProblem {
  /** 1-based. */
  line: number;
  /** 1-based, in UTF-16 code units as editors count. */
  column: number;
  /** What is wrong, what was expected, and the nearest right word where there is one. Never a value that may be a secret. */
  message: string;
  /** What to do about it. */
  hint?: string;
}

/** A line of the file as it may be shown: whatever may be a secret is left out. */
export interface SourceLine {
  text: string;
  /** 0-based index in `text` of what the problem is about. */
  at: number;
}

/** The file cannot be used; `problems` has every mistake found in one reading, in the order of the file. */
export class TenantFileError extends Error {
  override name = "TenantFileError";
  readonly code = "tenant_file_invalid";
  readonly fileName: string;
  readonly problems: TenantFileProblem[];
  readonly hint = "Nothing was changed. Correct the file at the lines named, then start again.";
  // Private, so that no log of the error has lines of the file in it.
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

  /** Where the problem is, for a person to see. */
  sourceOf(problem: TenantFileProblem): SourceLine | undefined {
    return this.#sources.get(problem);
  }
}
