import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { createAuthority, issueLeaf } from "../../src/server/certificates.ts";
import { deploymentOf, hostsOf } from "../../src/server/deployment.ts";
import { startTenant } from "../../src/server/start-tenant.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { send } from "./raw-request.ts";
import { failsWith, scratch } from "./scratch.ts";

const PUBLIC = "https://login.contoso.example";
const form = { "content-type": "application/x-www-form-urlencoded" };

describe("off loopback", () => {
  test("one https origin with the operator's certificate serves endpoints and pages", async (t) => {
    const dir = await scratch(t);
    const { files, ca } = await operatorsCertificate(dir);
    const tenant = await running(t, { publicUrl: `${PUBLIC}/`, certificate: files, port: 0, dataDir: dir });
    assert.equal(tenant.issuer, `${PUBLIC}/${tenant.tenantId}/v2.0`);
    assert.equal(tenant.pages, PUBLIC);
    const to = { secure: true, address: "127.0.0.1", port: tenant.port, ca, name: "login.contoso.example" };
    const get = (path: string, host: string) => send(to, { path, headers: { host } });

    const metadata = await get(`/${tenant.tenantId}/v2.0/.well-known/openid-configuration`, "login.contoso.example");
    assert.equal(JSON.parse(metadata.body).issuer, tenant.issuer);
    for (const path of [
      "/device",
      "/nowhere",
      "/healthz",
      `/${tenant.tenantId}/v2.0/.well-known/openid-configuration`,
    ]) {
      const { headers } = await get(path, "login.contoso.example");
      assert.equal(headers["strict-transport-security"], "max-age=31536000; includeSubDomains", path);
    }
    const page = await get("/device", "login.contoso.example:443");
    assert.equal(page.status, 200);
    assert.match(String(page.headers["set-cookie"]), /^__Host-[^;]+;.*Secure/);
    for (const path of ["/inbox", "/inbox/messages"])
      assert.equal((await get(path, "login.contoso.example")).status, 404);
    assert.equal((await get("/device", `localhost:${tenant.port}`)).status, 421);
  });

  test("behind a trusted proxy it answers only what came to the proxy over https", async (t) => {
    const dir = await scratch(t);
    const tenant = await running(t, { publicUrl: PUBLIC, trustedProxies: ["127.0.0.1"], port: 0, dataDir: dir });
    const to = { secure: false, address: "127.0.0.1", port: tenant.port };
    const path = `/${tenant.tenantId}/v2.0/.well-known/openid-configuration`;
    const ask = (headers: Record<string, string>) =>
      send(to, { path, headers: { host: "login.contoso.example", ...headers } });
    assert.equal((await ask({ "x-forwarded-proto": "https" })).status, 200);
    assert.equal((await ask({ "x-forwarded-proto": "http" })).status, 421);
    assert.equal((await ask({})).status, 421);
    assert.equal((await ask({ "x-forwarded-proto": "https", host: "evil.example" })).status, 421);
    assert.equal(
      (await ask({ "x-forwarded-proto": "https", host: "e.example", "x-forwarded-host": "login.contoso.example" }))
        .status,
      421,
    );
  });

  test("a peer that is not a trusted proxy cannot pretend to be one", async (t) => {
    const tenant = await running(t, {
      publicUrl: PUBLIC,
      trustedProxies: ["192.0.2.1"],
      port: 0,
      dataDir: await scratch(t),
    });
    const to = { secure: false, address: "127.0.0.1", port: tenant.port };
    const headers = { host: "login.contoso.example", "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1" };
    assert.equal((await send(to, { path: "/healthz", headers })).status, 421);
  });

  test("the address a proxy forwards is believed from a trusted proxy only", async (t) => {
    const initiatedFrom = async (tenant: TestTenant, secure: boolean) => {
      const { host } = new URL(tenant.issuer);
      const headers = { ...form, host, "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9" };
      const body = new URLSearchParams({ client_id: tenant.apps[0]!.clientId, scope: "openid" }).toString();
      const to = { secure, address: "127.0.0.1", port: tenant.port, ca: tenant.ca };
      const path = `/${tenant.tenantId}/oauth2/v2.0/devicecode`;
      const answer = await send(to, { method: "POST", path, headers }, body);
      const grant = await tenant.context.store.grants.findByUserCode(
        JSON.parse(answer.body).user_code.replace(/\W/g, ""),
      );
      return grant?.initiatedIp;
    };
    const behind = await running(t, {
      publicUrl: PUBLIC,
      trustedProxies: ["127.0.0.1"],
      port: 0,
      dataDir: await scratch(t),
    });
    assert.equal(await initiatedFrom(behind, false), "203.0.113.9");
    assert.equal(await initiatedFrom(await running(t, {}), true), "127.0.0.1");
  });

  test("a public URL has no metrics, no matter which caller its proxy names", async (t) => {
    const proxies = { trustedProxies: ["127.0.0.1"], port: 0, dataDir: await scratch(t) };
    const tenant = await running(t, { publicUrl: PUBLIC, ...proxies });
    const to = { secure: false, address: "127.0.0.1", port: tenant.port };
    const ask = async (forwarded: Record<string, string>) => {
      const headers = { host: "login.contoso.example", "x-forwarded-proto": "https", ...forwarded };
      return (await send(to, { path: "/metrics", headers })).status;
    };
    assert.equal(await ask({ "x-forwarded-for": "203.0.113.9" }), 404);
    assert.equal(await ask({ "x-forwarded-for": "127.0.0.1, 203.0.113.9" }), 404);
    assert.equal(await ask({}), 404, "the proxy does not name its client");
    assert.equal(await ask({ "x-forwarded-for": "127.0.0.1" }), 404);
  });

  test("PostgreSQL, another host or a public URL disable the inbox; PostgreSQL has no control socket", async (t) => {
    const embedded = await scratch(t);
    assert.notEqual((await running(t, { dataDir: embedded })).inboxToken, null);
    assert.ok(existsSync(join(embedded, "control.sock")));
    const others = {
      PostgreSQL: { store: "postgres" as const },
      "another host": { host: "127.0.0.2", port: 0 },
      "a public URL": { publicUrl: PUBLIC, trustedProxies: ["127.0.0.1"], port: 0 },
    };
    for (const [what, options] of Object.entries(others)) {
      const dir = await scratch(t);
      const tenant = await running(t, { ...options, dataDir: dir });
      assert.equal(tenant.context.config.embedded, false, what);
      assert.equal(tenant.inboxToken, null, what);
      if (what !== "a public URL") {
        for (const path of ["/inbox", "/inbox/messages"]) {
          assert.equal((await tenant.fetch(tenant.pages + path)).status, 404, `${what}: ${path}`);
        }
      }
      assert.equal(existsSync(join(dir, "control.sock")), what !== "PostgreSQL", what);
      assert.equal(existsSync(join(dir, "control.path")), false, what);
    }
  });

  test("another host of this network is served with the local CA, on one origin", async (t) => {
    const tenant = await running(t, { host: "127.0.0.2", port: 0, dataDir: await scratch(t) });
    assert.equal(tenant.pages, `https://127.0.0.2:${tenant.port}`);
    const answer = await tenant.fetch(`${tenant.pages}/device`);
    assert.equal(answer.status, 200);
  });

  test("a tenant that cannot send mail does not start", async (t) => {
    const options = { publicUrl: PUBLIC, trustedProxies: ["127.0.0.1"], port: 0 };
    const starting = startTenant({ ...options, store: { sqlite: ":memory:" }, dataDir: await scratch(t) });
    await assert.rejects(starting, failsWith("mailer_required"));
  });
});

