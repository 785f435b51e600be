import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { requestCode } from "../../../../tests/fixtures/device.ts";
import { complaintsOf, launchChromium } from "../fixtures/chromium.ts";
import { accessibilityViolations } from "../fixtures/page-checks.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { PASSWORD } from "../interaction/pages-under-test.ts";
import { codeAt, personWithApp } from "../interaction/second-factor/authenticator.ts";

/** The console of a tenant on PostgreSQL, as its administrators come to it. */
describe("the console of a served tenant in Chromium", () => {
  let chromium: Browser;
  let tenant: TestTenant;
  let secret: string;
  const email = "ada@contoso.example";
  before(async () => {
    chromium = await launchChromium();
    tenant = await startTestTenant({ store: "postgres", clock: "moving" });
    const { context: ctx } = tenant;
    const person = () => tenant.admin.people.add({ email, password: PASSWORD, administrator: true });
    ({ secret } = await personWithApp({ ctx, person }));
  });
  after(async () => {
    await chromium.close();
    await tenant.close();
  });

  test("an administrator signs in with both factors, follows a request, and is shut out once the right is withdrawn", async (t) => {
    assert.equal(tenant.consoleKey, null);
    const context = await chromium.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(tenant.console);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.locator('form[action="/sign-in"] button[type="submit"]:not([formaction])').click();
    await page.waitForURL("**/second-factor/app?*");
    await page.getByLabel("Code").fill(codeAt(secret, tenant.clock.now()));
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(tenant.console);
    await page.locator(".foot").getByText(email).waitFor();

    const { body: code } = await requestCode(tenant, { device_name: "Living-room TV" });
    const request = page.getByRole("article").filter({ hasText: "Living-room TV" });
    await request.waitFor();
    assert.equal(await page.getByText(code.user_code ?? "").count(), 0, "the code is for the user");
    assert.equal(await request.getByRole("button").count(), 0, "nothing to decide");
    const violations = await accessibilityViolations(page);
    assert.deepEqual(
      violations.map(({ id }) => id),
      [],
    );
    assert.deepEqual(complaints, []);

    const user = await tenant.admin.people.find(email);
    await seed(tenant.context.store).setUserAdministrator(user?.id ?? "", false);
    await page.getByText("not an administrator of this tenant").waitFor();
  });
});
