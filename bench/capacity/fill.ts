import type pg from "pg";

/** Tables that grow with users, devices and sign-ins. */
const SIZED = [
  ...["users", "consents", "device_grants", "token_families", "refresh_tokens", "audit_records"],
  ...["sessions", "action_links", "outbox"],
];
/** Values of few kinds, which indexes store compactly. Others differ in each row. */
const FEW_KINDS = new Set(["client_id", "resource_id", "scope", "event", "status"]);

/** Of a user who signed in with a password. Sign-ins of the bench have no browser. */
const SESSION = {
  id: "Zk3".padEnd(43, "x"),
  user_id: "b1d2".padEnd(36, "x"),
  methods: '["password"]',
  auth_time: 1767225650000,
  created_at: 1767225600000,
  expires_at: 1767312050000,
  idle_expires_at: 1767254450000,
  keep_signed_in: 0,
};

/** Bytes for each row and its index entries: each table is filled with copies of a real row that differ in the indexed columns. */
export async function measureSizes(
  database: pg.Client,
  rows: number,
): Promise<Record<string, { heap: number; indexes: number }>> {
  const sizes: Record<string, { heap: number; indexes: number }> = {};
  await database.query("create schema sized");
  for (const table of SIZED) {
    const copy = `sized.${table}`;
    await database.query(`create table ${copy} (like public.${table} including all)`);
    const row = table === "sessions" ? SESSION : await exampleOf(database, table);
    const differing = await indexedColumns(database, table);
    const changes = differing.map(({ name, type }) => `'${name}', ${different(name, type, row)}`);
    await database.query(
      `insert into ${copy} overriding system value
       select r.* from generate_series(1, $2::int) as i,
         jsonb_populate_record(null::${copy}, $1::jsonb || jsonb_build_object(${changes.join(", ")})) as r`,
      [JSON.stringify(row), rows],
    );
    await database.query(`vacuum ${copy}`);
    const { rows: found } = await database.query<{ heap: string; indexes: string }>(
      "select pg_table_size($1::regclass) as heap, pg_indexes_size($1::regclass) as indexes",
      [copy],
    );
    sizes[table] = {
      heap: Math.round(Number(found[0]!.heap) / rows),
      indexes: Math.round(Number(found[0]!.indexes) / rows),
    };
    await database.query(`drop table ${copy}`);
  }
  await database.query("drop schema sized");
  return sizes;
}

async function exampleOf(database: pg.Client, table: string): Promise<Record<string, unknown>> {
  // The longest one: for refresh tokens, one that was used.
  const { rows } = await database.query<{ row: Record<string, unknown> }>(
    `select to_jsonb(t) as row from public.${table} t order by length(t::text) desc limit 1`,
  );
  if (!rows[0]) throw new Error(`The sign-ins of the bench left no row in ${table}.`);
  return rows[0].row;
}

async function indexedColumns(database: pg.Client, table: string): Promise<{ name: string; type: string }[]> {
  const { rows } = await database.query<{ name: string; type: string }>(
    `select distinct a.attname as name, format_type(a.atttypid, null) as type
     from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
     where i.indrelid = $1::regclass`,
    [`public.${table}`],
  );
  return rows.filter(({ name }) => !FEW_KINDS.has(name));
}

/** An expression for a value of the same length that differs in each row `i`. */
function different(name: string, type: string, row: Record<string, unknown>): string {
  const value = row[name];
  if (value === null || value === undefined) return "null";
  if (type !== "text") return name === "seq" || name === "generation" ? "i" : `${Number(value)} + i * 7`;
  const length = String(value).length;
  return `left(encode(sha256(('${name}' || i)::bytea), 'hex') || encode(sha256(('more' || i)::bytea), 'hex'), ${length})`;
}
