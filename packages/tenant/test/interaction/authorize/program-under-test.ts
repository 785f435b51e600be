import type { App } from "../../../src/directory/entities.ts";
import { authorizationQuery, type Program, program } from "../../fixtures/program.ts";
import { seed } from "../../fixtures/seed.ts";
import { sampleApp } from "../../storage/samples.ts";
import type { Browser, Page } from "../browser.ts";
import type { PagesUnderTest } from "../pages-under-test.ts";

export const WEB = "https://notes.contoso.example/back?from=doorcode";
export const LOOPBACK = "http://localhost:51004/callback";

/** An app with redirect URIs on the web, on this computer, and with its own scheme. */
export async function registeredApp({ ctx }: PagesUnderTest, changes: Partial<App> = {}): Promise<App> {
  const redirectUris = [WEB, "http://localhost/callback", "http://[::1]/", "com.contoso.notes:/back"];
  const app = sampleApp({ name: "Contoso Notes", redirectUris, ...changes });
  await seed(ctx.store).putApp(app);
  return app;
}

/** The browser comes from the program, and is on the first page that it gets, or at the answer. */
export function arrive(browser: Browser, asks: Program, changes: Record<string, string | null> = {}): Promise<Page> {
  return browser.get(`/authorize?${authorizationQuery(asks, changes)}`);
}

export async function programOf(
  testEnv: PagesUnderTest,
  redirectUri = LOOPBACK,
  changes: Partial<App> = {},
): Promise<Program> {
  return program((await registeredApp(testEnv, changes)).clientId, redirectUri);
}

/** The program's answer; undefined on one of our pages. */
export function answerOf(page: Page): Record<string, string> | undefined {
  const { location } = page.headers;
  return typeof location === "string" ? Object.fromEntries(new URL(location).searchParams) : undefined;
}
