import { type Kysely, sql } from "kysely";

const statements = [
  "alter table apps add column id_token_signed_response_alg text not null default 'RS256'",
  "alter table apis add column access_token_signing_alg text not null default 'RS256'",
  // Apart from signing_keys: nodes of the version before take every key there for RS256.
  `create table other_signing_keys (
    kid text primary key,
    alg text not null,
    public_jwk text not null,
    sealed_private text not null,
    created_at bigint not null,
    activates_at bigint not null,
    retires_at bigint
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
