// Sign-ins, audit log, keys and inbox in a browser: what they look like to axe, and what only a browser shows.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { complaintsOf, consoleIn, launchChromium } from "../fixtures/chromium.ts";
import { manualClock } from "../fixtures/manual-clock.ts";
import { accessibilityViolations } from "../fixtures/page-checks.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { seedSamples, signedIn, T0 } from "../storage/samples.ts";

const HOUR = 3_600_000;

/** Of each chart: how high its labels are on the screen, which are outside of its frame, and which overlap. */
const AXES = `[...document.querySelectorAll(".chart")].map((chart) => {
  const svg = chart.querySelector("svg[role=img]");
  const labels = [...svg.querySelectorAll(".axis")];
  const frame = (chart.closest(".card") ?? chart).getBoundingClientRect();
  const boxes = labels.map((label) => ({ text: label.textContent, ...label.getBoundingClientRect().toJSON() }));
  const touch = (one, other) =>
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  return {
    size: Math.min(...labels.map((label) => parseFloat(getComputedStyle(label).fontSize) * scale)),
    outside: boxes.filter(({ left, right }) => left < frame.left || right > frame.right).map(({ text }) => text),
    touching: boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) => touch(one, other)).map(({ text }) => text)),
  };
})`;

/** How the first tab, which is shown, and the others look. */
const TABS = `JSON.stringify([...document.querySelectorAll(".tabs a")].slice(0, 2).map((tab) => {
  const style = getComputedStyle(tab);
  return {
    underline: style.borderBlockEndWidth + " " + style.borderBlockEndStyle + " " + style.borderBlockEndColor,
    frame: style.borderInlineStartWidth,
    ground: style.backgroundColor,
    color: style.color,
    padding: style.padding,
    size: style.fontSize + " " + style.fontWeight,
    gap: getComputedStyle(tab.parentElement).gap,
  };
}))`;

