/** What a tenant file would change, or has changed. It contains no secret. */
export interface TenantFileStep {
  /** `leave`: the object already matches the file. */
  action: "create" | "change" | "leave" | "delete";
  /** The kind of object, such as `app`, `api` or `user flow`. */
  kind: string;
  /** The key in the file. */
  name: string;
  /** The properties that differ. `from` is absent for a new value, `to` for a removed one. */
  changes: { what: string; from?: string; to?: string }[];
}

/** What applying a file would do. */
export interface TenantFilePlan {
  /** In their order. */
  steps: TenantFileStep[];
  /** What the file cannot express, or what should be checked. */
  notes: string[];
  /** Of the file and of what it would change: it differs if the tenant has changed. */
  digest: string;
}

/** An error in a file. */
export interface TenantFileProblem {
  /** Counted from 1. */
  line: number;
  /** Counted from 1. */
  column: number;
  /** What is wrong. Never a value that may be a secret. */
  message: string;
  /** What to do about it. */
  hint?: string;
}

/** Why a file cannot be planned or applied, with what to do about it. */
export interface TenantFileRefusal {
  /** What failed. */
  message: string;
  /** What to do about it. */
  hint: string;
}
