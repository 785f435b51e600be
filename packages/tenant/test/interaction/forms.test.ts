import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { hashSecret } from "../../src/kernel/seal.ts";
import { atHome } from "./account/own-account-walks.ts";
import { formFields, textOf } from "./browser.ts";
import { pagePaths } from "./page-paths.ts";
import { PASSWORD, pagesUnderTest } from "./pages-under-test.ts";
import { enterCode, walkToConfirm } from "./walks.ts";

const ADA = "ada@contoso.example";
describe("a form must be ours", { concurrency: true }, () => {
  test("without the token, with another's, or with another browser's, nothing is decided", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person();
    const { id, userCode } = await grant();
    const phone = browser();
    const confirm = await walkToConfirm(phone, userCode, ADA);
    const stranger = formFields(await browser().get("/device"), "/device").get("csrf") ?? "";
    const own = formFields(confirm, "/confirm").get("csrf") ?? "";
    for (const csrf of ["", "x", stranger, own.slice(1), `${own}x`, own.toLowerCase()]) {
      const refused = await phone.send(confirm, "/confirm", { decision: "yes", csrf });
      assert.equal(refused.status, 403, csrf);
    }
    const fields = formFields(confirm, "/confirm");
    fields.delete("csrf");
    assert.equal((await phone.post("/confirm", `${fields}&decision=yes`)).status, 403);
    assert.equal((await ctx.store.grants.findById(id))?.status, "claimed");
    assert.equal((await phone.send(confirm, "/confirm", { decision: "yes" })).status, 200);
  });

  test("from another origin, or without stating one, it is refused", async (t) => {
    const { browser, grant, person } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    const confirm = await walkToConfirm(phone, (await grant()).userCode, ADA);
    const body = `${formFields(confirm, "/confirm")}&decision=yes`;
    const from = (headers: Record<string, string>) =>
      phone.app.inject({
        method: "POST",
        url: "/confirm",
        payload: body,
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          cookie: [...phone.cookies].map(([name, value]) => `${name}=${value}`).join(),
          ...headers,
        },
      });
    for (const headers of [
      {},
      { origin: "null" },
      { origin: "https://evil.example" },
      { origin: "http://localhost:8445" },
      { origin: "http://localhost:8444.evil.example" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
      { origin: "http://localhost:8444", "sec-fetch-site": "same-site" },
      { origin: "null", "sec-fetch-site": "same-origin" },
    ]) {
      assert.equal((await from(headers as Record<string, string>)).statusCode, 403, JSON.stringify(headers));
    }
    assert.equal((await from({ "sec-fetch-site": "same-origin" })).statusCode, 303);
  });

  test("without a cookie no form is accepted, on any path", async (t) => {
    const { ctx, browser } = await pagesUnderTest(t);
    const csrf = formFields(await browser().get("/device"), "/device").get("csrf");
    for (const path of (await pagePaths(ctx)).post) {
      const refused = await browser().post(path, `csrf=${csrf}`);
      assert.equal(refused.status, 403, path);
      assert.equal(refused.headers["set-cookie"], undefined);
    }
  });

  test("a token ends with its session", async (t) => {
    const { browser, grant, person } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    const signInPage = await enterCode(phone, (await grant()).userCode);
    await phone.send(signInPage, "/sign-in", { email: ADA, password: PASSWORD });
    const csrf = formFields(signInPage, "/sign-in").get("csrf") ?? "";
    const page = await phone.get("/device");
    assert.equal((await phone.send(page, "/device", { user_code: "BCDFGHJKL", csrf })).status, 403);
  });

  test("a sign-in form sent twice continues where the first led, and does nothing itself", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person();
    const { id, userCode } = await grant();
    const phone = browser();
    const signInPage = await enterCode(phone, userCode);
    const first = await phone.send(signInPage, "/sign-in", { email: ADA, password: PASSWORD });
    const row = await ctx.store.grants.findById(id);
    const cookie = phone.cookie;
    const second = await phone.send(signInPage, "/sign-in", { email: ADA, password: PASSWORD });
    assert.equal(second.at, first.at);
    assert.equal(second.status, 200);
    assert.equal(phone.cookie, cookie);
    assert.deepEqual(await ctx.store.grants.findById(id), row);
    assert.equal((await ctx.store.audit.list({ event: "user.signed_in", limit: 5 })).length, 1);
    const foreign: Record<string, string>[] = [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }];
    for (const headers of foreign) {
      assert.equal((await phone.send(signInPage, "/sign-in", {}, { headers })).status, 403);
    }
  });
});

