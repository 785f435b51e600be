import { type Kysely, sql } from "kysely";

/** Plain SQL that both SQLite and PostgreSQL accept. */
const statements = [
  `create table authorization_requests (
    id text primary key,
    client_id text not null,
    redirect_uri text not null,
    response_mode text not null check (response_mode in ('query', 'form_post')),
    state text,
    nonce text,
    code_challenge text,
    requested text not null,
    signed_in_since bigint,
    status text not null check (status in ('pending', 'approved', 'denied', 'redeemed')),
    created_at bigint not null,
    expires_at bigint not null,
    session_id text,
    user_id text,
    decided_at bigint,
    approved text,
    amr text not null,
    auth_time bigint,
    code_hash text unique,
    code_expires_at bigint,
    family_id text unique,
    check ((code_hash is null) = (code_expires_at is null)),
    check (status <> 'pending' or (user_id is null and code_hash is null)),
    check (
      status not in ('approved', 'redeemed')
      or (user_id is not null and approved is not null and auth_time is not null and code_hash is not null)
    ),
    check ((status = 'redeemed') = (family_id is not null))
  )`,
  "create index authorization_requests_user_id on authorization_requests (user_id)",
  "create index authorization_requests_expires_at on authorization_requests (expires_at)",

  // A check cannot be widened in place. Flows live a quarter of an hour; users on their way to the account page start
  // again.
  "delete from flows where intent <> 'device'",
  "alter table flows drop column intent",
  "alter table flows add column intent text not null default 'device' check (intent in ('device', 'account', 'authorization'))",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
