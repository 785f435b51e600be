import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { launchChromium } from "../fixtures/chromium.ts";
import { onlyOnOneNode } from "../fixtures/place.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";

type Tenant = Awaited<ReturnType<typeof startTestTenant>>;

/**
 * A program that listens on another port of this computer: of another user, in a container, or a development server.
 * Browsers send it the cookies of the tenant's host, because cookies ignore ports.
 */
describe("a program on another port of this computer", {
  skip: onlyOnOneNode("The key opens the node that made it."),
}, () => {
  let browser: Browser;
  let tenant: Tenant;
  before(async () => {
    browser = await launchChromium();
    tenant = await startTestTenant({ clock: "moving" });
  });
  after(async () => {
    await browser?.close();
    await tenant?.close();
  });

  const signedIn = async (options: Parameters<Browser["newContext"]>[0] = {}) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(`${tenant.console}#${tenant.consoleKey}`);
    await page.waitForSelector(".rail");
    return { context, page };
  };

  test("does not receive the console's cookie, wherever it leads the browser, and opens nothing with what it has", async (t) => {
    const seen: string[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.cookie ?? "", request.headers.referer ?? "");
      response.setHeader("content-type", "text/html").end("ok");
    }).listen(0);
    t.after(() => other.close());
    t.after(() => other.closeAllConnections());
    await once(other, "listening");
    const { context, page } = await signedIn();
    const theirs = `http://localhost:${(other.address() as AddressInfo).port}`;
    for (const path of ["/", "/console", "/console/people", "/console/s-", "/console/assets/x.js"]) {
      await page.goto(theirs + path);
    }
    const kept = (await context.cookies()).filter(({ name }) => name.includes("_console"));
    assert.equal(kept.length, 1, "the browser is signed in");
    assert.match(String(kept[0]?.path), /^\/console\/s-[\w-]{22}$/);
    assert.ok(seen.length >= 10);
    assert.doesNotMatch(seen.join(), /_console|s-[\w-]{22}/);

    // Even the cookie's value opens no page whose address is known.
    for (const path of ["/console", "/console/people", "/console/events", "/console/tenant-file/download"]) {
      const answer = await fetch(tenant.pages + path, { headers: { cookie: `${kept[0]?.name}=${kept[0]?.value}` } });
      assert.equal(answer.status, 403, path);
      assert.doesNotMatch(await answer.text(), /class="rail"|name="csrf" value="[^"]/);
    }
    await context.close();
  });

  test("the documented addresses lead a browser that is signed in to its pages, and the others to the form for the key", async () => {
    const { context, page } = await signedIn();
    const sent = page.waitForURL(/\/console\/s-[\w-]{22}\/people\?q=ada$/);
    await page.goto(`${tenant.console}/people?q=ada`);
    await sent;
    assert.equal(await page.locator("h1").textContent(), "People");
    const links = await page.evaluate<string[]>(
      "[...document.querySelectorAll('a[href], form')].map((each) => each.pathname ?? new URL(each.action).pathname)",
    );
    assert.ok(links.length > 10);
    for (const link of links) assert.match(link, /^\/console\/s-[\w-]{22}(?:\/|$)/);
    await page.locator(".rail .wide.foot button").click();
    await page.locator("#console-key").waitFor();
    await page.goto(`${tenant.console}/people`);
    await page.locator("#console-key").waitFor();
    await context.close();
  });

  test("a browser without JavaScript comes in with the key, follows links and sends forms", async () => {
    const context: BrowserContext = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${tenant.console}/people`);
    await page.locator("input[name=key]").fill(tenant.consoleKey ?? "");
    await page.locator("#console-key button").click();
    assert.equal(await page.locator("h1").textContent(), "People");
    await page.locator(".rail .wide a", { hasText: "Keys" }).click();
    assert.equal(await page.locator("h1").textContent(), "Keys");
    await page.locator(".rail .wide.foot button").click();
    assert.equal(await page.locator("#console-key").count(), 1);
    await context.close();
  });
});
