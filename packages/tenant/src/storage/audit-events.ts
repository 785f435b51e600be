/** What can be recorded. A change through Graph has the prefix `graph.`, one by an administrator in the console `console.`. */
export const AUDIT_EVENTS = [
  "administrator.added",
  "administrator.recovered",
  "administrator.removed",
  "app.certificate_added",
  "app.certificates_removed",
  "app.secret_added",
  "app.secret_removed",
  "app_token.issued",
  "application.changed",
  "application.created",
  "application.deleted",
  "audit_log.downloaded",
  "authenticator.added",
  "authenticator.removed",
  "authorization.approved",
  "authorization.denied",
  "authorization.redeemed",
  "authorization.refused",
  "authorization_code.reused",
  "branding.changed",
  "device_grant.approved",
  "device_grant.denied",
  "device_grant.expired",
  "device_grant.redeemed",
  "device_grant.refused",
  "device_grant.used_twice",
  "group.changed",
  "group.created",
  "group.deleted",
  "group.member_added",
  "group.member_removed",
  "lifetimes.changed",
  "operator_token.issued",
  "organization.changed",
  "passkey.added",
  "passkey.counter_went_back",
  "passkey.removed",
  "passkey.renamed",
  "permission_grant.changed",
  "permission_grant.created",
  "permission_grant.deleted",
  "policy.changed",
  "policy.created",
  "policy.deleted",
  "recovery_codes.replaced",
  "refresh_token.refused",
  "refresh_token.repeated",
  "refresh_token.reused",
  "refresh_token.rotated",
  "role_assignment.created",
  "role_assignment.deleted",
  "service_principal.changed",
  "service_principal.created",
  "sign_in.renamed",
  "sign_in.revoked",
  "sign_up_settings.changed",
  "signing_key.retired",
  "signing_key.rotated",
  "tenant.issuer_changed",
  "tenant.moved",
  "tenant.restored",
  "tenant.seal_key_replaced",
  "tenant.sign_ins_ended",
  "testing.clock_moved",
  "testing.fault_added",
  "testing.faults_cleared",
  "testing.snapshot_created",
  "testing.snapshot_deleted",
  "testing.snapshot_restored",
  "testing.token_issued",
  "user.changed",
  "user.consent_withdrawn",
  "user.created",
  "user.deleted",
  "user.data_downloaded",
  "user.details_given",
  "user.disowned",
  "user.email_changed",
  "user.email_restored",
  "user.factors_reset",
  "user.links_voided",
  "user.made_administrator",
  "user.password_changed",
  "user.password_limit_lifted",
  "user.password_reset",
  "user.password_voided",
  "user.second_factor_failed",
  "user.second_factor_passed",
  "user.sign_in_failed",
  "user.sign_ins_ended",
  "user.signed_in",
  "user.signed_out",
  "user.signed_up",
  "user_flow.app_added",
  "user_flow.app_removed",
  "user_flow.changed",
  "user_flow.created",
  "user_flow.deleted",
  "user_flow_attribute.changed",
  "user_flow_attribute.created",
  "user_flow_attribute.deleted",
] as const;

export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** What users see on their own activity page. Renewals and what follows from another record are left out. */
export const OWN_ACTIVITY = [
  "administrator.added",
  "administrator.removed",
  "authenticator.added",
  "authenticator.removed",
  "authorization.approved",
  "authorization.denied",
  "device_grant.approved",
  "device_grant.denied",
  "passkey.added",
  "passkey.removed",
  "passkey.renamed",
  "recovery_codes.replaced",
  "refresh_token.repeated",
  "refresh_token.reused",
  "sign_in.renamed",
  "sign_in.revoked",
  "user.changed",
  "user.consent_withdrawn",
  "user.created",
  "user.data_downloaded",
  "user.details_given",
  "user.disowned",
  "user.email_changed",
  "user.email_restored",
  "user.factors_reset",
  "user.links_voided",
  "user.password_changed",
  "user.password_limit_lifted",
  "user.password_reset",
  "user.password_voided",
  "user.second_factor_failed",
  "user.sign_in_failed",
  "user.sign_ins_ended",
  "user.signed_in",
  "user.signed_out",
  "user.signed_up",
] as const satisfies readonly AuditEvent[];

export type OwnActivity = (typeof OWN_ACTIVITY)[number];

/** Of these records, the details that users see. All others are about the tenant, or name other objects. */
export const OWN_DETAILS = [
  ...["address_restored", "authenticator_app", "changed", "devices", "failures", "method", "name", "passkeys"],
  ...["purpose", "recovery_codes", "why"],
] as const;

/** Where an administrator's change came from. Without a prefix: from the operator, or from a user. */
export const CALLER_PREFIXES = ["graph.", "console."] as const;

const prefixOf = (name: string) => CALLER_PREFIXES.find((prefix) => name.startsWith(prefix)) ?? "";

/** The event without the prefix of a change through Graph or in the console. */
export const eventOf = (name: string): string => name.slice(prefixOf(name).length);

/** Whether the record is of a change through Graph or in the console. Its `userId`, `clientId` and `ip` are of the caller. */
export const isByCaller = (name: string): boolean => prefixOf(name) !== "";

/** The user whom a change through Graph or in the console affected, who is not its `userId`. Null for all other records. */
export function subjectOf({ event, detail }: { event: string; detail: Record<string, unknown> }): string | null {
  const id = isByCaller(event) ? (detail.user_id ?? detail.member_id) : undefined;
  return typeof id === "string" ? id : null;
}

/** The first part of an event: what it is about. */
export type EventKind = AuditEvent extends infer Name ? (Name extends `${infer Kind}.${string}` ? Kind : never) : never;

/** The last part of the events of one kind. */
export type EventOf<Kind extends string> = AuditEvent extends infer Name
  ? Name extends `${Kind}.${infer Last}`
    ? Last
    : never
  : never;

/** Whether the log can have an event of this name. */
export const isRecorded = (name: string): boolean => (AUDIT_EVENTS as readonly string[]).includes(eventOf(name));
