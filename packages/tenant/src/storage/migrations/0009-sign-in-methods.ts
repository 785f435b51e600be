import { type Kysely, sql } from "kysely";

/** Each remembers by which methods a person signed in, where it had what tokens say of them (`amr`). */
const TABLES = ["sessions", "flows", "device_grants", "authorization_requests", "token_families"];

/**
 * What `amr` proves. A one-time code after a password may have been mailed, so it counts as that; one after a mailed code
 * was the authenticator app's. No method at all is an approval by the operator, where there is an approval.
 */
const METHODS = `case
  when methods like '%"pop"%' then '["passkey"]'
  when methods like '%"pwd"%' and methods like '%"mfa"%' then '["password","email_second_factor"]'
  when methods like '%"pwd"%' then '["password"]'
  when methods like '%"otp"%' and methods like '%"mfa"%' then '["email_code","totp"]'
  when methods like '%"otp"%' then '["email_code"]'
  else '[]' end`;

/** Plain SQL that SQLite and PostgreSQL both read. */
const statements = [
  ...TABLES.flatMap((table) => [
    `alter table ${table} rename column amr to methods`,
    `update ${table} set methods = ${METHODS} where methods <> '[]'`,
  ]),
  `update device_grants set methods = '["operator"]' where methods = '[]' and status in ('approved', 'redeemed')`,
  `update token_families set methods = '["operator"]' where methods = '[]'`,

  // By its address, or without one by its words: terms that two user flows have in common are accepted once.
  `create table accepted_terms (
    user_id text not null references users (id) on delete cascade,
    terms text not null,
    accepted_at bigint not null,
    primary key (user_id, terms)
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  await rememberTerms(db as Kysely<OldRows>);
}

interface OldRows {
  users: { id: string; termsAcceptedAt: number | null };
  userFlows: { termsOfUse: string | null };
  acceptedTerms: { userId: string; terms: string; acceptedAt: number };
}

/** Which user flow's terms a person accepted was not kept: it counts for all that there are now. */
async function rememberTerms(db: Kysely<OldRows>): Promise<void> {
  const flows = await db.selectFrom("userFlows").where("termsOfUse", "is not", null).select("termsOfUse").execute();
  const texts = flows.map((flow): { label: string; url: string | null } => JSON.parse(flow.termsOfUse as string));
  for (const terms of new Set(texts.map(({ label, url }) => url ?? label))) {
    await db
      .insertInto("acceptedTerms")
      .columns(["userId", "terms", "acceptedAt"])
      .expression(
        db
          .selectFrom("users")
          .where("termsAcceptedAt", "is not", null)
          .select(["id", sql.lit(terms).as("terms"), sql<number>`terms_accepted_at`.as("acceptedAt")]),
      )
      .execute();
  }
}