describe("bad input gets a page and its status", { concurrency: true }, () => {
  test("fields that are missing, empty, duplicate, oversized or of the wrong kind: 4xx on every form", async (t) => {
    const { ctx, browser, grant } = await pagesUnderTest(t);
    const phone = browser();
    const page = await enterCode(phone, (await grant()).userCode);
    const own = formFields(page, "/sign-in");
    const csrf = `csrf=${encodeURIComponent(own.get("csrf") ?? "")}`;
    const flow = `flow=${own.get("flow")}`;
    const junk = [
      csrf,
      `${csrf}&flow=`,
      `${csrf}&flow=${"a".repeat(64)}`,
      `${csrf}&flow=%00`,
      `${csrf}&${flow}&${flow}`,
      `${csrf}&${csrf}&${flow}`,
      `${csrf}&${flow}&user_code=%00%ff%fe&email=%00&password=%00&code=%00&display_name=%00&keep=%00&attribute.0=%00&terms=%00&decision=%00&answer=%00&shown=%00&token=%00`,
      `${csrf}&${flow}&user_code[]=1&email[]=1&decision[$ne]=1&answer=__proto__&decision=constructor`,
      `${csrf}&${flow}&email=a&email=b`,
      `${csrf}&${Array.from({ length: 150 }, (_, i) => `f${i}=1`).join("&")}`,
      `${csrf}&${flow}&email=${"x".repeat(8_000)}&password=${"y".repeat(7_000)}`,
    ];
    // Signing out needs no field, and the forms of the account need a sign-in first.
    const posts = (await pagePaths(ctx)).post.filter((path) => path !== "/sign-out" && !path.startsWith("/me"));
    for (const path of posts) {
      for (const body of junk) {
        const answer = await phone.post(path, body, { stay: true });
        const redirected =
          answer.status === 303 && /^\/(?:sign-|reset|second-factor\?)/.test(String(answer.headers.location));
        assert.ok((answer.status >= 400 && answer.status < 500) || redirected, `${path} ${answer.status} ${body}`);
        if (!redirected) assert.match(answer.html, /^<!doctype html>/i);
      }
      const limit = ["/sign-up/details", "/details"].includes(path) ? 66_000 : 17_000;
      const large = await phone.post(path, `${csrf}&x=${"x".repeat(limit)}`);
      assert.equal(large.status, 413);
      assert.match(large.html, /^<!doctype html>/i);
      assert.match(textOf(large.html), limit > 60_000 ? /at most 64 KB/ : /at most 16 KB/);
    }
  });

  test("a form that is too large is said to be too large, by how much it may be, and is not out of date", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    const page = await browser.get("/me/profile");
    const large = await browser.send(page, "/me/profile", { display_name: "x".repeat(200_000) });
    assert.deepEqual([large.status, large.heading], [413, "That’s too long"]);
    assert.match(textOf(large.html), /at most 16 KB in all fields together. Nothing was changed/);
    assert.doesNotMatch(large.html, /out of date|open too long/);
    assert.equal((await under.ctx.store.directory.findUser(user.id))?.displayName, "Ada");
    await browser.get("/me?ui_locales=de");
    const german = await browser.send(page, "/me/profile", { display_name: "x".repeat(200_000) });
    assert.match(textOf(german.html), /Das ist zu lang .*höchstens 16 KB/);
  });

  test("bodies that are not forms: 415; unsupported methods: 405 with Allow; unknown paths: 404", async (t) => {
    const { app, browser } = await pagesUnderTest(t);
    const phone = browser();
    for (const type of ["application/json", "multipart/form-data; boundary=x", "text/plain", "application/xml"]) {
      const answer = await phone.post("/sign-in", "{}", { headers: { "content-type": type } });
      assert.equal(answer.status, 415, type);
      assert.match(answer.html, /^<!doctype html>/i);
    }
    for (const [url, method, allow] of [
      ["/device", "DELETE", "GET, HEAD, POST"],
      ["/device", "PUT", "GET, HEAD, POST"],
      ["/device", "OPTIONS", "GET, HEAD, POST"],
      ["/done", "POST", "GET, HEAD"],
      ["/confirm/take-over", "GET", "POST"],
      ["/sign-up/resend", "GET", "POST"],
    ] as const) {
      const answer = await app.inject({ method, url });
      assert.equal(answer.statusCode, 405, `${method} ${url}`);
      assert.equal(answer.headers.allow, allow);
    }
    for (const url of ["/nowhere", "/device/", "/sign-in/x", "/%00", "/%ff", "/..%2f..%2fetc", "/favicon.ico"]) {
      const answer = await app.inject({ method: "GET", url });
      assert.ok(answer.statusCode === 404 || answer.statusCode === 400, `${url} ${answer.statusCode}`);
      assert.equal(answer.headers["set-cookie"], undefined);
    }
    assert.equal((await app.inject({ method: "POST", url: "/nowhere", payload: "x" })).statusCode, 404);
  });

  test("queries that are duplicate, huge or garbage: no page fails", async (t) => {
    const { app, ctx } = await pagesUnderTest(t);
    for (const path of (await pagePaths(ctx)).get) {
      for (const query of [
        "flow=a&flow=b",
        "flow=%00",
        "user_code=%E0%A4%A",
        `user_code=${"%F0%9F%A6%89".repeat(500)}`,
        "user_code=a&user_code=b",
        "post_logout_redirect_uri=javascript:alert(1)&client_id=%00",
        "&&&===",
      ]) {
        const { statusCode } = await app.inject({ method: "GET", url: `${path}?${query}` });
        assert.ok(statusCode < 500, `${path}?${query} ${statusCode}`);
      }
    }
  });

  test("five hundred random requests: no 5xx and no internals in a body", async (t) => {
    const { app, ctx, browser, grant } = await pagesUnderTest(t);
    const { get, post } = await pagePaths(ctx);
    const phone = browser();
    const page = await enterCode(phone, (await grant()).userCode);
    const { csrf = "", flow = "" } = Object.fromEntries(formFields(page, "/sign-in"));
    const cookie = [...phone.cookies].map(([name, value]) => `${name}=${value}`).join();
    const pick = <T>(list: readonly T[]): T => list[randomBytes(1)[0]! % list.length] as T;
    const names = [
      "flow",
      "csrf",
      "user_code",
      "email",
      "password",
      "code",
      "display_name",
      "decision",
      "answer",
      "shown",
      "token",
      "state",
    ];
    for (let i = 0; i < 500; i++) {
      const values = [csrf, flow, "yes", "continue", ADA, "00000000", randomBytes(6).toString("latin1"), ""];
      const body = new URLSearchParams({ csrf, flow });
      for (let n = 0; n < 4; n++) body.set(pick(names), pick(values));
      const response = await app.inject({
        method: pick(["GET", "POST", "POST", "PUT", "HEAD"] as const),
        url: `${pick([...post, ...get])}?${pick(["", `flow=${flow}`, body.toString()])}`,
        headers: {
          cookie,
          origin: phone.origin,
          "content-type": pick([
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded",
            "text/plain",
          ]),
        },
        payload: body.toString(),
      });
      assert.ok(response.statusCode < 500, `${response.statusCode} ${response.raw.req.url} ${body}`);
      assert.doesNotMatch(response.payload, /at \w+ \(|node:internal|SqliteError|\.ts:\d/);
    }
  });

  test("an internal failure shows a page with the trace ID, and no internals", async (t) => {
    const { ctx, browser, grant } = await pagesUnderTest(t);
    const phone = browser();
    const { userCode } = await grant();
    ctx.store.grants.findByUserCode = () => Promise.reject(new Error("disk on fire at /var/secret"));
    const page = await enterCode(phone, userCode);
    assert.equal(page.status, 500);
    assert.doesNotMatch(page.html, /fire|secret/);
  });
});

