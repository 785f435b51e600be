import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { pino } from "pino";
import { startWithContext } from "../../../tenant/src/server/start-tenant.ts";
import { freshDatabase } from "../../../tenant/test/fixtures/postgres.ts";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { command } from "./tenant-process.ts";

test("audit --follow says that the log was restored, and goes on", async (t) => {
  const url = await freshDatabase();
  const data = join(await scratch(t), "tenant");
  const mailer = { send: async () => undefined, close: async () => undefined };
  const log = pino({ level: "silent" });
  const tenant = await startWithContext({
    store: { postgres: url },
    dataDir: data,
    port: 0,
    pagesPort: 0,
    mailer,
    log,
  });
  t.after(() => tenant.close());
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  t.after(() => client.end());
  let ended = false;
  const args = ["audit", "--follow", "--limit", "1", "--data", data];
  const env = { DOORCODE_STORE: url };
  const follow = command(args, { env, until: /restored from a backup/ }).finally(() => {
    ended = true;
  });
  // Again and again, because it is unknown when the command has read its first record.
  for (let round = 0; !ended; round++) {
    await client.query("delete from audit_records where seq = (select max(seq) from audit_records)");
    await tenant.admin.people.add({ email: `person${round}@contoso.example` });
    await new Promise((next) => setTimeout(next, 100));
  }
  const { exit, stderr, stdout } = await follow;
  const [restored, ...others] = stderr.split("\n");
  assert.match(restored ?? "", /^The audit log was restored from a backup: some records above .*repeated\.$/);
  assert.doesNotMatch(others.join("\n"), /unexpected|bug/, "Ctrl-C is no error");
  assert.equal(exit, 130);
  assert.match(stdout, /user\.created/);
});
