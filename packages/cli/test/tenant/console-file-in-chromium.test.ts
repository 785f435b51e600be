import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { complaintsOf, launchChromium } from "../../../tenant/test/fixtures/chromium.ts";
import { createUser } from "../../../tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../../tenant/test/fixtures/start-test-tenant.ts";
import { tenantFiles } from "../../src/prepare/tenant-files.ts";

/** The console of a tenant as the command line starts it: its own Graph, its own functions for files, a real browser. */
describe("the tenant file in the console of doorcode tenant start", () => {
  let chromium: Browser;
  let tenant: TestTenant;
  before(async () => {
    chromium = await launchChromium();
    tenant = await startTestTenant({ clock: "moving" });
    tenant.consoleTools.tenantFiles = tenantFiles(tenant.ca);
  });
  after(async () => {
    await chromium.close();
    await tenant.close();
  });

  async function opened(t: { after(done: () => Promise<void>): void }, path: string) {
    const context = await chromium.newContext({ locale: "en-GB" });
    t.after(() => context.close());
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${tenant.console}#${tenant.consoleKey}`);
    await page.getByRole("heading", { name: "Now" }).waitFor();
    await page.goto(`${tenant.pages}${path}`);
    return { page, complaints };
  }

  test("shows the tenant itself, plans a change, and applies it", async (t) => {
    const { page, complaints } = await opened(t, "/console/tenant-file");
    const text = page.getByRole("textbox");
    const file = await text.inputValue();
    assert.match(file, /ciam-client-app/);
    await text.fill(file.replace("apps:\n", "apps:\n  kitchen-tv:\n    displayName: Kitchen TV\n"));
    await page.getByRole("button", { name: /Show what would change/ }).click();
    await page.getByText("kitchen-tv").first().waitFor();
    await page.getByRole("button", { name: /apply/i }).click();
    await page
      .getByRole("status")
      .getByText(/Applied|were applied/)
      .waitFor();
    assert.ok((await tenant.admin.apps.list()).some(({ name }) => name === "Kitchen TV"));
    assert.deepEqual(complaints, []);
  });

  test("shows a person alone, an app alone, and nothing changes by it", async (t) => {
    const ada = await createUser(tenant.context, {
      email: "ada@contoso.example",
      displayName: "Ada",
      passwordHash: null,
    });
    assert.ok(ada !== "taken");
    const { page } = await opened(t, `/console/people/${ada.id}`);
    await page.getByRole("link", { name: "As YAML" }).click();
    await page.getByText("ada@contoso.example: { name: Ada }").waitFor();
    const [app] = await tenant.admin.apps.list();
    await page.goto(`${tenant.pages}/console/tenant-file/part?section=apps&id=${app!.clientId}`);
    await page.getByText(/^apps:/).waitFor();
  });

  test("stops reading when the browser leaves", async (t) => {
    const { page } = await opened(t, "/console/people");
    const files = tenantFiles(tenant.ca);
    const asked = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<{ outcome: string }>();
    // As slow as a large tenant: nothing is read before the browser has left.
    tenant.consoleTools.tenantFiles = {
      ...files,
      async read(at, part, signal) {
        asked.resolve();
        await once(signal!, "abort");
        const reading = files.read(at, part, signal);
        reading.then(ended.resolve, ended.reject);
        return reading;
      },
    };
    t.after(() => {
      tenant.consoleTools.tenantFiles = files;
    });
    page.goto(`${tenant.pages}/console/tenant-file`).catch(() => undefined);
    await asked.promise;
    await page.close();
    const { outcome } = await ended.promise;
    assert.equal(outcome, "refused", "it was interrupted");
  });
});
