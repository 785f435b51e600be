// docs/operate/backup-and-restore.md, tried: a tenant is lost, restored, and a program that was signed in renews.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { appendFile, copyFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { command } from "../../packages/cli/test/tenant/tenant-process.ts";
import { freshDatabase, startPostgres } from "../../packages/tenant/test/fixtures/postgres.ts";
import { scratch } from "../../packages/tenant/test/server/scratch.ts";
import { postgres } from "../../tools/postgres.mjs";
import { type LastingTenant, lastingTenant } from "./lasting-tenant.ts";

const { bin } = postgres();
const missing = ["pg_dump", "pg_restore", "pg_basebackup"].filter((name) => !existsSync(join(bin, name)));
const skip = missing.length > 0 ? `needs ${missing.join(", ")} (Debian: postgresql)` : false;

const page = readFileSync(new URL("../../docs/operate/backup-and-restore.md", import.meta.url), "utf8");

/** The line of the page that begins so, with this place's names. */
function documented(start: string, names: Record<string, string>): string {
  const line = page.split("\n").find((each) => each.trimStart().startsWith(start));
  assert.ok(line, `the page has no line ${start}`);
  return Object.entries(names).reduce((text, [shown, here]) => text.replaceAll(shown, here), line.trim());
}

/** Runs a command of the page. */
function run(start: string, names: Record<string, string>): void {
  assert.doesNotMatch(documented(start, {}), /\$DOORCODE_STORE|:[^/\s]+@/, "the line puts a password into an argument");
  const [program = "", ...args] = documented(start, names).replaceAll('"', "").split(" ");
  execFileSync(join(bin, program), args, { stdio: "pipe" });
}

async function succeeds(start: string, names: Record<string, string>): Promise<void> {
  const [, , ...args] = documented(start, names).split(" ");
  const { exit, stderr } = await command(args);
  assert.equal(exit, 0, stderr);
}

const BACKUP = "/var/backups/doorcode/tenant-$(date +%F).db";
/** Without a password: arguments of a command are not private. */
const DATABASE = "postgresql://doorcode@db.contoso.example/doorcode";
const signsInAgain = { code: "sign_in_again" };

describe("a tenant on SQLite, lost and restored", () => {
  test("a program that was signed in at the backup renews; one that renewed since signs in again", async (t) => {
    const { lasting, key, folder } = await lastingPlace(t);
    const store = { sqlite: join(lasting.data, "tenant.db") };
    const tenant = await lasting.start(store);
    const [idle, active] = [await lasting.program(tenant), await lasting.program(tenant)];
    const backup = join(folder, "backup.db");
    const names = { "tenant.db": backup, "/var/lib/doorcode": lasting.data, "seal.key": key };
    await succeeds("doorcode tenant backup", { [BACKUP]: backup, ...names });
    await active.renew(tenant);
    await tenant.close();
    await copyFile(join(lasting.data, "seal.key"), key);
    await rm(lasting.data, { recursive: true });

    await succeeds("doorcode tenant restore tenant.db --data /var/lib/doorcode --seal-key-file", names);
    const restored = await lasting.start(store);
    assert.equal(restored.tenantId, tenant.tenantId);
    await idle.renew(restored);
    await idle.renew(restored);
    await assert.rejects(active.renew(restored), signsInAgain);
  });

  test("with --end-sign-ins, every program signs in again", async (t) => {
    const { lasting, folder } = await lastingPlace(t);
    const store = { sqlite: join(lasting.data, "tenant.db") };
    const tenant = await lasting.start(store);
    const program = await lasting.program(tenant);
    const backup = join(folder, "backup.db");
    const names = { "tenant.db": backup, "/var/lib/doorcode": lasting.data };
    await succeeds("doorcode tenant backup", { [BACKUP]: backup, ...names });
    await tenant.close();
    const replace = "doorcode tenant restore tenant.db --data /var/lib/doorcode --replace";
    await succeeds(replace, { ...names, "--replace": "--replace --end-sign-ins" });
    await assert.rejects(program.renew(await lasting.start(store)), signsInAgain);
  });
});

