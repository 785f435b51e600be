import { type Kysely, sql } from "kysely";

const statements = [
  // Each batch of a purge finds its rows through an index. Without it, every batch would read the whole table.
  "create index mail_codes_expires_at on mail_codes (expires_at)",
  "create index mail_codes_used_at on mail_codes (used_at) where used_at is not null",
  "create index sessions_idle_expires_at on sessions (idle_expires_at)",
  "create index mails_created_at on mails (created_at)",
  // The waiting device codes of a client are counted before it gets another one.
  "create index device_grants_client_id on device_grants (client_id, expires_at)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
