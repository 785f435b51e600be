import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { User } from "../../packages/tenant/src/directory/entities.ts";
import { hashPassword } from "../../packages/tenant/src/directory/password.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { createUser, seed } from "../../packages/tenant/test/fixtures/seed.ts";
import type { MsalClient, MsalRefusal } from "./msal-client.ts";
import { startTenantForClients, type TenantForClients } from "./tenant-for-clients.ts";

const PASSWORD = "seven slow herons";

/** `acquireTokenInteractive` with its own loopback server; the response is a form (`response_mode=form_post`). */
describe("unmodified MSAL Node signs in through a browser", () => {
  let testEnv: TenantForClients;
  let browser: Browser;
  let passwordHash: string;
  before(async () => {
    [testEnv, browser, passwordHash] = await Promise.all([
      startTenantForClients({ clock: "moving" }),
      launchChromium(),
      hashPassword(PASSWORD),
    ]);
    const { directory } = testEnv.tenant.context.store;
    const app = (await directory.findApp(testEnv.clientId))!;
    await seed(testEnv.tenant.context.store).putApp({ ...app, redirectUris: ["http://localhost"] });
  });
  after(async () => {
    await browser.close();
    await testEnv[Symbol.asyncDispose]();
  });

  async function person(email: string): Promise<User> {
    const user = await createUser(testEnv.tenant.context, { email, displayName: "Grace", passwordHash });
    if (user === "taken") throw new Error(`${email} is taken`);
    return user;
  }

  /** A person's own browser, which the program opens and keeps open until the response arrives. */
  async function inBrowser<T>(
    use: (browse: (walk: (page: Page) => Promise<void>) => (url: string) => Promise<void>) => Promise<T>,
  ) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    try {
      return await use((walk) => async (url) => {
        const page = await context.newPage();
        await page.goto(url);
        await walk(page);
      });
    } finally {
      await context.close();
    }
  }

  async function signInAt(page: Page, email: string): Promise<void> {
    await page.locator('input[name="email"]').fill(email);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('input[name="password"]').press("Enter");
    await page.waitForURL(/\/authorize\/consent/);
  }

  const say = (page: Page, answer: RegExp) => page.getByRole("button", { name: answer }).click();

  test("a person signs in and approves; the program gets its tokens, which it renews", async () => {
    const email = "grace@contoso.example";
    const { id } = await person(email);
    await using msal = testEnv.msal();
    const result = await inBrowser((browse) =>
      msal.signInInteractive(
        { scopes: [testEnv.scopes.read], loginHint: email },
        browse(async (page) => {
          assert.equal(await page.locator('input[name="email"]').inputValue(), email);
          await signInAt(page, email);
          await say(page, /^Yes, sign in/);
          await page.getByText("Auth code was successfully acquired").waitFor();
        }),
      ),
    );
    assert.deepEqual([result.username, result.homeAccountId], [email, `${id}.${testEnv.tenant.tenantId}`]);
    assert.ok(result.scopes.includes(testEnv.scopes.read));
    const silent = await msal.silent({ scopes: [testEnv.scopes.read], forceRefresh: true });
    assert.equal(silent.fromCache, false);
    assert.notEqual(silent.accessToken, result.accessToken);
  });

  test("a person who declines causes access_denied", async () => {
    const email = "mary@contoso.example";
    await person(email);
    await using msal = testEnv.msal();
    const asked = inBrowser((browse) =>
      msal.signInInteractive(
        { scopes: [testEnv.scopes.read] },
        browse(async (page) => {
          await signInAt(page, email);
          await say(page, /^No, go back/);
          await page.getByText("Error occurred: access_denied").waitFor();
        }),
      ),
    );
    await assert.rejects(asked, ({ thrown }: MsalRefusal) => {
      assert.equal(thrown.code, "access_denied");
      assert.match(thrown.message, /AADSTS65004/);
      return true;
    });
  });

  test("it asks for approval even if signed in, and prompt=login asks for the password again", async () => {
    const email = "katherine@contoso.example";
    await person(email);
    await using msal: MsalClient = testEnv.msal();
    const scopes = [testEnv.scopes.read];
    await inBrowser(async (browse) => {
      const yes = async (page: Page) => {
        await say(page, /^Yes, sign in/);
        await page.getByText("Auth code was successfully acquired").waitFor();
      };
      await msal.signInInteractive(
        { scopes },
        browse(async (page) => signInAt(page, email).then(() => yes(page))),
      );
      await msal.signInInteractive(
        { scopes },
        browse(async (page) => {
          assert.match(page.url(), /\/authorize\/consent/);
          await yes(page);
        }),
      );
      testEnv.tenant.clock.advance(1_000);
      await msal.signInInteractive(
        { scopes, prompt: "login" },
        browse(async (page) => signInAt(page, email).then(() => yes(page))),
      );
    });
  });

  test("an unknown scope is reported to the program, without a page", async () => {
    await using msal = testEnv.msal();
    const asked = inBrowser((browse) =>
      msal.signInInteractive(
        { scopes: [`${testEnv.scopes.read}.Nothing`] },
        browse(async (page) => page.getByText("Error occurred: invalid_scope").waitFor()),
      ),
    );
    await assert.rejects(asked, ({ thrown }: MsalRefusal) => /AADSTS70011/.test(thrown.message));
  });
});
