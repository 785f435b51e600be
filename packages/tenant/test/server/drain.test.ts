import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request as plainRequest } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { URN } from "../../../../tests/fixtures/device.ts";
import type { RunningTenant } from "../../src/server/running-tenant.ts";
import { startTenant } from "../../src/server/start-tenant.ts";
import { send } from "./raw-request.ts";
import { scratch } from "./scratch.ts";

const headers = {
  host: "login.contoso.example",
  "x-forwarded-proto": "https",
  "content-type": "application/x-www-form-urlencoded",
};

/** A tenant as an organization runs it, and what its load balancer sees. */
async function served(t: TestContext, drainMs: number) {
  const tenant = await startTenant({
    publicUrl: "https://login.contoso.example",
    trustedProxies: ["127.0.0.1"],
    port: 0,
    monitoring: { port: 0 },
    store: { sqlite: ":memory:" },
    dataDir: await scratch(t),
    mailer: { send: async () => undefined, close: async () => undefined },
    limits: { refusedTokenRequestsByNetwork: 1_000_000 },
    drainMs,
  });
  t.after(() => tenant.close());
  const monitoring = { secure: false, address: "127.0.0.1", port: tenant.monitoringPort! };
  const held = async () =>
    Number(/^doorcode_held_polls (\d+)$/m.exec((await send(monitoring, { path: "/metrics" })).body)?.[1]);
  return { tenant, readyz: () => send(monitoring, { path: "/readyz" }), held };
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Record<string, string>;
}

/** One request to the token endpoint or its neighbor, over the agent's connections. */
function post(
  { port, tenantId, apps }: RunningTenant,
  agent: Agent,
  endpoint: "token" | "devicecode",
  form: Record<string, string>,
  more: OutgoingHttpHeaders = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const path = `/${tenantId}/oauth2/v2.0/${endpoint}`;
    const sent = plainRequest({
      agent,
      host: "127.0.0.1",
      port,
      path,
      method: "POST",
      headers: { ...headers, ...more },
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      const { statusCode = 0, headers: received } = response;
      text(response).then(
        (body) => resolve({ status: statusCode, headers: received, body: JSON.parse(body) as Answer["body"] }),
        reject,
      );
    });
    sent.end(new URLSearchParams({ client_id: apps[0]!.clientId, ...form }).toString());
  });
}

test("a tenant that drains loses no poll of 50 kept-alive connections", async (t) => {
  const { tenant, readyz } = await served(t, 600_000);
  // Like a load balancer: nothing more is sent to a node that is not ready.
  let ready = true;
  const polls: Answer[] = [];
  const clients = Array.from({ length: 50 }, async (_each, index) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      while (ready) {
        polls.push(await post(tenant, agent, "token", { grant_type: URN, device_code: "unknown" }));
        await pause(5 + (index % 20));
      }
    } finally {
      agent.destroy();
    }
  });
  let failed = false;
  const lost = Promise.all(clients).then(
    () => undefined,
    (error: unknown) => {
      failed = true;
      return error;
    },
  );
  const count = async (least: number) => {
    while (polls.length < least && !failed) await pause(10);
  };
  await count(200);
  assert.ok(polls.some(({ headers: { connection } }) => connection === "keep-alive"));
  const beforeDrain = polls.length;
  const closed = tenant.close();
  const unready = await readyz();
  assert.deepEqual([unready.status, JSON.parse(unready.body).status], [503, "draining"]);
  // A load balancer asks every few seconds, so requests still come.
  await count(beforeDrain + 200);
  ready = false;
  assert.equal(await lost, undefined);
  // Ends the draining.
  await tenant.close();
  await closed;
  const during = polls.slice(beforeDrain);
  assert.ok(polls.every(({ status }) => status === 400));
  // At most one of each connection was being answered when the tenant began to drain.
  assert.ok(during.slice(50).every(({ headers: { connection } }) => connection === "close"));
});

test("a tenant that begins to drain answers held polls at once, and holds no others", async (t) => {
  const { tenant, held } = await served(t, 600_000);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const codeOf = async () => (await post(tenant, agent, "devicecode", { scope: "openid" })).body.device_code!;
  const poll = (device_code: string) =>
    post(tenant, agent, "token", { grant_type: URN, device_code }, { prefer: "wait=60" });
  const [waiting, next] = [await codeOf(), await codeOf()];
  const polled = poll(waiting);
  while ((await held()) !== 1) await pause(5);
  const closed = tenant.close();
  for (const answered of [await polled, await poll(next)]) {
    assert.equal(answered.body.error, "authorization_pending");
    // The client keeps its interval, and connects to another node.
    assert.equal(answered.headers["preference-applied"], undefined);
    assert.equal(answered.headers.connection, "close");
  }
  assert.equal(await held(), 0);
  // Ends the draining.
  await tenant.close();
  await closed;
});

const healthz = "GET /healthz HTTP/1.1\r\nHost: login.contoso.example\r\nX-Forwarded-Proto: https\r\n\r\n";

for (const [what, before] of [
  ["a new", ""],
  ["an idle", healthz],
] as const) {
  test(`${what} connection may still send a request when the tenant no longer accepts others`, async (t) => {
    const { tenant } = await served(t, 1);
    const socket = connect(tenant.port, "127.0.0.1");
    await once(socket, "connect");
    if (before !== "") {
      socket.write(before);
      const [first] = await once(socket, "data");
      assert.match(String(first), /\r\nconnection: keep-alive\r\n/i);
    }
    // The time in which idle connections stay open passes only if the test lets it.
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const closed = tenant.close();
    t.mock.timers.tick(1);
    while (!(await isRefused(tenant.port)));
    socket.write(healthz);
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1.1 200 OK\r\n/);
    assert.match(answer, /\r\nconnection: close\r\n/i);
    await closed;
  });
}

async function isRefused(port: number): Promise<boolean> {
  const other = connect(port, "127.0.0.1");
  try {
    await once(other, "connect");
    return false;
  } catch {
    return true;
  } finally {
    other.destroy();
  }
}
