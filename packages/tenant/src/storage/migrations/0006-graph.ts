import { randomUUID } from "node:crypto";
import { type Kysely, sql } from "kysely";

/** What Microsoft Graph shows of apps, APIs, groups and user flows besides what sign-ins need. */
const statements = [
  // In Graph, apps and APIs are one collection, so their names must be unique together. They are stored with the client
  // IDs.
  "alter table client_ids add column object_id text",
  "alter table client_ids add column unique_name text",
  "alter table client_ids add column description text",
  "alter table client_ids add column tags text not null default '[]'",
  "alter table client_ids add column required_resource_access text",
  "alter table client_ids add column service_principal_id text",
  "create unique index client_ids_object_id on client_ids (object_id)",
  "create unique index client_ids_unique_name on client_ids (unique_name)",
  "create unique index client_ids_service_principal_id on client_ids (service_principal_id)",

  "alter table user_groups add column unique_name text",
  "alter table user_groups add column description text",
  "alter table user_groups add column mail_nickname text",
  "create unique index user_groups_unique_name on user_groups (unique_name)",

  "alter table user_flows add column description text",
  "alter table user_flows add column priority bigint not null default 500",

  `create table user_flow_attributes (
    id text primary key,
    display_name text not null,
    description text,
    data_type text not null check (data_type in ('string', 'boolean', 'int64', 'stringCollection')),
    created_at bigint not null
  )`,
  "create index consents_resource_id on consents (resource_id)",
];

/** The app and the API that every tenant starts with (built-in-tenant.ts), if they already exist. */
const builtIn = { built_in_app: "ciam-client-app", built_in_api: "ciam-ToDoList-api" };

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  const { rows } = await sql<{ clientId: string }>`select client_id as "clientId" from client_ids`.execute(db);
  for (const { clientId } of rows) {
    await sql`update client_ids set object_id = ${randomUUID()}, service_principal_id = ${randomUUID()} where client_id = ${clientId}`.execute(
      db,
    );
  }
  for (const [setting, name] of Object.entries(builtIn)) {
    await sql`update client_ids set unique_name = ${name} where client_id = (select value from settings where name = ${setting})`.execute(
      db,
    );
  }
}