describe("a tenant on PostgreSQL, lost and restored", { skip }, () => {
  test("from a dump: a program that was signed in renews", async (t) => {
    const { lasting, key, folder } = await lastingPlace(t);
    const url = await freshDatabase();
    const tenant = await lasting.start({ postgres: url });
    const [idle, active] = [await lasting.program(tenant), await lasting.program(tenant)];
    const dump = join(folder, "doorcode.dump");
    run("pg_dump", { "doorcode.dump": dump, [DATABASE]: url });
    await active.renew(tenant);
    await tenant.close();
    await copyFile(join(lasting.data, "seal.key"), key);
    await rm(lasting.data, { recursive: true });

    const empty = await freshDatabase();
    run("pg_restore", { "doorcode.dump": dump, [DATABASE]: empty });
    mkdirSync(lasting.data, { mode: 0o700 });
    await copyFile(key, join(lasting.data, "seal.key"));
    const restored = await lasting.start({ postgres: empty });
    assert.equal(restored.tenantId, tenant.tenantId);
    await idle.renew(restored);
    await assert.rejects(active.renew(restored), signsInAgain);
  });

  test("to a point in time: everything until then is there, and nothing after it", async (t) => {
    const { lasting, folder } = await lastingPlace(t);
    const [archive, base] = [join(folder, "wal"), join(folder, "base")];
    const names = { "/var/backups/wal": archive, "/var/backups/base": base };
    mkdirSync(archive);
    giveToPostgres(folder, archive);
    const first = await startPostgres({
      durable: true,
      settings: Object.fromEntries(["archive_mode", "archive_command"].map((name) => setting(name, names))),
    });
    t.after(() => first.stop());
    const tenant = await lasting.start({ postgres: first.url });
    const early = await lasting.program(tenant);
    run("pg_basebackup", { ...names, "--checkpoint": `--dbname=${first.url} --checkpoint` });
    const late = await lasting.program(tenant);
    await early.renew(tenant);
    const moment = await until(first.url);
    // The mistake.
    await tenant.admin.people.add({ email: "mistake@contoso.example" });
    const { audit } = tenant.context.store;
    const read = await audit.read(await audit.start({}), { limit: 10_000 });
    assert.equal(read.records.at(-1)?.event, "user.created", "the mistake was read");
    await archived(first.url);
    await tenant.close();
    await first.stop();

    const recovery = { ...names, "2026-11-29 15:04:05+00": moment };
    const lines = ["restore_command", "recovery_target_time", "recovery_target_action"];
    const settings = lines.map((name) => documented(name, recovery)).join("\n");
    await appendFile(join(base, "postgresql.conf"), `\n${settings}\n`);
    await writeFile(join(base, "recovery.signal"), "");
    const second = await startPostgres({ base });
    t.after(() => second.stop());
    const recovered = await lasting.start({ postgres: second.url });
    const next = await recovered.context.store.audit.read(read.cursor, { limit: 10_000 });
    assert.equal(next.restored, "repeats", "a reader of the audit log notices it");
    const known = new Set(next.records.map((record) => JSON.stringify(record)));
    const all = await recovered.context.store.audit.list({ limit: 10_000 });
    const unread = all.filter(
      (record) => !read.records.some((each) => JSON.stringify(each) === JSON.stringify(record)),
    );
    assert.deepEqual(
      unread.filter((record) => !known.has(JSON.stringify(record))),
      [],
      "and misses none",
    );
    await early.renew(recovered);
    await late.renew(recovered);
    assert.equal(await recovered.admin.people.find("mistake@contoso.example"), undefined);
  });
});

async function lastingPlace(t: TestContext): Promise<{ lasting: LastingTenant; folder: string; key: string }> {
  const folder = await scratch(t);
  return { lasting: await lastingTenant(t, folder), folder, key: join(folder, "kept.key") };
}

function setting(name: string, names: Record<string, string>): [string, string] {
  const [, value = ""] = /= '?(.*?)'?$/.exec(documented(name, names)) ?? [];
  return [name, value];
}

/** PostgreSQL does not run as root, and has to write to the archive. */
function giveToPostgres(...folders: string[]): void {
  if (process.getuid?.() !== 0) return;
  const uid = Number(execFileSync("id", ["-u", "postgres"], { encoding: "utf8" }));
  for (const folder of folders) chownSync(folder, uid, -1);
}

async function ask<Row>(url: string, query: string): Promise<Row> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(query)).rows[0];
  } finally {
    await client.end();
  }
}

/** A moment after everything so far, and before everything that follows. */
async function until(url: string): Promise<string> {
  const { now } = await ask<{ now: string }>(url, "select clock_timestamp()::text as now");
  await wait(20);
  return now;
}

/** Everything so far is in the archive. */
async function archived(url: string): Promise<void> {
  const { file } = await ask<{ file: string }>(url, "select pg_walfile_name(pg_switch_wal()) as file");
  for (;;) {
    const query = `select coalesce(last_archived_wal >= '${file}', false) as done from pg_stat_archiver`;
    if ((await ask<{ done: boolean }>(url, query)).done) return;
    await wait(50);
  }
}
