import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import pg from "pg";
import { type CheckedTenant, checkTenant } from "../../src/server/check-tenant.ts";
import { rotateSealKey } from "../../src/server/rotate-seal-key.ts";
import { ownCertificate } from "../fixtures/own-certificate.ts";
import { startPgBouncer, withoutPgBouncer } from "../fixtures/pgbouncer.ts";
import { freshDatabase } from "../fixtures/postgres.ts";
import { places, postgresPlace, sqlitePlace, type TestPlace } from "./tenant-place.ts";

const DAY = 24 * 3_600_000;

/** Without the disk, which is this machine's. */
const checked = async (place: CheckedTenant, now = Date.now()) =>
  (await checkTenant(place, { now: () => now })).filter(({ part }) => part !== "disk");
const wrong = async (place: CheckedTenant, now?: number) =>
  (await checked(place, now)).filter(({ level }) => level !== "ok").map(({ level, part }) => `${level} ${part}`);

/** Names, contents and times of everything in the data folder. */
const traceOf = ({ data }: TestPlace) =>
  readdirSync(data)
    .sort()
    .map((name) => [name, statSync(join(data, name)).mtimeMs, digestOf(join(data, name))]);
const digestOf = (file: string) =>
  statSync(file).isFile() ? createHash("sha256").update(readFileSync(file)).digest("hex") : "";

for (const [name, makePlace] of Object.entries(places)) {
  describe(`checkTenant on ${name}`, () => {
    test("finds nothing wrong with a tenant, whether it runs or not, and changes nothing", async (t) => {
      const place = await makePlace(t);
      const tenant = await place.start();
      assert.deepEqual(await wrong(place), []);
      const checks = new Set((await checked(place)).map(({ part }) => part));
      for (const check of [
        "node",
        "data_folder",
        "seal_key",
        "certificate",
        "store",
        "schema",
        "signing_keys",
        "mail_queue",
      ]) {
        assert.ok(checks.has(check as never), check);
      }
      assert.ok(checks.has(name === "SQLite" ? "integrity" : "clock"));
      await tenant.close();
      const before = traceOf(place);
      assert.deepEqual(await wrong(place), []);
      assert.deepEqual(traceOf(place), before);
    });

    test("finds what is wrong with a store: a stuck email, expired rows, an old key, another seal key", async (t) => {
      const place = await makePlace(t);
      const tenant = await place.start();
      const { store } = tenant.context;
      const now = Date.now();
      await tenant.close();
      const later = await place.start({
        mailer: { send: () => Promise.reject(new Error()), close: async () => undefined },
      });
      await later.context.store.outbox.enqueue({
        id: "stuck",
        sealed: "A",
        createdAt: now - 600_000,
        expiresAt: now + 1e9,
      });
      await later.context.store.throttle.take("bucket", { count: 1, windowMs: 1 }, now - 7_300_000);
      await later.close();
      assert.deepEqual(await wrong(place), ["warning mail_queue", "warning expired_rows"]);
      assert.deepEqual(await wrong({ ...place, beforeStart: true }), [], "the start looks after them");
      assert.equal(store.kind, name === "SQLite" ? "sqlite" : "postgres");
      const inFourMonths = now + 120 * DAY;
      assert.ok((await wrong(place, inFourMonths)).includes("warning signing_keys"));
      writeFileSync(join(place.data, "seal.key"), new Uint8Array(32));
      assert.ok((await wrong(place)).includes("error seal_key"));
    });
  });
}

/** PostgreSQL notices a moment later that a pooler has closed its connections. */
async function sessionsEnd(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const left = "select from pg_stat_activity where application_name = $1";
  while ((await client.query(left, [name])).rowCount !== 0) await setImmediate();
  await client.end();
}

describe("checkTenant behind PgBouncer", { skip: withoutPgBouncer }, () => {
  test("asks for a direct URL to the same database", async (t) => {
    const place = await postgresPlace(t);
    const { postgres, ...schema } = place.store as { postgres: string; schema?: string };
    const pooler = await startPgBouncer(postgres);
    t.after(() => pooler.stop());
    await (await place.start()).close();
    const pooled = { ...schema, postgres: pooler.url(postgres) };
    const of = (direct?: string) => wrong({ ...place, store: { ...pooled, ...(direct !== undefined && { direct }) } });
    assert.deepEqual(await of(), ["warning connection"]);
    assert.deepEqual(await of(postgres), []);
    assert.deepEqual(await of(pooled.postgres), ["warning connection"]);
    assert.deepEqual(await of("postgres://127.0.0.1:1/none"), ["warning connection"]);
    assert.deepEqual(await of(await freshDatabase()), ["error connection"]);
  });

  test("a rotation of the seal key sees the nodes, and refuses without a direct URL", async (t) => {
    const place = await postgresPlace(t);
    const { postgres, ...schema } = place.store as { postgres: string; schema?: string };
    const pooler = await startPgBouncer(postgres);
    t.after(() => pooler.stop());
    const store = { ...schema, postgres: pooler.url(postgres), direct: postgres };
    const node = await place.start({ store });
    await assert.rejects(rotateSealKey({ ...place, store }), /is in use: a node of the tenant/);
    const { direct: _direct, ...pooled } = store;
    await assert.rejects(rotateSealKey({ ...place, store: pooled }), /through a connection pooler/);
    await node.close();
    await pooler.stop();
    await sessionsEnd(postgres, `doorcode ${schema.schema}`);
    await rotateSealKey({ ...place, store });
    await place.start();
  });
});

