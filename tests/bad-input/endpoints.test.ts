import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { authorizationQuery, program, tokenForm } from "../../packages/tenant/test/fixtures/program.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { sampleApp } from "../../packages/tenant/test/storage/samples.ts";
import { type Answer, answer, clientIdOf, post, requestCode, todoScope } from "../fixtures/device.ts";

const FORM_ENDPOINTS = ["/oauth2/v2.0/devicecode", "/oauth2/v2.0/token", "/oauth2/v2.0/revoke"];

describe("bad input at the endpoints", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  async function send(path: string, init: RequestInit): Promise<Answer> {
    return answer(await tenant.fetch(`${tenant.authority}${path}`, init));
  }

  function assertError(given: Answer, status: number, error: string): void {
    assert.deepEqual([given.status, given.body.error], [status, error], JSON.stringify(given.body));
    assert.match(given.body.error_description, /^AADSTS\d+: /);
    assert.equal(given.headers.get("cache-control"), "no-store");
  }

  for (const path of FORM_ENDPOINTS) {
    test(`${path}: nothing at all, an empty body`, async () => {
      const nothing = await send(path, { method: "POST" });
      assert.ok([400, 401].includes(nothing.status));
      assert.match(nothing.body.error, /^invalid_(request|client)$/);
    });

    test(`${path}: a body that is not a form is 415`, async () => {
      const headers = { "content-type": "application/json" };
      assertError(await send(path, { method: "POST", headers, body: '{"client_id":"x"}' }), 415, "invalid_request");
    });

    test(`${path}: a body over 16 KiB is 413`, async () => {
      assertError(await post(tenant, path, `client_id=${"x".repeat(17_000)}`), 413, "invalid_request");
    });

    test(`${path}: a parameter given twice is rejected`, async () => {
      assertError(await post(tenant, path, `client_id=a&client_id=b`), 400, "invalid_request");
    });

    test(`${path}: too many parameters are rejected`, async () => {
      const body = Array.from({ length: 101 }, (_, index) => `p${index}=1`).join("&");
      assertError(await post(tenant, path, body), 400, "invalid_request");
    });

    test(`${path}: another method is 405 and names the right one`, async () => {
      const wrong = await send(path, { method: "GET" });
      assertError(wrong, 405, "invalid_request");
      assert.equal(wrong.headers.get("allow"), "POST");
    });

    test(`${path}: an unknown tenant is reported`, async () => {
      const url = `${new URL(tenant.authority).origin}/9d3c8a55-1111-4222-8333-444455556666${path}`;
      const body = new URLSearchParams({ client_id: clientIdOf(tenant) });
      const unknown = await answer(await tenant.fetch(url, { method: "POST", body }));
      assertError(unknown, 400, "invalid_tenant");
      assert.deepEqual(unknown.body.error_codes, [90002]);
    });
  }

  const scopes: [string, string, number][] = [
    ["an unknown API", "api://unknown/Read", 500011],
    ["an unknown scope of a known API", "API/Nothing", 70011],
    ["an unknown bare scope", "Mail.ReadEverything", 70011],
    ["a character that scopes cannot have", 'openid "quoted"', 70011],
    ["two APIs at once", "API/ToDoList.Read User.Read", 700022],
    [".default beside another scope", "API/.default API/ToDoList.Read", 70011],
    ["only blanks", "   ", 70011],
    ["too many scopes", Array.from({ length: 60 }, (_, index) => `s${index}`).join(" "), 70011],
  ];
  for (const [what, scope, number] of scopes) {
    test(`devicecode rejects ${what}, and drops nothing silently`, async () => {
      const refused = await requestCode(tenant, {
        scope: scope.replaceAll("API", `api://${tenant.apis[0]!.clientId}`),
      });
      assertError(refused, 400, "invalid_scope");
      assert.deepEqual(refused.body.error_codes, [number]);
    });
  }

  const names: [string, string][] = [
    ["longer than 40 characters", "x".repeat(41)],
    ["with control characters", "TV\u0007"],
    ["with bidi characters", "TV \u202Egnp"],
    ["with a web address", "see https://evil.example"],
    ["with a host name", "go to evil.example now"],
  ];
  for (const [what, name] of names) {
    test(`a device name ${what} is refused`, async () => {
      assertError(await requestCode(tenant, { device_name: name }), 400, "invalid_request");
    });
  }

  test("an unknown grant type is unsupported_grant_type", async () => {
    const given = await post(tenant, "/oauth2/v2.0/token", { client_id: clientIdOf(tenant), grant_type: "password" });
    assertError(given, 400, "unsupported_grant_type");
  });

  test("a client's own correlation id comes back", async () => {
    const id = "9d3c8a55-1111-4222-8333-444455556666";
    const given = await send("/oauth2/v2.0/devicecode", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", "client-request-id": id },
      body: `client_id=${clientIdOf(tenant)}`,
    });
    assert.equal(given.body.correlation_id, id);
    assert.equal(given.headers.get("client-request-id"), id);
  });

  test("characters that no client ID can contain mean an unknown client, with PostgreSQL too", async () => {
    await using nodes = await startTestTenant({ store: "postgres" });
    for (const client_id of ["\0", "a\0b", "\u{1F4FA}", "x".repeat(10_000)]) {
      for (const path of FORM_ENDPOINTS) {
        const given = await post(nodes, path, {
          client_id,
          grant_type: "refresh_token",
          refresh_token: "\0",
          scope: "openid",
          token: "\0",
        });
        assertError(given, 401, "invalid_client");
      }
      const basic = `Basic ${Buffer.from(`${encodeURIComponent(client_id)}:\0`).toString("base64")}`;
      const init = { method: "POST", headers: { authorization: basic }, body: new URLSearchParams({ token: "x" }) };
      const { status } = await nodes.fetch(`${nodes.authority}/oauth2/v2.0/revoke`, init);
      assert.equal(status, 401);
      const query = new URLSearchParams({ client_id, post_logout_redirect_uri: "\0", state: "\0" });
      assert.equal((await nodes.fetch(`${nodes.authority}/oauth2/v2.0/logout?${query}`)).status, 303);
    }
  });

  test("invalid values in an authorization request are reported, with PostgreSQL too, and never redirect", async () => {
    await using nodes = await startTestTenant({ store: "postgres" });
    const app = sampleApp();
    await seed(nodes.context.store).putApp(app);
    const query = authorizationQuery(program(app.clientId), { login_hint: "x", id_token_hint: "x", max_age: "1" });
    for (const name of query.keys()) {
      for (const value of ["\0", "\u{1F4FA}", "\r\nx: y", "x".repeat(5_000)]) {
        const wrong = new URLSearchParams(query);
        wrong.set(name, value);
        const led = await nodes.fetch(`${nodes.authority}/oauth2/v2.0/authorize?${wrong}`);
        const { status, headers } = await nodes.fetch(led.headers.get("location") ?? "");
        const location = headers.get("location");
        assert.ok(status === 400 ? location === null : status === 302, `${name} ${status}`);
        if (location !== null)
          assert.match(location, /^(?:\/sign-in\?flow=|http:\/\/localhost:51004\/callback\?error=)/);
      }
    }
    const form = tokenForm(program(app.clientId), "\0");
    for (const name of form.keys()) {
      const wrong = new URLSearchParams(form);
      wrong.set(name, "\0");
      const { status } = await nodes.fetch(`${nodes.authority}/oauth2/v2.0/token`, { method: "POST", body: wrong });
      assert.ok(status === 400 || status === 401, `${name} ${status}`);
    }
  });

  test("scopes match regardless of case, and are returned as requested", async () => {
    const given = await requestCode(tenant, { scope: todoScope(tenant).replace("ToDoList.Read", "todolist.READ") });
    assert.equal(given.status, 200);
  });
});
