// A TV here and a phone in the room, both real browsers: the phone scans the TV's QR code and signs it in.
import { setTimeout as delay } from "node:timers/promises";
import { type Clock, memoryStore } from "@doorcode/client";
import type { Browser, Page } from "playwright-core";
import { startTodoListApi } from "../../examples/todolist-api/src/start.ts";
import { startTv } from "../../examples/tv/tv.ts";
import { launchChromium, launchChromiumBy } from "../../packages/tenant/test/fixtures/chromium.ts";
import { scanQrCode } from "../../packages/tenant/test/fixtures/page-checks.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { type LocalNetwork, localNetwork } from "../fixtures/local-network.ts";

export interface Room {
  tenant: TestTenant;
  network: LocalNetwork;
  tv: Page;
  phone: Page;
}

const [EMAIL, PASSWORD] = ["ada@contoso.example", "seven slow herons"];

/** Everything in the room, for as long as `use` runs. */
export async function inTheRoom<T>(use: (room: Room) => Promise<T>): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const network = stack.use(await localNetwork());
  const tenant = stack.use(await startTestTenant({ lan: { address: network.here.ipv4 } }));
  await tenant.admin.people.add({ email: EMAIL, displayName: "Ada", password: PASSWORD });
  const { issuer, tenantId, ca, clock, apis, apps, authority } = tenant;
  const todoList = await startTodoListApi({ issuer, audience: apis[0]!.clientId, tenantId, ca, clock });
  stack.defer(() => todoList.close());
  const polls: Clock = {
    now: () => clock.now(),
    async sleep(ms, signal) {
      const until = clock.now() + ms;
      while (clock.now() < until) await delay(10, undefined, { signal });
    },
  };
  const tv = await startTv({
    authority,
    clientId: apps[0]!.clientId,
    ca,
    apis: [{ origin: todoList.url, scopes: [`api://${apis[0]!.clientId}/ToDoList.ReadWrite`] }],
    todoListEndpoint: `${todoList.url}/api/todolist`,
    deviceName: "Living-room TV",
    store: memoryStore(),
    clock: polls,
    port: 0,
  });
  stack.defer(() => tv.close());
  const open = async (browser: Browser, width: number, height: number, scale: number) => {
    stack.defer(() => browser.close());
    const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale });
    return context.newPage();
  };
  const onTv = await open(await launchChromium(), 1920, 1080, 1);
  const onPhone = await open(await launchChromiumBy((chromium) => network.onPhone(chromium)), 390, 844, 2);
  await onTv.clock.setFixedTime(clock.now());
  await onTv.goto(tv.url);
  return await use({ tenant, network, tv: onTv, phone: onPhone });
}

/** Scans the TV with the phone and opens the address in its browser. Resolves to the address. */
export async function scan({ tv, phone }: Room): Promise<string> {
  await tv.locator("#code").waitFor();
  const scanned = await scanQrCode(tv.locator(".qr"));
  await phone.goto(scanned);
  return scanned;
}

/** Goes from the page with the code to the question, which the phone then shows. */
export async function signInOnPhone({ phone }: Room): Promise<void> {
  await phone.locator('form[action="/device"] button').first().click();
  await phone.locator('input[name="email"]').fill(EMAIL);
  await phone.locator('input[name="password"]').fill(PASSWORD);
  await phone.locator('input[name="password"]').press("Enter");
  await phone.waitForURL(/\/confirm/);
}

/** Approves, and lets time pass until the TV shows who is signed in. */
export async function sayYes({ phone, tv, tenant }: Room): Promise<void> {
  await phone.locator('button[value="yes"]').click();
  await phone.waitForURL(/\/done/);
  const greeting = tv.getByText("Hello, Ada");
  for (let polls = 0; polls < 20 && !(await greeting.isVisible()); polls++) {
    tenant.clock.advance(6_000);
    await greeting.waitFor({ timeout: 1_000 }).catch(() => undefined);
  }
  await greeting.waitFor();
}
