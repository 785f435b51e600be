/** A failure of starting or operating the tenant, in words for the person who runs it. */
export class TenantError extends Error {
  override name = "TenantError";
  /** Stable; programs may compare it. */
  readonly code: TenantErrorCode;
  /** What to do about it. */
  readonly hint: string;

  constructor(code: TenantErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

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
  | "mailer_required"
  | "branding_refused"
  | "logo_refused"
  | "domain_fixed"
  | "store_missing"
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
  | "mfa_required"
  | "email_invalid"
  | "email_taken"
  | "name_invalid"
  | "password_short"
  | "password_long"
  | "password_common"
  // The command line.
  | "trust_store_missing"
  | "usage"
  | "secret_on_argv";
