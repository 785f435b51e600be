import { type Kysely, PostgresAdapter, sql } from "kysely";

/**
 * Where transactions run at the same time, two records could get the same number. From now on a sequence counts. A number
 * is taken after the transaction has its ID, so that a reader knows which numbers may still be missing
 * (`audit-store.ts`).
 */
const numbersFromASequence = [
  `with numbered as (select ctid as place, row_number() over (order by seq, at) as number from audit_records)
    update audit_records set seq = numbered.number from numbered where audit_records.ctid = numbered.place`,
  "create sequence audit_numbers owned by audit_records.seq",
  "select setval('audit_numbers', (select coalesce(max(seq), 0) + 1 from audit_records), false)",
  `alter table audit_records alter column seq
    set default case when pg_current_xact_id() is not null then nextval('audit_numbers') end`,
];

const statements = [
  // `doorcode tenant audit --since` and `doorcode tenant signins` read in these orders.
  "create index audit_records_at on audit_records (at)",
  "create index token_families_created_at on token_families (created_at, id)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  for (const statement of [...(isPostgres ? numbersFromASequence : []), ...statements]) {
    await sql.raw(statement).execute(db);
  }
}
