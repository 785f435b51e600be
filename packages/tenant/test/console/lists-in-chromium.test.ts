import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { TenantFiles } from "../../src/admin/tenant-files.ts";
import { complaintsOf, consoleIn, launchChromium } from "../fixtures/chromium.ts";
import { accessibilityViolations } from "../fixtures/page-checks.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";

const step = {
  action: "change",
  kind: "app",
  name: "tv",
  changes: [{ what: "name", from: "TV", to: "Telly" }],
} as const;

/** The functions of the command line are tested with a real tenant in packages/cli. */
const files: TenantFiles = {
  read: async () => ({
    outcome: "read",
    text: `apps:\n  tv:\n    displayName: ${"long ".repeat(40)}\n`,
    notes: ["A note."],
  }),
  plan: async () => ({
    outcome: "planned",
    plan: { steps: [{ ...step, changes: [...step.changes] }], notes: [], digest: "d" },
  }),
  apply: async () => ({ outcome: "applied", done: [{ ...step, changes: [...step.changes] }] }),
};

/** The lists of the console and their details, as people see them. */
describe("the console's lists in Chromium", () => {
  let chromium: Browser;
  let tenant: TestTenant;
  let paths: string[];
  before(async () => {
    chromium = await launchChromium();
    tenant = await startTestTenant({ clock: "moving" });
    tenant.consoleTools.tenantFiles = files;
    const { people, apps, apis, userFlows, policies } = tenant.admin;
    const email = `a.person.with.a.very.long.address@${"department.".repeat(4)}contoso.example`;
    const { id } = await people.add({
      email,
      displayName: "Ada Byron",
      password: "seven slow herons",
      administrator: true,
    });
    const [[app], [api]] = [await apps.list(), await apis.list()];
    await apps.addSecret(app!.clientId, { name: "CI" });
    const flow = await userFlows.put({ name: "Customers" });
    const policy = await policies.put({ name: "Second factor" });
    paths = [
      ...["/people", `/people/${id}`, "/people/new", "/apps", "/apps/new", `/apps/${app!.clientId}`],
      ...[`/apis/${api!.clientId}?scope=`, "/user-flows", `/user-flows/${flow.id}`, "/policies"],
      ...[`/policies/${policy.id}`, "/tenant-file", `/tenant-file/part?section=users&id=${id}`],
    ];
  });
  after(async () => {
    await chromium.close();
    await tenant.close();
  });

  async function opened(
    t: { after(done: () => Promise<void>): void },
    path: string,
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; complaints: string[] }> {
    const context = await chromium.newContext({ locale: "en-GB", ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${tenant.console}#${tenant.consoleKey}`);
    await page.getByRole("heading", { name: /^(Now|Jetzt)$/ }).waitFor();
    await page.goto(consoleIn(page, path));
    return { page, complaints };
  }

  test("a person is added, found, renamed, and deleted with a typed address", async (t) => {
    const { page, complaints } = await opened(t, "/people");
    await page.getByRole("link", { name: "Add a person" }).click();
    await page.getByLabel("Email address").fill("grace@contoso.example");
    await page.getByLabel("Generate one, and show it once").check();
    await page.getByRole("button", { name: "Add" }).click();
    await page.getByText("It is shown only now.").waitFor();
    await page.goto(consoleIn(page, "/people"));
    await page.getByLabel("Email address or name begins with").fill("GRACE");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: "grace" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Grace Hopper");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Grace Hopper" }).waitFor();
    await page.getByText("Delete…").click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alert").getByText("does not fit").waitFor();
    await page.getByLabel("To delete it, type").fill("grace@contoso.example");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("status").getByText("The account was deleted").waitFor();
    assert.equal(await tenant.admin.people.find("grace@contoso.example"), undefined);
    assert.deepEqual(complaints, []);
  });

  test("a file is opened, its plan is read, and applied", async (t) => {
    const { page, complaints } = await opened(t, "/tenant-file");
    const buffer = Buffer.from("apps:\n  from-a-file:\n");
    await page.getByLabel("Or open a file:").setInputFiles({ name: "tenant.yaml", mimeType: "text/yaml", buffer });
    const contents = page.getByLabel("Contents");
    while (!(await contents.inputValue()).includes("from-a-file")) await page.waitForLoadState();
    await page.getByRole("button", { name: "Show what would change" }).click();
    await page.getByText("change app tv").waitFor();
    await page.getByRole("button", { name: "Apply this change" }).click();
    await page.getByRole("status").getByText("Applied: one change.").waitFor();
    assert.equal(await contents.inputValue(), "apps:\n  from-a-file:\n");
    assert.deepEqual(complaints, []);
  });

  test("an action of a person is reached and done with the keyboard alone, without JavaScript too", async (t) => {
    for (const javaScriptEnabled of [true, false]) {
      // A password that was reset is not reset again.
      const email = `keyboard-${javaScriptEnabled}@contoso.example`;
      const { id } = await tenant.admin.people.add({ email, password: "seven slow herons" });
      const context = await chromium.newContext({ javaScriptEnabled, locale: "en-GB" });
      t.after(() => context.close());
      const page = await context.newPage();
      await page.goto(tenant.console);
      await page.getByLabel("Key of this start").fill(tenant.consoleKey ?? "");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Now" }).waitFor();
      await page.goto(consoleIn(page, `/people/${id}`));
      await page.locator("summary", { hasText: "Reset the password…" }).focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.getByRole("status").getByText("The password no longer works").waitFor();
    }
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [390, 1280]) {
      for (const locale of ["en-GB", "de-DE"]) {
        test(`every page is accessible and fits: ${colorScheme}, ${width} px, ${locale}`, async (t) => {
          const { page, complaints } = await opened(t, "", { colorScheme, locale, viewport: { width, height: 844 } });
          for (const path of paths) {
            await page.goto(consoleIn(page, path));
            const violations = await accessibilityViolations(page);
            const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
            assert.deepEqual(found, [], path);
            const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
            assert.ok(overflow <= 0, `${path}: ${overflow} px too wide`);
          }
          assert.deepEqual(complaints, []);
        });
      }
    }
  }
});
