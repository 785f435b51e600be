import { type Kysely, sql } from "kysely";

/** The sign-up answers are stored in the account with the form that submits them. Flows do not keep any. */
const statements = ["alter table flows drop column attributes", "alter table flows drop column terms_accepted_at"];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
