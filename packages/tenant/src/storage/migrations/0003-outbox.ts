import { type Kysely, sql } from "kysely";

const statements = [
  // A mail to be sent. Its content is sealed, and deleted once it is sent or has failed.
  `create table outbox (
    id text primary key,
    state text not null check (state in ('queued', 'sent', 'failed', 'expired')),
    sealed text,
    attempts bigint not null,
    next_attempt_at bigint not null,
    lease_until bigint,
    last_error text,
    created_at bigint not null,
    expires_at bigint not null,
    ended_at bigint,
    check ((state = 'queued') = (ended_at is null)),
    check ((sealed is null) = (ended_at is not null)),
    check (lease_until is null or ended_at is null)
  )`,
  "create index outbox_due on outbox (next_attempt_at) where ended_at is null",
  "create index outbox_ended_at on outbox (ended_at) where ended_at is not null",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
