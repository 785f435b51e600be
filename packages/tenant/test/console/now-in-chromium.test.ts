import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { addUser } from "../../../../tests/fixtures/approval.ts";
import { poll, requestCode } from "../../../../tests/fixtures/device.ts";
import { freePort } from "../../../../tests/fixtures/free-port.ts";
import { complaintsOf, consoleIn, launchChromium } from "../fixtures/chromium.ts";
import { accessibilityViolations } from "../fixtures/page-checks.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";

/** The console as people see it: a real tenant, a real browser, events as they happen. */
describe("Now in Chromium", () => {
  let chromium: Browser;
  let tenant: TestTenant;
  before(async () => {
    chromium = await launchChromium();
    tenant = await startTestTenant({ clock: "moving" });
  });
  after(async () => {
    await chromium.close();
    await tenant.close();
  });

  /** A browser that is let in, and what it complains about. */
  async function opened(
    t: { after(done: () => Promise<void>): void },
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
    const context = await chromium.newContext({ locale: "en-GB", ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${tenant.console}#${tenant.consoleKey}`);
    await page.getByRole("heading", { name: /^(Now|Jetzt)$/ }).waitFor();
    return { page, context, complaints };
  }

  test("the address of the terminal opens it, and the key leaves the address at once", async (t) => {
    const { page, context, complaints } = await opened(t);
    const folder = consoleIn(page, "");
    assert.equal(page.url(), folder);
    const [cookie] = await context.cookies(folder);
    assert.deepEqual([cookie?.httpOnly, cookie?.sameSite, cookie?.path], [true, "Strict", new URL(folder).pathname]);
    // Again, as someone does who opens the address twice: in the same tab, which does not load the page again.
    await page.evaluate(`location.hash = "${tenant.consoleKey}"`);
    await page.waitForURL(folder);
    assert.deepEqual(complaints, []);
  });

  test("a tab that was shut takes the key when the address is opened in it", async (t) => {
    const context = await chromium.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(tenant.console);
    await page.getByLabel("Key of this start").waitFor();
    await page.goto(`${tenant.console}#${tenant.consoleKey}`);
    await page.getByRole("heading", { name: "Now" }).waitFor();
    assert.equal(page.url(), consoleIn(page, ""));
  });

  test("a request appears by itself, is approved with a click, and its device gets tokens", async (t) => {
    const { email } = await addUser(tenant);
    const { page, complaints } = await opened(t);
    const { body: code } = await requestCode(tenant, { device_name: "Living-room TV" });
    const request = page.getByRole("article", { name: code.user_code });
    await request.waitFor();
    assert.match(await request.innerText(), /says it is “Living-room TV” · this computer/);
    await request.getByText("Approve as…").click();
    await request.getByLabel("Email address of the person").fill(email);
    // What happens meanwhile does not take away what was opened and typed.
    const { body: another } = await requestCode(tenant);
    await page.getByRole("article", { name: another.user_code }).waitFor();
    assert.equal(await request.getByLabel("Email address of the person").inputValue(), email);
    await request.getByRole("button", { name: "Approve", exact: true }).click();
    await request.getByText("Approved").waitFor();
    assert.ok((await poll(tenant, code.device_code)).body.access_token);
    await request.getByText("tokens taken").waitFor();
    await page.getByRole("article", { name: another.user_code }).getByRole("button", { name: "Decline" }).click();
    await page.getByRole("article", { name: another.user_code }).getByText("declined here").waitFor();
    assert.equal((await poll(tenant, another.device_code)).body.error, "access_denied");
    assert.deepEqual(complaints, []);
  });

  test("a code that was ended by a click is expired for its device", async (t) => {
    const { page } = await opened(t);
    const { body: code } = await requestCode(tenant);
    const request = page.getByRole("article", { name: code.user_code });
    await request.getByRole("button", { name: "Expire now" }).click();
    await request.waitFor({ state: "detached" });
    assert.equal((await poll(tenant, code.device_code)).body.error, "expired_token");
  });

  test("the time of a code runs down without a reload", async (t) => {
    const { page } = await opened(t);
    const { body: code } = await requestCode(tenant);
    const time = page.getByRole("article", { name: code.user_code }).getByRole("timer");
    const before = await time.innerText();
    await page.getByRole("article", { name: code.user_code }).getByText(before).waitFor({ state: "detached" });
    assert.match(await time.innerText(), /^1\d:\d\d$/);
  });

  test("a countdown follows the tenant's clock when it is moved, and a request leaves when its code expires", async (t) => {
    const { page, context } = await opened(t);
    // The time of the page is moved with the tenant's, and its events can be stopped.
    await context.clock.install();
    await page.addInitScript(
      "EventSource = class extends EventSource { constructor(url) { super(url); EventSource.last = this; } };",
    );
    await page.reload();
    const { body: code } = await requestCode(tenant);
    const request = page.getByRole("article", { name: code.user_code });
    await request.waitFor();
    const { testing } = tenant;
    t.after(() => testing.clock.reset());
    await testing.clock.advance(5 * 60_000);
    await request.getByText(/^\d:\d\d$/).waitFor();
    // The end of a code is no event.
    await page.evaluate("EventSource.last.close()");
    tenant.clock.advance(10 * 60_000);
    await page.clock.fastForward(10 * 60_000);
    await request.waitFor({ state: "detached" });
  });

  test("says that the tenant does not answer, sends nothing meanwhile, and goes on when it is back", async (t) => {
    const { page } = await opened(t);
    const { body: code } = await requestCode(tenant);
    const request = page.getByRole("article", { name: code.user_code });
    await request.getByText("Approve as…").click();
    await request.getByLabel("Email address of the person").fill("ada@contoso.example");
    const address = page.url();
    await page.route(address, (route) => route.abort());
    const { body: unseen } = await requestCode(tenant);
    const lost = page.getByRole("alert").filter({ hasText: "No connection to the tenant" });
    await lost.waitFor();
    const before = await request.getByRole("timer").innerText();
    await request.getByRole("button", { name: "Approve", exact: true }).click();
    assert.equal(page.url(), address);
    assert.equal(await page.evaluate("document.activeElement.id"), "lost");
    assert.deepEqual(await accessibilityViolations(page), []);
    assert.equal(await request.getByRole("timer").innerText(), before, "the countdown stops");
    await page.unroute(address);
    await requestCode(tenant);
    await lost.waitFor({ state: "hidden" });
    await page.getByRole("article", { name: unseen.user_code }).waitFor();
    assert.equal(await request.getByLabel("Email address of the person").inputValue(), "ada@contoso.example");
    await request.getByRole("button", { name: "Decline" }).click();
    await request.getByText("declined here").waitFor();
  });

  test("an open page says that the tenant was stopped, and asks for the key of the next start", async (t) => {
    const pagesPort = await freePort();
    const first = await startTestTenant({ clock: "moving", pagesPort });
    t.after(() => first.close());
    const context = await chromium.newContext({ locale: "en-GB" });
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(`${first.console}#${first.consoleKey}`);
    await page.getByRole("heading", { name: "Now" }).waitFor();
    await first.close();
    await page.getByText("No connection to the tenant").waitFor();
    const again = await startTestTenant({ clock: "moving", pagesPort });
    t.after(() => again.close());
    await page.getByLabel("Key of this start").waitFor();
  });

  test("works without JavaScript: the key is pasted, and every decision is a form", async (t) => {
    const { email } = await addUser(tenant);
    const { body: code } = await requestCode(tenant);
    const context = await chromium.newContext({ javaScriptEnabled: false });
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(tenant.console);
    await page.getByLabel("Key of this start").fill(tenant.consoleKey ?? "");
    await page.getByRole("button", { name: "Open the console" }).click();
    const request = page.getByRole("article", { name: code.user_code });
    assert.equal(await page.getByRole("button", { name: "Copy" }).count(), 0);
    await request.getByText("Approve as…").click();
    await request.getByLabel("Email address of the person").fill(email);
    await request.getByRole("button", { name: "Approve", exact: true }).click();
    await request.getByText("Approved").waitFor();
  });

  test("keeps no connection while it is hidden, and is up to date when it is seen again", async (t) => {
    const { page } = await opened(t);
    const connections: string[] = [];
    page.on("request", (request) => void (request.url().endsWith("/events") && connections.push("open")));
    page.on("requestfailed", (request) => void (request.url().endsWith("/events") && connections.push("closed")));
    const hide = (hidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, "hidden", { configurable: true, get: () => ${hidden} });
        document.dispatchEvent(new Event("visibilitychange"));
      `);
    const closed = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/events"));
    await hide(true);
    await closed;
    const { body: code } = await requestCode(tenant);
    assert.equal(await page.getByRole("article", { name: code.user_code }).count(), 0);
    await hide(false);
    await page.getByRole("article", { name: code.user_code }).waitFor();
    assert.deepEqual(connections, ["closed", "open"]);
  });

  test("an open page asks for the key again after its browser was signed out in another tab", async (t) => {
    const { page, context } = await opened(t);
    const other = await context.newPage();
    await other.goto(page.url());
    await other.getByRole("button", { name: "Sign out" }).filter({ visible: true }).click();
    await other.getByLabel("Key of this start").waitFor();
    await requestCode(tenant);
    await page.getByLabel("Key of this start").waitFor();
  });

  test("two operators at once: the one who comes second learns that it was decided", async (t) => {
    const { page: one } = await opened(t);
    const context = await chromium.newContext({ javaScriptEnabled: false });
    t.after(() => context.close());
    const two = await context.newPage();
    await two.goto(tenant.console);
    await two.getByLabel("Key of this start").fill(tenant.consoleKey ?? "");
    await two.getByRole("button", { name: "Open the console" }).click();
    await two.getByRole("heading", { name: "Now" }).waitFor();
    const { body: code } = await requestCode(tenant);
    await two.reload();
    await one.getByRole("article", { name: code.user_code }).getByRole("button", { name: "Decline" }).click();
    await one.getByRole("article", { name: code.user_code }).getByText("declined here").waitFor();
    await two.getByRole("article", { name: code.user_code }).getByRole("button", { name: "Decline" }).click();
    await two
      .getByRole("alert")
      .getByText(/decided a moment ago/)
      .waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [390, 1280]) {
      for (const locale of ["en-GB", "de-DE"]) {
        test(`is accessible and fits: ${colorScheme}, ${width} px, ${locale}`, async (t) => {
          await requestCode(tenant, { device_name: "Living-room TV", device_platform: "Android TV 14" });
          const { page, complaints } = await opened(t, { colorScheme, locale, viewport: { width, height: 844 } });
          const violations = await accessibilityViolations(page);
          assert.deepEqual(
            violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
            [],
          );
          const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
          assert.ok(overflow <= 0, `${overflow} px too wide`);
          assert.deepEqual(complaints, []);
        });
      }
    }
  }

  test("on a phone the rail is a menu that opens, by keyboard too", async (t) => {
    const { page } = await opened(t, { viewport: { width: 390, height: 844 } });
    const menu = page.locator("details.narrow");
    await menu.locator("summary").focus();
    await page.keyboard.press("Enter");
    await menu.getByRole("link", { name: /Now/ }).waitFor();
    await page.keyboard.press("Tab");
    assert.equal(
      await page.evaluate('document.activeElement.getAttribute("href")'),
      new URL(consoleIn(page, "")).pathname,
    );
  });

  test("the first stop of the keyboard leads past the rail", async (t) => {
    const { page } = await opened(t);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate("document.activeElement.id"), "content");
  });
});
