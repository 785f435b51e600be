// Checks route by route that only the pages answer on an address of the local network.
import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import type { FastifyInstance } from "fastify";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { send } from "../../packages/tenant/test/server/raw-request.ts";
import { type LocalNetwork, localNetwork, noLocalNetwork } from "../fixtures/local-network.ts";

/** The routes of each server that `start` makes, as Fastify reports them. */
async function routesOf<T>(start: () => Promise<T>): Promise<{ started: T; servers: Set<string>[] }> {
  const servers: Set<string>[] = [];
  const opened = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    const routes = new Set<string>();
    servers.push(routes);
    fastify.addHook("onRoute", ({ url }) => void routes.add(url));
  };
  subscribe("fastify.initialization", opened);
  try {
    return { started: await start(), servers };
  } finally {
    unsubscribe("fastify.initialization", opened);
  }
}

describe("the address of the local network", { timeout: 300_000 }, () => {
  let network: LocalNetwork;
  let tenant: TestTenant;
  /** Routes that the tenant's other servers answer and the one on the network does not define. */
  let hidden: string[];

  before(async () => {
    if (noLocalNetwork) return;
    network = await localNetwork();
    const { started, servers } = await routesOf(() => startTestTenant({ lan: { address: network.here.ipv4 } }));
    tenant = started;
    const pages = servers.find((routes) => routes.has("/device") && !routes.has("/inbox") && !routes.has("/healthz"));
    hidden = [...new Set(servers.flatMap((routes) => [...routes]))].filter((route) => !pages?.has(route));
  });
  after(async () => {
    await tenant?.close();
    await network?.[Symbol.asyncDispose]();
  });

  const pathOf = (route: string) =>
    route
      .replace(/^\/:tenant(Id)?(?=\/|$)/, `/${tenant.tenantId}`)
      .replace(/:[A-Za-z]+/g, "00000000-0000-4000-8000-000000000000");

  async function ask(origin: string, address: string, path: string, method = "GET") {
    const { host, port, protocol } = new URL(origin);
    const to = { secure: protocol === "https:", address, port: Number(port), ca: tenant.ca };
    return send(to, { method, path, headers: { host } });
  }

  test("answers the pages alone: every route for programs and operators is unknown there", {
    skip: noLocalNetwork,
  }, async () => {
    for (const known of ["/inbox/messages", "/healthz", "/metrics", "/:tenant/oauth2/v2.0/token", "/graph/v1.0/*"]) {
      assert.ok(hidden.includes(known), known);
    }
    for (const route of hidden) {
      for (const method of ["GET", "POST"]) {
        const { status, headers } = await ask(tenant.pages, network.here.ipv4, pathOf(route), method);
        assert.equal(status, 404, `${method} ${route}`);
        assert.match(headers["content-type"] ?? "", /^text\/html/, route);
      }
    }
    assert.equal((await ask(tenant.pages, network.here.ipv4, "/device")).status, 200);
    assert.equal((await ask(tenant.pages, network.here.ipv4, "/sign-in")).status < 404, true);
  });

  test("listens for the pages only: issuer and inbox are on loopback", { skip: noLocalNetwork }, async () => {
    const refused = (port: number) =>
      new Promise<boolean>((resolve) => {
        const socket = connect(port, network.here.ipv4, () => resolve(false) ?? socket.destroy());
        socket.once("error", () => resolve(true));
      });
    assert.equal(await refused(Number(new URL(tenant.authority).port)), true);
    const inbox = Number(new URL(tenant.inbox!).port);
    if (inbox !== Number(new URL(tenant.pages).port)) assert.equal(await refused(inbox), true);
  });

  test("keeps the inbox on this computer, and redirects its other pages to their one origin", {
    skip: noLocalNetwork,
  }, async () => {
    const local = new URL(tenant.inbox!).origin;
    assert.match(local, /^http:\/\/localhost:\d+$/);
    assert.equal((await ask(local, "127.0.0.1", "/inbox")).headers.location, "/console/inbox");
    const moved = await ask(local, "127.0.0.1", "/device?user_code=BCDF-GHJK");
    assert.deepEqual([moved.status, moved.headers.location], [302, `${tenant.pages}/device?user_code=BCDF-GHJK`]);
    assert.equal((await ask(local, "127.0.0.1", "/device", "POST")).status, 421);
    const issuer = new URL(tenant.authority).origin;
    assert.equal((await ask(issuer, "127.0.0.1", "/device")).headers.location, `${tenant.pages}/device`);
    assert.equal((await ask(issuer, "127.0.0.1", "/inbox")).headers.location, `${local}/inbox`);
    assert.equal((await ask(issuer, "127.0.0.1", "/healthz")).status, 200);
  });

  test("with --https has a certificate of the local CA for that address, and cookies for https only", {
    skip: noLocalNetwork,
  }, async () => {
    await using secure = await startTestTenant({ lan: { address: network.here.ipv6, https: true } });
    const { hostname, port, host } = new URL(secure.pages);
    assert.equal(hostname, `[${network.here.ipv6}]`);
    const to = { secure: true, address: network.here.ipv6, port: Number(port), ca: secure.ca, name: "" };
    const page = await send(to, { path: "/device", headers: { host } });
    assert.equal(page.status, 200);
    assert.match(String(page.headers["set-cookie"]), /^__Host-doorcode_session_\d+=.*; Secure/);
  });

  test("is available for the embedded default only", { skip: noLocalNetwork }, async () => {
    const lan = { address: network.here.ipv4 };
    await assert.rejects(startTestTenant({ lan, store: "postgres" }), { code: "lan_refused" });
    await assert.rejects(startTestTenant({ lan, host: "tv.home.arpa" }), { code: "lan_refused" });
    const publicUrl = "https://login.contoso.example";
    await assert.rejects(startTestTenant({ lan, publicUrl, trustedProxies: ["127.0.0.1"] }), { code: "lan_refused" });
  });

  test("reports in one sentence that its port is in use", { skip: noLocalNetwork }, async () => {
    const pagesPort = Number(new URL(tenant.pages).port);
    await assert.rejects(startTestTenant({ lan: { address: network.here.ipv4 }, pagesPort }), {
      code: "port_in_use",
      hint: /--pages-port/,
    });
  });
});
