/**
 * An error in starting or operating a tenant. `code` is stable, `message` and `hint` are for people.
 * @example
 * ```ts
 * import { startTenant, TenantError } from "@doorcode/tenant";
 *
 * try {
 *   await startTenant({ store: { sqlite: "tenant.sqlite" }, dataDir: "./tenant-data" });
 * } catch (error) {
 *   if (!(error instanceof TenantError)) throw error;
 *   console.error(error.code, error.message, error.hint);
 * }
 * ```
 */
export class TenantError extends Error {
  /** Always `TenantError`. */
  override name = "TenantError";
  /** What failed: stable, for programs. */
  readonly code: TenantErrorCode;
  /** What the operator can do about it. */
  readonly hint: string;

  constructor(code: TenantErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** The stable code of a `TenantError`. Compare codes, never messages. */
export type TenantErrorCode =
  // Starting.
  | "port_in_use"
  | "address_unavailable"
  | "data_folder_refused"
  | "already_running"
  | "ca_damaged"
  | "ca_does_not_cover_host"
  | "ca_missing"
  | "seal_key_damaged"
  | "seal_key_differs"
  | "invalid_public_url"
  | "public_url_required"
  | "certificate_required"
  | "certificate_unreadable"
  | "certificate_refused"
  | "mailer_required"
  | "branding_refused"
  | "logo_refused"
  | "lan_refused"
  | "lan_address_refused"
  | "domain_fixed"
  | "store_missing"
  | "seal_key_missing"
  // Operating a running tenant.
  | "tenant_not_running"
  | "control_failed"
  | "code_unknown"
  | "code_expired"
  | "code_used"
  | "code_used_twice"
  | "user_unknown"
  | "user_disabled"
  | "not_assigned"
  | "administrator_needed"
  | "administration_not_allowed"
  | "app_unavailable"
  | "app_unknown"
  | "scope_unknown"
  | "app_certificate_refused"
  | "app_secret_refused"
  | "app_secret_unknown"
  | "registration_conflict"
  | "redirect_uri_refused"
  | "group_unknown"
  | "assignment_refused"
  | "user_flow_invalid"
  | "user_flow_in_use"
  | "user_flow_name_taken"
  | "user_flow_unknown"
  | "policy_invalid"
  | "lifetimes_refused"
  | "inbox_missing"
  | "embedded_only"
  | "sign_in_unknown"
  | "key_unknown"
  | "key_in_use"
  | "mfa_required"
  | "email_invalid"
  | "email_taken"
  | "name_invalid"
  | "signing_alg_refused"
  | "password_short"
  | "password_long"
  | "password_common"
  // Testing it.
  | "testing_off"
  | "clock_refused"
  | "fault_refused"
  | "snapshot_unknown"
  | "snapshot_refused"
  | "token_refused"
  | "api_unknown"
  | "mail_not_received"
  // Its data: backup, restore, another seal key.
  | "seal_key_not_replaced"
  | "sqlite_only"
  | "file_exists"
  | "backup_invalid"
  | "restore_refused"
  | "move_refused"
  | "move_failed"
  | "tenant_moved"
  // Settings in the environment.
  | "usage";