describe("records in the console", { concurrency: true }, () => {
  let browser: Browser;
  let tenant: TestTenant;
  let familyId: string;
  before(async () => {
    browser = await launchChromium();
    // The samples are of this time.
    tenant = await startTestTenant({ clock: manualClock(T0 + HOUR) });
    const { store, clock } = tenant.context;
    const samples = await seedSamples(store);
    ({
      family: { id: familyId },
    } = await signedIn(store, samples));
    const about = {
      userId: samples.user.id,
      clientId: samples.app.clientId,
      grantId: null,
      ip: "203.0.113.7",
      detail: {},
    };
    for (let hour = 0; hour < 24; hour++) {
      for (const event of ["device_grant.redeemed", "user.sign_in_failed", "refresh_token.rotated"]) {
        await store.audit.write({ ...about, at: clock.now() - hour * HOUR, event, actor: "client" });
      }
    }
    await mail({ subject: "Your code", text: "Your code:\n\n57377507\n", html: "<p>Your code: 57377507</p>" });
  });
  after(async () => {
    await browser.close();
    await tenant[Symbol.asyncDispose]();
  });

  const mail = async (of: { subject: string; text?: string; html?: string; id?: string }) => {
    const id = of.id ?? randomUUID();
    const { store, clock } = tenant.context;
    await store.mail.insertMail({ to: "ada@contoso.example", text: "", html: "", ...of, id, createdAt: clock.now() });
    return id;
  };

  async function opened(
    path: string,
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    if (options.javaScriptEnabled === false) {
      await page.goto(tenant.console);
      await page.locator("input[name=key]").fill(tenant.consoleKey!);
      await page.locator("main button, form button").first().click();
    } else {
      await page.goto(`${tenant.console}#${tenant.consoleKey}`);
    }
    await page.waitForSelector(".rail");
    await page.goto(consoleIn(page, path));
    return { page, complaints };
  }

  const paths = () => [
    ...[
      "/console/sign-ins",
      `/console/sign-ins/${familyId}`,
      "/console/audit",
      "/console/audit?person=absent%40contoso.example",
    ],
    ...["/console/keys", "/console/inbox"],
  ];

  for (const [what, options] of Object.entries<BrowserContextOptions>({
    "a desktop, light, in English": {},
    "a desktop, dark, in German": { colorScheme: "dark", locale: "de-DE" },
    "a phone, light, in German": { viewport: { width: 390, height: 844 }, locale: "de-DE" },
    "a phone, dark, in English": { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  })) {
    test(`axe finds nothing on ${what}, and nothing is wider than the window`, async () => {
      const { page, complaints } = await opened("/console/audit", options);
      for (const path of paths()) {
        await page.goto(consoleIn(page, path));
        // A few of each kind: all records have the same form.
        await page.evaluate(
          "for (const each of [...document.querySelectorAll('main details')].slice(0, 6)) each.open = true",
        );
        const violations = await accessibilityViolations(page);
        assert.deepEqual(
          violations.map(({ id, nodes }) => [path, id, nodes[0]?.html, nodes[0]?.failureSummary]),
          [],
        );
        const [content, window] = await page.evaluate<[number, number]>(
          "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
        );
        assert.ok(content <= window, `${path}: ${content} > ${window}`);
      }
      assert.deepEqual(complaints, []);
    });
  }

  for (const locale of ["en-US", "de-DE"]) {
    test(`a chart's labels are at least 11 pixels high, in its frame, and apart, at every width (${locale})`, async () => {
      const { page } = await opened("/console/sign-ins", { locale });
      for (const path of ["/console/sign-ins", "/console"]) {
        await page.goto(consoleIn(page, path));
        for (const width of [320, 390, 480, 700, 832, 1_000, 1_152, 1_280, 1_920]) {
          await page.setViewportSize({ width, height: 900 });
          const charts = await page.evaluate<{ size: number; outside: string[]; touching: string[] }[]>(AXES);
          assert.equal(charts.length, path === "/console" ? 1 : 2);
          for (const { size, outside, touching } of charts) {
            assert.ok(size >= 11, `${path} at ${width}: ${size}`);
            assert.deepEqual([outside, touching], [[], []], `${path} at ${width}`);
          }
        }
      }
    });
  }

  test("the tabs of each page look the same, with a line below the one that is shown", async () => {
    const mailId = await mail({ subject: "Tabs", text: "Your code:\n\n57377507\n", html: "<p>HTML</p>" });
    const { page } = await opened("/console/apps");
    const looks: string[] = [];
    for (const path of ["/console/apps", `/console/inbox/${mailId}`]) {
      await page.goto(consoleIn(page, path));
      looks.push(await page.evaluate<string>(TABS));
    }
    assert.equal(looks[0], looks[1]);
    assert.match(looks[0] ?? "", /"underline":"2px solid/);
  });

  test("the keyboard alone searches, opens a record, and narrows the search to its address", async () => {
    const { page } = await opened("/console/audit");
    await page.locator("#ip").focus();
    await page.keyboard.type("203.0.113.7");
    await page.keyboard.press("Enter");
    await page.waitForURL(/ip=203\.0\.113\.7/);
    await page.locator(".record summary").first().focus();
    await page.keyboard.press("Enter");
    await page.locator(".record[open] .narrow-to").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/event=/);
    assert.match(page.url(), /ip=203\.0\.113\.7/);
  });

  test("a chart's numbers are in its table, for those who do not see it", async () => {
    const { page } = await opened("/console/sign-ins");
    await page.locator("#chart-sign-ins summary").click();
    const cells = await page.locator("#chart-sign-ins tbody tr td:nth-child(2)").allTextContents();
    assert.equal(cells.length, 24);
    // With the one of the samples.
    const sum = cells.reduce((total, cell) => total + Number(cell), 0);
    assert.equal(sum, 25);
  });

  test("the next key signs at once, the one before is retired, and the one that signs is not", async () => {
    const own = await startTestTenant();
    try {
      const context = await browser.newContext({ locale: "en-US" });
      const page = await context.newPage();
      await page.goto(`${own.console}#${own.consoleKey}`);
      await page.waitForSelector(".rail");
      await page.goto(consoleIn(page, "/keys"));
      const before = await own.admin.signingKeys.list();
      // Without JavaScript, so that nothing brings it up to date.
      const still = await browser.newContext({ locale: "en-US", javaScriptEnabled: false });
      await still.addCookies(await context.cookies(page.url()));
      const stale = await still.newPage();
      await stale.goto(page.url());
      const rotate = async (on: Page) => {
        await on.getByText("If a key may have leaked").click();
        await on.getByRole("button", { name: "Let the next key sign now" }).click();
        await on.waitForSelector('[role="status"].note, [role="alert"]');
      };
      await rotate(page);
      own.clock.advance(1_000);
      const next = before.find(({ state }) => state === "next")!;
      const signs = async () => (await own.admin.signingKeys.list()).find(({ state }) => state === "signing")?.kid;
      assert.equal(await signs(), next.kid);
      // By now the tenant has another key that is next.
      own.clock.advance(61_000);
      const hasAnother = async () => {
        await own.fetch(`${own.authority}/discovery/v2.0/keys`);
        const keys = await own.admin.signingKeys.list();
        return keys.some(({ kid, state }) => state === "next" && kid !== next.kid);
      };
      // A busy machine makes a key after the answer.
      for (const until = Date.now() + 120_000; !(await hasAnother()); ) assert.ok(Date.now() < until, "no other key");
      // A second operator, whose page still shows the first one as the next, changes nothing more.
      await rotate(stale);
      own.clock.advance(1_000);
      assert.equal(await signs(), next.kid);
      await page.goto(consoleIn(page, "/keys"));
      const old = page.locator("tr", { hasText: before.find(({ state }) => state === "signing")!.kid });
      await old.locator("summary").click();
      await old.getByRole("button", { name: "Retire now" }).click();
      await page.waitForSelector('[role="status"].note');
      const states = (await own.admin.signingKeys.list()).map(({ kid, state }) => [kid, state]);
      assert.ok(states.some(([kid, state]) => kid === before[0]!.kid && state === "retired"));
      assert.ok(states.some(([kid, state]) => kid === next.kid && state === "signing"));
      await still.close();
      await context.close();
    } finally {
      await own[Symbol.asyncDispose]();
    }
  });

  test("the address of the inbox with the key opens it at once, and the key leaves the address", async () => {
    const page = await (await browser.newContext({ locale: "en-US" })).newPage();
    await page.goto(`${tenant.console}/inbox#${tenant.consoleKey}`);
    await page.waitForSelector(".inbox");
    assert.equal(page.url(), consoleIn(page, "/inbox"));
  });

  test("a mail's code is copied with one click, without spaces", async () => {
    const { page } = await opened("/console/inbox", { permissions: ["clipboard-read", "clipboard-write"] });
    await page.locator('button[data-copy="57377507"]').first().click();
    await page.waitForSelector("#said:not(:empty)", { state: "attached" });
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), "57377507");
  });

  test("a mail that arrives appears by itself", async () => {
    const { page } = await opened("/console/inbox");
    // The page reads itself once when it has connected.
    const connected = page.waitForRequest((request) => request.resourceType() === "fetch");
    await page.reload();
    await (await (await connected).response())?.finished();
    await mail({ subject: "Arrived while the page was open" });
    // What another test changed in this second may have been announced instead.
    tenant.clock.advance(1_000);
    await page.waitForSelector("text=Arrived while the page was open");
  });

  test("a mail's HTML runs nothing, fetches nothing, and leaves nothing outside its frame", async () => {
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(String(request.url));
      response.end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    const id = await mail({
      subject: "Wild",
      html: `<meta http-equiv="refresh" content="0;url=${url}/refresh"><link rel="stylesheet" href="${url}/css">
<style>@import "${url}/import";p{background:url(${url}/background)}</style><p id="seen" style="color:rgb(255,0,0)">Hello</p>
<img src="${url}/img"><img src="x" onerror="parent.document.title='run'"><script>parent.document.title='run'</script>
<iframe src="${url}/frame"></iframe><form action="${url}/form"><button id="send">Send</button></form><object data="${url}/object"></object>`,
    });
    const { page } = await opened(`/console/inbox/${id}?as=html`);
    const frame = page.frameLocator("iframe.mail-frame");
    await frame.locator("#seen").waitFor();
    assert.equal(
      await frame
        .locator("#seen")
        .evaluate("getComputedStyle(document.querySelector('#seen')).color")
        .catch(() => "no script"),
      "rgb(255, 0, 0)",
    );
    await frame.locator("#send").click();
    await page.waitForLoadState("networkidle");
    assert.match(await page.title(), /^Wild/);
    assert.deepEqual(asked, []);
    await new Promise((resolve) => elsewhere.close(resolve));
  });

  test("without JavaScript, the pages are whole and their forms work", async () => {
    const id = await mail({ subject: "Without JavaScript" });
    const { page } = await opened(`/console/inbox/${id}`, { javaScriptEnabled: false });
    await page.getByText("Delete…").click();
    await page.getByRole("button", { name: "Delete 1 mail" }).click();
    await page.waitForURL(/\/inbox\?deleted=1/);
    await page.goto(consoleIn(page, "/sign-ins"));
    assert.equal(await page.locator("svg[role=img]").count(), 2);
  });
});