describe("checkTenant", () => {
  test("says what is missing where no tenant is, which is no error before the first start", async (t) => {
    const place = await sqlitePlace(t);
    assert.deepEqual(await wrong(place), ["error data_folder", "error seal_key", "error store"]);
    assert.deepEqual(await wrong({ ...place, beforeStart: true }), []);
    const sealKeyFile = join(place.data, "elsewhere.key");
    assert.deepEqual(await wrong({ ...place, sealKeyFile, beforeStart: true }), ["error seal_key"]);
    const findings = await checked({ ...place, store: { postgres: "postgres://secret:word@127.0.0.1:1/none" } });
    const store = findings.find(({ part }) => part === "store");
    assert.equal(store?.level, "error");
    assert.doesNotMatch(JSON.stringify(findings), /secret|word@/);
  });

  test("finds files that others can read, damage, and an older or newer version", async (t) => {
    const place = await sqlitePlace(t);
    await (await place.start()).close();
    const file = join(place.data, "tenant.db");
    chmodSync(file, 0o644);
    assert.deepEqual(await wrong(place), ["error data_folder"]);
    chmodSync(file, 0o600);
    chmodSync(place.data, 0o755);
    assert.deepEqual(await wrong(place), ["error data_folder"]);
    chmodSync(place.data, 0o700);
    const database = new DatabaseSync(file);
    database.exec("insert into kysely_migration values ('9999-from-the-future', '2999-01-01T00:00:00.000Z')");
    assert.deepEqual(await wrong(place), ["warning schema"]);
    database.exec("insert into settings values ('oldest_schema', '9999')");
    assert.deepEqual(await wrong(place), ["error schema"]);
    database.exec("delete from settings where name = 'oldest_schema'");
    database.exec("delete from kysely_migration where name > '0012'");
    database.close();
    assert.deepEqual(await wrong(place), ["warning schema"]);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 8192, 40_000);
    writeFileSync(file, bytes);
    assert.deepEqual(await wrong(place), ["error integrity"]);
    rmSync(file);
    assert.deepEqual(await wrong(place), ["error store"]);
  });

  test("a file that is no database is not a damaged one", async (t) => {
    const place = await sqlitePlace(t);
    await (await place.start()).close();
    writeFileSync(join(place.data, "tenant.db"), "not a database, but long enough to be read as one".repeat(200));
    assert.deepEqual(await wrong(place), ["error store"]);
  });

  test("checks the local CA: its end, and its key", async (t) => {
    const place = await sqlitePlace(t);
    await (await place.start()).close();
    const { validToDate } = new X509Certificate(readFileSync(join(place.data, "ca.pem")));
    const certificate = async (daysAfterEnd: number) => {
      const now = validToDate.getTime() + daysAfterEnd * DAY;
      return (await checked(place, now)).find(({ part }) => part === "certificate");
    };
    assert.equal((await certificate(-20))?.level, "ok");
    assert.equal((await certificate(-13))?.level, "warning");
    assert.match((await certificate(1))?.message ?? "", /has expired/);
    rmSync(join(place.data, "ca-key.pem"));
    assert.match((await certificate(-20))?.message ?? "", /key .*ca-key\.pem is missing/);
  });

  test("checks the certificate of a served tenant: its key, its host, its end", async (t) => {
    const place = await sqlitePlace(t);
    await (await place.start()).close();
    const [one, other] = await Promise.all([
      ownCertificate({ name: "login.contoso.example", notAfter: new Date(Date.now() + 60 * DAY) }),
      ownCertificate(),
    ]);
    const [certFile, keyFile] = [join(place.data, "tls.pem"), join(place.data, "tls-key.pem")];
    writeFileSync(certFile, one.certificate);
    writeFileSync(keyFile, one.privateKey);
    const mail = { host: "127.0.0.1", port: 9, security: "none", from: "no-reply@contoso.example" } as const;
    /** Levels and messages, in the order of the file. */
    const certificate = async (host = "login.contoso.example", now = Date.now()) => {
      const listen = { publicUrl: `https://${host}`, host: "127.0.0.1", port: 0 };
      const server = { ...listen, certificate: { certFile, keyFile }, mail };
      const found = (await checked({ ...place, server }, now)).filter(({ part }) => part === "certificate");
      return found.map(({ level, message }) => `${level} ${message}`).join("\n");
    };
    assert.match(await certificate(), /^warning The certificate .*self-signed\.\nok .*its key belongs to it\.$/);
    assert.match(await certificate(undefined, Date.now() + 50 * DAY), /\nwarning .* expires in 9 days\.\n/);
    assert.match(await certificate(undefined, Date.now() + 61 * DAY), /^error .* expired on /);
    assert.match(await certificate("other.example"), /^error .* is not for other\.example/);
    writeFileSync(keyFile, other.privateKey);
    assert.match(await certificate(), /^error The key .* does not belong to/);
    rmSync(keyFile);
    assert.match(await certificate(), /^error Cannot read .*tls-key\.pem \(ENOENT\)/);
  });
});
