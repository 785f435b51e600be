import { type Kysely, sql } from "kysely";

/** No user is an administrator by default. */
const statements = [
  "alter table users add column administrator integer not null default 0 check (administrator in (0, 1))",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
