import { type Kysely, sql } from "kysely";

/** Answers given at sign-up go into the account with the form that gives them: no walk keeps any. */
const statements = ["alter table flows drop column attributes", "alter table flows drop column terms_accepted_at"];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
