import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { poll, requestCode } from "../../../../tests/fixtures/device.ts";
import { startTestTenant, type TestTenant, type TestTenantOptions } from "../fixtures/start-test-tenant.ts";
import { openedPage } from "./opened-page.ts";

const PATH = "/console/testing";

const opened = (tenant: TestTenant, language?: string) => openedPage(tenant, PATH, language);

describe("the console's page for testers", () => {
  test("moves the clock and returns it, and says how far it is ahead", async () => {
    await using tenant = await startTestTenant();
    const page = await opened(tenant);
    assert.match((await page.get()).html, /This computer’s time/);
    const moved = await page.press("advance", { by: "86400" });
    assert.deepEqual([moved.status, moved.to], [303, `${PATH}?done=advance`]);
    assert.match((await page.send(moved.to!)).html, /role="status">The clock was moved\. Now: 24 hours ahead\./);
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
    const refused = await page.press("add_fault", { ...fault, app: evil });
    assert.equal(refused.status, 422);
    assert.match(refused.html, /role="alert"/);
    assert.match(refused.html, /&lt;script&gt;/);
    assert.ok(!refused.html.includes("<script>alert"));
  });

  test("refuses what contradicts itself, and shows in the page's language what was typed", async () => {
    await using tenant = await startTestTenant();
    const [english, german] = [await opened(tenant), await opened(tenant, "de")];
    const fault = { endpoint: "token", kind: "429", aadsts: "", times: "", app: "" };
    for (const [wrong, field, en, de] of [
      [{ aadsts: "53003" }, "kind", /The number 53003 is only for the answer/, /Die Nummer 53003 gilt nur/],
      [{ kind: "aadsts", aadsts: "abc" }, "aadsts", /“abc” is not an AADSTS number/, /„abc“ ist keine AADSTS-Nummer/],
      [{ kind: "aadsts", aadsts: "1" }, "aadsts", /“1” is not an AADSTS number/, /„1“ ist keine AADSTS-Nummer/],
      [{ kind: "aadsts", aadsts: "" }, "aadsts", /“” is not an AADSTS number/, /„“ ist keine AADSTS-Nummer/],
      [{ kind: "aadsts", aadsts: "53003", endpoint: "keys" }, "aadsts", /have no AADSTS number/, /keine AADSTS-Nummer/],
      [{ times: "two" }, "times", /“two” is not a number of requests/, /„two“ ist keine Anzahl/],
      [{ times: "0" }, "times", /“0” is not a number of requests/, /„0“ ist keine Anzahl/],
      [{ app: "nothing" }, "app", /No app, or more than one, is called “nothing”/, /heißt „nothing“/],
      [{ app: "ciam-client-app", endpoint: "metadata" }, "app", /name no app/, /nennen keine App/],
    ] as const) {
      for (const [page, says] of [
        [english, en],
        [german, de],
      ] as const) {
        const refused = await page.press("add_fault", { ...fault, ...wrong });
        assert.equal(refused.status, 422, JSON.stringify(wrong));
        const alert = /role="alert".*?<strong>(.*?)<\/strong>/s.exec(refused.html)![1]!;
        assert.match(alert.replace(/<[^>]*>/g, ""), says);
        assert.doesNotMatch(refused.html, /NaN|doorcode tenant/);
        assert.match(refused.html, new RegExp(`id="${field}"[^>]*aria-invalid="true" aria-describedby="problem"`));
        for (const [name, value] of Object.entries({ ...fault, ...wrong })) {
          const kept = new RegExp(`name="${name}"[^>]*value="${value}"|<option value="${value}" selected`);
          if (value !== "") assert.match(refused.html, kept, `${name} ${value}`);
        }
      }
    }
    assert.deepEqual(tenant.testing.faults.list(), []);
    // As Entra writes it.
    assert.equal((await english.press("add_fault", { ...fault, kind: "aadsts", aadsts: "AADSTS53003" })).status, 303);
    assert.deepEqual([tenant.testing.faults.list()[0]?.aadsts, tenant.testing.faults.list()[0]?.left], [53003, 1]);
  });

  test("creates a snapshot, returns to it and deletes it", async () => {
    await using tenant = await startTestTenant();
    const page = await opened(tenant, "de");
    const created = await page.press("create", { name: "vorher" });
    assert.match((await page.send(created.to!)).html, /role="status">Das Abbild wurde erstellt\./);
    const { body: device } = await requestCode(tenant);
    const restored = await page.press("restore", { name: "vorher" });
    assert.match((await page.send(restored.to!)).html, /role="status">Der Mandant ist so, wie er beim Erstellen/);
    assert.equal((await poll(tenant, device.device_code)).body.error_codes[0], 70019);
    assert.match((await page.get()).html, /<strong>vorher<\/strong>/);
    assert.match((await page.press("create", { name: "vorher" })).html, /value="vorher"/);
    assert.match(
      (await page.press("create", { name: "vorher" })).html,
      /Es gibt schon ein Abbild „<bdi>vorher<\/bdi>“/,
    );
    const wrong = await page.press("create", { name: "../x" });
    assert.equal(wrong.status, 422);
    assert.match(wrong.html, /Ein Abbild kann nicht „<bdi>\.\.\/x<\/bdi>“ heißen/);
    assert.match(
      (await page.press("restore", { name: "nie" })).html,
      /Das Abbild „<bdi>nie<\/bdi>“ gibt es nicht mehr/,
    );
    await page.press("delete", { name: "vorher" });
    assert.deepEqual(await tenant.testing.snapshots.list(), []);
  });

  test("asks before it replaces the tenant or deletes, and says what each action did", async () => {
    await using tenant = await startTestTenant();
    const page = await opened(tenant);
    await page.press("create", { name: "before" });
    const { html } = await page.get();
    for (const [action, hint] of [
      ["restore", /Replaces the whole tenant/],
      ["delete", /can no longer return to this snapshot/],
    ] as const) {
      const button = html.indexOf(`value="${action}"`);
      const around = html.slice(html.lastIndexOf("<details", button), button);
      assert.match(around, /^<details class="action"><summary>/, "closed, so that the button is not the first click");
      assert.ok(!around.includes("</details>"));
      assert.match(around, hint);
    }
    const done = new Set<string>();
    for (const [action, fields] of [
      ["advance", { by: "300" }],
      ["reset", {}],
      ["add_fault", { endpoint: "token", kind: "503" }],
      ["clear_fault", {}],
      ["create", { name: "another" }],
      ["restore", { name: "another" }],
      ["delete", { name: "another" }],
    ] as const) {
      const fault: Record<string, string> =
        action === "clear_fault" ? { fault: tenant.testing.faults.list()[0]!.id } : {};
      const { status, to } = await page.press(action, { ...fields, ...fault });
      assert.equal(status, 303, action);
      const note = /role="status">([^<]+)</.exec((await page.send(to!)).html)?.[1];
      assert.ok(note, action);
      done.add(note);
    }
    assert.equal(done.size, 7);
    assert.doesNotMatch((await page.send(`${PATH}?done=constructor`)).html, /role="status">[^<]/);
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
      const page = tenant.consoleKey === null ? undefined : await opened(tenant);
      for (const path of [PATH, "/console/tokens"]) {
        assert.ok(!(await page?.get("/console"))?.html.includes(path));
        if (page) assert.equal((await page.get(path)).status, 404, path);
      }
      const { context } = tenant;
      assert.equal(context.clock, tenant.clock, "nothing moves it");
    });
  }
});
