/** What the console's lists of users, apps and APIs search, filter and sort by. */
export const indexes = [
  // SQLite compares text byte by byte, so it finds a beginning with the index of the unique address. PostgreSQL compares by
  // the rules of a language.
  {
    name: "users_email_pattern",
    table: "users",
    columns: "(email_normalized text_pattern_ops)",
    only: "postgres",
  },
  { name: "users_name_pattern", table: "users", columns: "(lower(display_name) text_pattern_ops)", only: "postgres" },
  { name: "users_name_pattern", table: "users", columns: "(lower(display_name))", only: "sqlite" },
  { name: "users_administrators", table: "users", columns: "(email_normalized) where administrator = 1" },
  { name: "users_disabled", table: "users", columns: "(email_normalized) where disabled_at is not null" },
  { name: "apps_name", table: "apps", columns: "(lower(name), client_id)" },
  { name: "apis_name", table: "apis", columns: "(lower(name), client_id)" },
] as const;
