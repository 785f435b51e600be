// Five ways in which each page of the console is used wrongly or too late, in a browser.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, type TestContext, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { requestCode } from "../../../../tests/fixtures/device.ts";
import { complaintsOf, consoleIn, launchChromium } from "../fixtures/chromium.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { changingNothing, isAccessible, OUT_OF_DATE, sendForm, withEachForm } from "../fixtures/wrong-use.ts";
import { consolePaths } from "./console-under-test.ts";

const NO_ID = "00000000-0000-4000-8000-000000000000";

/** Not a page: a file, a stream, the contents of a frame, and the ways in and out. */
const NO_PAGE = /\/(?:assets\/.*|download|events|html|enter|leave|\*)$/;

describe("each page of the console", () => {
  let chromium: Browser;
  let tenant: TestTenant;
  /** Every page that is registered, with an object of the tenant where its address names one. */
  let paths: string[];
  before(async () => {
    chromium = await launchChromium();
    tenant = await startTestTenant({ clock: "moving" });
    const { people, apps, apis, userFlows, policies } = tenant.admin;
    const ada = await people.add({ email: "ada@contoso.example" });
    const [[app], [api]] = [await apps.list(), await apis.list()];
    const ids: Record<string, string> = {
      people: ada.id,
      apps: app!.clientId,
      apis: api!.clientId,
      "user-flows": (await userFlows.put({ name: "Customers" })).id,
      policies: (await policies.put({ name: "Second factor" })).id,
    };
    await tenant.testing.issueToken({
      as: ada.email,
      app: app!.clientId,
      scopes: ["openid", "offline_access"],
      mfa: true,
    });
    await tenant.context.mail.deliverDue();
    const [[signIn], [mail]] = [await tenant.admin.signIns.list(), await tenant.mailsTo(ada.email)];
    ids["sign-ins"] = signIn!.id;
    ids.inbox = (mail as { id?: string }).id!;
    await requestCode(tenant);
    const { get } = await consolePaths(tenant.context);
    paths = get
      .filter((path) => !NO_PAGE.test(path))
      .map((path) => path.replace(NO_ID, ids[path.split("/")[2] ?? ""] ?? NO_ID));
    assert.ok(paths.length > 20 && !paths.some((path) => path.includes(NO_ID)), paths.join(" "));
  });
  after(async () => {
    await chromium.close();
    await tenant.close();
  });

  async function opened(t: TestContext): Promise<{ page: Page; complaints: string[] }> {
    const context = await chromium.newContext({ locale: "en-GB" });
    t.after(() => context.close());
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${tenant.console}#${tenant.consoleKey}`);
    await page.getByRole("heading", { name: "Now" }).waitFor();
    return { page, complaints };
  }

  test("stays whole when its address asks for nonsense", async (t) => {
    const { page, complaints } = await opened(t);
    const nonsense = new URLSearchParams({
      ...{ after: '["\0",-1e99]', q: "<script>document.title='taken'</script>%", state: "'", event: "no.such" },
      ...{
        done: "constructor",
        scope: "../..",
        role: "__proto__",
        ui_locales: "xx",
        kind: "💥".repeat(200),
      },
    });
    for (const path of paths) {
      const answer = await page.goto(`${consoleIn(page, path)}?${nonsense}`);
      assert.ok([200, 404, 422].includes(answer!.status()), `${path}: ${answer!.status()}`);
      await page.locator("main h1").waitFor();
      assert.doesNotMatch(await page.title(), /taken/);
    }
    assert.deepEqual(complaints, []);
  });

  test("that does not exist, or no longer does, says so and leads on", async (t) => {
    const { page, complaints } = await opened(t);
    const gone = paths
      .map((path) => path.replace(/[\da-f]{8}-[\da-f-]{27}$/, NO_ID))
      .map((path) => (path.endsWith(NO_ID) ? path : `${path}/nothing`));
    for (const path of new Set(gone)) {
      const answer = await page.goto(consoleIn(page, path));
      assert.equal(answer?.status(), 404, path);
      await page.getByRole("heading", { name: "Not found" }).waitFor();
      assert.ok((await page.locator("main a").count()) > 0, `${path} leads on`);
      await isAccessible(page, path);
    }
    assert.deepEqual(complaints, []);
  });

  test("refuses a form that is out of date, and changes nothing", async (t) => {
    const { page, complaints } = await opened(t);
    let forms = 0;
    for (const path of paths) {
      forms += await withEachForm({ tenant, page }, consoleIn(page, path), async (form, what) => {
        const answer = await sendForm(page, form, OUT_OF_DATE);
        assert.equal(answer?.status(), 403, what);
        await page.getByText("This form is out of date").waitFor();
        assert.ok((await page.locator("main a").count()) > 0, `${what} leads on`);
      });
    }
    assert.ok(forms >= 25, `${forms} forms`);
    assert.deepEqual(complaints, []);
  });

  test("asks for the key again, and changes nothing, when its browser was signed out in another tab", async (t) => {
    const { page } = await opened(t);
    const context = page.context();
    const cookies = await context.cookies();
    for (const path of paths) {
      // One of each page: whether the browser may come in is decided before a form is looked at.
      await withEachForm({ tenant, page, most: 1 }, consoleIn(page, path), async (form, what) => {
        await context.clearCookies();
        // A page that follows the tenant may learn it first, and reload.
        await sendForm(page, form).catch(() => undefined);
        await page.getByLabel("Key of this start").waitFor();
        await page.waitForLoadState();
        assert.equal(await page.locator(".rail").count(), 0, what);
        await context.addCookies(cookies);
      });
    }
  });

  test("takes no form of a page on another port, which is the same site to a browser", async (t) => {
    const { page } = await opened(t);
    const { post } = await consolePaths(tenant.context);
    // Even if that page knew the token of the console's forms.
    const csrf = await page.locator("input[name=csrf]").first().inputValue();
    const root = new URL(consoleIn(page, "/console"));
    const addresses = post.map((path) => root.href + path.slice("/console".length));
    const forms = addresses.map(
      (address) =>
        `<form method="post" action="${address}"><input name="csrf" value="${csrf}"><input name="action" value="issue"></form>`,
    );
    const server = createServer((_request, response) => {
      response.setHeader("Content-Type", "text/html").end(`<!doctype html><title>x</title>${forms.join("")}`);
    });
    await new Promise<void>((listening) => server.listen(0, "localhost", listening));
    t.after(() => server.close());
    const elsewhere = `${root.protocol === "https:" ? "http:" : root.protocol}//localhost:${(server.address() as AddressInfo).port}/`;
    for (const [form, address] of addresses.entries()) {
      await page.goto(elsewhere);
      await changingNothing(tenant, address, async () => {
        const [answer] = await Promise.all([
          page.waitForNavigation(),
          page.evaluate(`document.forms[${form}].submit()`),
        ]);
        assert.ok([403, 404].includes(answer!.status()), `${address}: ${answer!.status()}`);
      });
    }
  });
});
