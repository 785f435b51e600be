import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { connect } from "node:tls";
import { issueLeaf } from "../../src/server/certificates.ts";
import { bind } from "../../src/server/listeners.ts";
import { loadLocalCa } from "../../src/server/local-ca.ts";
import { createLogger } from "../../src/server/logger.ts";
import { openOrigins } from "../../src/server/origins.ts";
import { startPurging } from "../../src/server/purge.ts";
import { compareIssuers } from "../../src/server/shared-store.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { scratch } from "./scratch.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

test("a running tenant deletes grants that ended long ago, and continues after the store fails once", async (t) => {
  await using tenant = await startTestTenant();
  const { store } = tenant.context;
  const body = new URLSearchParams({ client_id: tenant.apps[0]!.clientId, scope: "openid" });
  const answer = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/devicecode`, { method: "POST", body });
  const { user_code } = (await answer.json()) as { user_code: string };
  const find = () => store.grants.findByUserCode(user_code.replace(/\W/g, ""));
  assert.ok(await find());

  t.mock.timers.enable({ apis: ["setInterval"] });
  let failures = 1;
  const purgeExpired = (now: number) => (failures-- > 0 ? Promise.reject(new Error("busy")) : store.purgeExpired(now));
  const stop = startPurging({ ...tenant.context, store: { ...store, purgeExpired } });
  tenant.clock.advance(2 * DAY);
  t.mock.timers.tick(5 * MINUTE);
  assert.ok(await find(), "the first purge failed");
  t.mock.timers.tick(5 * MINUTE);
  await stop();
  assert.equal(await find(), undefined);
});

test("a renewed certificate is served without a restart, on both stacks", async (t) => {
  const ca = await loadLocalCa(await scratch(t), undefined, Date.now());
  const [first, second] = [await issueLeaf(ca, ca.hosts, Date.now()), await issueLeaf(ca, ca.hosts, Date.now())];
  const listener = await bind({ addresses: ["127.0.0.1", "::1"], port: 0, certificate: first, flag: "--port" });
  t.after(() => listener.close(0));
  for (const leaf of [first, second]) {
    listener.replaceCertificate(leaf);
    for (const host of ["127.0.0.1", "::1"]) {
      assert.equal(await serialNumberAt(host, listener.port, ca.pem), new X509Certificate(leaf.cert).serialNumber);
    }
  }
});

test("a failed renewal of the certificate is logged and tried again", async (t) => {
  const lines: string[] = [];
  const log = createLogger("warn", { write: (line: string) => void lines.push(line) });
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: Date.now() - 22 * DAY });
  const ca = await loadLocalCa(await scratch(t), undefined, Date.now());
  const origins = await openOrigins({ kind: "loopback", lan: null }, ca, 0, 0, log);
  t.after(() => origins.close(0));
  const serial = () => serialNumberAt("127.0.0.1", origins.port, ca.pem);
  const first = await serial();
  const { privateKey } = ca;
  ca.privateKey = {} as typeof privateKey;
  t.mock.timers.tick(22 * DAY);
  while (lines.length === 0) await nextTurn();
  assert.match(lines[0]!, /could not be renewed/);
  assert.equal(await serial(), first);
  ca.privateKey = privateKey;
  t.mock.timers.tick(6 * 60 * MINUTE);
  while ((await serial()) === first) await nextTurn();
});

test("a node whose issuer differs from the last one's warns, once for each move", async () => {
  const lines: string[] = [];
  const log = createLogger("warn", { write: (line: string) => void lines.push(line) });
  const store = await openSqliteStore(":memory:");
  const start = async (issuer: string, embedded = false) => {
    lines.length = 0;
    await compareIssuers(store, issuer, { log, now: 0, embedded });
    return lines.length;
  };
  const [one, two] = ["https://one.contoso.example/t/v2.0", "https://two.contoso.example/t/v2.0"];
  assert.deepEqual([await start(one), await start(one), await start(two), await start(two)], [0, 0, 1, 0]);
  assert.equal(await start(one, true), 0, "the embedded tenant's port may differ at each start");
  assert.equal(await store.directory.setting("issuer"), one);
  await start(two);
  await start(one);
  assert.match(lines[0]!, /"before":"https:\/\/two\.contoso.*"issuer":"https:\/\/one\.contoso/);
  await store.close();
});

function serialNumberAt(host: string, port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ca, servername: "localhost" }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once("error", reject);
  });
}
