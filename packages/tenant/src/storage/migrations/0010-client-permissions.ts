import { type Kysely, sql } from "kysely";
import { ADMINISTRATIVE_SCOPES } from "../../directory/graph-scopes.ts";

/** Client ID of the command line's own app (admin/registered-apps.ts), which prepares tenants. */
const COMMAND_LINE = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

const statements = [
  "alter table apps add column grant_types text",
  "alter table apps add column administrative_scopes text not null default '[]'",
  `alter table apps add column administration_by_device_code integer not null default 0
    check (administration_by_device_code in (0, 1))`,
  // New confidential clients have no device code; those that there are keep it.
  `update apps set grant_types = '["device_code","authorization_code","refresh_token","client_credentials"]'
    where public_client = 0`,
  `update apps set administrative_scopes = '${JSON.stringify(ADMINISTRATIVE_SCOPES)}' where client_id = '${COMMAND_LINE}'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
