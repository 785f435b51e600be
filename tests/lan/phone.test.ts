// A phone in the room: Chromium in its own network namespace reaches only the pages of a tenant on this computer.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createClient, memoryStore, type PresentedCode } from "@doorcode/client";
import type { Browser, Page } from "playwright-core";
import { launchChromiumBy } from "../../packages/tenant/test/fixtures/chromium.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { requestCode } from "../fixtures/device.ts";
import { type LocalNetwork, localNetwork, noLocalNetwork } from "../fixtures/local-network.ts";

const PASSWORD = "seven slow herons";

for (const family of ["ipv4", "ipv6"] as const) {
  describe(`a phone in the room, over ${family}`, { timeout: 300_000 }, () => {
    let network: LocalNetwork;
    let phone: Browser;
    let tenant: TestTenant;
    const mails: { to: string; text: string }[] = [];

    before(async () => {
      if (noLocalNetwork) return;
      network = await localNetwork();
      [phone, tenant] = await Promise.all([
        launchChromiumBy((chromium) => network.onPhone(chromium)),
        startTestTenant({
          clock: "moving",
          lan: { address: network.here[family] },
          onMail: (mail) => mails.unshift(mail),
        }),
      ]);
    });
    after(async () => {
      await phone?.close();
      await tenant?.close();
      await network?.[Symbol.asyncDispose]();
    });

    async function withPage(use: (page: Page) => Promise<void>): Promise<void> {
      const context = await phone.newContext({ viewport: { width: 390, height: 844 } });
      try {
        await use(await context.newPage());
      } finally {
        await context.close();
      }
    }

    const heading = (page: Page) => page.locator("h1").innerText();

    test("types the code, signs up with the emailed code and approves, while the program polls here", {
      skip: noLocalNetwork,
    }, async () => {
      let shown!: (code: PresentedCode) => void;
      const presented = new Promise<PresentedCode>((resolve) => {
        shown = resolve;
      });
      const client = createClient({
        authority: tenant.authority,
        clientId: tenant.apps[0]!.clientId,
        ca: tenant.ca,
        store: memoryStore(),
        scopes: [],
      });
      const signedIn = client.signIn({
        present: { show: (event) => void (event.event === "code" && shown(event.code)) },
      });
      const code = await presented;
      assert.equal(code.verificationUri, `${tenant.pages}/device`);
      const email = `ada-${family}@contoso.example`;
      await withPage(async (page) => {
        await page.goto(code.verificationUri);
        await page.locator('input[name="user_code"]').fill(code.userCode);
        await page.locator('input[name="user_code"]').press("Enter");
        await page.locator('a[href^="/sign-up"]').click();
        await page.locator('input[name="email"]').fill(email);
        await page.locator('input[name="email"]').press("Enter");
        await page.waitForURL(/\/sign-up\/code/);
        const mailed = mails.find(({ to }) => to === email)?.text ?? "";
        await page.locator('input[name="code"]').fill(/\b\d{8}\b/.exec(mailed)![0]);
        await page.locator('input[name="code"]').press("Enter");
        await page.locator('input[name="password"]').fill(PASSWORD);
        await page.locator('input[name="password"]').press("Enter");
        await page.locator('input[name="display_name"]').fill("Ada");
        await page.locator('input[name="display_name"]').press("Enter");
        await page.waitForURL(/\/confirm/);
        const asks = await page.locator("main").innerText();
        assert.match(asks, /Same network as you/);
        assert.ok(asks.includes(network.here[family]), asks);
        await page.locator('button[value="yes"]').click();
        await page.waitForURL(/\/done/);
        // Browsers do not offer passkeys over http at an IP address.
        assert.equal(await page.locator('a[href^="/me/passkeys"]').count(), 0);
        const cookies = await page.context().cookies();
        assert.deepEqual(
          cookies.map(({ httpOnly, sameSite, secure }) => ({ httpOnly, sameSite, secure })),
          cookies.map(() => ({ httpOnly: true, sameSite: "Lax", secure: false })),
        );
      });
      assert.equal((await signedIn).account.username, email);
    });

    test("causes no more emails than one address may", { skip: noLocalNetwork }, async () => {
      const { body: code } = await requestCode(tenant);
      await withPage(async (page) => {
        await page.goto(`${tenant.pages}/device`);
        await page.locator('input[name="user_code"]').fill(code.user_code);
        await page.locator('input[name="user_code"]').press("Enter");
        await page.locator('a[href^="/sign-up"]').click();
        await page.locator('input[name="email"]').waitFor();
        const signUp = page.url();
        for (let person = 0; person === 0 || page.url().includes("/sign-up/code"); person++) {
          assert.ok(person <= 20, "no email was refused");
          await page.goto(signUp);
          await page.locator('input[name="email"]').fill(`person-${person}@contoso.example`);
          const loaded = page.waitForEvent("load");
          await page.locator('input[name="email"]').press("Enter");
          await loaded;
        }
        assert.match(await page.locator("main").innerText(), /too many|try again/i);
        // Ada entered her code, so it does not count.
        assert.equal(mails.filter(({ to }) => to.startsWith("person-")).length, 20);
      });
    });

    test("has no more wrong guesses than one address has; this computer has a separate limit", {
      skip: noLocalNetwork,
    }, async () => {
      await withPage(async (page) => {
        for (let guess = 0; guess < 10; guess++) {
          await page.context().clearCookies();
          await page.goto(`${tenant.pages}/device`);
          await page.locator('input[name="user_code"]').fill("BCDF-GHJK");
          await page.locator('input[name="user_code"]').press("Enter");
          await page.locator('[aria-invalid="true"]').waitFor();
        }
        await page.context().clearCookies();
        await page.goto(`${tenant.pages}/device`);
        await page.locator('input[name="user_code"]').fill("BCDF-GHJK");
        const answered = page.waitForResponse((response) => response.request().method() === "POST");
        await page.locator('input[name="user_code"]').press("Enter");
        assert.equal((await answered).status(), 429, await heading(page));
      });
    });

    test("is refused under a name that was not configured", { skip: noLocalNetwork }, async () => {
      const { host, port } = new URL(tenant.pages);
      assert.equal((await network.ask(`${tenant.pages}/device`))?.status, 200);
      for (const other of [`evil.example:${port}`, `localhost:${port}`, host.replace(`:${port}`, "")]) {
        assert.equal((await network.ask(`${tenant.pages}/device`, { host: other }))?.status, 421, other);
      }
    });

    test("cannot start the browser sign-in of a program on this computer", { skip: noLocalNetwork }, async () => {
      const begin = `${tenant.pages}/authorize?client_id=${tenant.apps[0]!.clientId}&response_type=code`;
      assert.equal((await network.ask(begin))?.status, 404);
      assert.notEqual((await fetch(begin, { redirect: "manual" })).status, 404);
    });

    test("reaches no other port of the tenant", { skip: noLocalNetwork }, async () => {
      const host = new URL(tenant.pages).hostname;
      const pages = Number(new URL(tenant.pages).port);
      for (const origin of [tenant.authority, tenant.inbox!]) {
        const port = Number(new URL(origin).port);
        if (port !== pages) assert.equal(await network.ask(`http://${host}:${port}/`), undefined, origin);
      }
    });
  });
}
