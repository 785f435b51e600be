import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type TestContext, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { generateKeyPair } from "jose";
import { freePort } from "../../../../tests/fixtures/free-port.ts";
import type { Mailer } from "../../src/mail/mailer.ts";
import { MailError } from "../../src/mail/mailer.ts";
import { startTenant } from "../../src/server/start-tenant.ts";
import { startTestTenant, type TestTenantOptions } from "../fixtures/start-test-tenant.ts";
import { send } from "./raw-request.ts";
import { failsWith, scratch } from "./scratch.ts";

const PUBLIC = { publicUrl: "https://login.contoso.example", trustedProxies: ["127.0.0.1"], port: 0 };

/** A tenant with a listener for monitoring, and requests to both. */
async function monitored(t: TestContext, options: TestTenantOptions = {}) {
  const tenant = await startTestTenant({ ...PUBLIC, monitoring: { port: 0 }, ...options });
  const port = tenant.monitoringPort!;
  t.after(() => tenant.close());
  const headers = { host: "login.contoso.example", "x-forwarded-proto": "https", "x-forwarded-for": "127.0.0.1" };
  return {
    tenant,
    monitoring: (path: string, method = "GET") => send({ secure: false, address: "127.0.0.1", port }, { path, method }),
    origin: (path: string) => send({ secure: false, address: "127.0.0.1", port: tenant.port }, { path, headers }),
  };
}

test("metrics are on the listener for monitoring, and not on the issuer origin", async (t) => {
  const { monitoring, origin } = await monitored(t);
  const metrics = await monitoring("/metrics");
  assert.equal(metrics.status, 200);
  assert.equal(metrics.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  assert.match(metrics.body, /^doorcode_ready 1$/m);
  assert.equal((await origin("/metrics")).status, 404);
});

test("both origins say whether the process responds and whether it is ready", async (t) => {
  const { monitoring, origin } = await monitored(t);
  const checks = { store: "ok", clock: "ok", signing_keys: "ok", mail: "ok" };
  for (const ask of [monitoring, origin]) {
    const [healthy, ready] = [await ask("/healthz"), await ask("/readyz")];
    assert.deepEqual([healthy.status, JSON.parse(healthy.body)], [200, { status: "ok" }]);
    assert.deepEqual([ready.status, JSON.parse(ready.body)], [200, { status: "ok", checks }]);
    for (const { headers } of [healthy, ready]) assert.equal(headers["cache-control"], "no-store");
  }
});

test("the listener answers GET and HEAD, and no other path", async (t) => {
  const { monitoring, tenant } = await monitored(t);
  for (const path of ["/", "/device", `/${tenant.tenantId}/v2.0/.well-known/openid-configuration`]) {
    assert.equal((await monitoring(path)).status, 404, path);
  }
  const head = await monitoring("/metrics", "HEAD");
  assert.deepEqual([head.status, head.body], [200, ""]);
  const posted = await monitoring("/healthz", "POST");
  assert.deepEqual([posted.status, posted.headers.allow], [405, "GET, HEAD"]);
});

test("while a mail server cannot be reached, the tenant is degraded and stays ready", async (t) => {
  let down = true;
  const mailer: Mailer = {
    send: async () => {
      if (down) throw new MailError("mail_unreachable", "Cannot use the mail server.", "Start it.");
    },
    close: async () => undefined,
  };
  const { tenant, monitoring } = await monitored(t, { mailer });
  const mail = { to: "ada@contoso.example", subject: "Hello", text: "Hello", html: "<p>Hello" };
  await tenant.context.mail.send(mail, { expiresAt: tenant.clock.now() + 600_000 });
  const degraded = await monitoring("/readyz");
  assert.equal(degraded.status, 200);
  assert.deepEqual(JSON.parse(degraded.body), {
    status: "degraded",
    checks: { store: "ok", clock: "ok", signing_keys: "ok", mail: "failed" },
  });
  const queued = (await monitoring("/metrics")).body;
  for (const line of [
    /^doorcode_mail_outcomes_total\{outcome="retried"\} 1$/m,
    /^doorcode_mails_queued 1$/m,
    /^doorcode_check_failed\{check="mail"\} 1$/m,
    /^doorcode_ready 1$/m,
  ]) {
    assert.match(queued, line);
  }
  down = false;
  tenant.clock.advance(60_000);
  await tenant.context.mail.deliverDue();
  assert.equal(JSON.parse((await monitoring("/readyz")).body).status, "ok");
  const sent = (await monitoring("/metrics")).body;
  assert.match(sent, /^doorcode_mail_outcomes_total\{outcome="sent"\} 1$/m);
  assert.match(sent, /^doorcode_mails_queued 0$/m);
});

test("the listener answers while the tenant is still starting: alive, and not ready", async (t) => {
  const [port, dataDir] = [await freePort(), await scratch(t)];
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  // The start stops here, after the listener is open.
  const signingKeyPair = async () => {
    asked.resolve();
    await go.promise;
    return generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
  };
  const starting = startTestTenant({ monitoring: { port }, dataDir, signingKeyPair });
  t.after(async () => (await starting).close());
  await asked.promise;
  const ask = (path: string) => send({ secure: false, address: "127.0.0.1", port }, { path });
  assert.equal((await ask("/healthz")).status, 200);
  const ready = await ask("/readyz");
  assert.deepEqual([ready.status, JSON.parse(ready.body)], [503, { status: "starting", checks: {} }]);
  assert.match((await ask("/metrics")).body, /^doorcode_ready 0$/m);
  go.resolve();
  await starting;
  assert.equal((await ask("/readyz")).status, 200);
});

test("a port for monitoring that is taken stops the start, and says which setting changes it", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  t.after(() => other.close());
  while (!other.listening) await nextTurn();
  const { port } = other.address() as { port: number };
  const starting = startTenant({
    store: { sqlite: ":memory:" },
    dataDir: await scratch(t),
    port: 0,
    pagesPort: 0,
    monitoring: { port },
  });
  await assert.rejects(starting, (error: Error & { hint: string }) => {
    assert.ok(failsWith("port_in_use")(error));
    assert.match(error.hint, /monitoring\.port/);
    return true;
  });
});
