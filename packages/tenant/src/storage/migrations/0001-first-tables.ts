import { type Kysely, sql } from "kysely";

/** Plain SQL that both SQLite and PostgreSQL accept. */
const statements = [
  "create table settings (name text primary key, value text not null)",

  `create table device_grants (
    id text primary key,
    device_code_hash text not null unique,
    user_code text not null unique,
    client_id text not null,
    requested text not null,
    status text not null check (status in ('pending', 'claimed', 'approved', 'denied', 'redeemed')),
    denial_reason text check (denial_reason in ('user', 'two_users', 'operator', 'withdrawn')),
    device_name text,
    device_platform text,
    initiated_ip text not null,
    created_at bigint not null,
    expires_at bigint not null,
    session_id text,
    user_id text,
    approved text,
    decided_at bigint,
    decided_by text check (decided_by in ('user', 'operator')),
    amr text not null,
    auth_time bigint,
    family_id text unique,
    check ((session_id is null) = (user_id is null)),
    check (status not in ('claimed', 'approved', 'redeemed') or user_id is not null),
    check (status not in ('approved', 'redeemed') or (approved is not null and auth_time is not null)),
    check ((status = 'denied') = (denial_reason is not null)),
    check ((status = 'redeemed') = (family_id is not null))
  )`,
  "create index device_grants_expires_at on device_grants (expires_at)",

  `create table token_families (
    id text primary key,
    user_id text not null,
    client_id text not null,
    grant_id text,
    scopes text not null,
    amr text not null,
    auth_time bigint not null,
    created_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    revoked_reason text,
    check ((revoked_at is null) = (revoked_reason is null))
  )`,
  "create index token_families_user_id on token_families (user_id)",
  "create index token_families_client_id on token_families (client_id)",
  "create index token_families_expires_at on token_families (expires_at)",

  `create table refresh_tokens (
    token_hash text primary key,
    family_id text not null references token_families (id) on delete cascade,
    generation bigint not null,
    expires_at bigint not null,
    used_at bigint,
    successor_sealed text,
    unique (family_id, generation),
    check ((used_at is null) = (successor_sealed is null))
  )`,

  `create table users (
    id text primary key,
    email text not null,
    email_normalized text not null unique,
    display_name text not null,
    password_hash text,
    created_at bigint not null,
    disabled_at bigint
  )`,

  `create table client_ids (
    client_id text primary key,
    kind text not null check (kind in ('app', 'api')),
    unique (client_id, kind)
  )`,
  `create table apps (
    client_id text primary key references client_ids (client_id) on delete cascade,
    name text not null,
    public_client integer not null check (public_client in (0, 1)),
    secret_hash text,
    redirect_uris text not null,
    post_logout_redirect_uris text not null,
    created_at bigint not null,
    disabled_at bigint
  )`,
  `create table apis (
    client_id text primary key references client_ids (client_id) on delete cascade,
    name text not null,
    identifier_uri text not null unique,
    token_profile text not null check (token_profile in ('entra', 'rfc9068')),
    scopes text not null,
    roles text not null,
    created_at bigint not null,
    disabled_at bigint
  )`,

  `create table consents (
    client_id text not null,
    user_id text not null,
    resource_id text not null,
    scope text not null,
    primary key (client_id, user_id, resource_id, scope)
  )`,
  `create table role_assignments (
    api_client_id text not null,
    role_value text not null,
    user_id text not null,
    primary key (api_client_id, user_id, role_value)
  )`,

  `create table sessions (
    id text primary key,
    user_id text,
    amr text not null,
    auth_time bigint,
    created_at bigint not null,
    expires_at bigint not null,
    check ((user_id is null) = (auth_time is null))
  )`,
  "create index sessions_user_id on sessions (user_id)",
  "create index sessions_expires_at on sessions (expires_at)",

  `create table flows (
    id text primary key,
    session_id text not null references sessions (id) on delete cascade,
    grant_id text,
    email text,
    email_verified_at bigint,
    password_hash text,
    created_at bigint not null,
    expires_at bigint not null,
    check (email_verified_at is null or email is not null),
    check (password_hash is null or email_verified_at is not null)
  )`,
  "create index flows_session_id on flows (session_id)",
  "create index flows_expires_at on flows (expires_at)",

  // One row for each flow: a new code replaces the earlier one.
  `create table mail_codes (
    id text not null unique,
    purpose text not null check (purpose in ('sign_up')),
    flow_id text primary key references flows (id) on delete cascade,
    email_normalized text not null,
    code_hash text not null,
    created_at bigint not null,
    expires_at bigint not null,
    attempts bigint not null,
    used_at bigint
  )`,

  `create table mails (
    id text primary key,
    seq bigint not null,
    recipient text not null,
    recipient_normalized text not null,
    subject text not null,
    text text not null,
    html text not null,
    created_at bigint not null
  )`,
  "create index mails_seq on mails (seq)",
  "create index mails_recipient on mails (recipient_normalized, seq)",

  "create table throttles (bucket text primary key, count bigint not null check (count >= 0), ends_at bigint not null)",
  "create index throttles_ends_at on throttles (ends_at)",

  `create table signing_keys (
    kid text primary key,
    public_jwk text not null,
    sealed_private text not null,
    certificate text not null,
    created_at bigint not null,
    activates_at bigint not null,
    retires_at bigint
  )`,

  `create table audit_records (
    seq bigint not null,
    at bigint not null,
    event text not null,
    actor text not null check (actor in ('user', 'client', 'operator', 'tenant')),
    user_id text,
    client_id text,
    grant_id text,
    ip text,
    detail text not null
  )`,
  "create index audit_records_seq on audit_records (seq)",
  "create index audit_records_event on audit_records (event, seq)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