describe("headers and cookies of every page", { concurrency: true }, () => {
  test("headers: CSP with a fresh nonce, no store, no framing, no sniffing", async (t) => {
    const { app } = await pagesUnderTest(t);
    const nonces = new Set<string>();
    for (const url of ["/device", "/sign-in", "/nowhere", "/sign-out", "/confirm?flow=x"]) {
      const { headers, payload } = await app.inject({ url });
      const csp = String(headers["content-security-policy"]);
      const nonce = /style-src 'nonce-([^']+)'/.exec(csp)?.[1] ?? "";
      assert.ok(nonce.length >= 22 && payload.includes(`<style nonce="${nonce}"`), url);
      nonces.add(nonce);
      for (const part of [
        "default-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
      ]) {
        assert.ok(csp.split("; ").includes(part), part);
      }
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["referrer-policy"], "same-origin");
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["cross-origin-opener-policy"], "same-origin");
      assert.ok(headers["permissions-policy"]);
    }
    assert.equal(nonces.size, 5);
    const root = await app.inject({ url: "/" });
    assert.equal(root.statusCode, 302);
    assert.equal(root.headers.location, "/device");
  });

  test("the cookie: its name carries the port on http, and is __Host- with Secure on https", async (t) => {
    const plain = await pagesUnderTest(t);
    const local = await plain.app.inject({ url: "/device" });
    assert.match(
      String(local.headers["set-cookie"]),
      /^doorcode_session_8444=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const config = { issuerOrigin: "https://login.contoso.example", pagesOrigin: "https://login.contoso.example" };
    const { app } = await pagesUnderTest(t, { config });
    const { headers } = await app.inject({ url: "/device" });
    assert.match(
      String(headers["set-cookie"]),
      /^__Host-doorcode_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    // Another tenant on the same host must not overwrite it.
    const pagesOrigin = "https://login.contoso.example:8443";
    const besides = await pagesUnderTest(t, { config: { issuerOrigin: pagesOrigin, pagesOrigin } });
    const answer = await besides.app.inject({ url: "/device" });
    assert.match(String(answer.headers["set-cookie"]), /^__Host-doorcode_session_8443=.*; Secure$/);
  });

  test("the cookie is 256 random bits, and stored as a hash", async (t) => {
    const { ctx, browser, grant } = await pagesUnderTest(t);
    const seen: [zeros: bigint, ones: bigint] = [0n, 0n];
    const all = (1n << 256n) - 1n;
    for (let i = 0; i < 64; i++) {
      const phone = browser();
      await phone.get("/device");
      const bytes = Buffer.from(phone.cookie ?? "", "base64url");
      assert.equal(bytes.length, 32);
      const bits = BigInt(`0x${bytes.toString("hex")}`);
      seen[0] |= all ^ bits;
      seen[1] |= bits;
    }
    assert.deepEqual(seen, [all, all], "each bit varies");
    const phone = browser();
    await enterCode(phone, (await grant()).userCode);
    assert.equal(await ctx.store.sessions.find(phone.cookie ?? "", ctx.clock.now()), undefined);
    assert.ok(await ctx.store.sessions.find(hashSecret(phone.cookie ?? ""), ctx.clock.now()));
  });

  test("a browser that has its cookie does not get another", async (t) => {
    const { browser } = await pagesUnderTest(t);
    const phone = browser();
    assert.ok((await phone.get("/device")).headers["set-cookie"]);
    for (const path of ["/device", "/sign-in", "/sign-out"]) {
      assert.equal((await phone.get(path)).headers["set-cookie"], undefined);
    }
    const page = await phone.send(await phone.get("/device"), "/device", { user_code: "BCDFGHJKL" });
    assert.equal(page.headers["set-cookie"], undefined);
  });

  test("a foreign cookie is replaced, not used", async (t) => {
    const { browser } = await pagesUnderTest(t);
    for (const planted of ["", "short", "x".repeat(44), `${"x".repeat(42)};`]) {
      const phone = browser();
      phone.cookies.set("doorcode_session_8444", planted);
      await phone.get("/device");
      assert.match(phone.cookie ?? "", /^[\w-]{43}$/);
      assert.notEqual(phone.cookie, planted);
    }
  });
});
