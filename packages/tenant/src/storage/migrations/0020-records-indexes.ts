/**
 * What administrators look up: sign-ins that are running, and records of the audit log. Without renewals where they are not looked up: there is one an hour for
 * each device, so they would pay for most of an index.
 */
export const indexes = [
  // Revoked ones stay until they would have ended.
  { name: "token_families_running", table: "token_families", columns: "(created_at, id) where revoked_at is null" },
  // The records of one event, by time; and how many there are of an event in an hour, without reading the records.
  { name: "audit_records_event_at", table: "audit_records", columns: "(event, at)" },
  {
    name: "audit_records_client_id",
    table: "audit_records",
    columns: "(client_id, at) where client_id is not null and event <> 'refresh_token.rotated'",
  },
  {
    name: "audit_records_ip",
    table: "audit_records",
    columns: "(ip, at) where ip is not null and event <> 'refresh_token.rotated'",
  },
  {
    name: "audit_records_grant_id",
    table: "audit_records",
    columns: "(grant_id, at) where grant_id is not null and event <> 'refresh_token.rotated'",
  },
];
