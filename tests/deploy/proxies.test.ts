// A tenant behind the proxies of deploy/proxies: who the client is, what a client can forge, and what passes through.
import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { Agent, request } from "node:https";
import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { type Answer, send } from "../../packages/tenant/test/server/raw-request.ts";
import { HOST, proxyNames, type RunningProxy, startProxy, without } from "./proxies.ts";

/** On loopback, so that it differs from the proxy's own address. */
const CLIENT = "127.0.0.9";
const withoutIpv6 =
  !Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === "::1")) &&
  "needs IPv6 on loopback";

/** What clients send to appear as another one. */
const forged = {
  "x-forwarded-for": "203.0.113.9, 127.0.0.1",
  "x-forwarded-proto": "http",
  "x-forwarded-host": "evil.example",
  "x-real-ip": "203.0.113.9",
  forwarded: "for=203.0.113.9;proto=http;host=evil.example",
};

for (const name of proxyNames) {
  describe(`behind ${name}`, { skip: without(name), timeout: 300_000 }, () => {
    let tenant: TestTenant;
    let proxy: RunningProxy;

    before(async () => {
      tenant = await behind(["127.0.0.1"]);
      proxy = await startProxy(name, upstream(tenant));
      await until(async () => (await ask("/healthz")).status === 200);
    });
    after(async () => {
      await proxy?.[Symbol.asyncDispose]();
      await tenant?.close();
    });

    const upstream = ({ port, monitoringPort }: TestTenant) => ({ port, monitoringPort: monitoringPort! });

    interface Ask {
      address?: string;
      from?: string;
      headers?: Record<string, string>;
      body?: string;
      through?: RunningProxy;
    }

    function ask(path: string, { address = "127.0.0.1", from, headers, body, through = proxy }: Ask = {}) {
      const to = { secure: true, address, port: through.httpsPort, ca: through.ca, name: HOST };
      const localAddress = from ?? (address === "::1" ? "::1" : CLIENT);
      const method = body === undefined ? "GET" : "POST";
      const form = body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
      return send(to, { method, path, localAddress, headers: { host: HOST, ...form, ...headers } }, body ?? "");
    }

    const requestCode = (options: Ask = {}) =>
      ask(`/${tenant.tenantId}/oauth2/v2.0/devicecode`, {
        ...options,
        body: new URLSearchParams({ client_id: tenant.apps[0]!.clientId, scope: "openid" }).toString(),
      });

    async function addressOf({ status, body }: Answer): Promise<string | undefined> {
      assert.equal(status, 200, body);
      const code = JSON.parse(body).user_code.replace(/\W/g, "");
      return (await tenant.context.store.grants.findByUserCode(code))?.initiatedIp;
    }

    const discovery = () => `/${tenant.tenantId}/v2.0/.well-known/openid-configuration`;

    test("the tenant sees the client's own address, and never one that the client sends", async () => {
      assert.equal(await addressOf(await requestCode()), CLIENT);
      assert.equal(await addressOf(await requestCode({ headers: forged })), CLIENT);
      const repeated = { "x-forwarded-for": "203.0.113.1, 203.0.113.2, 203.0.113.3" };
      assert.equal(await addressOf(await requestCode({ headers: repeated })), CLIENT);
    });

    test("the same over IPv6", { skip: withoutIpv6 }, async () => {
      assert.equal(await addressOf(await requestCode({ address: "::1" })), "::1");
      assert.equal(await addressOf(await requestCode({ address: "::1", headers: forged })), "::1");
    });

    test("a client's trace headers do not reach the tenant", async () => {
      const seen: IncomingHttpHeaders[] = [];
      const onRequest = (message: unknown) => {
        const { request: received } = message as { request: IncomingMessage };
        if (received.url?.startsWith("/device?traced")) seen.push(received.headers);
      };
      subscribe("http.server.request.start", onRequest);
      try {
        const traceparent = `00-${"ab".repeat(16)}-${"cd".repeat(8)}-01`;
        await ask("/device?traced", { headers: { traceparent, tracestate: "forged=1" } });
      } finally {
        unsubscribe("http.server.request.start", onRequest);
      }
      assert.deepEqual(
        seen.map(({ traceparent, tracestate }) => [traceparent, tracestate]),
        [[undefined, undefined]],
      );
    });

    test("limits count clients, not the proxy, and a forged address starts no new count", async () => {
      const from = "127.0.0.10";
      const statuses: number[] = [];
      for (let tries = 0; tries < LIMIT + 2; tries++) {
        const headers = { ...forged, "x-forwarded-for": `203.0.113.${tries}` };
        statuses.push((await requestCode({ from, headers })).status);
      }
      assert.deepEqual(statuses, [...Array(LIMIT).fill(200), 429, 429]);
      assert.equal((await requestCode({ from: "127.0.0.11" })).status, 200);
    });

    test("Host is kept, and the forwarded host of a client means nothing", async () => {
      const { status, body } = await ask(discovery(), { headers: forged });
      assert.equal(status, 200);
      assert.equal(JSON.parse(body).issuer, tenant.issuer);
      const elsewhere = await ask(discovery(), { headers: { ...forged, host: "evil.example" } });
      assert.ok(!elsewhere.body.includes(tenant.tenantId), elsewhere.body);
    });

    test("http leads browsers to https and rejects programs, whatever protocol they name", async () => {
      const to = { secure: false, address: "127.0.0.1", port: proxy.httpPort };
      const headers = { host: HOST, "x-forwarded-proto": "https" };
      const page = await send(to, { path: "/device?user_code=BCDF", headers });
      assert.equal(page.status, 301);
      assert.equal(page.headers.location, `https://${HOST}/device?user_code=BCDF`);
      const program = await send(to, { method: "POST", path: "/", headers }, "client_secret=hidden");
      assert.equal(program.status, 403);
    });

    test("headers as long as the tenant accepts pass, and longer ones are an error of the client", async () => {
      const cookie = (length: number) => ({ cookie: `big=${"x".repeat(length)}` });
      assert.equal((await ask(discovery(), { headers: cookie(12_000) })).status, 200);
      const { status } = await ask(discovery(), { headers: cookie(40_000) });
      assert.ok(status >= 400 && status < 500, String(status));
    });

    test("a form that the tenant would not accept gets 413 from the proxy, and others pass", async () => {
      const token = `/${tenant.tenantId}/oauth2/v2.0/token`;
      assert.equal((await ask(token, { body: "x".repeat(70_000) })).status, 413);
      const { status, body } = await ask(token, { body: `client_id=unknown&pad=${"x".repeat(15_000)}` });
      assert.equal(status, 400, body);
      assert.equal(JSON.parse(body).error, "invalid_request");
    });

    test("connections stay open on both sides", async () => {
      let opened = 0;
      const onSocket = (message: unknown) => {
        if ((message as { socket: Socket }).socket.localPort === tenant.port) opened++;
      };
      subscribe("net.server.socket", onSocket);
      const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: proxy.ca, servername: HOST });
      try {
        const sockets = new Set<Socket>();
        for (let count = 0; count < 20; count++) {
          const options = { host: "127.0.0.1", port: proxy.httpsPort, path: discovery(), headers: { host: HOST } };
          const sent = request({ ...options, agent }).end();
          sent.once("socket", (socket) => sockets.add(socket));
          const [response] = await once(sent, "response");
          await text(response);
          assert.equal(response.statusCode, 200);
        }
        assert.equal(sockets.size, 1);
        assert.ok(opened <= 2, `${opened} connections to the tenant`);
      } finally {
        agent.destroy();
        unsubscribe("net.server.socket", onSocket);
      }
    });

    test("browsers can use HTTP/2", async () => {
      const session = connectHttp2(`https://${HOST}`, {
        ca: proxy.ca,
        servername: HOST,
        host: "127.0.0.1",
        port: proxy.httpsPort,
      } as Parameters<typeof connectHttp2>[1]);
      try {
        const stream = session.request({ ":path": discovery(), ":authority": HOST });
        const [headers] = await once(stream, "response");
        assert.equal(headers[":status"], 200);
        assert.equal(JSON.parse(await text(stream)).issuer, tenant.issuer);
      } finally {
        session.close();
      }
    });

    test("a proxy that the tenant does not name is believed nothing", async () => {
      await using other = await behind(["192.0.2.1"]);
      await using through = await startProxy(name, upstream(other));
      const path = discovery().replace(tenant.tenantId, other.tenantId);
      for (const headers of [{}, forged]) {
        let status = 503;
        await until(async () => {
          ({ status } = await ask(path, { through, headers }));
          // 503 is the proxy's own answer, while its health checks have not passed.
          return status !== 503;
        });
        assert.equal(status, 421);
      }
    });

    test("a tenant that is about to stop gets no more requests, and still answers", {
      skip: name === "nginx" && "nginx checks no health without its commercial edition",
    }, async () => {
      await using other = await behind(["127.0.0.1"], DRAIN_MS);
      await using through = await startProxy(name, upstream(other));
      await until(async () => (await ask("/device", { through })).status === 200);
      const closing = other.close();
      await until(async () => (await ask("/device", { through })).status === 503);
      const direct = { secure: false, address: "127.0.0.1", port: other.port };
      const headers = { host: HOST, "x-forwarded-proto": "https" };
      assert.equal((await send(direct, { path: "/device", headers })).status, 200);
      // Ends the draining.
      await other.close();
      await closing;
    });

    test("a request that fails at the tenant is logged without its parameters", async () => {
      const gone = await behind(["127.0.0.1"]);
      await using through = await startProxy(name, upstream(gone));
      await gone.close();
      const failed = await ask("/device/failed?user_code=BCDFGHJK", { through });
      assert.ok(failed.status >= 502, String(failed.status));
      await delay(200);
      assert.ok(!(await through.errorLog()).includes("BCDFGHJK"), await through.errorLog());
    });

    test("the access log has paths without their parameters", {
      skip: name === "caddy" && "caddy writes none",
    }, async () => {
      await ask("/device/logged?user_code=BCDFGHJK");
      await until(async () => (await proxy.accessLog()).includes("/device/logged"));
      assert.ok(!(await proxy.accessLog()).includes("BCDFGHJK"));
    });
  });
}

const LIMIT = 3;

/** Longer than two health checks take on any machine: a test ends it. */
const DRAIN_MS = 600_000;

const behind = (trustedProxies: string[], drainMs = 0) =>
  startTestTenant({
    publicUrl: `https://${HOST}`,
    trustedProxies,
    port: 0,
    monitoring: { port: 0 },
    drainMs,
    limits: { deviceCodesByNetwork: LIMIT },
  });

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("It did not happen.");
    await delay(50);
  }
}
