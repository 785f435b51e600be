/**
 * How long a purge of expired rows blocks the event loop, and with it every request: all rows in one statement, and in
 * batches. SQLite in a file, which runs on the event loop. The ratio says more than the milliseconds.
 *
 *   npm run bench:purge -- [--rows N]
 *
 * Exits with 1 if the longest block in batches is more than a tenth of the other.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { openSqliteStore } from "../packages/tenant/src/storage/sql/open-store.ts";

const { values } = parseArgs({ options: { rows: { type: "string", default: "200000" } } });
const rows = Number(values.rows);
const BAR = 10;

const folder = mkdtempSync(join(tmpdir(), "doorcode-bench-"));
try {
  const file = join(folder, "store.db");
  const store = await openSqliteStore(file);

  fill(file);
  const whole = new DatabaseSync(file);
  const atOnce = await longestBlock(async () => {
    whole.exec("delete from sessions where expires_at <= 1");
  });
  whole.close();

  fill(file);
  const began = performance.now();
  const inBatches = await longestBlock(() => store.purgeExpired(1));
  const took = performance.now() - began;
  await store.close();

  console.log(`${cpus()[0]?.model}, ${rows} sessions with an interaction each, SQLite in a file\n`);
  console.log("| purge | longest block of the event loop, ms |\n| --- | ---: |");
  console.log(`| in one statement | ${atOnce.toFixed(1)} |`);
  console.log(`| in batches | ${inBatches.toFixed(1)} |\n`);
  console.log(`${(atOnce / inBatches).toFixed(0)} times shorter; the whole purge took ${(took / 1_000).toFixed(1)} s.`);
  if (atOnce < BAR * inBatches) {
    console.error(`The longest block is not ${BAR} times shorter.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Expired sessions, each with an interaction. */
function fill(file: string): void {
  const database = new DatabaseSync(file);
  const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${rows})`;
  database.exec(`begin;
    insert into sessions (id, amr, created_at, expires_at) ${numbers} select hex(randomblob(16)), '[]', 0, 1 from n;
    insert into flows (id, session_id, created_at, expires_at) select hex(randomblob(16)), id, 0, 1 from sessions;
    commit`);
  database.close();
}

/** The longest time between two turns of the event loop while this runs, in milliseconds. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let done = false;
  const watch = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!done) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  await new Promise(setImmediate);
  done = true;
  return longest;
}
