import { type Kysely, sql } from "kysely";

const statements = [
  // What was verified before a credential was replaced or disowned signs nobody in afterwards.
  `alter table users
    add column credentials_version bigint
    not null default 0`,
  // Null: the session of before ends absolutely alone.
  "alter table sessions add column idle_expires_at bigint",
  "alter table sessions add column keep_signed_in smallint not null default 0",
  "update sessions set keep_signed_in = 1 where auth_time is not null and expires_at - auth_time > 86400000",
  // The network that a refresh token was used from, and when a repeat from another one was last mailed about.
  "alter table refresh_tokens add column used_from text",
  "alter table token_families add column repeat_mailed_at bigint",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) {
    await sql.raw(statement).execute(db);
  }
}
