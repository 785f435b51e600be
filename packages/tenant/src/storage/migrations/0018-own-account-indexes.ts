/** What a user reads and changes of their own account is found by the user's ID. */
export const indexes = [
  {
    name: "audit_records_user_id",
    table: "audit_records",
    // Without renewals: there is one an hour for each device, and the account page does not list them.
    columns: "(user_id, at) where user_id is not null and event <> 'refresh_token.rotated'",
  },
  {
    name: "audit_records_subject_id",
    table: "audit_records",
    columns: "(subject_id, at) where subject_id is not null",
  },
  { name: "consents_user_id", table: "consents", columns: "(user_id)" },
  { name: "action_links_user_id", table: "action_links", columns: "(user_id, created_at)" },
];
