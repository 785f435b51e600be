/**
 * The pictures of the console, light and dark: a real tenant, with requests in several states. `node tools/node24.mjs
 * tests/gallery/console-picture.ts`
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { tenantFiles } from "../../packages/cli/src/prepare/tenant-files.ts";
import { consoleIn, launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { startTestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { poll, requestCode, URN } from "../fixtures/device.ts";

const folder = join(import.meta.dirname, "../../docs/images");
const [ada, bob] = ["ada@contoso.example", "bob@contoso.example"];
const password = "seven slow herons";

await using tenant = await startTestTenant({ clock: "moving", branding: { name: "Contoso" } });
const browser = await launchChromium();
try {
  for (const email of [ada, bob]) await tenant.admin.people.add({ email, password });
  const [app] = tenant.apps;
  await tenant.admin.apps.put({ clientId: app?.clientId ?? "", name: "Contoso Player" });
  tenant.consoleTools.loginCommand = async () => "doorcode login";

  const printer = (await requestCode(tenant, { device_name: "Receipt printer" })).body;
  await tenant.approve(printer.user_code, { as: bob });
  await poll(tenant, printer.device_code, { grant_type: URN });
  const tablet = (await requestCode(tenant, { device_name: "Old tablet" })).body;
  await tenant.deny(tablet.user_code);
  const television = (await requestCode(tenant, { device_name: "Living-room TV" })).body;
  await requestCode(tenant, { device_name: "kiosk-7" });
  await tenant.fetch(`${tenant.authority}/oauth2/v2.0/devicecode`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ client_id: app?.clientId ?? "", scope: "ToDoList.Delete" }).toString(),
  });

  // A user who is about to decide.
  const phone = await browser.newPage();
  await phone.goto(`${tenant.verificationUri}?user_code=${television.user_code}`);
  await phone.locator('form[action="/device"] button').click();
  await phone.locator("#email").fill(ada);
  await phone.locator("#password").fill(password);
  await phone.locator('form[action="/sign-in"] button[type="submit"]:not([formaction])').click();
  await phone.waitForURL("**/confirm?*");

  const { groups, people } = tenant.admin;
  const group = await groups.add({ name: "Cashiers" });
  await groups.addMember(group.id, (await people.find(bob))!.id);
  const [signIn] = await tenant.admin.signIns.list();
  tenant.consoleTools.tenantFiles = tenantFiles(tenant.ca);

  /** The tenant file, with a change that is shown before it is applied. */
  const plan = async (page: Page) => {
    await page.goto(consoleIn(page, "/tenant-file"));
    const file = page.getByLabel("Contents");
    await file.fill((await file.inputValue()).replace("Contoso Player", "Contoso Player 2"));
    await page.getByRole("button", { name: "Show what would change" }).click();
    await page.locator("#plan").waitFor();
  };
  const opened = (path: string) => (page: Page) => page.goto(consoleIn(page, path));
  const more = [
    opened(`/sign-ins/${signIn!.id}`),
    opened(`/people/${(await people.find(bob))!.id}`),
    plan,
    opened("/audit"),
  ];

  for (const colorScheme of ["light", "dark"] as const) {
    const look = { colorScheme, locale: "en-GB", reducedMotion: "reduce" } as const;
    const page = await browser.newPage({ ...look, viewport: { width: 1280, height: 860 }, deviceScaleFactor: 1.5 });
    await page.goto(`${tenant.console}#${tenant.consoleKey}`);
    await page.getByRole("heading", { name: "Now" }).waitFor();
    await page.screenshot({ path: join(folder, `console-${colorScheme}.png`) });
    const shown: string[] = [];
    for (const open of more) {
      await open(page);
      shown.push((await page.screenshot()).toString("base64"));
    }
    await page.close();
    const style = `body{margin:0;padding:16px;display:grid;grid-template-columns:1fr 1fr;gap:16px;background:transparent}
      img{width:640px;border-radius:12px;outline:1px solid ${colorScheme === "light" ? "#d8d5cd" : "#3a3a43"}}`;
    const sheet = await browser.newPage({ viewport: { width: 1328, height: 908 }, deviceScaleFactor: 1.25 });
    const images = shown.map((data) => `<img src="data:image/png;base64,${data}">`).join("");
    await sheet.setContent(`<!doctype html><style>${style}</style>${images}`);
    await writeFile(join(folder, `console-pages-${colorScheme}.png`), await sheet.screenshot({ omitBackground: true }));
    await sheet.close();
  }
} finally {
  await browser.close();
}
