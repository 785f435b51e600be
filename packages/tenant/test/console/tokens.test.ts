import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { openedPage } from "./opened-page.ts";

const PATH = "/console/tokens";
const opened = (tenant: TestTenant, language?: string) => openedPage(tenant, PATH, language);

/** A request of a token that the tenant grants. */
async function granted(tenant: TestTenant) {
  const [api] = await tenant.context.store.directory.listApis();
  return {
    as: "ada@contoso.example",
    app: "ciam-client-app",
    scopes: `api://${api!.clientId}/ToDoList.Read`,
    api: api!,
  };
}

/** What the page says went wrong, as text. */
const alertIn = (html: string) =>
  (/role="alert".*?<strong>(.*?)<\/strong>/s.exec(html)?.[1] ?? "").replace(/<[^>]*>/g, "");

/** The token in the form that checks one. */
const tokenIn = (html: string) => /<textarea[^>]*name="token"[^>]*>\n?([^<]*)</.exec(html)?.[1] ?? "";

describe("the console's page for tokens of a test", () => {
  test("issues a token that the guard of its API takes, and shows it in this answer alone", async () => {
    await using tenant = await startTestTenant();
    await tenant.admin.people.add({ email: "ada@contoso.example" });
    const page = await opened(tenant);
    const { api, ...fields } = await granted(tenant);
    const issued = await page.press("issue", fields);
    assert.equal(issued.status, 200, alertIn(issued.html));
    assert.match(issued.html, /A token for <bdi>ada@contoso\.example<\/bdi>/);
    const token = tokenIn(issued.html);
    assert.deepEqual((await tenant.testing.checkToken(token, { api: api.clientId })).reasons, []);
    assert.ok(!(await page.get()).html.includes(token), "a later page has no token");
    const records = await tenant.context.store.audit.list({ limit: 20 });
    assert.ok(records.some(({ event, actor }) => event === "testing.token_issued" && actor === "operator"));
    assert.ok(!JSON.stringify(records).includes(token));
  });

  test("says what a token contains and who takes it, before and after it expired", async () => {
    await using tenant = await startTestTenant();
    await tenant.admin.people.add({ email: "ada@contoso.example" });
    const { api, ...fields } = await granted(tenant);
    const page = await opened(tenant);
    const token = tokenIn((await page.press("issue", fields)).html);
    const accepted = await page.press("check", { token, api: api.name });
    assert.equal(accepted.status, 200);
    assert.match(accepted.html, /pill good">Accepted</);
    assert.match(accepted.html, /&quot;scp&quot;: &quot;ToDoList\.Read&quot;|"scp": "ToDoList\.Read"/);
    await tenant.testing.clock.advance(2 * 3_600_000);
    const expired = await page.press("check", { token, api: api.clientId });
    assert.equal(expired.status, 200, "a token that is refused is an answer, not a failure");
    assert.match(expired.html, /pill bad">Refused</);
    assert.match(expired.html, /<code>token_expired<\/code>/);
    assert.match(expired.html, /clock was moved/);
    const [head, body] = token.split(".");
    const forged = await page.press("check", { token: `${head}.${body}.AAAA`, api: api.clientId });
    assert.match(forged.html, /<code>signature_invalid<\/code>/);
    const foreign = await page.press("issue", { ...fields, scopes: "openid" });
    assert.match(foreign.html, /id="api"(?![^>]* value=)/, "a token for no API of the tenant suggests none");
    const noJwt = await page.press("check", { token: "<b>no</b>", api: api.clientId });
    assert.match(noJwt.html, /<code>token_malformed<\/code>/);
    assert.ok(!noJwt.html.includes("<b>no</b>"));
  });

  test("refuses what is missing or unknown in the page's language, and keeps what was typed", async () => {
    await using tenant = await startTestTenant();
    await tenant.admin.people.add({ email: "ada@contoso.example" });
    const eve = await tenant.admin.people.add({ email: "eve@contoso.example" });
    await tenant.admin.people.disable(eve.id);
    const { api, ...fields } = await granted(tenant);
    const [english, german] = [await opened(tenant), await opened(tenant, "de")];
    const check = { token: "x.y.z", api: api.name };
    for (const [action, wrong, field, en, de] of [
      ["issue", { as: "" }, "as", /^Enter the email address/, /^Geben Sie die E‑Mail-Adresse/],
      ["issue", { app: "" }, "app", /^Enter the app/, /^Geben Sie die App/],
      ["issue", { scopes: " " }, "scopes", /^Enter at least one scope/, /^Geben Sie mindestens eine/],
      ["issue", { app: "nothing" }, "app", /is called “nothing”/, /heißt „nothing“/],
      ["issue", { as: "no@contoso.example" }, "as", /^No account has this/, /^Kein Konto hat diese/],
      ["issue", { as: "eve@contoso.example" }, "as", /^This account is disabled/, /^Dieses Konto ist gesperrt/],
      ["check", { token: "" }, "token", /^Paste the token/, /^Fügen Sie das Token/],
      ["check", { api: "" }, "api", /^Enter the web API/, /^Geben Sie die Web-API/],
      ["check", { api: "nothing" }, "api", /is called “nothing”/, /heißt „nothing“/],
    ] as const) {
      for (const [page, says] of [
        [english, en],
        [german, de],
      ] as const) {
        const sent: Record<string, string> = { ...(action === "issue" ? fields : check), ...wrong };
        const refused = await page.press(action, sent);
        assert.equal(refused.status, 422, JSON.stringify(wrong));
        assert.match(alertIn(refused.html), says);
        const tag = new RegExp(`<(?:input|textarea)[^>]*id="${field}"[^>]*>`).exec(refused.html)![0];
        assert.match(tag, /aria-invalid="true" aria-describedby="problem/);
        for (const [name, value] of Object.entries(sent)) {
          const kept = new RegExp(
            `<input[^>]*id="${name}"[^>]* value="${value}"|<textarea[^>]*id="${name}"[^>]*>\\n?${value}<`,
          );
          if (value.trim() !== "") assert.match(refused.html, kept, `keeps ${name}`);
        }
      }
    }
    // What only the protocol can say is in English, with its number.
    const refused = await english.press("issue", { ...fields, scopes: `${api.identifierUri}/Nothing` });
    assert.equal(refused.status, 422);
    assert.match(refused.html, /lang="en".*AADSTS\d+/s);
  });

  test("needs the form's own token, and the console's session", async () => {
    await using tenant = await startTestTenant();
    const page = await opened(tenant);
    const { api, ...fields } = await granted(tenant);
    assert.equal((await page.send(PATH, { action: "issue", ...fields })).status, 403);
    assert.ok((await page.press("advance")).status >= 400, "an action of another page");
    assert.equal((await tenant.fetch(`${tenant.pages}${PATH}`)).status, 403);
    const records = await tenant.context.store.audit.list({ limit: 20 });
    assert.ok(
      records.every(({ event }) => event !== "testing.token_issued"),
      api.name,
    );
  });
});
