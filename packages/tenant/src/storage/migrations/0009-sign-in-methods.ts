import { type Kysely, sql } from "kysely";

/** Each row records the methods of a sign-in. Until now it had the `amr` values of tokens. */
const TABLES = ["sessions", "flows", "device_grants", "authorization_requests", "token_families"];

/**
 * What `amr` proves. A one-time code after a password may have been mailed, so it counts as mailed; one after a mailed
 * code came from the authenticator app. No method at all means that the operator approved, if the row has an approval.
 */
const METHODS = `case
  when methods like '%"pop"%' then '["passkey"]'
  when methods like '%"pwd"%' and methods like '%"mfa"%' then '["password","email_second_factor"]'
  when methods like '%"pwd"%' then '["password"]'
  when methods like '%"otp"%' and methods like '%"mfa"%' then '["email_code","totp"]'
  when methods like '%"otp"%' then '["email_code"]'
  else '[]' end`;

/** Plain SQL that both SQLite and PostgreSQL accept. */
const statements = [
  ...TABLES.flatMap((table) => [
    `alter table ${table} rename column amr to methods`,
    `update ${table} set methods = ${METHODS} where methods <> '[]'`,
  ]),
  `update device_grants set methods = '["operator"]' where methods = '[]' and status in ('approved', 'redeemed')`,
  `update token_families set methods = '["operator"]' where methods = '[]'`,

  // By their address, or without one by their text: terms that two user flows share are accepted once.
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

/** Which user flow's terms a user accepted was not recorded, so the acceptance counts for all that exist now. */
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
