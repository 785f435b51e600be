import type { Page } from "playwright-core";

/** At an address where browsers have passkeys, so that the pages' script shows what it shows to a person. */
export async function show(page: Page, body: string): Promise<void> {
  await page.route("http://localhost/", (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }), {
    times: 1,
  });
  await page.goto("http://localhost/");
}
