import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { hashSecret } from "../packages/tenant/src/kernel/seal.ts";

/** A second connection to a tenant's store, which fills it with copies of rows that exist. */
export interface Filler {
  /**
   * Copies of the rows of `table` that `where` selects, one for each number from `from` to `to`. `changes`: SQL for the
   * columns that differ, in which `i` is the number. `hash_of(text)` and `uuid_of(text)` are known in it.
   */
  copies(
    table: string,
    changes: Record<string, string>,
    range: { where: string; from: number; to: number },
  ): Promise<void>;
  /** The first column of the first row. */
  value(sql: string): Promise<unknown>;
  run(sql: string): Promise<void>;
  /**
   * Call it after filling. Collects statistics, and does what PostgreSQL would otherwise do during a measurement, whose
   * CPU time it would add to: vacuum and a checkpoint.
   */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** In one transaction, so that the tenant is not kept waiting for long. */
const BATCH = 20_000;

export async function openFiller(store: { sqlite: string } | { postgres: string }): Promise<Filler> {
  const { columns, ...connection } = "sqlite" in store ? ofSqlite(store.sqlite) : await ofPostgres(store.postgres);
  return {
    ...connection,
    async copies(table, changes, { where, from, to }) {
      const names = await columns(table);
      const taken = names.map((name) => (name in changes ? `${changes[name]} as ${name}` : `t.${name}`));
      for (let first = from; first <= to; first += BATCH) {
        const last = Math.min(first + BATCH - 1, to);
        const numbers = `with recursive n(i) as (select ${first} union all select i + 1 from n where i < ${last}) select i from n`;
        await connection.run(
          `insert into ${table} (${names.join(", ")}) select ${taken.join(", ")} from ${table} t, (${numbers}) as numbers where ${where}`,
        );
      }
    },
  };
}

interface FillerConnection extends Omit<Filler, "copies"> {
  columns(table: string): Promise<string[]>;
}

function ofSqlite(file: string): FillerConnection {
  const database = new DatabaseSync(file, { timeout: 30_000 });
  database.exec("pragma synchronous = off");
  database.function("hash_of", { deterministic: true }, (text) => hashSecret(String(text)));
  database.function("uuid_of", { deterministic: true }, (text) => benchUuid(String(text)));
  return {
    columns: async (table) =>
      database
        .prepare(`pragma table_info(${table})`)
        .all()
        .map(({ name }) => String(name)),
    value: async (sql) => Object.values(database.prepare(sql).get() ?? {})[0],
    run: async (sql) => database.exec(sql),
    settle: async () => database.exec("analyze"),
    close: async () => database.close(),
  };
}

async function ofPostgres(url: string): Promise<FillerConnection> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create or replace function hash_of(text) returns text immutable parallel safe language sql as
      $$ select rtrim(translate(encode(sha256($1::bytea), 'base64'), '+/', '-_'), '=') $$;
    create or replace function uuid_of(text) returns text immutable parallel safe language sql as
      $$ select md5($1)::uuid::text $$`);
  return {
    async columns(table) {
      const { rows } = await client.query<{ name: string }>(
        "select column_name as name from information_schema.columns where table_schema = 'public' and table_name = $1",
        [table],
      );
      return rows.map(({ name }) => name);
    },
    async value(sql) {
      const { rows } = await client.query<Record<string, unknown>>(sql);
      return Object.values(rows[0] ?? {})[0];
    },
    run: async (sql) => void (await client.query(sql)),
    async settle() {
      await client.query("vacuum (analyze)");
      await client.query("checkpoint");
    },
    close: () => client.end(),
  };
}

/** As SQL's `uuid_of`. */
export function benchUuid(text: string): string {
  const hex = createHash("md5").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export const benchToken = (n: number): string => `dcr_bench${n}`;
export const benchCode = (n: number): string => `bench-code-${n}`;
export const benchCodeOfApp = (n: number): string => `app-bench-code-${n}`;
export const benchApp = (n: number): string => benchUuid(`app${n}`);

/** Sign-ins of users `from` to `to`, each with the refresh token `benchToken(n)`: copies of one that exists. */
export async function fillSignIns(filler: Filler, from: number, to: number): Promise<void> {
  const original = await filler.value("select family_id from refresh_tokens where used_at is null limit 1");
  const owner = await filler.value(`select user_id from token_families where id = '${original}'`);
  const user = "uuid_of('user' || i)";
  const family = "uuid_of('family' || i)";
  const email = "'bench' || i || '@contoso.example'";
  const copies = (table: string, where: string, changes: Record<string, string>) =>
    filler.copies(table, changes, { where, from, to });
  await copies("users", `t.id = '${owner}'`, { id: user, email, email_normalized: email });
  await copies("consents", `t.user_id = '${owner}'`, { user_id: user });
  await copies("token_families", `t.id = '${original}'`, { id: family, user_id: user });
  await copies("refresh_tokens", `t.family_id = '${original}' and t.used_at is null`, {
    token_hash: "hash_of('dcr_bench' || i)",
    family_id: family,
  });
  await filler.settle();
}

/**
 * Waiting grants `from` to `to` with the code `benchCode(n)`: copies of one that exists, of the same app. With
 * `ofApps`, of the app `benchApp(n)`, with the code `benchCodeOfApp(n)`.
 */
export async function fillGrants(filler: Filler, from: number, to: number, ofApps = false): Promise<void> {
  const id = await filler.value("select min(id) from device_grants where status = 'pending'");
  const tomorrow = String(Date.now() + 24 * 60 * 60 * 1_000);
  const kind = ofApps ? "app" : "grant";
  const changes = {
    id: `uuid_of('${kind}' || i)`,
    device_code_hash: `hash_of('${ofApps ? "app-" : ""}bench-code-' || i)`,
    user_code: `'${kind}' || i`,
    expires_at: tomorrow,
    ...(ofApps && { client_id: "uuid_of('app' || i)" }),
  };
  await filler.copies("device_grants", changes, { where: `t.id = '${id}'`, from, to });
  await filler.settle();
}

/** Apps `benchApp(from)` to `benchApp(to)`, as the app `clientId`, each with one waiting grant. */
export async function fillApps(filler: Filler, clientId: string, from: number, to: number): Promise<void> {
  const where = `t.client_id = '${clientId}'`;
  const names = {
    client_id: "uuid_of('app' || i)",
    object_id: "uuid_of('object' || i)",
    service_principal_id: "uuid_of('principal' || i)",
    unique_name: "null",
    name: "'App ' || i",
  };
  for (const table of ["client_ids", "apps"]) await filler.copies(table, names, { where, from, to });
  await fillGrants(filler, from, to, true);
}
