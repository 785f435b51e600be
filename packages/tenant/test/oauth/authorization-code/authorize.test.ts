import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { onlyOnOneNode } from "../../fixtures/place.ts";
import { authorizationQuery, type Program, program } from "../../fixtures/program.ts";
import { seed } from "../../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../fixtures/start-test-tenant.ts";
import { send } from "../../server/raw-request.ts";
import { sampleApp } from "../../storage/samples.ts";

/** RFC 6749 §3.1. For what its page does with a request, see test/interaction/authorize.test.ts. */
describe("the authorization endpoint", () => {
  let tenant: TestTenant;
  let asks: Program;
  before(async () => {
    tenant = await startTestTenant();
    const app = sampleApp();
    await seed(tenant.context.store).putApp(app);
    asks = program(app.clientId);
  });
  after(() => tenant.close());

  const url = () => `${tenant.authority}/oauth2/v2.0/authorize`;
  const ledTo = async (answer: Promise<Response>): Promise<URL> => {
    const { status, headers } = await answer;
    assert.deepEqual([status, headers.get("cache-control")], [303, "no-store"]);
    return new URL(headers.get("location") as string);
  };
  const get = (query: URLSearchParams | string) => ledTo(tenant.fetch(`${url()}?${query}`));
  const post = (body: URLSearchParams) => ledTo(tenant.fetch(url(), { method: "POST", body }));

  test("redirects GET and POST to its page with only the parameters that the page reads", async () => {
    const query = authorizationQuery(asks, { "x-client-SKU": "msal.js.node", state: "a b&c=d#é", prompt: "login" });
    for (const target of [await get(query), await post(query)]) {
      assert.equal(target.origin + target.pathname, `${tenant.pages}/authorize`);
      const expected = new Map(query);
      expected.delete("x-client-SKU");
      assert.deepEqual(new Map([...target.searchParams].sort()), new Map([...expected].sort()));
    }
  });

  test("on loopback it is also where browsers need no certificate, as the metadata says", {
    skip: onlyOnOneNode("reads the address of one node"),
  }, async () => {
    const metadata = await (await tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`)).json();
    const {
      issuer,
      authorization_endpoint,
      doorcode_loopback_authorization_endpoint: local,
    } = metadata as Record<string, string>;
    assert.deepEqual([issuer, authorization_endpoint], [tenant.issuer, url()]);
    assert.equal(local, `${tenant.pages}/${tenant.tenantId}/oauth2/v2.0/authorize`);
    const query = authorizationQuery(asks);
    const expected = (await get(query)).href;
    assert.equal((await ledTo(tenant.fetch(`${local}?${query}`))).href, expected);
    assert.equal((await ledTo(tenant.fetch(local!, { method: "POST", body: query }))).href, expected);
    const wrong = await tenant.fetch(local!, { method: "PUT" });
    assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET, HEAD, POST"]);
    assert.equal((await tenant.fetch(local!.replace(tenant.tenantId, "contoso.example"))).status, 400);
  });

  test("also has the tenant's other names; another tenant is not found", async () => {
    for (const name of ["common", "doorcode.localhost"]) {
      const target = await ledTo(tenant.fetch(url().replace(tenant.tenantId, name)));
      assert.equal(target.pathname, "/authorize");
    }
    const other = await tenant.fetch(url().replace(tenant.tenantId, "9d3c8a55-1111-4222-8333-444455556666"));
    assert.equal(other.status, 400);
  });

  test("a repeated parameter is refused, whichever value might be right", async () => {
    for (const name of ["redirect_uri", "client_id", "state", "scope"]) {
      const target = await get(`${authorizationQuery(asks)}&${name}=https%3A%2F%2Fevil.example`);
      assert.equal(target.href, `${tenant.pages}/authorize?refused=repeated`, name);
      const page = await tenant.fetch(target.href);
      assert.equal(page.status, 400);
      assert.match(await page.text(), /AADSTS90023/);
    }
    const empty = await get(`${authorizationQuery(asks)}&state=`);
    assert.equal(empty.searchParams.get("state"), asks.state);
  });

  test("a request that is too long to pass on is refused, not cut", async () => {
    const long = authorizationQuery(asks, { state: "x".repeat(11_000) });
    for (const target of [await get(long), await post(long)]) assert.equal(target.search, "?refused=too_long");
    const just = await get(authorizationQuery(asks, { state: "x".repeat(8_000) }));
    assert.equal((await tenant.fetch(just.href)).status, 302);
  });

  test("the endpoint's redirect leads through the page to the sign-in, in the requested language", async () => {
    const target = await get(authorizationQuery(asks, { ui_locales: "de" }));
    const answer = await tenant.fetch(target.href);
    assert.match(answer.headers.get("location") ?? "", /^\/sign-in\?flow=/);
    assert.ok(answer.headers.getSetCookie().some((cookie) => /_language[^=]*=de;/.test(cookie)));
  });

  test("another method is 405 and names the supported ones", async () => {
    const wrong = await tenant.fetch(url(), { method: "PUT" });
    assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET, HEAD, POST"]);
  });
});

test("on one origin, the endpoint and its page share a host", async () => {
  const publicUrl = "https://login.contoso.example";
  await using tenant = await startTestTenant({ publicUrl, trustedProxies: ["127.0.0.1"] });
  const app = sampleApp();
  await seed(tenant.context.store).putApp(app);
  const to = { secure: false, address: "127.0.0.1", port: tenant.port };
  const headers = { host: "login.contoso.example", "x-forwarded-proto": "https" };
  const path = `/${tenant.tenantId}/oauth2/v2.0/authorize?${authorizationQuery(program(app.clientId))}`;
  const { location = "" } = (await send(to, { path, headers })).headers;
  assert.ok(location.startsWith(`${publicUrl}/authorize?`), location);
  const discovery = `/${tenant.tenantId}/v2.0/.well-known/openid-configuration`;
  const metadata = JSON.parse((await send(to, { path: discovery, headers })).body);
  assert.equal("doorcode_loopback_authorization_endpoint" in metadata, false);
  const page = await send(to, { path: location.slice(publicUrl.length), headers });
  assert.match(page.headers.location ?? "", /^\/sign-in\?flow=/);
});
