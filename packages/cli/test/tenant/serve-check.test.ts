import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import pg from "pg";
import { freshDatabase } from "../../../tenant/test/fixtures/postgres.ts";
import { mailServer } from "../../../tenant/test/mail/mail-server.ts";
import { servedFolder } from "./served.ts";
import { command, serveProcess } from "./tenant-process.ts";

interface Finding {
  part: string;
  level: "ok" | "warning" | "error";
  message: string;
  hint: string;
}

const check = (file: string, env: Record<string, string> = {}) =>
  findingsOf(["serve", "--config", file, "--check", "--json"], env);
const doctor = (file: string, env: Record<string, string> = {}) =>
  findingsOf(["doctor", "--config", file, "--json"], env);

async function findingsOf(line: string[], env: Record<string, string>) {
  const { exit, stdout, stderr } = await command(line, { env });
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const findings: Finding[] = events.filter(({ event }) => event === "check");
  const summary = events.find(({ event }) => event === "checked");
  assert.ok(summary, stdout + stderr);
  const of = (name: string, level?: Finding["level"]) =>
    findings.filter((each) => each.part === name && (level === undefined || each.level === level));
  return { exit, findings, summary, of };
}

/** Names, sizes and contents of everything in the folder, except SQLite's own shared files. */
function contentsOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !/-(wal|shm)$/.test(name))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const found = statSync(path);
      const digest = found.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "";
      return `${name} ${found.mode.toString(8)} ${digest}`;
    });
}

