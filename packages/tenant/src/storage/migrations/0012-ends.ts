import { type Kysely, sql } from "kysely";

const statements = [
  // What was verified before a credential was replaced or disowned signs nobody in afterwards.
  `alter table users
    add column credentials_version bigint
    not null default 0`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) {
    await sql.raw(statement).execute(db);
  }
}
