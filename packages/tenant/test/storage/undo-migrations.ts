import { migrations } from "../../src/storage/migrations/known.ts";

const drop = {
  columns: (table: string, ...columns: string[]) =>
    columns.map((column) => `alter table ${table} drop column ${column}`),
  indexes: (...indexes: string[]) => indexes.map((index) => `drop index ${index}`),
  tables: (...tables: string[]) => tables.map((table) => `drop table ${table}`),
};

/**
 * What undoes each migration on SQLite, by its number. Results of 0007 and 0008 are dropped with the tables of 0006.
 */
const UNDO: Record<string, string[]> = {
  "0019": drop.indexes("users_name_pattern", "users_administrators", "users_disabled", "apps_name", "apis_name"),
  "0020": drop.indexes(
    ...["token_families_running", "audit_records_event_at", "audit_records_client_id"],
    ...["audit_records_ip", "audit_records_grant_id"],
  ),
  "0018": drop.indexes(
    ...["audit_records_user_id", "audit_records_subject_id", "consents_user_id", "action_links_user_id"],
  ),
  "0017": [
    ...drop.columns("token_families", "device_name", "device_platform", "signed_in_from", "label"),
    ...drop.columns("authorization_requests", "approved_from"),
    ...drop.columns("action_links", "mailed_to"),
    ...drop.columns("audit_records", "subject_id"),
    ...drop.tables("email_changes"),
  ],
  "0016": [
    ...drop.columns("apps", "id_token_signed_response_alg"),
    ...drop.columns("apis", "access_token_signing_alg"),
    ...drop.tables("other_signing_keys"),
  ],
  "0015": drop.tables("audit_epochs"),
  "0014": drop.indexes("audit_records_at", "token_families_created_at"),
  "0013": drop.indexes(
    ...["mail_codes_expires_at", "mail_codes_used_at", "mails_created_at"],
    ...["sessions_idle_expires_at", "device_grants_client_id"],
  ),
  "0012": [
    ...drop.columns("users", "credentials_version"),
    ...drop.columns("sessions", "idle_expires_at", "keep_signed_in"),
    ...drop.columns("refresh_tokens", "used_from"),
    ...drop.columns("token_families", "repeat_mailed_at"),
  ],
  "0011": [
    ...["device_grants", "authorization_requests", "token_families"].flatMap((table) => drop.columns(table, "reach")),
    ...drop.tables("shown_scopes"),
  ],
  "0010": [
    ...drop.columns("apps", "grant_types", "administrative_scopes", "administration_by_device_code"),
    ...drop.columns("token_families", "grant_type"),
    ...drop.tables("app_secrets"),
    "alter table apps add column secret_hash text",
  ],
  "0009": [
    ...["sessions", "flows", "device_grants", "authorization_requests", "token_families"].map(
      (table) => `alter table ${table} rename column methods to amr`,
    ),
    ...drop.tables("accepted_terms"),
  ],
  "0006": [
    ...drop.indexes("client_ids_object_id", "client_ids_unique_name", "client_ids_service_principal_id"),
    ...drop.indexes("user_groups_unique_name", "consents_resource_id"),
    ...drop.columns("client_ids", "object_id", "unique_name", "description", "tags"),
    ...drop.columns("client_ids", "required_resource_access", "service_principal_id"),
    ...drop.columns("user_groups", "unique_name", "description", "mail_nickname"),
    ...drop.columns("user_flows", "description", "priority"),
    ...drop.tables("user_flow_attributes", "authorization_requests", "used_assertions", "app_certificates"),
  ],
};

/** The statements that return a SQLite store to the version before this migration (`"0009"`). */
export function undoFrom(number: string): string[] {
  const newest = Object.keys(migrations).at(-1)!;
  if (!UNDO[newest.slice(0, 4)]) throw new Error(`Say here what undoes ${newest}.`);
  const undone = Object.keys(UNDO).filter((each) => each >= number);
  undone.sort().reverse();
  return [...undone.flatMap((each) => UNDO[each] ?? []), `delete from kysely_migration where name >= '${number}'`];
}
