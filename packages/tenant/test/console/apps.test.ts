import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Browser, type Page, textOf } from "../interaction/browser.ts";
import { embeddedConsole, servedConsole } from "./console-under-test.ts";

const GRAPH = "00000003-0000-0000-c000-000000000000";

/** Adds an app or an API, and returns its page. */
async function added(
  browser: Browser,
  kind: "app" | "api",
  values: Record<string, string>,
): Promise<Page & { id: string; folder: string }> {
  const form = await browser.get(`/console/apps/new?kind=${kind}`);
  const page = await browser.send(form, "/console/apps/new", values);
  const id = /([\da-f-]{36})\?done=added$/.exec(page.at)?.[1];
  assert.ok(id, textOf(page.html));
  return { ...page, id, folder: `/console/${kind}s/${id}` };
}

describe("Apps and APIs in the console", { concurrency: true }, () => {
  test("an app is added, changed, disabled and deleted", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const { id, folder } = await added(operator, "app", {
      ...{ name: "TV <i>", redirect_uris: "http://localhost/callback\r\n\r\nhttps://tv.example/back" },
    });
    const app = await ctx.store.directory.findApp(id);
    assert.deepEqual([app?.name, app?.publicClient, app?.grantTypes], ["TV <i>", true, null]);
    assert.deepEqual(app?.redirectUris, ["http://localhost/callback", "https://tv.example/back"]);
    let page = await operator.get(folder);
    assert.equal(page.status, 200);
    assert.ok(page.html.includes("TV &lt;i&gt;"));
    page = await operator.send(page, `${folder}/edit`, {
      grants: "own",
      device_code: "yes",
      require_mfa: "yes",
      redirect_uris: "",
    });
    assert.match(page.at, /done=edited/);
    const changed = await ctx.store.directory.findApp(id);
    assert.deepEqual([changed?.requireMfa, changed?.redirectUris], [true, []]);
    assert.ok(changed?.grantTypes?.includes("device_code"));
    page = await operator.send(page, `${folder}/disable`);
    assert.match(textOf(page.html), /disabled/);
    assert.notEqual((await ctx.store.directory.findApp(id))?.disabledAt, null);
    page = await operator.send(page, `${folder}/enable`);
    assert.equal((await operator.send(page, `${folder}/remove`, { confirm: "tv" })).status, 422);
    assert.match(
      (await operator.send(page, `${folder}/remove`, { confirm: "TV <i>" })).at,
      /\/console\/apps\?done=removed/,
    );
    assert.equal((await operator.get(folder)).status, 404);
  });

  test("a wrong redirect URI, an empty name and no way to get tokens are refused, and nothing typed is lost", async (t) => {
    const { operator } = await embeddedConsole(t);
    const form = await operator.get("/console/apps/new");
    for (const [values, why] of [
      [{ name: "App", redirect_uris: "http://evil.example/x" }, /cannot be a redirect URI/],
      [{ name: "App", redirect_uris: "javascript:alert(1)" }, /cannot be a redirect URI/],
      [{ name: " " }, /Enter a name/],
      [
        {
          name: "App",
          grants: "own",
          device_code: "",
          authorization_code: "",
          refresh_token: "",
          client_credentials: "",
        },
        /at least one way/,
      ],
      [{ name: "App", user_flow: "00000000-0000-4000-8000-000000000009" }, /deleted meanwhile/],
    ] as const) {
      const refused = await operator.send(form, "/console/apps/new", values);
      assert.equal(refused.status, 422, JSON.stringify(values));
      assert.match(textOf(refused.html), why);
      if ("redirect_uris" in values) assert.ok(refused.html.includes(values.redirect_uris));
    }
  });

  test("only the field with the wrong redirect URI is marked, and both if together they are too many", async (t) => {
    const { operator } = await embeddedConsole(t);
    const form = await operator.get("/console/apps/new");
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => `https://tv.example/${index}`).join("\n");
    const [wrong, good] = ["http://evil.example/x", "https://tv.example/back"];
    for (const [redirect_uris, post_logout_redirect_uris, marked] of [
      [wrong, "", ["redirect_uris"]],
      [wrong, good, ["redirect_uris"]],
      [good, wrong, ["post_logout_redirect_uris"]],
      [many(101), "", ["redirect_uris"]],
      [many(60), many(60), ["redirect_uris", "post_logout_redirect_uris"]],
    ] as const) {
      const refused = await operator.send(form, "/console/apps/new", {
        ...{ name: "App", redirect_uris, post_logout_redirect_uris },
      });
      assert.equal(refused.status, 422);
      const invalid = [...refused.html.matchAll(/name="([^"]*)"[^>]* aria-invalid="true"/g)].map(([, name]) => name);
      assert.deepEqual(invalid, marked);
    }
  });

  test("a wrong redirect URI is explained in the language of the page", async (t) => {
    const { operator } = await embeddedConsole(t);
    const form = await operator.get("/console/apps/new?ui_locales=de");
    const refused = await operator.send(form, "/console/apps/new", {
      name: "App",
      redirect_uris: "http://evil.example/x",
    });
    assert.match(textOf(refused.html), /kann keine Umleitungs-URI sein: sie muss mit https:\/\/ oder mit/);
  });

  test("a secret is shown once, authenticates the app, and is removed", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const { id, folder } = await added(operator, "app", { name: "Server" });
    const page = await operator.get(folder);
    for (const days of ["", "0", "1.5", "10000"]) {
      assert.equal((await operator.send(page, `${folder}/secrets`, { days })).status, 422, days);
    }
    const shown = await operator.send(page, `${folder}/secrets`, { days: "30", secret_name: "CI" });
    const secret = /class="secret">([\w-]{43})</.exec(shown.html)?.[1];
    assert.ok(secret);
    const again = await operator.get(folder);
    assert.ok(!again.html.includes(secret));
    assert.ok(!JSON.stringify(await ctx.store.audit.list({ limit: 50 })).includes(secret));
    const removed = await operator.send(again, `${folder}/secrets/remove`);
    assert.match(removed.at, /done=secret_removed/);
    assert.deepEqual(await ctx.store.credentials.secretsOf(id), []);
    assert.equal((await operator.send(page, `${folder}/certificates`, { certificate: "no PEM" })).status, 422);
  });

  test("the administrator's consent is given, changed and withdrawn, for scopes that exist", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const { id, folder } = await added(operator, "app", { name: "TV" });
    const page = await operator.get(folder);
    const consent = (scopes: string, resource = GRAPH) =>
      operator.send(page, `${folder}/consent`, { resource, scopes });
    assert.match((await consent("openid  profile")).at, /done=consent/);
    const found = await ctx.store.permissions.findConsent({ clientId: id, userId: null, resourceId: GRAPH });
    assert.deepEqual(found?.scopes, ["openid", "profile"]);
    assert.match(textOf((await consent("User.ReadWrite.All")).html), /is not a scope of this API/);
    assert.equal((await consent("x", "00000000-0000-4000-8000-000000000009")).status, 422);
    await consent("");
    assert.deepEqual(await ctx.store.permissions.listConsents({ clientId: id }), []);
  });

  test("an API gets scopes and roles, by the rules that Graph has for them", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const { id, folder } = await added(operator, "api", { name: "To-do" });
    const save = async (query: string, values: Record<string, string>) =>
      operator.send(await operator.get(`${folder}?${query}`), `${folder}/permission`, values);
    const scope = { value: "Todo.Read", display_name: "Read your to-dos", consent: "User" };
    assert.match((await save("scope=", scope)).at, /done=permission_saved/);
    assert.match((await save("role=", { value: "Reader", display_name: "Readers" })).at, /done=permission_saved/);
    const api = await ctx.store.directory.findApi(id);
    assert.deepEqual(
      api?.scopes.map(({ value, consent, enabled }) => [value, consent, enabled]),
      [["Todo.Read", "User", true]],
    );
    assert.deepEqual(
      api?.roles.map(({ value, allowedMemberTypes }) => [value, allowedMemberTypes]),
      [["Reader", ["User", "Application"]]],
    );
    assert.match(textOf((await save("scope=", scope)).html), /has this value/);
    assert.match(textOf((await save("scope=", { ...scope, value: "with space" })).html), /without spaces/);
    assert.match(textOf((await save("scope=Todo.Read", { value: "Todo.Other" })).html), /Disable it and save/);
    assert.match(textOf((await save("scope=Todo.Read", { remove: "yes" })).html), /Disable it and save/);
    assert.match((await save("scope=Todo.Read", { enabled: "" })).at, /done=permission_saved/);
    assert.match((await save("scope=Todo.Read", { remove: "yes" })).at, /done=permission_removed/);
    assert.deepEqual((await ctx.store.directory.findApi(id))?.scopes, []);
    const page = await operator.get(folder);
    const wrong = await operator.send(page, `${folder}/edit`, { identifier_uri: "http://x" });
    assert.match(textOf(wrong.html), /must start with api/);
    assert.equal((await operator.send(page, `${folder}/edit`, { identifier_uri: "api://todo" })).status, 200);
  });

  test("of two administrators who change the same app, the second one sees both, and who was first", async (t) => {
    const { signedIn } = await servedConsole(t);
    const [one, two] = [await signedIn(), await signedIn()];
    const { folder } = await added(one.browser, "app", { name: "TV" });
    const [ones, twos] = [await one.browser.get(folder), await two.browser.get(folder)];
    await one.browser.send(ones, `${folder}/edit`, { name: "Television" });
    const lost = await two.browser.send(twos, `${folder}/edit`, { name: "Telly", require_mfa: "yes" });
    assert.equal(lost.status, 422);
    assert.match(textOf(lost.html), new RegExp(`${one.user.email} changed it at .*Name Television Telly`));
    assert.match((await two.browser.send(lost, `${folder}/edit`)).at, /done=edited/);
  });

  test("are listed by name, page by page, and found by how name or client ID begins", async (t) => {
    const { operator } = await embeddedConsole(t);
    const { id } = await added(operator, "app", { name: "Zebra" });
    const found = await operator.get("/console/apps?q=zEB");
    assert.ok(found.html.includes(`/console/apps/${id}`));
    assert.ok((await operator.get(`/console/apps?q=${id.slice(0, 13)}`)).html.includes("Zebra"));
    assert.ok(!(await operator.get("/console/apps?kind=api")).html.includes("Zebra"));
  });
});
