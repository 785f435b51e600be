import type { Page } from "playwright-core";

/** Uses an address where browsers support passkeys, so that the pages' script runs as it does for a person. */
export async function show(page: Page, body: string): Promise<void> {
  await page.route("http://localhost/", (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }), {
    times: 1,
  });
  await page.goto("http://localhost/");
}
