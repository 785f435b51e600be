import assert from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { type Answer, send } from "./raw-request.ts";

let tenant: TestTenant;
const start = async () => {
  tenant = await startTestTenant();
};
const stop = () => tenant.close();

const portOf = (origin: string) => Number(new URL(origin).port);
const form = { "content-type": "application/x-www-form-urlencoded" };

/** `host` null leaves the header to Node, which uses the address. */
function ask(
  which: "issuer" | "pages",
  path: string,
  { method = "GET", host = null as string | null, address = "127.0.0.1", headers = {}, body = "" } = {},
): Promise<Answer> {
  const port = portOf(tenant[which]);
  const to = { secure: which === "issuer", address, port, ca: tenant.ca };
  return send(to, { method, path, headers: { ...headers, ...(host === null ? {} : { host }) } }, body);
}

const discovery = () => `/${tenant.tenantId}/v2.0/.well-known/openid-configuration`;

describe("the issuer origin", () => {
  before(start);
  after(stop);

  test("answers on both stacks under every loopback name, and always uses the same name for itself", async () => {
    const port = portOf(tenant.issuer);
    for (const [address, host] of [
      ["127.0.0.1", `localhost:${port}`],
      ["127.0.0.1", `LOCALHOST:${port}`],
      ["127.0.0.1", `127.0.0.1:${port}`],
      ["::1", `[::1]:${port}`],
      ["::1", `localhost:${port}`],
    ] as const) {
      const answer = await ask("issuer", discovery(), { address, host });
      assert.equal(answer.status, 200, host);
      assert.equal(JSON.parse(answer.body).issuer, tenant.issuer);
    }
  });

  test("sends no HSTS on loopback, whose name every program on the machine shares", async () => {
    for (const [which, path] of [
      ["issuer", discovery()],
      ["issuer", "/nowhere"],
      ["pages", "/device"],
      ["pages", "/sign-in"],
    ] as const) {
      const answer = await ask(which, path, { host: `localhost:${portOf(tenant[which])}` });
      assert.equal(answer.headers["strict-transport-security"], undefined, path);
    }
  });

  test("refuses an unknown Host, whatever the path", async () => {
    const port = portOf(tenant.issuer);
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "localhost",
      `localhost:${port + 1}`,
      `localhost.evil.example:${port}`,
      `localhost:${port}@evil.example`,
    ]) {
      for (const path of [discovery(), "/healthz", "/device", "/nowhere"]) {
        const answer = await ask("issuer", path, { host });
        assert.equal(answer.status, 421, `${host} ${path}`);
        assert.doesNotMatch(answer.body, /evil/);
      }
    }
  });

  test("redirects a page's GET to the pages origin with its query, and refuses its POST", async () => {
    for (const path of ["/", "/device?user_code=FSBF-ZMBK", "/sign-in?flow=x", "/confirm", "/inbox"]) {
      const answer = await ask("issuer", path, { host: `localhost:${portOf(tenant.issuer)}` });
      assert.equal(answer.status, 302, path);
      assert.equal(answer.headers.location, `${tenant.pages}${path}`);
      assert.equal(answer.headers["set-cookie"], undefined);
    }
    for (const path of ["/device", "/sign-in", "/confirm", "/sign-out"]) {
      const answer = await ask("issuer", path, { method: "POST", headers: form, body: "user_code=x" });
      assert.equal(answer.status, 421, path);
    }
  });

  test("passes a sign-out's language preference on to the pages, which publish the languages they have", async () => {
    const logout = await ask("issuer", `/${tenant.tenantId}/oauth2/v2.0/logout?ui_locales=fr%20de`);
    assert.equal(logout.headers.location, `${tenant.pages}/sign-out?ui_locales=fr+de`);
    const { body } = await ask("pages", "/sign-out?ui_locales=fr+de", { host: new URL(tenant.pages).host });
    assert.match(body, /<html lang="de" /);
    assert.deepEqual(JSON.parse((await ask("issuer", discovery())).body).ui_locales_supported, ["en", "de"]);
  });

  test("refuses a page's POST before it reads the body, whatever its type", async () => {
    const answer = await ask("issuer", "/device", {
      method: "POST",
      headers: { "content-type": "text/xml" },
      body: "<",
    });
    assert.equal(answer.status, 421);
  });

  test("cannot be made to lead elsewhere", async () => {
    for (const path of [
      "//evil.example/device",
      "/\\evil.example",
      "/device/..//evil.example",
      "https://evil.example/device",
    ]) {
      const answer = await ask("issuer", path, { host: `localhost:${portOf(tenant.issuer)}` });
      const to = answer.headers.location;
      assert.ok(to === undefined || new URL(to).origin === tenant.pages, `${path} → ${to}`);
    }
  });

  test("does not answer plain http", async () => {
    const plain = connect({ host: "127.0.0.1", port: portOf(tenant.issuer) });
    plain.write(`GET /healthz HTTP/1.1\r\nHost: localhost:${portOf(tenant.issuer)}\r\n\r\n`);
    assert.doesNotMatch(await text(plain).catch(() => ""), /200 OK/);
  });

  test("reveals nothing about itself: no Server header, no stack, no path in the response for an unknown path", async () => {
    const answer = await ask("issuer", "/nowhere/secret-path");
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.server, undefined);
    assert.equal(answer.headers["x-powered-by"], undefined);
    assert.doesNotMatch(answer.body, /secret-path|at .*\.ts/);
  });

  test("answers a URL that cannot be decoded with 400", async () => {
    assert.equal((await ask("issuer", "/%c0%af")).status, 400);
    assert.equal((await ask("pages", "/%", { host: new URL(tenant.pages).host })).status, 400);
  });

  test("reports whether it and its store respond, and counts requests by route, never by path", async () => {
    assert.deepEqual(JSON.parse((await ask("issuer", "/healthz")).body), { status: "ok" });
    assert.equal((await ask("issuer", "/readyz")).status, 200);
    await ask("issuer", discovery());
    const metrics = await ask("issuer", "/metrics");
    assert.match(metrics.headers["content-type"] ?? "", /^text\/plain/);
    assert.match(metrics.body, /doorcode_http_requests_total\{method="GET",route="\/healthz",status="200"\} \d+/);
    assert.doesNotMatch(metrics.body, new RegExp(tenant.tenantId));
    const { store } = tenant.context;
    const ping = store.ping.bind(store);
    store.ping = () => Promise.reject(new Error("the database of 192.0.2.5 is down"));
    // A result is kept for a second.
    const answering = async (status: number) => {
      for (;;) {
        const answer = await ask("issuer", "/readyz");
        if (answer.status === status) return answer;
        await delay(50);
      }
    };
    const unready = await answering(503);
    const checks = { store: "failed", signing_keys: "ok", mail: "ok", clock: "ok" };
    assert.deepEqual([unready.status, JSON.parse(unready.body)], [503, { status: "store_unreachable", checks }]);
    assert.equal((await ask("issuer", "/healthz")).status, 200);
    store.ping = ping;
    await answering(200);
  });
});

