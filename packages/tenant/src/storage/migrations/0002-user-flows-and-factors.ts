import { type Kysely, sql } from "kysely";

/** Plain SQL that both SQLite and PostgreSQL accept. */
const statements = [
  "alter table users add column attributes text not null default '{}'",
  "alter table users add column locale text",
  "alter table users add column terms_accepted_at bigint",

  "alter table apps add column user_flow_id text",
  "alter table apps add column require_mfa integer not null default 0 check (require_mfa in (0, 1))",
  "alter table apps add column assignment_required integer not null default 0 check (assignment_required in (0, 1))",
  "alter table apps add column group_claims integer not null default 0 check (group_claims in (0, 1))",
  "alter table apis add column group_claims integer not null default 0 check (group_claims in (0, 1))",

  `create table user_flows (
    id text primary key,
    name text not null unique,
    sign_up_allowed integer not null check (sign_up_allowed in (0, 1)),
    methods text not null,
    mfa_required integer not null check (mfa_required in (0, 1)),
    mfa_methods text not null,
    attributes text not null,
    terms_of_use text,
    created_at bigint not null
  )`,

  `create table policies (
    id text primary key,
    name text not null,
    enabled integer not null check (enabled in (0, 1)),
    client_ids text,
    group_ids text,
    excluded_user_ids text not null,
    requires text not null check (requires in ('mfa')),
    created_at bigint not null
  )`,

  // "groups" is a keyword in SQL.
  "create table user_groups (id text primary key, name text not null, created_at bigint not null)",
  `create table group_members (
    group_id text not null references user_groups (id) on delete cascade,
    user_id text not null,
    primary key (group_id, user_id)
  )`,
  "create index group_members_user_id on group_members (user_id)",
  // Who can use an app that requires assignment: the ID of a user or a group.
  `create table app_assignments (
    client_id text not null,
    principal_id text not null,
    primary key (client_id, principal_id)
  )`,

  `create table totp_secrets (
    user_id text primary key references users (id) on delete cascade,
    secret_sealed text not null,
    last_step bigint not null,
    created_at bigint not null
  )`,
  `create table recovery_codes (
    user_id text not null references users (id) on delete cascade,
    code_hash text not null,
    created_at bigint not null,
    used_at bigint,
    primary key (user_id, code_hash)
  )`,
  `create table passkeys (
    credential_id text primary key,
    user_id text not null references users (id) on delete cascade,
    public_key text not null,
    counter bigint not null,
    transports text not null,
    device_type text not null check (device_type in ('singleDevice', 'multiDevice')),
    backed_up integer not null check (backed_up in (0, 1)),
    name text not null,
    created_at bigint not null,
    last_used_at bigint
  )`,
  "create index passkeys_user_id on passkeys (user_id)",

  // Single-use links in mails ("this wasn't me"). Only the hash of their secret is stored.
  `create table action_links (
    token_hash text primary key,
    purpose text not null,
    user_id text not null references users (id) on delete cascade,
    subject text not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
  )`,
  "create index action_links_expires_at on action_links (expires_at)",

  "alter table flows add column intent text not null default 'device' check (intent in ('device', 'account'))",
  "alter table flows add column email_purpose text",
  "alter table flows add column user_id text",
  "alter table flows add column amr text not null default '[]'",
  "alter table flows add column first_factor_at bigint",
  "alter table flows add column keep_signed_in integer not null default 0 check (keep_signed_in in (0, 1))",
  "alter table flows add column challenge_number bigint not null default 0",
  "alter table flows add column totp_secret_sealed text",
  "alter table flows add column attributes text not null default '{}'",
  "alter table flows add column terms_accepted_at bigint",

  // A check cannot be widened in place. Codes live ten minutes; users who wait for one can request another.
  "drop table mail_codes",
  `create table mail_codes (
    id text not null unique,
    purpose text not null check (purpose in ('sign_up', 'sign_in', 'second_factor', 'reset')),
    flow_id text primary key references flows (id) on delete cascade,
    email_normalized text not null,
    code_hash text not null,
    mail_id text,
    created_at bigint not null,
    expires_at bigint not null,
    attempts bigint not null,
    used_at bigint
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
