import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { poll, requestCode } from "../../../../tests/fixtures/device.ts";
import { startTestTenant, type TestTenant, type TestTenantOptions } from "../fixtures/start-test-tenant.ts";

const PATH = "/console/testing";

/** The console of a running tenant, opened with the key of its start. */
async function opened(tenant: TestTenant, language = "en") {
  const cookies = new Map<string, string>();
  /** Where the key leads. */
  let folder = "/console";
  const placed = (path: string) => (path === "/console/enter" ? path : folder + path.slice("/console".length));
  const send = async (path: string, body?: Record<string, string>) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { "accept-language": language, origin: tenant.pages, "sec-fetch-site": "same-origin", cookie };
    const form = body && {
      method: "POST",
      body: new URLSearchParams(body).toString(),
      headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
    };
    const response = await tenant.fetch(`${tenant.pages}${placed(path)}`, form ?? { headers });
    for (const each of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(each)!;
      cookies.set(name!, value!);
    }
    const to = response.headers.get("location")?.replace(folder, "/console");
    return { status: response.status, to, html: await response.text() };
  };
  const entered = await send("/console/enter", { key: tenant.consoleKey ?? "" });
  folder = entered.to ?? folder;
  const csrf = async () => /name="csrf" value="([^"]+)"/.exec((await send(PATH)).html)?.[1] ?? "";
  return {
    entered,
    get: (path = PATH) => send(path),
    press: async (action: string, fields: Record<string, string> = {}) =>
      send(PATH, { csrf: await csrf(), action, ...fields }),
    send,
  };
}

describe("the console's page for testers", () => {
  test("moves the clock and returns it, and says how far it is ahead", async () => {
    await using tenant = await startTestTenant();
    const page = await opened(tenant);
    assert.match((await page.get()).html, /This computer’s time/);
    const moved = await page.press("advance", { by: "86400" });
    assert.deepEqual([moved.status, moved.to], [303, PATH]);
    assert.equal(tenant.testing.clock.read().aheadMs, 86_400_000);
    // The console's own session has not ended with it.
    const { html } = await page.get();
    assert.match(html, /24 hours ahead/);
    await page.press("reset");
    assert.equal(tenant.testing.clock.read().aheadMs, 0);
  });

  test("adds and ends faults, and keeps what was typed if one is refused", async () => {
    await using tenant = await startTestTenant();
    const page = await opened(tenant);
    const fault = { endpoint: "token", kind: "aadsts", aadsts: "53003", times: "2", app: "ciam-client-app" };
    assert.equal((await page.press("add_fault", fault)).status, 303);
    assert.deepEqual((await poll(tenant, "x")).body.error_codes, [53003]);
    assert.match((await page.get()).html, /the next request · ciam-client-app/);
    const [left] = tenant.testing.faults.list();
    await page.press("clear_fault", { fault: left!.id });
    assert.deepEqual(tenant.testing.faults.list(), []);
    const evil = '"><script>alert(1)</script>';
    const refused = await page.press("add_fault", { ...fault, app: evil, aadsts: "7" });
    assert.equal(refused.status, 422);
    assert.match(refused.html, /role="alert"/);
    assert.match(refused.html, /&lt;script&gt;/);
    assert.ok(!refused.html.includes("<script>alert"));
  });

  test("creates a snapshot, returns to it and deletes it", async () => {
    await using tenant = await startTestTenant();
    const page = await opened(tenant, "de");
    await page.press("create", { name: "vorher" });
    const { body: device } = await requestCode(tenant);
    await page.press("restore", { name: "vorher" });
    assert.equal((await poll(tenant, device.device_code)).body.error_codes[0], 70019);
    assert.match((await page.get()).html, /<strong>vorher<\/strong>/);
    assert.match((await page.press("create", { name: "vorher" })).html, /value="vorher"/);
    assert.equal((await page.press("create", { name: "../x" })).status, 422);
    await page.press("delete", { name: "vorher" });
    assert.deepEqual(await tenant.testing.snapshots.list(), []);
  });

  test("refuses a form without its token, of another site, and an action that it does not have", async () => {
    await using tenant = await startTestTenant();
    const page = await opened(tenant);
    assert.equal((await page.send(PATH, { action: "advance", by: "86400" })).status, 403);
    assert.ok((await page.press("issue")).status >= 400);
    assert.ok((await page.press("advance", { by: "1" })).status >= 400);
    const stranger = await tenant.fetch(`${tenant.pages}${PATH}`);
    assert.equal(stranger.status, 403);
    assert.equal(tenant.testing.clock.read().aheadMs, 0);
  });

  for (const [where, options] of Object.entries({
    "with powers turned off": { testing: false },
    "on a served tenant": { publicUrl: "https://login.contoso.example", trustedProxies: ["127.0.0.1"] },
    "on PostgreSQL": { store: "postgres" },
    "on another host": { host: "127.0.0.2" },
  } satisfies Record<string, TestTenantOptions>)) {
    test(`does not exist ${where}`, async () => {
      await using tenant = await startTestTenant(options);
      const rail = tenant.consoleKey === null ? "" : (await (await opened(tenant)).get("/console")).html;
      assert.ok(!rail.includes(PATH));
      const { context } = tenant;
      assert.equal(context.clock, tenant.clock, "nothing moves it");
    });
  }
});