describe("the pages origin", () => {
  before(start);
  after(stop);

  test("has one name: under others a GET is redirected to it and a POST refused", async () => {
    const port = portOf(tenant.pages);
    for (const [address, host] of [
      ["127.0.0.1", `127.0.0.1:${port}`],
      ["::1", `[::1]:${port}`],
    ] as const) {
      const get = await ask("pages", "/device?a=b", { address, host });
      assert.equal(get.status, 302);
      assert.equal(get.headers.location, `${tenant.pages}/device?a=b`);
      assert.equal(get.headers["set-cookie"], undefined);
      assert.equal((await ask("pages", "/device", { address, host, method: "POST", headers: form })).status, 421);
    }
    assert.equal((await ask("pages", "/device", { host: `localhost:${port}` })).status, 200);
    assert.equal((await ask("pages", "/device", { host: `localhost:${port}`, address: "::1" })).status, 200);
  });

  test("refuses an unknown Host", async () => {
    for (const host of ["evil.example", `localhost:${portOf(tenant.issuer)}`, "localhost"]) {
      assert.equal((await ask("pages", "/device", { host })).status, 421, host);
    }
  });

  test("names the issuer to clients that ask for its metadata here", async () => {
    const answer = await ask("pages", discovery(), { host: new URL(tenant.pages).host });
    assert.equal(answer.status, 404);
    assert.equal(JSON.parse(answer.body).doorcode_authority, tenant.authority);
    assert.ok(JSON.parse(answer.body).error_description.endsWith(tenant.authority));
  });

  test("never serves the back channel, which would be unencrypted", async () => {
    const host = new URL(tenant.pages).host;
    const at = `/${tenant.tenantId}`;
    for (const path of [
      `${at}/oauth2/v2.0/token`,
      `${at}/oauth2/v2.0/devicecode`,
      `${at}/oauth2/v2.0/revoke`,
      `${at}/oauth2/v2.0/introspect`,
      `${at}/openid/userinfo`,
      `${at}/discovery/v2.0/keys`,
      discovery(),
      "/common/discovery/instance",
      "/graph/v1.0/me",
      "/metrics",
    ]) {
      for (const method of ["GET", "POST"]) {
        const answer = await ask("pages", path, { host, method, headers: method === "POST" ? form : {} });
        assert.ok([404, 421].includes(answer.status), `${method} ${path}: ${answer.status}`);
      }
    }
  });
});
