import { type Kysely, sql } from "kysely";

const statements = [
  // What users recognize a signed-in device by. A grant, which has the same, is deleted a day after its end. Null: signed
  // in by a version that did not record it. `label` is the name that the user gave it.
  "alter table token_families add column device_name text",
  "alter table token_families add column device_platform text",
  "alter table token_families add column signed_in_from text",
  "alter table token_families add column label text",

  // Of the browser. The token request may come from the server of a confidential client.
  "alter table authorization_requests add column approved_from text",

  // The normalized address to which the link was mailed, which decides what it may undo. Null: by an earlier version.
  "alter table action_links add column mailed_to text",

  // A change through Graph is recorded with its caller as user_id. This is the user whom it changed; null for all others,
  // whose user_id says so.
  "alter table audit_records add column subject_id text",

  // Apart from action_links: a node of the version before would take a link there for a report that ends sign-ins, and
  // use it up.
  `create table email_changes (
    token_hash text primary key,
    user_id text not null references users (id) on delete cascade,
    number bigint not null,
    old_email text not null,
    changed_at bigint not null,
    expires_at bigint not null,
    undone_at bigint,
    unique (user_id, number)
  )`,
  "create index email_changes_expires_at on email_changes (expires_at)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
