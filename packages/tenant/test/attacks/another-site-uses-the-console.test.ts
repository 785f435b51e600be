import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { describe, test } from "node:test";
import { consolePaths, embeddedConsole, servedConsole } from "../console/console-under-test.ts";

/** What a browser says of a request that another page caused. */
const from = (site: "same-site" | "cross-site", mode: string, destination: string) => ({
  "sec-fetch-site": site,
  "sec-fetch-mode": mode,
  "sec-fetch-dest": destination,
});

/** A page of another subdomain, or of another site: the administrator's browser sends it the tenant's cookie (SameSite=Lax). */
describe("a page of another site and the console of a served tenant", { concurrency: true }, () => {
  test("reaches no route of it with an image, a frame, a fetch or a form, and starts no work", async (t) => {
    const { app, ctx, signedIn } = await servedConsole(t);
    const { browser } = await signedIn();
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const find = t.mock.method(ctx.store.sessions, "find");
    const { get, post } = await consolePaths(ctx);
    assert.ok(get.length > 15 && post.length > 15);
    for (const site of ["same-site", "cross-site"] as const) {
      const embedded = [
        from(site, "no-cors", "image"),
        from(site, "navigate", "iframe"),
        from(site, "cors", "empty"),
        from(site, "no-cors", "empty"),
      ];
      for (const [method, paths] of [
        ["GET", get],
        ["HEAD", get],
        ["POST", post],
      ] as const) {
        for (const url of paths) {
          for (const headers of method === "POST" ? [from(site, "navigate", "document")] : embedded) {
            const answer = await app.inject({ method, url, headers: { ...headers, cookie } });
            assert.ok([404, 405].includes(answer.statusCode), `${method} ${url} ${answer.statusCode}`);
            assert.doesNotMatch(answer.payload, /class="rail"/);
          }
        }
      }
    }
    assert.equal(find.mock.callCount(), 0, "no session was looked up");
  });

  test("leads to every page of it with a link, as a mail does", async (t) => {
    const { signedIn } = await servedConsole(t);
    const { browser } = await signedIn();
    for (const site of ["same-site", "cross-site"] as const) {
      for (const path of ["/console", "/console/people", "/console/audit?event=user.signed_in"]) {
        const page = await browser.get(path, { headers: from(site, "navigate", "document") });
        assert.equal(page.status, 200, `${site} ${path}`);
      }
    }
    assert.equal((await browser.get("/console", { headers: { "sec-fetch-site": "none" } })).status, 200, "typed");
    assert.equal((await browser.get("/console")).status, 200, "a browser that says nothing");
  });

  test("cannot use up the connections of live pages, not even with the administrator's own cookie", async (t) => {
    const { app, signedIn } = await servedConsole(t);
    const [{ browser }, { browser: other }] = [await signedIn(), await signedIn()];
    const address = await app.listen({ port: 0 });
    const requests: http.ClientRequest[] = [];
    const open = async ({ cookies }: typeof browser, site: string): Promise<number> => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const headers = { cookie, "sec-fetch-site": site, "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" };
      const request = http.get(`${address}/console/events`, { headers, agent: false });
      request.on("error", () => undefined);
      requests.push(request);
      const [answer] = (await once(request, "response")) as [http.IncomingMessage];
      answer.on("error", () => undefined).resume();
      return answer.statusCode ?? 0;
    };
    for (let i = 0; i < 20; i++) assert.equal(await open(browser, "same-site"), 404);
    const own = [];
    for (let i = 0; i < 12; i++) own.push(await open(browser, "same-origin"));
    assert.deepEqual(own.slice(8), [200, 200, 503, 503]);
    assert.equal(await open(other, "same-origin"), 200, "another administrator's page");
    for (const request of requests) request.destroy();
  });

  test("cannot let the tenant read its whole audit log: the download is a form, and HEAD reads nothing", async (t) => {
    for (const [app, ctx, browser] of [
      await servedConsole(t).then(async ({ app, ctx, signedIn }) => [app, ctx, (await signedIn()).browser] as const),
      await embeddedConsole(t).then(({ app, ctx, operator }) => [app, ctx, operator] as const),
    ]) {
      const search = t.mock.method(ctx.store.audit, "search");
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const url = `${browser.folder ?? "/console"}/audit/export`;
      for (const method of ["GET", "HEAD"] as const) {
        const { statusCode, headers } = await app.inject({ method, url, headers: { cookie } });
        assert.deepEqual([statusCode, headers.location], [303, url.replace("/export", "")], method);
      }
      assert.equal((await app.inject({ method: "PUT", url, headers: { cookie } })).statusCode, 405);
      const without = await browser.post("/console/audit/export", "csrf=x");
      assert.equal(without.status, 403);
      assert.equal(search.mock.callCount(), 0);
      assert.deepEqual(await ctx.store.audit.list({ event: "audit_log.downloaded", limit: 1 }), []);
    }
  });
});
