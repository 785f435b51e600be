// A program signs a person in through their own browser: the whole flow with Chromium and a loopback listener.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { App } from "../../packages/tenant/src/directory/entities.ts";
import { hashPassword } from "../../packages/tenant/src/directory/password.ts";
import { DEFAULT_USER_FLOW } from "../../packages/tenant/src/directory/user-flow.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { accessibilityViolations } from "../../packages/tenant/test/fixtures/page-checks.ts";
import { authorizationQuery, type Program, program, tokenForm } from "../../packages/tenant/test/fixtures/program.ts";
import { createUser, seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addApp } from "../fixtures/registrations.ts";

const PASSWORD = "seven slow herons";

/** A program's own listener, which records what the browser sends. */
class Listener implements AsyncDisposable {
  readonly #server: Server;
  readonly #arrived: Promise<{ method: string; answer: URLSearchParams }>;

  private constructor(server: Server) {
    this.#server = server;
    this.#arrived = new Promise((resolve) => {
      server.on("request", async (request, response) => {
        let body = "";
        for await (const chunk of request) body += chunk;
        response.setHeader("content-type", "text/html").end("<h1>Back in the program</h1>");
        const { pathname, search } = new URL(request.url ?? "", "http://localhost");
        if (pathname !== "/callback") return;
        const answer = new URLSearchParams(request.method === "POST" ? body : search);
        resolve({ method: request.method ?? "", answer });
      });
    });
  }

  static async start(address = "127.0.0.1"): Promise<Listener> {
    const server = createServer();
    server.listen(0, address);
    await once(server, "listening");
    return new Listener(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  answer(): Promise<{ method: string; answer: URLSearchParams }> {
    return this.#arrived;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe("a program signs a person in through their own browser", () => {
  let browser: Browser;
  let tenant: TestTenant;
  let app: App;
  let passwordHash: string;

  before(async () => {
    [browser, tenant, passwordHash] = await Promise.all([
      launchChromium(),
      startTestTenant({ clock: "moving" }),
      hashPassword(PASSWORD),
    ]);
    app = await register("Contoso Notes");
  });
  after(async () => {
    await browser.close();
    await tenant.close();
  });

  async function register(name: string, changes: Partial<App> = {}): Promise<App> {
    const redirectUris = ["http://localhost/callback", "http://127.0.0.1/callback", "http://[::1]/callback"];
    const registered = { ...(await addApp(tenant.context, name)), redirectUris, ...changes };
    await seed(tenant.context.store).putApp(registered);
    return registered;
  }

  async function person(email: string): Promise<string> {
    if ((await createUser(tenant.context, { email, displayName: "Ada", passwordHash })) === "taken")
      throw new Error(email);
    return email;
  }

  async function withPage(use: (page: Page) => Promise<void>, options: BrowserContextOptions = {}): Promise<void> {
    // No trust store contains the tenant's CA: only the request to the issuer origin needs it.
    const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
    try {
      await use(await context.newPage());
    } finally {
      await context.close();
    }
  }

  const start = (page: Page, asks: Program, more: Record<string, string> = {}) =>
    page.goto(`${tenant.authority}/oauth2/v2.0/authorize?${authorizationQuery(asks, more)}`);
  const heading = (page: Page) => page.locator("h1").innerText();
  const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

  async function signIn(page: Page, email: string): Promise<void> {
    await page.locator('input[name="email"]').fill(email);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('input[name="password"]').press("Enter");
  }

  async function assertAccessible(page: Page): Promise<void> {
    assert.deepEqual(await accessibilityViolations(page), [], await heading(page));
  }

  async function redeem(asks: Program, answer: URLSearchParams) {
    const body = tokenForm(asks, answer.get("code") ?? "");
    const response = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/token`, { method: "POST", body });
    assert.equal(response.status, 200);
    const { id_token } = (await response.json()) as { id_token: string };
    return JSON.parse(Buffer.from(id_token.split(".")[1]!, "base64url").toString()) as Record<string, unknown>;
  }

  for (const host of ["localhost", "127.0.0.1"]) {
    test(`a person with an account, back to ${host}: sign-in, question, approval, tokens`, async () => {
      const email = await person(`${host.replaceAll(".", "-")}@contoso.example`);
      await using listener = await Listener.start();
      const asks = program(app.clientId, `http://${host}:${listener.port}/callback`);
      await withPage(async (page) => {
        await start(page, asks);
        await signIn(page, email);
        await page.getByText("The program on this computer").waitFor();
        assert.match(await heading(page), /Sign in to Contoso Notes\?/);
        await assertAccessible(page);
        await press(page, "Yes, sign in");
        await page.getByText("Back in the program").waitFor();
      });
      const { method, answer } = await listener.answer();
      assert.deepEqual([method, answer.get("state"), answer.get("iss")], ["GET", asks.state, tenant.issuer]);
      const claims = await redeem(asks, answer);
      assert.deepEqual([claims.preferred_username, claims.nonce], [email, asks.nonce]);
    });
  }

  test("with response_mode=form_post the response is a form that submits itself, or has a button where no script runs", async () => {
    const email = await person("form@contoso.example");
    for (const javaScriptEnabled of [true, false]) {
      await using listener = await Listener.start();
      const asks = program(app.clientId, `http://localhost:${listener.port}/callback`);
      await withPage(
        async (page) => {
          await start(page, asks, { response_mode: "form_post" });
          await signIn(page, email);
          await press(page, "Yes, sign in");
          if (!javaScriptEnabled) {
            assert.equal(await heading(page), "Taking you back");
            await press(page, "Go back");
          }
          await page.getByText("Back in the program").waitFor();
          assert.doesNotMatch(page.url(), /code=/);
        },
        { javaScriptEnabled },
      );
      const { method, answer } = await listener.answer();
      assert.deepEqual([method, answer.get("state")], ["POST", asks.state]);
      assert.equal((await redeem(asks, answer)).preferred_username, email);
    }
  });

  test("an IPv6 loopback address, which no policy can name, is reached by a link that opens automatically", async () => {
    const email = await person("six@contoso.example");
    await using listener = await Listener.start("::1");
    const asks = program(app.clientId, `http://[::1]:${listener.port}/callback`);
    await withPage(async (page) => {
      await start(page, asks);
      await signIn(page, email);
      await press(page, "Yes, sign in");
      await page.getByText("Back in the program").waitFor();
    });
    assert.equal((await redeem(asks, (await listener.answer()).answer)).preferred_username, email);
  });

  test("a new person creates an account during the sign-in", async () => {
    const email = "new@contoso.example";
    await using listener = await Listener.start();
    const asks = program(app.clientId, `http://localhost:${listener.port}/callback`);
    await withPage(async (page) => {
      await start(page, asks, { prompt: "create", login_hint: email });
      assert.equal(await page.locator('input[name="email"]').inputValue(), email);
      const next = () => page.locator('main button[type="submit"]').first().click();
      await next();
      await page.locator('input[name="code"]').waitFor();
      const [mail] = await tenant.mailsTo(email);
      await page.locator('input[name="code"]').fill(/\b\d{8}\b/.exec(mail?.text ?? "")?.[0] ?? "");
      await next();
      await page.locator('input[name="password"]').fill(PASSWORD);
      await next();
      await page.locator('input[name="display_name"]').fill("Grace");
      await next();
      await page.getByText(`Signed in as ${email}`).waitFor();
      await press(page, "Yes, sign in");
      await page.getByText("Back in the program").waitFor();
    });
    const claims = await redeem(asks, (await listener.answer()).answer);
    assert.deepEqual([claims.preferred_username, claims.name], [email, "Grace"]);
  });

  test("if a second factor is required, the question comes after it", async () => {
    const email = await person("factor@contoso.example");
    const flow = {
      ...DEFAULT_USER_FLOW,
      id: "by-mail",
      name: "By mail",
      mfaRequired: true,
      mfaMethods: ["email_code" as const],
    };
    await seed(tenant.context.store).putUserFlow({ ...flow, createdAt: tenant.clock.now() });
    const careful = await register("Contoso Payroll", { userFlowId: flow.id });
    await using listener = await Listener.start();
    const asks = program(careful.clientId, `http://localhost:${listener.port}/callback`);
    await withPage(async (page) => {
      await start(page, asks);
      await signIn(page, email);
      await page.waitForURL(/\/second-factor\/email/);
      await page.locator("main form button").first().click();
      await page.locator('input[name="code"]').waitFor();
      const [mail] = await tenant.mailsTo(email);
      await page.locator('input[name="code"]').fill(/\b\d{8}\b/.exec(mail?.text ?? "")?.[0] ?? "");
      await page.locator('input[name="code"]').press("Enter");
      await page.waitForURL(/\/authorize\/consent/);
      await press(page, "Yes, sign in");
      await page.getByText("Back in the program").waitFor();
    });
    assert.deepEqual((await redeem(asks, (await listener.answer()).answer)).amr, ["pwd", "otp", "mfa"]);
  });

  test("after declining, the program gets the error and nothing else", async () => {
    const email = await person("no@contoso.example");
    await using listener = await Listener.start();
    const asks = program(app.clientId, `http://localhost:${listener.port}/callback`);
    await withPage(async (page) => {
      await start(page, asks);
      await signIn(page, email);
      await press(page, "No, go back");
      await page.getByText("Back in the program").waitFor();
      await page.goBack();
      assert.equal(await heading(page), "This sign-in has ended");
      await assertAccessible(page);
    });
    const { answer } = await listener.answer();
    assert.deepEqual(
      [answer.get("error"), answer.get("code"), answer.get("state")],
      ["access_denied", null, asks.state],
    );
  });

  test("with another account, the next person approves the same program", async () => {
    const [first, second] = [await person("first@contoso.example"), await person("second@contoso.example")];
    await using listener = await Listener.start();
    const asks = program(app.clientId, `http://localhost:${listener.port}/callback`);
    await withPage(async (page) => {
      await start(page, asks);
      await signIn(page, first);
      await press(page, "Use another account");
      assert.equal(await heading(page), "Sign in");
      await signIn(page, second);
      await page.getByText(`Signed in as ${second}`).waitFor();
      await press(page, "Yes, sign in");
      await page.getByText("Back in the program").waitFor();
    });
    assert.equal((await redeem(asks, (await listener.answer()).answer)).preferred_username, second);
  });

  test("the pages are in German if the program asks for it", async () => {
    const email = await person("deutsch@contoso.example");
    await using listener = await Listener.start();
    const asks = program(app.clientId, `http://localhost:${listener.port}/callback`);
    await withPage(async (page) => {
      await start(page, asks, { ui_locales: "de" });
      assert.equal(await heading(page), "Anmelden");
      await signIn(page, email);
      await page.getByText("Programm auf diesem Computer").waitFor();
      assert.match(await heading(page), /Bei Contoso Notes anmelden\?/);
      await assertAccessible(page);
      await press(page, "Ja, anmelden");
      await page.getByText("Back in the program").waitFor();
    });
    await redeem(asks, (await listener.answer()).answer);
  });

  test("if Yes is pressed twice, the program gets a code that works", async () => {
    const email = await person("twice@contoso.example");
    await using listener = await Listener.start();
    const asks = program(app.clientId, `http://localhost:${listener.port}/callback`);
    await withPage(async (page) => {
      await start(page, asks);
      await signIn(page, email);
      await page.getByRole("button", { name: "Yes, sign in" }).dblclick();
      await page.getByText("Back in the program").waitFor();
    });
    assert.equal((await redeem(asks, (await listener.answer()).answer)).preferred_username, email);
  });

  test("the page's policy lets a form through to the validated redirect, and nowhere else", async () => {
    const email = await person("policy@contoso.example");
    await using listener = await Listener.start();
    await using other = await Listener.start();
    const asks = program(app.clientId, `http://localhost:${listener.port}/callback`);
    await withPage(async (page) => {
      await start(page, asks);
      await signIn(page, email);
      await page.waitForURL(/\/authorize\/consent/);
      // In a tab of its own: Playwright waits for navigations, blocked ones too.
      const tab = await page.context().newPage();
      await tab.goto(page.url());
      const blockedFrom = (action: string) =>
        tab.evaluate<string>(`new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), { once: true });
          const form = document.createElement("form");
          form.action = ${JSON.stringify(action)};
          document.body.append(form);
          form.submit();
        })`);
      for (const elsewhere of [
        `http://localhost:${other.port}/callback`,
        `http://127.0.0.1:${listener.port}/callback`,
        "https://evil.example/",
      ]) {
        assert.equal(await blockedFrom(elsewhere), "form-action", elsewhere);
        assert.match(tab.url(), /\/authorize\/consent/);
      }
      await press(page, "Yes, sign in");
      await page.getByText("Back in the program").waitFor();
    });
  });

  test("no other page frames the question", async () => {
    const email = await person("framed@contoso.example");
    await using listener = await Listener.start();
    const asks = program(app.clientId, `http://localhost:${listener.port}/callback`);
    await withPage(async (page) => {
      await start(page, asks);
      await signIn(page, email);
      await page.waitForURL(/\/authorize\/consent/);
      const question = page.url();
      await page.goto(`http://localhost:${listener.port}/frame`);
      const framed = page.waitForEvent("framenavigated", (frame) => frame.parentFrame() !== null);
      await page.evaluate(`{
        const frame = document.createElement("iframe");
        frame.src = ${JSON.stringify(question)};
        document.body.append(frame);
      }`);
      assert.doesNotMatch(await (await framed).content(), /Contoso Notes/);
    });
  });

  test("a redirect that is not registered ends at a page of the tenant with an error number and no redirect", async () => {
    await withPage(async (page) => {
      await start(page, program(app.clientId, "http://localhost:1/elsewhere"));
      assert.equal(await heading(page), "This sign-in can’t start");
      assert.match(await page.locator("p.mono").innerText(), /^AADSTS50011/);
      assert.equal(await page.locator("a, form").count(), 0);
      await assertAccessible(page);
    });
  });
});
