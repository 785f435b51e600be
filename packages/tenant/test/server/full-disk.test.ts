import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import pg from "pg";
import { pino } from "pino";
import { otherThanRoot, startPostgres } from "../fixtures/postgres.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";

/** A disk of so many MB, or the reason why this machine gives none. */
async function smallDisk(t: TestContext, megabytes: number): Promise<{ folder: string } | { without: string }> {
  if (process.getuid?.() !== 0) return { without: "only root can mount a small disk" };
  const folder = await mkdtemp(join(tmpdir(), "doorcode-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=755`, "tmpfs", folder]);
  if (mounted.status !== 0) {
    await rm(folder, { recursive: true });
    return { without: `a small disk cannot be mounted here: ${mounted.stderr}` };
  }
  t.after(async () => {
    spawnSync("umount", ["--lazy", folder]);
    await rm(folder, { recursive: true, force: true });
  });
  return { folder };
}

test("while the database's disk is full, requests are answered with 503, and nothing that was confirmed is lost", async (t) => {
  const disk = await smallDisk(t, 40);
  if ("without" in disk) return t.skip(disk.without);
  const space = join(disk.folder, "tables");
  mkdirSync(space);
  otherThanRoot(space);
  const cluster = await startPostgres();
  t.after(() => cluster.stop());
  const admin = new pg.Client({ connectionString: cluster.url });
  await admin.connect();
  await admin.query(`create tablespace small location '${space}'`);
  await admin.query("create database tenant tablespace small");
  await admin.end();
  const url = new URL(cluster.url);
  url.pathname = "tenant";

  const lines: string[] = [];
  const tenant = await startTestTenant({
    store: { postgres: url.href, schema: "tenant" },
    clock: "moving",
    log: pino({ level: "warn" }, { write: (line) => void lines.push(line) }),
    monitoring: { port: 0 },
    limits: { deviceCodesByNetwork: 1e6, pendingDeviceCodesByClient: 1e6, pendingDeviceCodes: 1e6 },
  });
  t.after(() => tenant.close());
  const request = async (path: string, form: Record<string, string>) => {
    const answer = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/${path}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ client_id: tenant.apps[0]!.clientId, ...form }).toString(),
    });
    const body = (await answer.json()) as Record<string, string>;
    return { status: answer.status, headers: answer.headers, body };
  };
  const confirmed: string[] = [];
  const requestCode = async () => {
    const answer = await request("devicecode", { scope: "openid" });
    if (answer.status === 200) confirmed.push(String(answer.body.device_code));
    return answer;
  };
  const readyz = async () =>
    JSON.parse(await (await fetch(`http://127.0.0.1:${tenant.monitoringPort}/readyz`)).text()).status;
  assert.equal((await requestCode()).status, 200);

  const filler = join(disk.folder, "filler");
  fill(filler);
  let refused = await requestCode();
  for (let tries = 0; refused.status === 200 && tries < 2_000; tries++) refused = await requestCode();
  assert.deepEqual([refused.status, refused.body.error], [503, "temporarily_unavailable"]);
  assert.match(String(refused.headers.get("retry-after")), /^\d+$/);
  assert.equal(await readyz(), "store_full");
  assert.match(lines.join(""), /no space left/);

  rmSync(filler);
  assert.equal((await requestCode()).status, 200);
  assert.equal(await readyz(), "ok");
  for (const device_code of confirmed) {
    const poll = await request("token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code });
    assert.equal(poll.body.error, "authorization_pending");
  }
});

/** Writes until no block is free. */
function fill(file: string): void {
  for (const size of [1 << 20, 4_096]) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(size, 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
}
