import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { connect } from "node:tls";
import { issueLeaf } from "../../src/server/certificates.ts";
import { bind } from "../../src/server/listeners.ts";
import { loadLocalCa } from "../../src/server/local-ca.ts";
import { startSweeping } from "../../src/server/sweeping.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { scratch } from "./scratch.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

test("a running tenant deletes grants that ended long ago, and goes on when the store fails once", async (t) => {
  await using tenant = await startTestTenant();
  const { store } = tenant.context;
  const body = new URLSearchParams({ client_id: tenant.apps[0]!.clientId, scope: "openid" });
  const answer = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/devicecode`, { method: "POST", body });
  const { user_code } = (await answer.json()) as { user_code: string };
  const find = () => store.grants.findByUserCode(user_code.replace(/\W/g, ""));
  assert.ok(await find());

  t.mock.timers.enable({ apis: ["setInterval"] });
  let failures = 1;
  const sweep = (now: number) => (failures-- > 0 ? Promise.reject(new Error("busy")) : store.sweep(now));
  const stop = startSweeping({ ...tenant.context, store: { ...store, sweep } });
  tenant.clock.advance(2 * DAY);
  t.mock.timers.tick(5 * MINUTE);
  assert.ok(await find(), "the first sweep failed");
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

function serialNumberAt(host: string, port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ca, servername: "localhost" }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once("error", reject);
  });
}
