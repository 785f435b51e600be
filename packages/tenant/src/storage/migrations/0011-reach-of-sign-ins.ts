import { type Kysely, sql } from "kysely";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";

/** Plain SQL that both SQLite and PostgreSQL accept. Scopes and resource IDs have no quotes (RFC 6749 §3.3). */
export const statements = [
  "alter table device_grants add column reach text not null default '[]'",
  "alter table authorization_requests add column reach text not null default '[]'",
  "alter table token_families add column reach text not null default '[]'",
  // Sign-ins in use keep what they can reach today; what is consented to from now on is for the next one.
  `update token_families set reach = coalesce((
    select '["' || string_agg(allowed.scope, '","') || '"]' from (
      select distinct consents.resource_id || '/' || consents.scope as scope from consents
      where consents.client_id = token_families.client_id
        and consents.user_id in ('', token_families.user_id)
        and (consents.resource_id <> '${GRAPH_RESOURCE_ID}'
          or consents.scope in ('openid', 'profile', 'email', 'offline_access', 'User.Read'))
    ) as allowed
  ), '[]') where revoked_at is null`,

  `create table shown_scopes (
    client_id text not null,
    user_id text not null,
    resource_id text not null,
    scope text not null,
    primary key (client_id, user_id, resource_id, scope)
  )`,
  // Until now, users were shown what they consented to themselves.
  "insert into shown_scopes select client_id, user_id, resource_id, scope from consents where user_id <> ''",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
