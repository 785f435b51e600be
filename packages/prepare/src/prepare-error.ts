import type { Step } from "./step.ts";

/** The reasons why a plan or an apply fails, with a default hint. */
export const prepareErrors = {
  graph_denied: "Sign in as an administrator with the missing permission or role.",
  graph_unauthenticated: "Sign in again: the token has expired, was revoked, or is for another API.",
  graph_throttled: "Wait a few minutes and run the command again. It continues where it stopped.",
  graph_unreachable:
    "Check the network, the proxy and the address, then run the command again. It continues where it stopped.",
  graph_refused:
    "The message is Graph's own. Fix what it names and run the command again. It continues where it stopped.",
  graph_misbehaved: "Check the address. If it is correct, a proxy or gateway is answering instead of Graph.",
  graph_conflict: "The tenant is being changed by someone else. Run the command again when they are done.",
  interrupted: "Run the command again. It continues where it stopped.",
  ambiguous: "Rename one of them, or give it the tag or uniqueName that the message names.",
  conflicts_with_tenant: "Change the file or the tenant.",
  not_for_entra: "Remove it for Entra. Only the embedded tenant supports it.",
  password_missing: "Set the variable, or omit `passwordFrom` for a random password.",
  wrong_plan: "Create the plan and apply it with the same tenant.",
} as const;

/** The stable code of a `PrepareError`. Compare codes, never messages. */
export type PrepareErrorCode = keyof typeof prepareErrors;

/**
 * The error of a plan, an apply or an export. `hint` says what to do about it. Neither it nor `message` contains a
 * secret.
 * @example
 * ```ts
 * import { applyPlan, type GraphAccess, type Plan, PrepareError } from "@doorcode/prepare";
 *
 * async function apply(plan: Plan, access: GraphAccess) {
 *   try {
 *     await applyPlan(plan, access);
 *   } catch (error) {
 *     if (!(error instanceof PrepareError)) throw error;
 *     console.error(error.message, error.hint, `${error.left.length} steps are left.`);
 *   }
 * }
 * ```
 */
export class PrepareError extends Error {
  /** What failed: stable, for programs. */
  readonly code: PrepareErrorCode;
  /** What the user can do about it. */
  readonly hint: string;
  /** HTTP status of Graph's response; 0 if there was none. */
  readonly status: number;
  /** Graph's own code, for example `Request_BadRequest`. */
  readonly graphCode: string | undefined;
  /** The `client-request-id` of the request, which identifies it in Graph's logs. */
  readonly requestId: string | undefined;
  /** The steps that an interrupted apply completed. */
  done: Step[] = [];
  /** The steps that an interrupted apply did not complete. */
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
