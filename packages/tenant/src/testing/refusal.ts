import { TenantError, type TenantErrorCode } from "../kernel/tenant-error.ts";

/**
 * Why something for testers was refused, more exactly than the code of the error says: the console says it in its own words,
 * and the message is the command line's.
 */
export type RefusedUse =
  /** Requests of this endpoint name no app. */
  | "app_unused"
  /** Answers of this endpoint have no number. */
  | "number_unused"
  | "number_invalid"
  | "times_invalid"
  | "too_many_faults"
  | "clock_too_far"
  | "name_invalid"
  | "name_taken"
  | "other";

/** An error with a reason. */
export class TestingRefusal extends TenantError {
  readonly why: RefusedUse;

  constructor(code: TenantErrorCode, message: string, hint: string, why: RefusedUse = "other", cause?: unknown) {
    super(code, message, hint, { cause });
    this.why = why;
  }
}
