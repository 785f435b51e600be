// The authorization server's checklist of RFC 8628, one test a line: docs/threat-model.md links to these names.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { normalizeUserCode, USER_CODE_ALPHABET } from "../../packages/tenant/src/directory/user-code.ts";
import { newSecret } from "../../packages/tenant/src/kernel/seal.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addUser, approve, deny } from "../fixtures/approval.ts";
import { clientIdOf, poll, post, requestCode, todoScope } from "../fixtures/device.ts";
import { Person } from "../fixtures/person.ts";

describe("RFC 8628, authorization server", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  test("A1 the back channel speaks TLS only: plain HTTP to its port gets no answer, the pages origin has no such path", async () => {
    const port = Number(new URL(tenant.issuer).port);
    const heard = await new Promise<string>((resolve) => {
      let data = "";
      const socket = connect(port, "127.0.0.1", () => socket.write("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
      socket.on("data", (chunk) => {
        data += chunk;
      });
      socket.on("error", () => undefined);
      socket.on("close", () => resolve(data));
    });
    assert.doesNotMatch(heard, /^HTTP\/1\.1 2/);
    const path = `/${tenant.tenantId}/oauth2/v2.0/devicecode`;
    const overHttp = await fetch(`${tenant.pages}${path}`, {
      method: "POST",
      body: new URLSearchParams({ client_id: clientIdOf(tenant) }),
    });
    assert.ok([404, 421].includes(overHttp.status), String(overHttp.status));
  });

  test("A2 parameters travel in a form; empty ones count as omitted, unknown ones are ignored, repeated ones rejected", async () => {
    const client = `client_id=${clientIdOf(tenant)}`;
    const scope = `scope=${encodeURIComponent(todoScope(tenant))}`;
    const send = (body: string) => post(tenant, "/oauth2/v2.0/devicecode", body);
    assert.equal((await send(`${client}&${scope}&whatever=1&whatelse=`)).status, 200);
    const empty = await send(`${client}&scope=`);
    assert.deepEqual([empty.status, empty.body.error], [400, "invalid_request"]);
    const twice = await send(`${client}&${scope}&${scope}`);
    assert.deepEqual([twice.status, twice.body.error], [400, "invalid_request"]);
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z_]{1,12}$/), fc.string({ maxLength: 30 }), async (name, value) => {
        fc.pre(!["scope", "client_id", "client_secret", "device_name", "device_platform"].includes(name));
        const answer = await send(`${client}&${scope}&${name}=${encodeURIComponent(value)}`);
        assert.equal(answer.status, 200);
      }),
      { numRuns: 25 },
    );
  });

  test("A3 a public client names itself, any other must authenticate", async () => {
    const nameless = await requestCode(tenant, { client_id: "" });
    assert.deepEqual([nameless.status, nameless.body.error], [401, "invalid_client"]);
    const unknown = await requestCode(tenant, { client_id: "9d3c8a55-0000-4000-8000-000000000000" });
    assert.deepEqual([unknown.status, unknown.body.error, unknown.body.error_codes], [401, "invalid_client", [700016]]);

    const secret = newSecret();
    const known = (await tenant.context.store.directory.findApp(clientIdOf(tenant)))!;
    const confidential = {
      ...known,
      clientId: crypto.randomUUID(),
      publicClient: false,
      grantTypes: ["device_code" as const],
    };
    await seed(tenant.context.store).putApp(confidential);
    await seed(tenant.context.store).addSecret(confidential.clientId, secret);
    const ask = (more: Record<string, string>) =>
      requestCode(tenant, { client_id: confidential.clientId, scope: "openid", ...more });
    const bare = await ask({});
    assert.deepEqual([bare.status, bare.body.error, bare.body.error_codes], [401, "invalid_client", [7000218]]);
    const wrong = await ask({ client_secret: newSecret() });
    assert.deepEqual([wrong.status, wrong.body.error], [401, "invalid_client"]);
    assert.equal((await ask({ client_secret: secret })).status, 200);
    const { body: pending } = await ask({ client_secret: secret });
    const unproven = await poll(tenant, pending.device_code, { client_id: confidential.clientId });
    assert.equal(unproven.body.error, "invalid_client");
    const basic = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/devicecode`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${confidential.clientId}:${secret}`).toString("base64")}` },
      body: new URLSearchParams({ scope: "openid" }),
    });
    assert.equal(basic.status, 200);
  });

  test("A4 the response has what a client needs, as JSON that no cache stores", async () => {
    const { status, headers, body } = await requestCode(tenant);
    assert.equal(status, 200);
    assert.match(headers.get("content-type")!, /^application\/json/);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.match(body.device_code, /^[\w-]{43}$/);
    assert.match(body.user_code, /^[A-Z]{4,6}-[A-Z]{4,6}$/);
    assert.equal(body.verification_uri, `${tenant.pages}/device`);
    assert.deepEqual([body.expires_in, body.interval], [900, 5]);
  });

  test("A5 an error follows RFC 6749, with Entra's additional members", async () => {
    const { status, headers, body } = await requestCode(tenant, { scope: "api://unknown/Nothing" });
    assert.equal(status, 400);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(body.error, "invalid_scope");
    assert.match(
      body.error_description,
      /^AADSTS500011: .* Trace ID: [\w-]{36} Correlation ID: [\w-]{36} Timestamp: [\d-]{10} [\d:]{8}Z$/,
    );
    assert.deepEqual(body.error_codes, [500011]);
  });

  test("A6 the flow starts at the bare verification_uri, which holds no code", async () => {
    const { body } = await requestCode(tenant);
    assert.equal(new URL(body.verification_uri).search, "");
    assert.ok(!body.verification_uri.includes(body.user_code));
    const person = await new Person(tenant).enterCode(body.user_code);
    assert.equal(person.status, 200);
    assert.match(person.path, /^\/sign-in\?flow=/);
  });

  test("A7 the user can approve or deny, and the page says to return to the device", async () => {
    const user = await addUser(tenant);
    const refused = await requestCode(tenant);
    await deny(tenant, refused.body.user_code, user);
    assert.equal((await poll(tenant, refused.body.device_code)).body.error, "access_denied");
    const { body } = await requestCode(tenant);
    const person = await new Person(tenant).enterCode(body.user_code);
    await person.signUp("a7@contoso.example", "correct horse battery", "Ada");
    await person.decide("yes");
    assert.match(person.html, /device/i);
    assert.match(person.html, /close this page/i);
  });

  test("A8 the complete URI shows the code to compare; opening it changes nothing", async () => {
    const { body } = await requestCode(tenant);
    const before = await tenant.context.store.grants.findByUserCode(normalizeUserCode(body.user_code));
    const uri = new URL(body.verification_uri_complete);
    const person = await new Person(tenant).open(uri.pathname + uri.search);
    assert.ok(person.html.includes(body.user_code));
    assert.deepEqual(await tenant.context.store.grants.findByUserCode(normalizeUserCode(body.user_code)), before);
    assert.equal((await poll(tenant, body.device_code)).body.error, "authorization_pending");
  });

  test("A9 each state of the grant has its response", async () => {
    const user = await addUser(tenant);
    const { body } = await requestCode(tenant);
    const ask = async () => (await poll(tenant, body.device_code)).body.error;
    assert.equal(await ask(), "authorization_pending");
    assert.equal(await ask(), "slow_down");
    tenant.clock.advance(5_000);
    assert.equal(await ask(), "slow_down", "the five seconds of slow_down are kept");
    tenant.clock.advance(15_000);
    assert.equal(await ask(), "authorization_pending");
    tenant.clock.advance(900_000);
    assert.equal(await ask(), "expired_token");
    const denied = await requestCode(tenant);
    await deny(tenant, denied.body.user_code, user);
    assert.equal((await poll(tenant, denied.body.device_code)).body.error, "access_denied");
  });

  test("A9 MSAL's grant type gets Entra's errors and never slow_down", async () => {
    const user = await addUser(tenant);
    const { body } = await requestCode(tenant);
    const ask = async (code: string) => (await poll(tenant, code, { grant_type: "device_code" })).body.error;
    assert.deepEqual(
      [await ask(body.device_code), await ask(body.device_code)],
      ["authorization_pending", "authorization_pending"],
    );
    await deny(tenant, body.user_code, user);
    tenant.clock.advance(5_000);
    assert.equal(await ask(body.device_code), "authorization_declined");
  });

  test("A9 an early poll never redeems", async () => {
    const user = await addUser(tenant);
    const { body } = await requestCode(tenant);
    await poll(tenant, body.device_code);
    await approve(tenant, body.user_code, user);
    assert.equal((await poll(tenant, body.device_code)).body.error, "slow_down");
    tenant.clock.advance(10_000);
    assert.equal((await poll(tenant, body.device_code)).status, 200);
  });

  test("A10 another client's code is invalid_grant, approved or not (CVE-2023-2585)", async () => {
    const other = {
      ...(await tenant.context.store.directory.findApp(clientIdOf(tenant)))!,
      clientId: crypto.randomUUID(),
      name: "other",
    };
    assert.ok(await seed(tenant.context.store).putApp(other));
    const { body } = await requestCode(tenant);
    await approve(tenant, body.user_code, await addUser(tenant));
    const stolen = await poll(tenant, body.device_code, { client_id: other.clientId });
    assert.deepEqual([stolen.status, stolen.body.error], [400, "invalid_grant"]);
    assert.equal((await poll(tenant, body.device_code)).status, 200);
  });

  test("A11 a device_code works once", async () => {
    const { body } = await requestCode(tenant);
    await approve(tenant, body.user_code, await addUser(tenant));
    const answers = await Promise.all(Array.from({ length: 64 }, () => poll(tenant, body.device_code)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    tenant.clock.advance(60_000);
    assert.equal((await poll(tenant, body.device_code)).body.error, "invalid_grant");
  });

  test("A12 metadata names the device_authorization_endpoint", async () => {
    const response = await tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`);
    const metadata = (await response.json()) as Record<string, string>;
    assert.equal(metadata.device_authorization_endpoint, `${tenant.authority}/oauth2/v2.0/devicecode`);
    assert.equal(metadata.issuer, tenant.issuer);
  });

  test("message says where to go and which code to enter, in English, or in German for mkt and ui_locales", async () => {
    const ask = async (query: string, more: Record<string, string> = {}) => {
      const scope = todoScope(tenant);
      const form = new URLSearchParams({ client_id: clientIdOf(tenant), scope, ...more }).toString();
      const { body } = await post(tenant, `/oauth2/v2.0/devicecode${query}`, form);
      const [where, code] = [body.verification_uri, body.user_code];
      assert.ok(body.message.includes(` ${where} `) && body.message.includes(` ${code} `));
      return body.message.replace(where, "<uri>").replace(code, "<code>");
    };
    const english = "To sign in, use a web browser to open the page <uri> and enter the code <code> to authenticate.";
    const german =
      "Um sich anzumelden, öffnen Sie in einem Webbrowser die Seite <uri> und geben Sie den Code <code> ein.";
    for (const query of ["", "?mkt=fr-FR", "?mkt=en-US", "?mkt=%00", "?mkt=de&mkt=en&mkt=fr&ui_locales=en"]) {
      assert.equal(await ask(query), english, query);
    }
    for (const query of ["?mkt=de", "?mkt=de-DE", "?ui_locales=fr%20de"]) assert.equal(await ask(query), german, query);
    assert.equal(await ask("", { mkt: "de-AT" }), german);
    assert.equal(await ask("?mkt=en", { ui_locales: "de" }), german);
  });

  test("A13 wrong codes are limited, and the next correct one still works", async () => {
    const own = await startTestTenant();
    try {
      const person = new Person(own);
      for (let guess = 0; guess < 10; guess++) await person.enterCode("BBBB-BBBB");
      await person.enterCode("BBBB-BBBB");
      assert.equal(person.status, 429);
      own.clock.advance(11 * 60_000);
      const { body } = await requestCode(own);
      await person.enterCode(body.user_code);
      assert.match(person.path, /^\/sign-in/);
    } finally {
      await own.close();
    }
  });

  test("A14 a device_code has 256 random bits and is nowhere in the store", async () => {
    const { body } = await requestCode(tenant);
    assert.equal(Buffer.from(body.device_code, "base64url").length, 32);
    const stored = await tenant.context.store.grants.findByUserCode(normalizeUserCode(body.user_code));
    assert.ok(!JSON.stringify(stored).includes(body.device_code));
  });

  test("A15 the confirm page shows which app asks, since when, from where, and with which code", async () => {
    const { body } = await requestCode(tenant, { device_name: "Living-room TV", device_platform: "webOS 9" });
    tenant.clock.advance(40_000);
    const person = await new Person(tenant).enterCode(body.user_code);
    await person.signUp("a15@contoso.example", "correct horse battery", "Ada");
    for (const shown of [
      "ciam-client-app",
      "Living-room TV",
      "webOS 9",
      "40 seconds",
      body.user_code,
      "Read your to-do lists",
    ]) {
      assert.ok(person.html.includes(shown), shown);
    }
    assert.ok(!person.heading.includes("Living-room TV"), "the device's own words never stand in a title");
  });

  test("A16 a code lives 900 seconds, to the second", async () => {
    const { body } = await requestCode(tenant);
    tenant.clock.advance(899_000);
    assert.equal((await poll(tenant, body.device_code)).body.error, "authorization_pending");
    tenant.clock.advance(1_000 + 5_000);
    assert.equal((await poll(tenant, body.device_code)).body.error, "expired_token");
  });

  test("A17 dashes, blanks and case do not matter, and no letter looks like a digit", async () => {
    const { body } = await requestCode(tenant);
    const bare = body.user_code.replace("-", "");
    assert.ok([...bare].every((letter) => USER_CODE_ALPHABET.includes(letter)));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("-", " ", "–", ".", "_", "\t"), { maxLength: 8 }),
        fc.boolean(),
        (noise, lower) => {
          let typed = "";
          [...bare].forEach((letter, index) => {
            typed += (lower ? letter.toLowerCase() : letter) + (noise[index] ?? "");
          });
          assert.equal(normalizeUserCode(typed), bare);
        },
      ),
    );
    const person = await new Person(tenant).enterCode(` ${bare.toLowerCase().split("").join(" ")} `);
    assert.match(person.path, /^\/sign-in/);
  });
});
