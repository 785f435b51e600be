import { type Kysely, sql } from "kysely";

const run = (statement: string) => ({
  up: async (db: Kysely<unknown>) => void (await sql.raw(statement).execute(db)),
});

/** Migrations that only expand. */
export const future = {
  "9001-first": run("create table first_things (id text primary key)"),
  "9002-second": run("alter table users add column nickname text"),
  "9003-third": { indexes: [{ name: "users_nickname", table: "users", columns: "(nickname)" }] },
};

/** Takes away what this version uses. */
export const contracting = {
  ...run("alter table users drop column locale"),
  contracts: { oldest: "9003", why: "Versions with 9003 do not read it." },
};
