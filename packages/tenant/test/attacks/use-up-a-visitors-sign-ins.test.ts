import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/directory/tenant-config.ts";
import { launchChromium } from "../fixtures/chromium.ts";
import { authorizationQuery } from "../fixtures/program.ts";
import { answerOf, arrive, programOf, WEB } from "../interaction/authorize/program-under-test.ts";
import { pagesUnderTest } from "../interaction/pages-under-test.ts";
import { recordVerbs } from "../interaction/store-calls.ts";

const VISITOR = "198.51.100.7";
const config = { embedded: false, limits: { ...DEFAULT_LIMITS, interactionsByNetwork: 1 } };

describe("another site uses up the sign-ins of its visitors", () => {
  for (const destination of ["image", "empty", "script", "iframe", "frame", "object", "embed"]) {
    test(`by ${destination}, which is refused before anything is taken or stored`, async (t) => {
      const under = await pagesUnderTest(t, { config });
      const asks = await programOf(under, WEB);
      const called = recordVerbs(under);
      const headers = { "sec-fetch-dest": destination, "sec-fetch-site": "cross-site" };
      const browser = under.browser(VISITOR);
      const refused = await browser.get(`/authorize?${authorizationQuery(asks)}`, { headers, stay: true });
      assert.equal(refused.status, 400);
      assert.deepEqual(called, []);
      assert.equal((await arrive(under.browser(VISITOR), asks)).status, 200);
    });
  }

  test("by a prefetch, after which the page still opens", async (t) => {
    const under = await pagesUnderTest(t, { config });
    const asks = await programOf(under, WEB);
    const open = (headers: Record<string, string>) =>
      under.browser(VISITOR).get(`/authorize?${authorizationQuery(asks)}`, { headers });
    for (const purpose of ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"]) {
      assert.equal((await open({ "sec-fetch-dest": "document", "sec-purpose": purpose })).status, 400);
    }
    assert.equal((await open({ "sec-fetch-dest": "document" })).status, 200);
  });

  test("while a program that wants no question still gets its answer in a hidden frame", async (t) => {
    const under = await pagesUnderTest(t, { config });
    const asks = await programOf(under, WEB);
    const headers = { "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" };
    const query = authorizationQuery(asks, { prompt: "none" });
    const answer = await under.browser(VISITOR).get(`/authorize?${query}`, { headers, stay: true });
    assert.equal(answerOf(answer)?.error, "login_required");
  });

  test("in a real browser, whatever its page embeds", async (t) => {
    const under = await pagesUnderTest(t);
    const asks = await programOf(under, WEB);
    const query = authorizationQuery(asks);
    const evil = createServer((_request, response) => {
      const address = `${under.ctx.config.pagesOrigin}/authorize?${query}`.replaceAll("&", "&amp;");
      response.setHeader("content-type", "text/html");
      response.end(`<img src="${address}&amp;by=img"><iframe src="${address}&amp;by=iframe"></iframe>
        <object data="${address}&amp;by=object"></object><link rel="prefetch" href="${address}&amp;by=prefetch">
        <script src="${address}&amp;by=script"></script><iframe src="${address}&amp;by=silent&amp;prompt=none"></iframe>`);
    }).listen(0, "127.0.0.1");
    t.after(() => evil.close());
    const seen = new Map<string, number>();
    under.app.server.on("request", (request, response) => {
      const by = new URL(request.url ?? "", "http://localhost").searchParams.get("by");
      response.on("finish", () => seen.set(by ?? "person", response.statusCode));
    });
    await under.app.listen({ port: 0, host: "127.0.0.1" });
    under.ctx.config.pagesOrigin = `http://localhost:${(under.app.server.address() as AddressInfo).port}`;
    const called = recordVerbs(under);
    const browser = await launchChromium("--host-resolver-rules=MAP localhost 127.0.0.1");
    t.after(() => browser.close());
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`, { waitUntil: "networkidle" });
    assert.deepEqual(Object.fromEntries([...seen].sort()), {
      iframe: 400,
      img: 400,
      object: 400,
      prefetch: 400,
      script: 400,
      silent: 302,
    });
    const stored = () => called.filter((verb) => /insert|ensure|take/.test(verb));
    assert.deepEqual(stored(), []);
    assert.equal((await page.goto(`${under.ctx.config.pagesOrigin}/authorize?${query}`))?.status(), 200);
    assert.ok(stored().length > 0);
  });
});
