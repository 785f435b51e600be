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
  /** The line of the file, with whatever may be a secret left out; for `describeProblems`. */
  source?: string;
}

/** The file cannot be used; `problems` has every mistake found in one reading, in the order of the file. */
export class TenantFileError extends Error {
  override name = "TenantFileError";
  readonly code = "tenant_file_invalid";
  readonly fileName: string;
  readonly problems: TenantFileProblem[];
  readonly hint = "Nothing was changed. Correct the file at the lines named, then start again.";

  constructor(fileName: string, problems: TenantFileProblem[]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super(`${fileName}:${first?.line}:${first?.column} ${first?.message}${more}`);
    this.fileName = fileName;
    this.problems = problems;
  }
}
