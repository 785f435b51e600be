// A program opens its sign-in in a browser that does not know the tenant's CA.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { hashPassword } from "../../packages/tenant/src/directory/password.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { authorizationQuery, program } from "../../packages/tenant/test/fixtures/program.ts";
import { createUser, seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addApp } from "../fixtures/registrations.ts";

const [EMAIL, PASSWORD] = ["ada@contoso.example", "seven slow herons"];

test("a browser that does not trust the tenant's CA signs in at the address from the metadata", async (t) => {
  await using tenant = await startTestTenant({ clock: "moving" });
  const passwordHash = await hashPassword(PASSWORD);
  assert.notEqual(await createUser(tenant.context, { email: EMAIL, displayName: "Ada", passwordHash }), "taken");
  const app = { ...(await addApp(tenant.context, "Contoso Notes")), redirectUris: ["http://localhost/callback"] };
  await seed(tenant.context.store).putApp(app);
  const listener = createServer().listen(0, "127.0.0.1");
  t.after(() => listener.close());
  await once(listener, "listening");
  const answered = new Promise<URLSearchParams>((resolve) => {
    listener.on("request", (request, response) => {
      response.setHeader("connection", "close").end("Back in the program");
      const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
      if (pathname === "/callback") resolve(searchParams);
    });
  });

  const metadata = await (await tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`)).json();
  const { authorization_endpoint, doorcode_loopback_authorization_endpoint } = metadata as Record<string, string>;
  const port = (listener.address() as AddressInfo).port;
  const asks = program(app.clientId, `http://localhost:${port}/callback`);
  const browser = await launchChromium();
  t.after(() => browser.close());
  const refused = (await browser.newPage()).goto(`${authorization_endpoint}?${authorizationQuery(asks)}`);
  await assert.rejects(refused, /ERR_CERT_AUTHORITY_INVALID/);
  const page = await browser.newPage();
  await page.goto(`${doorcode_loopback_authorization_endpoint}?${authorizationQuery(asks)}`);
  await page.locator('input[name="email"]').fill(EMAIL);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('input[name="password"]').press("Enter");
  await page.getByRole("button", { name: "Yes, sign in", exact: true }).click();
  await page.getByText("Back in the program").waitFor();
  const answer = await answered;
  assert.deepEqual([answer.get("iss"), answer.get("state")], [tenant.issuer, asks.state]);
  assert.ok(answer.get("code"));
});
