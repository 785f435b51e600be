import { type Kysely, sql } from "kysely";

const statements = [
  `create table app_certificates (
    key_id text primary key,
    client_id text not null references apps (client_id) on delete cascade,
    thumbprint text not null,
    certificate text not null,
    display_name text not null,
    not_before bigint not null,
    not_after bigint not null,
    created_at bigint not null,
    unique (client_id, thumbprint)
  )`,
  // Used client assertions, each as a hash of itself and its purpose, until they expire.
  "create table used_assertions (assertion_hash text primary key, expires_at bigint not null)",
  "create index used_assertions_expires_at on used_assertions (expires_at)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
