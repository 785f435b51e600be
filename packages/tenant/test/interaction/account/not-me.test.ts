import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashSecret } from "../../../src/kernel/seal.ts";
import { sendSecurityNotification } from "../../../src/mail/security-notifications.ts";
import { sampleAudit } from "../../storage/samples.ts";
import { formFields, textOf } from "../browser.ts";
import { PASSWORD, type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";
import { enterCode, signIn, walkToConfirm } from "../walks.ts";
import { linkIn } from "./notice-link.ts";

const ADA = "ada@contoso.example";
const DAY = 24 * 60 * 60 * 1000;
const dead = "This link no longer works";

async function newestLink({ mailsTo }: PagesUnderTest) {
  const [mail] = await mailsTo(ADA);
  return linkIn(mail?.text ?? "");
}

/** A device that was approved in Ada's browser, by her or by someone else. */
async function approved(pages: PagesUnderTest) {
  const phone = pages.browser();
  const grant = await pages.grant({ deviceName: "Living-room TV" });
  await phone.send(await walkToConfirm(phone, grant.userCode, ADA), "/confirm", { decision: "yes" });
  return { phone, grant, link: await newestLink(pages) };
}

/** Its tokens, as the token endpoint issues them. */
async function redeem({ ctx, device }: PagesUnderTest, grantId: string) {
  const grant = await ctx.store.grants.findById(grantId);
  const now = ctx.clock.now();
  return ctx.store.tokens.redeem({
    deviceCodeHash: grant!.deviceCodeHash,
    clientId: device.clientId,
    family: {
      id: `family of ${grantId}`,
      userId: grant!.userId!,
      clientId: device.clientId,
      grantId,
      scopes: grant!.approved!,
      reach: [],
      methods: ["password" as const],
      authTime: now,
      createdAt: now,
      expiresAt: now + 90 * DAY,
    },
    refreshToken: null,
    now,
    audit: sampleAudit("device_grant.redeemed", now),
  });
}

describe("this wasn't me", { concurrency: true }, () => {
  test("opening the link ends nothing, however often and by any reader; it says what the button will do", async (t) => {
    const pages = await pagesUnderTest(t);
    await pages.person();
    const { link, grant } = await approved(pages);
    const row = await pages.ctx.store.grants.findById(grant.id);
    const reader = pages.browser("203.0.113.9");
    for (let i = 0; i < 3; i++) {
      const page = await reader.get(link.path);
      assert.equal(page.heading, "Was this you?");
      assert.match(textOf(page.html), /Contoso Player was signed in on a device.*15 January 2026 at 12:00 UTC/);
      assert.match(textOf(page.html), /The device is signed out; .*The browser that approved it is signed out/);
    }
    await pages.app.inject({ method: "HEAD", url: link.path });
    assert.deepEqual(await pages.ctx.store.grants.findById(grant.id), row);
  });

  test("the button signs out a device that has its tokens, in a browser that is signed out", async (t) => {
    const pages = await pagesUnderTest(t);
    const { ctx, browser } = pages;
    const ada = await pages.person();
    const { link, grant, phone } = await approved(pages);
    assert.equal((await redeem(pages, grant.id)).outcome, "redeemed");
    const reader = browser("203.0.113.9");
    const done = await reader.send(await reader.get(link.path), "/not-me");
    assert.equal(done.status, 200);
    assert.equal(done.heading, "The device is signed out");
    assert.match(done.html, /href="\/reset"/);
    assert.equal((await ctx.store.tokens.findFamily(`family of ${grant.id}`))?.revokedReason, "disowned");
    assert.equal(await ctx.store.sessions.find(hashSecret(phone.cookie ?? ""), ctx.clock.now()), undefined);
    const [record] = await ctx.store.audit.list({ event: "user.disowned", limit: 1 });
    assert.deepEqual([record?.userId, record?.grantId, record?.ip], [ada.id, grant.id, "203.0.113.9"]);
    assert.equal((await ctx.store.directory.findUser(ada.id))?.passwordHash, ada.passwordHash);
  });

  test("a device that has not fetched its tokens gets none", async (t) => {
    const pages = await pagesUnderTest(t);
    await pages.person();
    const { link, grant } = await approved(pages);
    const reader = pages.browser();
    await reader.send(await reader.get(link.path), "/not-me");
    assert.equal((await redeem(pages, grant.id)).outcome, "lost");
    assert.equal((await pages.ctx.store.grants.findById(grant.id))?.status, "denied");
  });

  test("a changed password: no one stays signed in, the old and the new password are worthless, and the page leads to another", async (t) => {
    const pages = await pagesUnderTest(t);
    const { ctx, browser, grant } = pages;
    const ada = await pages.person();
    const intruder = browser();
    await walkToConfirm(intruder, (await grant()).userCode, ADA);
    await sendSecurityNotification(ctx, ada, { kind: "password_changed" }, { ip: "198.51.100.7" });
    const { path } = await newestLink(pages);
    const reader = browser();
    const page = await reader.get(path);
    assert.match(textOf(page.html), /Your password was changed\./);
    const done = await reader.send(page, "/not-me");
    assert.match(done.html, /href="\/reset"/);
    assert.equal((await intruder.get("/device")).status, 200);
    assert.equal(await ctx.store.sessions.find(hashSecret(intruder.cookie ?? ""), ctx.clock.now()), undefined);
    const again = browser();
    const refused = await signIn(again, await enterCode(again, (await grant()).userCode), ADA, PASSWORD);
    assert.equal(refused.status, 422);
  });

  for (const kind of ["refresh_token_reused", "refresh_token_repeated"] as const) {
    test(`${kind}: the page names the program, as long as it exists`, async (t) => {
      const pages = await pagesUnderTest(t);
      const { ctx, device } = pages;
      const ada = await pages.person();
      const texts: string[] = [];
      for (const clientId of [device.clientId, "9d3c8a55-1111-4222-8333-444455556666"]) {
        const app = { clientId, name: device.name };
        await sendSecurityNotification(ctx, ada, { kind, app, before: "198.51.100.0" }, { ip: "198.51.100.7" });
        texts.push(textOf((await pages.browser().get((await newestLink(pages)).path)).html));
      }
      assert.match(texts[0]!, /The sign-in to Contoso Player may have been copied/);
      assert.match(texts[1]!, /The sign-in to a program may have been copied/);
    });
  }

  test("twice, late, unknown, truncated or missing: one page with the same text, and a way on", async (t) => {
    const pages = await pagesUnderTest(t);
    const { browser, advance } = pages;
    await pages.person();
    const used = (await approved(pages)).link;
    const reader = browser();
    const page = await reader.get(used.path);
    await reader.send(page, "/not-me");
    const late = (await approved(pages)).link;
    const latePage = await reader.get(late.path);
    advance(7 * DAY);
    const bodies = new Set<string>();
    const isDead = async (answer: Awaited<ReturnType<typeof reader.get>>) => {
      assert.equal(answer.status, 410);
      assert.equal(answer.heading, dead);
      bodies.add(textOf(answer.html));
    };
    await isDead(await reader.send(page, "/not-me"));
    await isDead(await reader.send(latePage, "/not-me"));
    const cut = used.path.slice(0, -1);
    const unknown = `/not-me?token=${"A".repeat(43)}`;
    for (const path of [
      used.path,
      late.path,
      cut,
      unknown,
      `${used.path}x`,
      "/not-me",
      "/not-me?token=",
      "/not-me?token=%00",
    ]) {
      await isDead(await reader.get(path));
    }
    assert.equal(bodies.size, 1);
    assert.match([...bodies][0] as string, /Choose a new password/);
  });

  test("of many simultaneous clicks one takes effect, and all others see that it is done", async (t) => {
    const pages = await pagesUnderTest(t);
    await pages.person();
    const { link } = await approved(pages);
    const reader = pages.browser();
    const page = await reader.get(link.path);
    const answers = await Promise.all(Array.from({ length: 16 }, () => reader.send(page, "/not-me")));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(15).fill(410)]);
    assert.equal((await pages.ctx.store.audit.list({ event: "user.disowned", limit: 9 })).length, 1);
  });

  test("without our form's token, from elsewhere, or with another browser's: refused, and the link still works", async (t) => {
    const pages = await pagesUnderTest(t);
    await pages.person();
    const { link, grant } = await approved(pages);
    const reader = pages.browser();
    const page = await reader.get(link.path);
    const stranger = pages.browser();
    const foreign = formFields(await stranger.get(link.path), "/not-me").get("csrf") ?? "";
    for (const csrf of ["", "x", foreign]) assert.equal((await reader.send(page, "/not-me", { csrf })).status, 403);
    const elsewhere = { headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" } };
    assert.equal((await reader.send(page, "/not-me", {}, elsewhere)).status, 403);
    assert.equal((await pages.browser().post("/not-me", `token=${link.token}`)).status, 403);
    assert.equal((await pages.ctx.store.grants.findById(grant.id))?.status, "approved");
    assert.equal((await reader.send(page, "/not-me")).status, 200);
  });

  test("a token in the form's URL is ignored", async (t) => {
    const pages = await pagesUnderTest(t);
    await pages.person();
    const { link } = await approved(pages);
    const reader = pages.browser();
    const csrf = formFields(await reader.get("/device"), "/device").get("csrf") ?? "";
    const answer = await reader.post(link.path, new URLSearchParams({ csrf }).toString());
    assert.equal(answer.heading, dead);
    assert.equal((await reader.get(link.path)).status, 200);
  });

  test("no page learns the secret from the address: Referer names the origin at most, and nothing is stored", async (t) => {
    const pages = await pagesUnderTest(t);
    await pages.person();
    const { link } = await approved(pages);
    const reader = pages.browser();
    const page = await reader.get(link.path);
    const done = await reader.send(page, "/not-me");
    for (const answer of [page, done, await reader.get(link.path)]) {
      assert.equal(answer.headers["referrer-policy"], "strict-origin");
      assert.equal(answer.headers["cache-control"], "no-store");
      assert.equal(answer.headers.location, undefined);
    }
    assert.equal(page.html.split(link.token).length, 2, "in the hidden field only");
    assert.ok(!done.html.includes(link.token));
  });
});
