/**
 * The pictures of the console, light and dark: a real tenant, with requests in several states. `node tools/node24.mjs
 * tests/gallery/console-picture.ts`
 */
import { join } from "node:path";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
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

  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({
      ...{ colorScheme, locale: "en-GB", viewport: { width: 1280, height: 860 }, deviceScaleFactor: 1.5 },
      reducedMotion: "reduce",
    });
    await page.goto(`${tenant.console}#${tenant.consoleKey}`);
    await page.getByRole("heading", { name: "Now" }).waitFor();
    await page.screenshot({ path: join(folder, `console-${colorScheme}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
}
