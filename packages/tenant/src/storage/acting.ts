import type { ConsoleRefusal } from "../directory/console-rules.ts";

/** The administrator for whom a store changes something, and what each of its transactions checks first. */
export interface ActingAdministrator {
  /** The session of their browser. */
  sessionId: string;
  userId: string;
  /** The sign-in must be newer than this, in milliseconds since the epoch. */
  signedInAfter: number;
  now: number;
}

/** Thrown by a store that acts for an administrator who no longer may. Nothing was changed. */
export class RightWithdrawn extends Error {
  readonly why: ConsoleRefusal | "signed_out";

  constructor(why: ConsoleRefusal | "signed_out") {
    super(`the administrator may not change the tenant: ${why}`);
    this.name = "RightWithdrawn";
    this.why = why;
  }
}