describe("the configuration of the tenant's addresses", () => {
  test("every form of loopback is loopback", async () => {
    for (const host of [undefined, "localhost", "LOCALHOST", "127.0.0.1", "::1"]) {
      assert.equal((await deploymentOf(host === undefined ? {} : { host })).kind, "loopback");
    }
  });

  test("a tenant on every address needs a public URL", async () => {
    for (const host of ["0.0.0.0", "::"])
      await assert.rejects(deploymentOf({ host }), failsWith("public_url_required"));
  });

  test("a public URL is an https origin, nothing more", async () => {
    const trustedProxies = ["127.0.0.1"];
    for (const publicUrl of [
      "http://contoso.example",
      "contoso.example",
      `${PUBLIC}/path`,
      `${PUBLIC}?a`,
      "https://u:p@contoso.example",
      "",
    ]) {
      await assert.rejects(deploymentOf({ publicUrl, trustedProxies }), failsWith("invalid_public_url"), publicUrl);
    }
  });

  test("a public URL needs a certificate or a proxy, and files that can be read", async () => {
    await assert.rejects(deploymentOf({ publicUrl: PUBLIC }), failsWith("certificate_required"));
    const certificate = { certFile: "/nonexistent/cert.pem", keyFile: "/nonexistent/key.pem" };
    await assert.rejects(deploymentOf({ publicUrl: PUBLIC, certificate }), failsWith("certificate_unreadable"));
  });

  test("a Host may omit the scheme's default port, and no other", () => {
    assert.deepEqual(hostsOf(PUBLIC), ["login.contoso.example", "login.contoso.example:443"]);
    assert.deepEqual(hostsOf("https://localhost:8443"), ["localhost:8443"]);
  });
});

async function running(t: TestContext, options: Parameters<typeof startTestTenant>[0]): Promise<TestTenant> {
  const tenant = await startTestTenant(options);
  t.after(() => tenant.close());
  return tenant;
}

async function operatorsCertificate(dir: string) {
  const authority = await createAuthority(["login.contoso.example"], Date.now());
  const leaf = await issueLeaf(authority, ["login.contoso.example"], Date.now());
  const files = { certFile: join(dir, "operator.pem"), keyFile: join(dir, "operator-key.pem") };
  await writeFile(files.certFile, leaf.cert);
  await writeFile(files.keyFile, leaf.key);
  return { files, ca: authority.pem };
}
