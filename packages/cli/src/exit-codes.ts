import type { DoorcodeErrorCode } from "@doorcode/client";

/** What the command line's exit codes mean; the same in every `doorcode` command. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  signInNeeded: 3,
  denied: 4,
  expired: 5,
  blocked: 6,
  unreachable: 7,
  store: 8,
  changes: 9,
  /** Signed out here; the issuer answered the revocation with an error. */
  notRevoked: 10,
  /** `doorcode token --scope` of a scope that the sign-in was not granted. */
  notGranted: 11,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** Every code the client knows: the compiler says so when a new one has no exit code yet. */
const byErrorCode: Record<DoorcodeErrorCode, number> = {
  configuration: exitCodes.usage,
  client_rejected: exitCodes.usage,
  origin_not_declared: exitCodes.usage,
  sign_in_needed: exitCodes.signInNeeded,
  sign_in_again: exitCodes.signInNeeded,
  denied: exitCodes.denied,
  // Refused as well, only by the one who asked for somebody else.
  wrong_account: exitCodes.denied,
  scope_not_granted: exitCodes.notGranted,
  code_expired: exitCodes.expired,
  timed_out: exitCodes.expired,
  blocked_by_policy: exitCodes.blocked,
  issuer_unreachable: exitCodes.unreachable,
  invalid_issuer_response: exitCodes.unexpected,
  token_not_trusted: exitCodes.unexpected,
  body_not_replayable: exitCodes.unexpected,
  store_locked: exitCodes.store,
  store_damaged: exitCodes.store,
  cancelled: exitCodes.interrupted,
};

/** Of `doorcode prepare`: what reads the file and speaks to Graph has codes of its own. */
const ofPreparing: Record<string, number> = {
  tenant_file_invalid: exitCodes.usage,
  ambiguous: exitCodes.usage,
  conflicts_with_tenant: exitCodes.usage,
  not_for_entra: exitCodes.usage,
  password_missing: exitCodes.usage,
  interrupted: exitCodes.interrupted,
  administrator_needed: exitCodes.denied,
  administration_not_allowed: exitCodes.denied,
  graph_denied: exitCodes.denied,
  graph_unauthenticated: exitCodes.signInNeeded,
  graph_throttled: exitCodes.unreachable,
  graph_unreachable: exitCodes.unreachable,
};

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return (byErrorCode as Record<string, number>)[code] ?? ofPreparing[code] ?? exitCodes.unexpected;
}

/** A command line that cannot be meant: what is wrong with it, and how it would be right. */
export class UsageError extends Error {
  override name = "UsageError";
  readonly code = "usage";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** A failure that is none of the client's: an API that cannot be reached, a file that cannot be read. */
export class CommandError extends Error {
  override name = "CommandError";
  readonly code: string;
  readonly hint: string;
  /** Places in a file, of an error that is about one; `--json` has them beside the sentence. */
  readonly problems: readonly object[] | undefined;

  constructor(code: string, message: string, hint: string, options?: ErrorOptions & { problems?: readonly object[] }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.problems = options?.problems;
  }
}
