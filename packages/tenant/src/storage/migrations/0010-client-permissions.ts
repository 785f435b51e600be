import { randomUUID } from "node:crypto";
import { type Kysely, sql } from "kysely";

/** Client ID of the command line's own app (admin/registered-apps.ts), which prepares tenants. */
const COMMAND_LINE = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/** What the command line could request when this was written: an old migration must not grant later scopes. */
const ITS_SCOPES = [
  "Application.Read.All",
  "Application.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.Read.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "EventListener.Read.All",
  "EventListener.ReadWrite.All",
  "Group.Read.All",
  "Group.ReadWrite.All",
  "IdentityUserFlow.Read.All",
  "IdentityUserFlow.ReadWrite.All",
  "Organization.Read.All",
  "Organization.ReadWrite.All",
  "OrganizationalBranding.Read.All",
  "OrganizationalBranding.ReadWrite.All",
  "Policy.Read.All",
  "Policy.ReadWrite.AuthenticationFlows",
  "Policy.ReadWrite.ConditionalAccess",
  "RoleManagement.Read.Directory",
  "RoleManagement.ReadWrite.Directory",
  "User.Read.All",
  "User.ReadWrite.All",
  "User.RevokeSessions.All",
];

/** The end of a secret that had none, as Entra writes it for secrets that never expire. */
const NEVER = Date.UTC(2299, 11, 31);

const statements = [
  "alter table apps add column grant_types text",
  "alter table apps add column administrative_scopes text not null default '[]'",
  `alter table apps add column administration_by_device_code integer not null default 0
    check (administration_by_device_code in (0, 1))`,
  // New confidential clients cannot use the device code. Existing ones still can.
  `update apps set grant_types = '["device_code","authorization_code","refresh_token","client_credentials"]'
    where public_client = 0`,
  // How users signed in. If the request no longer exists, the grant with fewer rights is assumed.
  `alter table token_families add column grant_type text not null default 'device_code'
    check (grant_type in ('device_code', 'authorization_code'))`,
  `update token_families set grant_type = 'authorization_code'
    where id in (select family_id from authorization_requests where family_id is not null)`,
  `create table app_secrets (
    key_id text primary key,
    client_id text not null references apps (client_id) on delete cascade,
    secret_hash text not null,
    hint text,
    display_name text,
    starts_at bigint not null,
    ends_at bigint not null
  )`,
  "create index app_secrets_client_id on app_secrets (client_id)",
  `update apps set administrative_scopes = '${JSON.stringify(ITS_SCOPES)}' where client_id = '${COMMAND_LINE}'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  const { rows } = await sql<{ clientId: string; secretHash: string; createdAt: number }>`
    select client_id as "clientId", secret_hash as "secretHash", created_at as "createdAt" from apps
    where secret_hash is not null`.execute(db);
  for (const { clientId, secretHash, createdAt } of rows) {
    await sql`insert into app_secrets (key_id, client_id, secret_hash, hint, display_name, starts_at, ends_at)
      values (${randomUUID()}, ${clientId}, ${secretHash}, null, null, ${createdAt}, ${NEVER})`.execute(db);
  }
  await sql.raw("alter table apps drop column secret_hash").execute(db);
}
