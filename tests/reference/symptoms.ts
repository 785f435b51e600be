import type { ErrorCode } from "../../packages/cli/src/exit-codes.ts";
import type { DoorcodeErrorCode } from "../../packages/client/src/errors.ts";
import type { TenantErrorCode } from "../../packages/tenant/src/kernel/tenant-error.ts";
import type { ProtocolErrorName } from "../../packages/tenant/src/oauth/protocol-error.ts";
import type { StoreErrorCode } from "../../packages/tenant/src/storage/store-error.ts";

/** Headings of docs/troubleshooting.md, in their order. */
export const symptoms = {
  signIn: "A user cannot sign in, or a code does not work",
  again: "A program that was signed in has to sign in again",
  program: "The issuer rejects a program or its request",
  api: "A web API rejects the token",
  network: "Something cannot be reached, or answers too late",
  tokenStore: "The token store on this machine cannot be used",
  start: "The tenant does not start",
  data: "The tenant's data: folder, store, seal key, backup",
  mail: "Emails do not arrive",
  operate: "A command for users, apps, user flows or policies is rejected",
  prepare: "A tenant file cannot be applied",
  commandLine: "A command stops before it does anything",
} as const;

export type Symptom = keyof typeof symptoms;

/** Codes that only the command line has. */
export type CommandErrorCode = Extract<
  ErrorCode,
  | "usage"
  | "secret_on_argv"
  | "trust_store_missing"
  | "api_unreachable"
  | "packages_unavailable"
  | "tenant_missing"
  | "not_in_single_file"
  | "folder_not_writable"
  | "server_file_invalid"
>;

/** Where a reader looks for each error of the client. Guard, prepare and mail have one place each. */
export const clientSymptoms: Record<DoorcodeErrorCode, Symptom> = {
  configuration: "program",
  sign_in_needed: "again",
  sign_in_again: "again",
  wrong_account: "signIn",
  denied: "signIn",
  code_expired: "signIn",
  blocked_by_policy: "signIn",
  client_rejected: "program",
  issuer_unreachable: "network",
  invalid_issuer_response: "network",
  token_not_trusted: "network",
  scope_not_granted: "again",
  origin_not_declared: "api",
  body_not_replayable: "api",
  store_locked: "tokenStore",
  store_damaged: "tokenStore",
  cancelled: "signIn",
  timed_out: "signIn",
};

export const commandSymptoms: Record<CommandErrorCode, Symptom> = {
  usage: "commandLine",
  secret_on_argv: "commandLine",
  trust_store_missing: "commandLine",
  api_unreachable: "network",
  packages_unavailable: "commandLine",
  tenant_missing: "commandLine",
  not_in_single_file: "commandLine",
  folder_not_writable: "commandLine",
  server_file_invalid: "start",
};

export const storeSymptoms: Record<StoreErrorCode, Symptom> = {
  store_unreachable: "data",
  store_read_only: "data",
  store_full: "data",
  store_outcome_unknown: "data",
  store_migration_failed: "data",
  store_busy: "data",
  store_inconsistent: "data",
};

/** The others are answers to an operator's command. */
export const tenantSymptoms: Partial<Record<TenantErrorCode, Symptom>> = {
  port_in_use: "start",
  address_unavailable: "start",
  already_running: "start",
  ca_damaged: "start",
  ca_does_not_cover_host: "start",
  ca_missing: "start",
  invalid_public_url: "start",
  public_url_required: "start",
  certificate_required: "start",
  certificate_unreadable: "start",
  certificate_refused: "start",
  mailer_required: "start",
  branding_refused: "start",
  logo_refused: "start",
  lan_refused: "start",
  lan_address_refused: "start",
  domain_fixed: "start",
  data_folder_refused: "data",
  seal_key_damaged: "data",
  seal_key_differs: "data",
  seal_key_missing: "data",
  seal_key_not_replaced: "data",
  store_missing: "data",
  sqlite_only: "data",
  file_exists: "data",
  backup_invalid: "data",
  restore_refused: "data",
  move_refused: "data",
  move_failed: "data",
  tenant_moved: "data",
};

export const protocolSymptoms: Record<ProtocolErrorName, Symptom> = {
  pending: "signIn",
  slow_down: "signIn",
  code_expired: "signIn",
  declined: "signIn",
  bad_code: "signIn",
  code_redeemed: "signIn",
  user_disabled: "signIn",
  mfa_required: "signIn",
  sign_in_method: "signIn",
  details_required: "signIn",
  not_assigned: "signIn",
  administrator_needed: "signIn",
  login_required: "signIn",
  question_required: "signIn",
  refused: "signIn",
  consent_required: "signIn",
  admin_consent: "signIn",
  too_many: "signIn",
  bad_refresh_token: "again",
  refresh_expired: "again",
  revoked: "again",
  wrong_client: "program",
  app_unknown: "program",
  secret_missing: "program",
  secret_wrong: "program",
  secret_expired: "program",
  assertion_malformed: "program",
  assertion_signature: "program",
  assertion_time: "program",
  assertion_client: "program",
  assertion_audience: "program",
  assertion_used: "program",
  client_id_missing: "program",
  parameter_missing: "program",
  parameter_repeated: "program",
  parameter_invalid: "program",
  grant_unsupported: "program",
  grant_not_allowed: "program",
  administration_not_allowed: "program",
  administration_by_device_code: "program",
  scope_invalid: "program",
  scope_not_default: "program",
  service_principal_missing: "program",
  role_missing: "program",
  several_resources: "program",
  resource_unknown: "program",
  tenant_unknown: "program",
  response_type: "program",
  redirect_unregistered: "program",
  challenge_missing: "program",
  challenge_invalid: "program",
  challenge_method: "program",
  code_unknown: "program",
  code_too_old: "program",
  code_used: "program",
  redirect_differs: "program",
  verifier_wrong: "program",
  unavailable: "network",
  failed: "network",
};
