import type { DoorcodeErrorCode } from "@doorcode/client";
import type { PrepareErrorCode, TenantFileError } from "@doorcode/prepare";
import type { OperatorErrorCode } from "@doorcode/tenant/operator";

/** The exit codes of every `doorcode` command. `doorcode help exit-codes` describes them (definition/topics.ts). */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  signInNeeded: 3,
  denied: 4,
  expired: 5,
  blocked: 6,
  unreachable: 7,
  /** The token store, or the data folder of a tenant. */
  store: 8,
  changes: 9,
  /** Signed out here; the issuer answered the revocation with an error. */
  notRevoked: 10,
  /** `doorcode token --scope` for a scope that the sign-in was not granted. */
  notGranted: 11,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Codes of the command line's own errors, besides those that it shares with the packages. */
type OwnErrorCode =
  | "usage"
  | "secret_on_argv"
  | "trust_store_missing"
  | "api_unreachable"
  | "packages_unavailable"
  | "tenant_missing"
  | "not_in_single_file"
  | "folder_not_writable"
  | "server_file_invalid";

export type ErrorCode =
  | DoorcodeErrorCode
  | PrepareErrorCode
  | TenantFileError["code"]
  | OperatorErrorCode
  | OwnErrorCode;

const { usage, denied, expired, unreachable, store, signInNeeded, unexpected } = exitCodes;

/**
 * The exit code of every error, whichever command it ends. A new code of any package fails to compile until it is here.
 */
export const exitCodeOfError: Readonly<Record<ErrorCode, ExitCode>> = {
  // The command line.
  usage,
  secret_on_argv: usage,
  trust_store_missing: unexpected,
  api_unreachable: unexpected,
  packages_unavailable: unexpected,
  tenant_missing: unexpected,
  not_in_single_file: unexpected,
  folder_not_writable: unexpected,
  server_file_invalid: usage,

  // The client.
  configuration: usage,
  client_rejected: usage,
  origin_not_declared: usage,
  sign_in_needed: signInNeeded,
  sign_in_again: signInNeeded,
  denied,
  wrong_account: denied,
  scope_not_granted: exitCodes.notGranted,
  code_expired: expired,
  timed_out: expired,
  blocked_by_policy: exitCodes.blocked,
  issuer_unreachable: unreachable,
  invalid_issuer_response: unexpected,
  token_not_trusted: unexpected,
  body_not_replayable: unexpected,
  store_locked: store,
  store_damaged: store,
  cancelled: exitCodes.interrupted,

  // A tenant's file, and Microsoft Graph.
  tenant_file_invalid: usage,
  ambiguous: usage,
  conflicts_with_tenant: usage,
  not_for_entra: usage,
  password_missing: usage,
  wrong_plan: unexpected,
  interrupted: exitCodes.interrupted,
  graph_denied: denied,
  graph_unauthenticated: signInNeeded,
  graph_throttled: unreachable,
  graph_unreachable: unreachable,
  graph_refused: unexpected,
  graph_misbehaved: unexpected,
  graph_conflict: unexpected,

  // Starting a tenant.
  port_in_use: unexpected,
  address_unavailable: unexpected,
  data_folder_refused: store,
  already_running: unexpected,
  ca_damaged: unexpected,
  ca_does_not_cover_host: unexpected,
  ca_missing: usage,
  seal_key_damaged: unexpected,
  seal_key_differs: unexpected,
  seal_key_missing: usage,
  invalid_public_url: unexpected,
  public_url_required: unexpected,
  certificate_required: unexpected,
  certificate_unreadable: unexpected,
  certificate_refused: unexpected,
  mailer_required: unexpected,
  branding_refused: unexpected,
  logo_refused: unexpected,
  lan_refused: usage,
  lan_address_refused: usage,
  domain_fixed: usage,
  store_missing: usage,
  store_unreachable: unexpected,
  store_read_only: unexpected,
  store_full: unexpected,
  store_outcome_unknown: unexpected,
  store_migration_failed: unexpected,
  store_busy: unexpected,
  store_inconsistent: unexpected,
  mail_refused: unexpected,
  mail_deferred: unexpected,
  mail_unreachable: unexpected,
  mail_configuration: unexpected,

  // A tenant's data.
  seal_key_not_replaced: unexpected,
  sqlite_only: usage,
  file_exists: usage,
  backup_invalid: unexpected,
  restore_refused: usage,
  move_refused: usage,
  move_failed: unexpected,
  tenant_moved: usage,

  // Operating a tenant.
  tenant_not_running: unreachable,
  control_failed: unexpected,
  code_unknown: unexpected,
  code_used: denied,
  code_used_twice: denied,
  user_unknown: unexpected,
  user_disabled: unexpected,
  not_assigned: denied,
  administrator_needed: denied,
  administration_not_allowed: denied,
  app_unavailable: unexpected,
  app_unknown: usage,
  scope_unknown: usage,
  app_certificate_refused: usage,
  app_secret_refused: usage,
  app_secret_unknown: usage,
  registration_conflict: unexpected,
  redirect_uri_refused: unexpected,
  group_unknown: unexpected,
  assignment_refused: unexpected,
  user_flow_invalid: unexpected,
  user_flow_in_use: unexpected,
  user_flow_name_taken: unexpected,
  user_flow_unknown: unexpected,
  policy_invalid: unexpected,
  lifetimes_refused: unexpected,
  inbox_missing: unexpected,
  embedded_only: denied,
  testing_off: denied,
  clock_refused: usage,
  fault_refused: usage,
  snapshot_unknown: usage,
  snapshot_refused: usage,
  token_refused: denied,
  api_unknown: usage,
  mail_not_received: expired,
  sign_in_unknown: usage,
  key_unknown: usage,
  key_in_use: usage,
  mfa_required: unexpected,
  email_invalid: usage,
  email_taken: unexpected,
  name_invalid: usage,
  signing_alg_refused: usage,
  password_short: usage,
  password_long: usage,
  password_common: usage,
};

export function exitCodeOf(error: unknown): ExitCode {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return Object.hasOwn(exitCodeOfError, code) ? exitCodeOfError[code as ErrorCode] : exitCodes.unexpected;
}

/** A command line that cannot be meant: what is wrong with it, and how to correct it. */
export class UsageError extends Error {
  override name = "UsageError";
  readonly code: "usage" | "secret_on_argv";
  readonly hint: string;

  constructor(message: string, hint: string, code: UsageError["code"] = "usage") {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** A failure with a stable code and a hint, where the error of a package says less than the command knows. */
export class CommandError extends Error {
  override name = "CommandError";
  readonly code: ErrorCode;
  readonly hint: string;
  /** Places in a file, of an error that is about one; `--json` has them beside the sentence. */
  readonly problems: readonly object[] | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    hint: string,
    options?: ErrorOptions & { problems?: readonly object[] },
  ) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.problems = options?.problems;
  }
}
