import type { Step } from "./step.ts";

/** Every reason for which a plan or an apply fails, with a default hint. */
export const prepareErrors = {
  graph_denied: "Sign in as an administrator who has what is missing.",
  graph_unauthenticated: "Sign in again: the token has expired, was revoked, or is for something else.",
  graph_throttled: "Wait a few minutes and run it again; it goes on where it stopped.",
  graph_unreachable: "Check the network, the proxy and the address, then run it again; it goes on where it stopped.",
  graph_refused: "The message is Graph's own. Mend what it names and run it again; it goes on where it stopped.",
  graph_misbehaved: "Check the address; if it is right, something in between answers in Graph's place.",
  graph_conflict: "Somebody else changes the tenant at the same time. Run it again when they are done.",
  interrupted: "Run it again; it goes on where it stopped.",
  ambiguous: "Give one of them another name, or the tag or uniqueName that the message names.",
  conflicts_with_tenant: "Change the file, or what is there.",
  not_for_entra: "Leave it out for Entra; the embedded tenant takes it.",
  password_missing: "Set the variable, or leave `passwordFrom` out for a password that nobody knows.",
  wrong_plan: "Make the plan and apply it with the same tenant.",
} as const;

export type PrepareErrorCode = keyof typeof prepareErrors;

/** A plan or an apply failed. `hint` says what to do about it; neither it nor `message` contains a secret. */
export class PrepareError extends Error {
  readonly code: PrepareErrorCode;
  readonly hint: string;
  /** HTTP status of Graph's response; 0 where there was none. */
  readonly status: number;
  /** Graph's own code: `Request_BadRequest`. */
  readonly graphCode: string | undefined;
  /** The `client-request-id` that was sent, by which Graph's logs know the request. */
  readonly requestId: string | undefined;
  /** The steps that an interrupted apply had done, and those that it had not. */
  done: Step[] = [];
  left: Step[] = [];

  constructor(
    code: PrepareErrorCode,
    message: string,
    details: { hint?: string; cause?: unknown; status?: number; graphCode?: string; requestId?: string } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = "PrepareError";
    this.code = code;
    this.hint = details.hint ?? prepareErrors[code];
    this.status = details.status ?? 0;
    this.graphCode = details.graphCode;
    this.requestId = details.requestId;
  }
}
