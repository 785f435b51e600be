// The TV in Chromium at 1920 by 1080, with a user beside it, a real tenant and a real web API.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Clock, createClient, memoryStore } from "@doorcode/client";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../../packages/tenant/test/fixtures/chromium.ts";
import { accessibilityViolations, scanQrCode } from "../../../packages/tenant/test/fixtures/page-checks.ts";
import { startTestTenant, type TestTenant } from "../../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { signUpAndAgree } from "../../main-job/second-device.ts";
import { type RunningTodoList, startTodoListApi } from "../../todolist-api/src/start.ts";
import { type RunningTv, startTv, type TvOptions } from "../tv.ts";

const MINUTE = 60_000;

describe("the TV", { timeout: 300_000 }, () => {
  let browser: Browser;
  let tenant: TestTenant;
  let todoList: RunningTodoList;

  before(async () => {
    [browser, tenant] = await Promise.all([launchChromium(), startTestTenant()]);
    const { issuer, tenantId, ca, clock, apis } = tenant;
    todoList = await startTodoListApi({ issuer, audience: apis[0]!.clientId, tenantId, ca, clock });
  });
  after(async () => {
    await browser.close();
    await todoList.close();
    await tenant.close();
  });

  /** Time that only the test moves: a poll waits until it is due. */
  const clock: Clock = {
    now: () => tenant.clock.now(),
    async sleep(ms, signal) {
      const until = tenant.clock.now() + ms;
      while (tenant.clock.now() < until) await delay(10, undefined, { signal });
    },
  };

  const options = (): TvOptions => ({
    authority: tenant.authority,
    clientId: tenant.apps[0]!.clientId,
    ca: tenant.ca,
    apis: [{ origin: todoList.url, scopes: [`api://${tenant.apis[0]!.clientId}/ToDoList.ReadWrite`] }],
    todoListEndpoint: `${todoList.url}/api/todolist`,
    deviceName: "Living-room TV",
    store: memoryStore(),
    clock,
    port: 0,
  });

  async function onScreen(tv: RunningTv, use: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
    try {
      const page = await context.newPage();
      await page.clock.setFixedTime(tenant.clock.now());
      await page.goto(tv.url);
      await use(page);
    } finally {
      await context.close();
      await tv.close();
    }
  }

  const person = { note() {}, device() {}, person() {}, invitation() {}, problem() {} };
  const inbox = () => ({ inbox: `${tenant.pages}/inbox`, inboxToken: tenant.inboxToken! });

  async function codeOn(page: Page): Promise<string> {
    await page.locator("#code").waitFor();
    return page.locator(".code").innerText();
  }

  /** Lets time pass, one poll at a time, until the screen shows the text. */
  async function pollsUntil(page: Page, text: string): Promise<void> {
    const shown = page.getByText(text);
    for (let polls = 0; polls < 20 && !(await shown.isVisible()); polls++) {
      tenant.clock.advance(6_000);
      await shown.waitFor({ timeout: 1_000 }).catch(() => undefined);
    }
    await shown.waitFor();
  }

  const assertAccessible = async (page: Page) => assert.deepEqual(await accessibilityViolations(page), []);

  test("shows a code and a QR code, then who is signed in and their to-dos; a restart keeps the sign-in", async () => {
    const tvOptions = options();
    await onScreen(await startTv(tvOptions), async (page) => {
      const code = await codeOn(page);
      await assertAccessible(page);
      assert.equal(await scanQrCode(page.locator(".qr")), `${tenant.pages}/device?user_code=${code}`);
      assert.match(await page.locator(".life").innerText(), /15 minutes left/);

      await signUpAndAgree({ page: `${tenant.pages}/device`, code, ...inbox() }, person, AbortSignal.timeout(120_000));
      await pollsUntil(page, "Hello, Demo Person");
      await assertAccessible(page);
    });

    const { todoListEndpoint, ...clientOptions } = tvOptions;
    const session = await createClient(clientOptions).session();
    await session?.fetch(todoListEndpoint, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ description: "Water the plants" }),
    });
    await onScreen(await startTv(tvOptions), async (page) => {
      await page.getByText("Water the plants").waitFor();
      await page.keyboard.press("Enter");
      await codeOn(page);
      assert.equal(await createClient(clientOptions).session(), undefined, "signed out");
    });
  });

  test("OK on the remote control gets a new code", async () => {
    await onScreen(await startTv(options()), async (page) => {
      const first = await codeOn(page);
      await page.keyboard.press("Enter");
      await page.locator(".code").filter({ hasNotText: first }).waitFor();
    });
  });

  test("shows that a code was declined or has expired, and gets a new one on OK", async () => {
    await onScreen(await startTv(options()), async (page) => {
      const code = await codeOn(page);
      await tenant.deny(code);
      await pollsUntil(page, "Sign-in was declined");
      await page.keyboard.press("Enter");
      await codeOn(page);
      tenant.clock.advance(16 * MINUTE);
      await page.getByText("The code has expired").waitFor();
      await assertAccessible(page);
    });
  });

  test("a slow to-do list neither hides who is signed in nor appears after the sign-out", async () => {
    const waiting: ServerResponse[] = [];
    const slow = createServer((_request, response) => void waiting.push(response)).listen(0, "127.0.0.1");
    await once(slow, "listening");
    const origin = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    const { apis, ...rest } = options();
    const tv = await startTv({ ...rest, apis: [{ ...apis![0]!, origin }], todoListEndpoint: origin });
    await tenant.admin.people.add({ email: "ada@contoso.example", displayName: "Ada" });
    try {
      await onScreen(tv, async (page) => {
        await tenant.approve(await codeOn(page), { as: "ada@contoso.example" });
        await pollsUntil(page, "Hello, Ada");
        await page.keyboard.press("Enter");
        await codeOn(page);
        for (const response of waiting) response.end("[]");
        await page.keyboard.press("Enter");
        await codeOn(page);
        assert.ok(await page.getByText("Hello, Ada").isHidden());
      });
    } finally {
      slow.closeAllConnections();
      slow.close();
    }
  });

  test("refuses requests of other sites in this machine's browser", async () => {
    const tv = await startTv(options());
    try {
      const get = (path: string, headers: Record<string, string>) => fetch(`${tv.url}${path}`, { headers });
      assert.equal((await get("/events", { origin: "https://evil.example" })).status, 403);
      assert.equal((await fetch(`${tv.url}/new-code`, { method: "POST", headers: { origin: "null" } })).status, 403);
      assert.equal((await get("/nothing", {})).status, 404);
    } finally {
      await tv.close();
    }
  });
});
