import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Page } from "../interaction/browser.ts";
import { textOf } from "../interaction/browser.ts";
import { consolePaths, embeddedConsole } from "./console-under-test.ts";

const ORIGIN = "http://localhost:8444";
/** What `consolePaths` puts where an ID belongs. */
const NO_ID = "00000000-0000-4000-8000-000000000000";

/** The links of a page in the order in which they appear, as a browser resolves them. */
function linksOf({ html }: Page, at: string): URL[] {
  const addresses = [...html.matchAll(/<a\s[^>]*href="([^"]*)"/g)].map(([, address]) =>
    address!.replaceAll("&amp;", "&"),
  );
  return addresses.map((address) => new URL(address, ORIGIN + at));
}

const isOfConsole = ({ html }: Page) => html.includes('class="rail"');

/** A tenant whose every page has an object to show. */
async function furnished(t: TestContext) {
  const under = await embeddedConsole(t);
  const { operator, device, person, ctx } = under;
  const ada = await person("ada@contoso.example");
  const created = async (path: string, fields: Record<string, string>) => {
    const page = await operator.send(await operator.get(path), path, fields);
    assert.match(page.at, /[\da-f-]{36}/, `${path}: ${textOf(page.html)}`);
    return /[\da-f-]{36}/.exec(page.at)![0];
  };
  await ctx.mail.send(
    { to: ada.email, subject: "A code", text: "11112222", html: "" },
    { expiresAt: ctx.clock.now() + 60_000 },
  );
  const [mail] = (await ctx.store.mail.searchMails({ text: "", limit: 1 })).mails;
  const ids: Record<string, string> = {
    people: ada.id,
    apps: device.clientId,
    "user-flows": await created("/console/user-flows/new", { name: "Customers" }),
    policies: await created("/console/policies/new", { name: "Everyone" }),
    inbox: mail!.id,
  };
  const { post } = await consolePaths(ctx);
  const forms = post
    .filter((path) => !/\/(enter|leave)$/.test(path))
    .map((path) => path.replace(NO_ID, ids[path.split("/")[2] ?? ""] ?? NO_ID));
  return { ...under, forms };
}

describe("no answer of the console is a dead end", { concurrency: true }, () => {
  test("every link of the answer to every form leads to a page of the console", async (t) => {
    const { operator, page, forms } = await furnished(t);
    assert.ok(forms.length > 30);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)![1]!;
    for (const path of forms) {
      for (const token of ["stale", csrf]) {
        const answer = await operator.post(path, new URLSearchParams({ csrf: token }).toString(), { stay: true });
        const isDownload = path === "/console/audit/export" && answer.status === 200;
        if (answer.status === 303 || isDownload) continue;
        assert.ok(isOfConsole(answer), `${path} ${token} ${answer.status}`);
        const links = new Set(linksOf(answer, path).map(({ pathname, search }) => pathname + search));
        assert.ok(links.size > 5, path);
        for (const link of links) {
          const next = await operator.get(link);
          assert.ok(isOfConsole(next), `${path} → ${link}: ${next.status}`);
          const isGone = path.includes(NO_ID) && link.includes(NO_ID) && next.status === 404;
          assert.ok(next.status === 200 || isGone, `${path} → ${link}: ${next.status}`);
        }
      }
    }
  });

  test("the address of a form, opened as a page, leads to its page in the language that was asked for", async (t) => {
    const { operator, forms, browser } = await furnished(t);
    for (const path of forms) {
      const page = await operator.get(`${path}?ui_locales=de`);
      assert.ok(isOfConsole(page), `${path} ${page.status}`);
      assert.match(page.html, /<html lang="de"/, path);
      assert.ok([200, 404].includes(page.status), `${path} ${page.status}`);
      assert.equal((await browser().get(path)).status, 403, path);
    }
  });

  test("the other language shows the same search", async (t) => {
    const { operator } = await furnished(t);
    const list = await operator.get("/console/people?q=ada%26b&only=disabled");
    const german = linksOf(list, list.at).find(({ search }) => search.includes("ui_locales"))!;
    assert.deepEqual([...german.searchParams].flat(), ["ui_locales", "de", "q", "ada&b", "only", "disabled"]);
    const english = linksOf(await operator.get(german.pathname + german.search), list.at).find(({ search }) =>
      search.includes("ui_locales"),
    )!;
    assert.deepEqual(english.searchParams.getAll("ui_locales"), ["en"]);
  });

  test("an unknown address, and a form that is none, are answered in the console", async (t) => {
    const { operator, browser } = await furnished(t);
    const lost = await operator.get("/console/nowhere/at/all");
    assert.deepEqual([lost.status, isOfConsole(lost)], [404, true]);
    assert.equal((await browser().get("/console/nowhere")).status, 403);
    const large = await operator.post("/console/people/new", `name=${"x".repeat(100_000)}`);
    assert.deepEqual([large.status, isOfConsole(large)], [413, true]);
    assert.match(textOf(large.html), /Too large.*Nothing was changed/);
    const json = await operator.post("/console/people/new", "{}", { headers: { "content-type": "application/json" } });
    assert.deepEqual([json.status, isOfConsole(json)], [415, true]);
  });
});
