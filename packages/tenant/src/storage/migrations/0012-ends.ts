import { type Kysely, sql } from "kysely";

const statements = [
  // A verification made before a credential was replaced or disowned cannot sign in a user afterwards.
  `alter table users
    add column credentials_version bigint
    not null default 0`,
  // Null: an older session, which has an absolute end only.
  "alter table sessions add column idle_expires_at bigint",
  "alter table sessions add column keep_signed_in smallint not null default 0",
  "update sessions set keep_signed_in = 1 where auth_time is not null and expires_at - auth_time > 86400000",
  // The network from which a refresh token was used, and when a mail last reported a repeat from another network.
  "alter table refresh_tokens add column used_from text",
  "alter table token_families add column repeat_mailed_at bigint",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) {
    await sql.raw(statement).execute(db);
  }
}
