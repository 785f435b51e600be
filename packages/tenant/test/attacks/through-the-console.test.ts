import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CONSOLE_SIGN_IN_MS } from "../../src/directory/console-rules.ts";
import { cookieName } from "../../src/interaction/cookies.ts";
import type { ActingStore } from "../../src/storage/store.ts";
import { consolePaths, embeddedConsole, servedConsole } from "../console/console-under-test.ts";
import { seed } from "../fixtures/seed.ts";
import type { Browser } from "../interaction/browser.ts";
import { CONSOLE_KEY } from "../interaction/pages-under-test.ts";
import { approvedGrant, redemption, seedSamples } from "../storage/samples.ts";

/** What a page in front of the console, or one that does not exist, has. Everything else is a page of the console. */
const isShut = (html: string) => !html.includes('class="rail"') && !html.includes("data-now");

/** Files without a secret, and the form in front of the console. */
const OPEN = [/^\/console\/assets\//, /^\/console\/enter$/];
const guarded = (paths: string[]) => paths.filter((path) => !OPEN.some((open) => open.test(path)));

const tokenOn = (html: string) => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? "";

describe("every route of the console", { concurrency: true }, () => {
  test("is shut without the key of this start, with a planted cookie, and with another tenant's", async (t) => {
    const { ctx, browser, operator } = await embeddedConsole(t);
    const { get, post } = await consolePaths(ctx);
    assert.ok(guarded(get).length >= 2 && guarded(post).length >= 4);
    const name = cookieName("console", ctx.config.localPagesOrigin);
    for (const cookie of [undefined, "a".repeat(43), "", "x", CONSOLE_KEY]) {
      const stranger = browser();
      stranger.folder = operator.folder;
      if (cookie !== undefined) stranger.cookies.set(name, cookie);
      for (const path of guarded(get)) {
        const page = await stranger.get(path, { stay: true });
        assert.equal(page.status, 403, path);
        assert.ok(isShut(page.html), path);
      }
      for (const path of guarded(post)) {
        const page = await stranger.post(path, "csrf=x", { stay: true });
        assert.equal(page.status, 403, path);
        assert.ok(isShut(page.html), path);
      }
    }
  });

  test("keeps no cookie that was there before the key: a planted session does not become the operator's", async (t) => {
    const { ctx, browser } = await embeddedConsole(t);
    const victim = browser();
    const planted = "p".repeat(43);
    victim.cookies.set(cookieName("console", ctx.config.localPagesOrigin), planted);
    await victim.send(await victim.get("/console"), "/console/enter", { key: CONSOLE_KEY });
    assert.equal((await victim.get("/console")).status, 200);
    const attacker = browser();
    attacker.folder = victim.folder;
    attacker.cookies.set(cookieName("console", ctx.config.localPagesOrigin), planted);
    assert.equal((await attacker.get("/console")).status, 403);
  });

  test("is not there for another computer, and not for a page of another site", async (t) => {
    const { app, ctx, operator } = await embeddedConsole(t);
    const { get, post } = await consolePaths(ctx);
    const cookie = [...operator.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    for (const [method, paths] of [
      ["GET", get],
      ["POST", post],
    ] as const) {
      for (const url of paths) {
        const remote = await app.inject({ method, url, headers: { cookie }, remoteAddress: "192.0.2.1" });
        assert.equal(remote.statusCode, 404, url);
        for (const site of ["cross-site", "same-site"]) {
          const { statusCode, payload } = await app.inject({
            method,
            url,
            headers: { cookie, "sec-fetch-site": site },
          });
          assert.equal(statusCode, 404, `${url} ${site}`);
          assert.ok(isShut(payload));
        }
      }
    }
  });

  test("refuses a form of another site, of another session, and without a token", async (t) => {
    const { ctx, operator, page, browser, grant } = await embeddedConsole(t);
    const { userCode } = await grant();
    const { post } = await consolePaths(ctx);
    const other = browser();
    const theirs = await other.send(await other.get("/console"), "/console/enter", { key: CONSOLE_KEY });
    const body = (csrf: string) => new URLSearchParams({ csrf, code: userCode, as: "ada@contoso.example" }).toString();
    for (const path of guarded(post)) {
      for (const csrf of ["", "x", tokenOn(theirs.html)]) {
        const refused = await operator.post(path, body(csrf), { stay: true });
        assert.ok([403, 404].includes(refused.status), `${path} ${refused.status}`);
      }
      const strange: Record<string, string>[] = [
        { origin: "https://evil.example" },
        { origin: "null" },
        { origin: "http://localhost:3000" },
        { origin: "http://localhost:8444", "sec-fetch-site": "same-site" },
      ];
      for (const headers of strange) {
        const refused = await operator.post(path, body(tokenOn(page.html)), { stay: true, headers });
        assert.ok([403, 404].includes(refused.status), `${path} ${JSON.stringify(headers)}`);
      }
    }
    const [request] = await ctx.store.liveRequests.list({ now: ctx.clock.now(), limit: 1 });
    assert.equal(request?.status, "pending");
    assert.equal((await operator.get("/console")).status, 200, "the browser was not signed out either");
  });

  test("of a served tenant is shut for those who are no administrator with a second factor, just now", async (t) => {
    const { ctx, signedIn, browser } = await servedConsole(t);
    const { get, post } = await consolePaths({ ...ctx, config: { ...ctx.config, embedded: true } });
    const disabled = await signedIn();
    await seed(ctx.store).setUserDisabled(disabled.user.id, ctx.clock.now(), ctx.clock.now());
    const demoted = await signedIn();
    await seed(ctx.store).setUserAdministrator(demoted.user.id, false);
    const shut: [string, Browser][] = [
      ["signed out", browser()],
      ["a user", (await signedIn({ administrator: false })).browser],
      ["password alone", (await signedIn({ methods: ["password"] })).browser],
      ["a mailed code", (await signedIn({ methods: ["email_code"] })).browser],
      ["mailed twice", (await signedIn({ methods: ["email_code", "email_second_factor"] })).browser],
      ["the operator's approval", (await signedIn({ methods: ["operator"] })).browser],
      ["long ago", (await signedIn({ ago: CONSOLE_SIGN_IN_MS })).browser],
      ["disabled", disabled.browser],
      ["demoted", demoted.browser],
    ];
    for (const [who, each] of shut) {
      for (const path of guarded(get)) {
        const page = await each.get(path, { stay: true });
        assert.ok([403, 404].includes(page.status), `${who} ${path} ${page.status}`);
        assert.ok(isShut(page.html), `${who} ${path}`);
      }
    }
    for (const [who, each] of shut.filter(([who]) => who !== "long ago")) {
      for (const path of guarded(post)) {
        const page = await each.post(path, "csrf=x", { stay: true });
        assert.ok([403, 404].includes(page.status), `${who} ${path} ${page.status}`);
      }
    }
  });

  test("of a served tenant takes no key, and no cookie of an embedded one", async (t) => {
    const { ctx, browser } = await servedConsole(t);
    const stranger = browser();
    stranger.cookies.set(cookieName("console", ctx.config.localPagesOrigin), "a".repeat(43));
    const front = await stranger.get("/console");
    assert.equal(front.status, 403);
    const entered = await stranger.send(front, "/console/enter", { key: CONSOLE_KEY });
    assert.match(entered.at, /^\/sign-in/);
    assert.equal((await stranger.get("/console")).status, 403);
  });

  test("changes nothing once the right was withdrawn between the page and the click", async (t) => {
    const { ctx, signedIn } = await servedConsole(t);
    const { post } = await consolePaths({ ...ctx, config: { ...ctx.config, embedded: true } });
    const withdraw = (id: string) => seed(ctx.store).setUserAdministrator(id, false);
    // A download changes nothing: audit-page.test.ts withdraws the right during one.
    const noChange = ["/console/leave", "/console/audit/export"];
    for (const path of guarded(post).filter((each) => !noChange.includes(each))) {
      const { browser, user } = await signedIn();
      const csrf = tokenOn((await browser.get("/console")).html);
      // After the page request was admitted, before the operation's transaction.
      const { actingFor } = ctx.store;
      ctx.store = { ...ctx.store, actingFor: (by) => afterwards(actingFor(by), () => withdraw(user.id)) };
      const before = await ctx.store.audit.list({ limit: 1_000 });
      const page = await browser.post(path, new URLSearchParams({ csrf, id: user.id }).toString(), { stay: true });
      ctx.store = { ...ctx.store, actingFor };
      assert.ok(page.status >= 300 && page.status < 500, `${path} ${page.status}`);
      const written = (await ctx.store.audit.list({ limit: 1_000 })).slice(0, -before.length || undefined);
      assert.deepEqual(
        written.filter(({ event }) => event.startsWith("console.")),
        [],
        path,
      );
    }
  });

  test("does what an administrator clicks, and not what one clicks who lost the right meanwhile", async (t) => {
    const { ctx, signedIn } = await servedConsole(t);
    const [samples, now] = [await seedSamples(ctx.store), ctx.clock.now()];
    const grant = await approvedGrant(ctx.store, samples, { createdAt: now, expiresAt: now + 60_000 });
    const { family, ...redeemed } = redemption(grant, samples.user.id, now);
    assert.equal((await ctx.store.tokens.redeem({ ...redeemed, family })).outcome, "redeemed");
    const { browser, user } = await signedIn();
    const body = new URLSearchParams({ csrf: tokenOn((await browser.get("/console")).html) }).toString();
    const revoked = async () => (await ctx.store.tokens.findFamily(family.id))?.revokedAt !== null;
    const { actingFor } = ctx.store;
    const withdraw = () => seed(ctx.store).setUserAdministrator(user.id, false);
    ctx.store = { ...ctx.store, actingFor: (by) => afterwards(actingFor(by), withdraw) };
    const late = await browser.post(`/console/sign-ins/${family.id}`, body, { stay: true });
    assert.deepEqual([late.status, await revoked()], [403, false]);
    assert.match(late.html, /not an administrator/);
    ctx.store = { ...ctx.store, actingFor };
    await seed(ctx.store).setUserAdministrator(user.id, true);
    assert.equal((await browser.post(`/console/sign-ins/${family.id}`, body, { stay: true })).status, 303);
    const [record] = await ctx.store.audit.list({ event: "console.sign_in.revoked", limit: 1 });
    assert.deepEqual([await revoked(), record?.userId, record?.actor], [true, user.id, "user"]);
  });

  test("shows stored text as text: nothing in it becomes markup", async (t) => {
    const { ctx, operator, grant, device } = await embeddedConsole(t);
    const evil = `"><img src=x onerror=alert(1)>'&lt;`;
    await seed(ctx.store).putApp({ ...device, name: evil });
    await grant({ deviceName: evil });
    await ctx.mail.send(
      { to: "ada@contoso.example", subject: evil, text: evil, html: evil },
      { expiresAt: ctx.clock.now() + 60_000 },
    );
    ctx.config.name = evil;
    const { get } = await consolePaths(ctx);
    for (const path of guarded(get).filter((each) => !each.endsWith("/events"))) {
      const page = await operator.get(`${path}?q=${encodeURIComponent(evil)}&after=${encodeURIComponent(evil)}`);
      assert.ok(page.status < 500, path);
      assert.doesNotMatch(page.html, /<img src=x/, path);
    }
  });

  test("has a policy that runs nothing but its own file, and no frame of another page around it", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const { get } = await consolePaths(ctx);
    for (const path of guarded(get).filter((each) => !each.endsWith("/events"))) {
      const { headers, html, status } = await operator.get(path, { stay: true });
      if (status >= 300 && status < 400) continue;
      const policy = String(headers["content-security-policy"]);
      assert.match(policy, /default-src 'none'/, path);
      assert.match(policy, /frame-ancestors '(none|self)'/, path);
      assert.doesNotMatch(policy, /unsafe-(eval|inline)'?.*script|script-src[^;]*(unsafe|\*|https?:)/, path);
      assert.equal(headers["cache-control"], "no-store", path);
      assert.doesNotMatch(html, / on[a-z]+="| style="/, path);
    }
  });
});

/** The same store. Before the first of its methods runs, `first` has run. */
function afterwards(store: ActingStore, first: () => Promise<unknown>): ActingStore {
  let done: Promise<unknown> | undefined;
  const wrapped = <T extends object>(parts: T): T =>
    Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [
        name,
        typeof part === "function"
          ? async (...args: unknown[]) => {
              done ??= first();
              await done;
              return part(...args);
            }
          : wrapped(part as object),
      ]),
    ) as T;
  return wrapped(store);
}