describe("doorcode tenant serve --check", () => {
  test("finds nothing wrong with a new tenant whose mail server accepts the login, and changes nothing", async (t) => {
    const smtp = await mailServer(t, { tls: "starttls", closed: true });
    const { file, folder, change } = await servedFolder(t);
    await writeFile(join(folder, "smtp-ca.pem"), smtp.options.ca);
    await writeFile(join(folder, "smtp-password"), "hunter2\n", { mode: 0o600 });
    const { host, port } = smtp.options;
    const mail = {
      host,
      port,
      user: "contoso",
      passwordFile: "smtp-password",
      caFile: "smtp-ca.pem",
      from: "a@b.example",
    };
    await change({ mail });
    const before = contentsOf(folder);
    const { exit, summary, of } = await check(file);
    assert.deepEqual(contentsOf(folder), before);
    assert.deepEqual([exit, summary.errors], [0, 0]);
    assert.match(of("mail_server", "ok")[0]!.message, /^localhost responds on port \d+, and accepts the login\.$/);
    for (const name of ["data_folder", "seal_key", "store"])
      assert.match(of(name)[0]!.message, /the first start creates it/);
    assert.match(of("certificate", "warning")[0]!.message, /this machine does not know its issuer/);
    assert.match(of("public_url", "warning")[0]!.message, /cannot be reached from this machine \(ECONNREFUSED\)/);
    assert.equal(smtp.received.length, 0);

    await writeFile(join(folder, "smtp-password"), "wrong\n");
    const wrong = await check(file);
    assert.equal(wrong.exit, 1);
    assert.equal(wrong.of("mail_server", "error")[0]!.message, "localhost rejected the user or password.");
  });

  test("reports every fault at once", async (t) => {
    const { file, folder, data, renew, change } = await servedFolder(t);
    await (await serveProcess(t, file)).stop("SIGTERM");
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    t.after(() => taken.close());
    const { port } = taken.address() as { port: number };
    await renew(40);
    await writeFile(join(data, "seal.key"), Buffer.alloc(32, 9));
    await change({ listen: { port }, monitoring: { port }, mail: { host: "127.0.0.1", port: 9, from: "a@b.example" } });
    const { exit, summary, of, findings } = await check(file);
    assert.equal(exit, 1);
    const errors = Object.fromEntries(
      findings.filter(({ level }) => level === "error").map((each) => [each.part, each.message]),
    );
    assert.deepEqual(Object.keys(errors), ["seal_key", "certificate", "mail_server", "port", "monitoring_port"]);
    assert.equal(summary.errors, 5);
    assert.match(errors.seal_key!, /seal\.key is not the seal key of this store\.$/);
    assert.match(errors.certificate!, new RegExp(`${join(folder, "cert.pem")} expired on`));
    assert.match(errors.port!, /is already in use by another program\.$/);
    assert.match(of("schema", "ok")[0]!.message, /are those of this version\.$/);
    for (const { level, hint } of findings) assert.ok(level === "ok" ? hint === "" : hint.length > 10);
  });

  test("knows the running tenant, at its port and at its public URL", async (t) => {
    const { file, caFile } = await servedFolder(t);
    const env = { NODE_EXTRA_CA_CERTS: caFile };
    await serveProcess(t, file, env);
    const { of } = await check(file, env);
    assert.match(of("lock", "ok")[0]!.message, /^A tenant is running on the data folder\.$/);
    assert.match(of("port", "ok")[0]!.message, /by the running tenant\.$/);
    assert.match(of("public_url", "ok")[0]!.message, /is answered by this tenant\.$/);
    assert.deepEqual(of("certificate", "warning"), [], "its authority is trusted here");
  });

  test("and the doctor with the same file asks the same, and looks into the store", async (t) => {
    const { file, caFile, data } = await servedFolder(t);
    const env = { NODE_EXTRA_CA_CERTS: caFile };
    const none = await doctor(file, env);
    assert.match(none.of("data_folder", "error")[0]!.message, /does not exist\.$/);
    assert.match(none.of("store", "error")[0]!.message, /does not exist\.$/);
    await serveProcess(t, file, env);
    const before = contentsOf(data);
    const [{ findings: found, of, exit }, checked] = [await doctor(file, env), await check(file, env)];
    assert.deepEqual(contentsOf(data), before);
    const inStore = ["signing_keys", "mail_queue", "expired_rows"];
    for (const name of inStore) assert.equal(of(name, "ok").length, 1, name);
    // The free space changes meanwhile.
    const withoutMegabytes = (findings: Finding[]) =>
      findings.map((each) => ({ ...each, message: each.message.replace(/^\d+ MB/, "") }));
    assert.deepEqual(
      withoutMegabytes(found.filter((each) => !inStore.includes(each.part))),
      withoutMegabytes(checked.findings),
    );
    assert.deepEqual([exit, of("mail_server")[0]!.level], [1, "error"]);
  });

  test("finds a running tenant on PostgreSQL, which locks no folder, by its public URL", async (t) => {
    const STORE_URL = await freshDatabase();
    const { file, caFile } = await servedFolder(t, { store: { postgres: { urlEnv: "STORE_URL" } } });
    const env = { NODE_EXTRA_CA_CERTS: caFile, STORE_URL };
    await serveProcess(t, file, env);
    assert.match((await check(file, env)).of("port", "ok")[0]!.message, /by the running tenant\.$/);
    for (const ask of [doctor, check]) {
      const untrusted = await ask(file, { STORE_URL });
      assert.equal(untrusted.of("public_url")[0]!.level, "warning");
      assert.match(untrusted.of("port", "ok")[0]!.message, /by the running tenant\.$/, "it is in its place");
    }
  });

  test("reads the version of a PostgreSQL store, and neither creates nor updates tables", async (t) => {
    const STORE_URL = await freshDatabase();
    const { file } = await servedFolder(t, {
      store: { postgres: { urlEnv: "STORE_URL", schema: "doorcode" } },
    });
    const client = new pg.Client({ connectionString: STORE_URL });
    await client.connect();
    t.after(() => client.end());
    const tables = async () => (await client.query("select 1 from pg_tables where schemaname = 'doorcode'")).rowCount;

    assert.match((await check(file, { STORE_URL })).of("store", "ok")[0]!.message, /has no tenant yet/);
    assert.equal(await tables(), 0);
    assert.equal((await client.query("select 1 from pg_namespace where nspname = 'doorcode'")).rowCount, 0);

    await (await serveProcess(t, file, { STORE_URL })).stop("SIGTERM");
    assert.match((await check(file, { STORE_URL })).of("schema", "ok")[0]!.message, /are those of this version\.$/);
    const { rows } = await client.query("select max(name) as last from doorcode.kysely_migration");
    await client.query("delete from doorcode.kysely_migration where name = $1", [rows[0].last]);
    assert.match((await check(file, { STORE_URL })).of("schema", "warning")[0]!.message, /they lack 1 migration\.$/);
    await client.query("insert into doorcode.kysely_migration values ($1, ''), ('9999-from-the-future', '')", [
      rows[0].last,
    ]);
    const added = await check(file, { STORE_URL });
    assert.match(
      added.of("schema", "warning")[0]!.message,
      /\(9999-from-the-future\)\. This version can work with them/,
    );
    await client.query("insert into doorcode.settings values ('oldest_schema', '9999')");
    const newer = await check(file, { STORE_URL });
    assert.match(newer.of("schema", "error")[0]!.message, /newer version .* \(9999-from-the-future\)\./);

    const wrong = await check(file, { STORE_URL: "postgres://doorcode:hunter2@127.0.0.1:1/doorcode" });
    assert.equal(wrong.of("store", "error")[0]!.message, "Cannot reach PostgreSQL (ECONNREFUSED).");
    assert.doesNotMatch(JSON.stringify(wrong.findings), /hunter2/);
  });

  test("a file that is no store, a chain in the wrong order and a folder of others are errors", async (t) => {
    const { file, folder, data, ca, renew } = await servedFolder(t);
    await mkdir(data, { mode: 0o755 });
    await writeFile(join(data, "tenant.db"), "not a database, but long enough to be read as one".repeat(20));
    await renew();
    const cert = readFileSync(join(folder, "cert.pem"), "utf8");
    await writeFile(join(folder, "cert.pem"), cert + cert + ca);
    const { of, exit } = await check(file);
    assert.equal(exit, 1);
    assert.match(of("data_folder", "error")[0]!.message, /is accessible to other users of this machine \(mode 755\)/);
    assert.match(of("store", "error")[0]!.message, /^Cannot open the SQLite file/);
    assert.match(of("certificate", "error")[0]!.message, /certificate 2 did not issue certificate 1\.$/);
  });

  test("for a person, has a line for each result and says how many are errors", async (t) => {
    const { file, data } = await servedFolder(t);
    const { exit, stdout } = await command(["serve", "--config", file, "--check"]);
    assert.equal(exit, 1);
    assert.match(stdout, /^ok {7}data folder {6}\S+ does not exist yet; the first start creates it\.$/m);
    assert.match(
      stdout,
      /^error {4}mail server {6}Cannot use the mail server 127\.0\.0\.1, port 9 \(ECONNREFUSED\)\.\n {26}Check the host/m,
    );
    assert.match(stdout, /^1 error, \d warnings\. Nothing was changed\.$/m);
    assert.throws(() => new DatabaseSync(join(data, "tenant.db"), { readOnly: true }), "there is still no store");
  });
});
