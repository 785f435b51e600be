import { type Kysely, sql } from "kysely";

const statements = [
  // Each time the tenant was restored: the number of the last record that the backup had. A cursor of the audit log from
  // before continues there.
  `create table audit_epochs (
    id text primary key,
    number bigint not null unique,
    after_seq bigint not null,
    started_at bigint not null
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
