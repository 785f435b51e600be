import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { OutgoingMail } from "../../../src/mail/mailer.ts";
import { codeMail } from "../../../src/mail/messages.ts";
import { contoso } from "../../mail/sender.ts";
import { BEARER, type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";

const codeFor = (to: string, code: string) =>
  codeMail("signUp", { to, sender: contoso, locale: "en", code, minutes: 10 });
const sent = async ({ mail, clock }: PagesUnderTest["ctx"], message: OutgoingMail) =>
  assert.equal(await mail.send(message, { expiresAt: clock.now() + 600_000 }), "sent");

describe("the inbox", { concurrency: true }, () => {
  test("another computer and another site find nothing there", async (t) => {
    const { ctx, app, browser } = await pagesUnderTest(t);
    await sent(ctx, codeFor("ada@contoso.example", "11111111"));
    const authorization = `Bearer ${BEARER}`;
    for (const url of ["/inbox", "/inbox/messages"]) {
      for (const remoteAddress of ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1"]) {
        assert.equal((await app.inject({ url, remoteAddress, headers: { authorization } })).statusCode, 404);
      }
      for (const site of ["cross-site", "same-site"]) {
        const headers = { authorization, "sec-fetch-site": site };
        assert.equal((await app.inject({ url, headers })).statusCode, 404, `${url} ${site}`);
      }
    }
    const own = await browser().get("/inbox", { headers: { "sec-fetch-site": "none" }, stay: true });
    assert.equal(own.headers.location, "/console/inbox");
  });

  test("behind a proxy on this computer, every forwarded client counts as another computer", async (t) => {
    const { app } = await pagesUnderTest(t, { trustProxy: "127.0.0.1" });
    const forwarded = { "x-forwarded-for": "192.0.2.1" };
    assert.equal((await app.inject({ url: "/inbox", headers: forwarded })).statusCode, 404);
    assert.equal((await app.inject({ url: "/inbox" })).statusCode, 302);
    const plain = await pagesUnderTest(t);
    const spoofed = await plain.app.inject({
      url: "/inbox",
      remoteAddress: "192.0.2.1",
      headers: { "x-forwarded-for": "127.0.0.1" },
    });
    assert.equal(spoofed.statusCode, 404);
  });

  test("a program fetches the mails of one recipient with the bearer token, and nothing without", async (t) => {
    const { ctx, app } = await pagesUnderTest(t);
    await sent(ctx, codeFor("ada@contoso.example", "11111111"));
    await sent(ctx, codeFor("ada@contoso.example", "22222222"));
    await sent(ctx, codeFor("bob@contoso.example", "33333333"));
    for (const authorization of [undefined, "", "Bearer", "Bearer x", `Basic ${BEARER}`, `Bearer ${BEARER}x`]) {
      const headers = authorization === undefined ? {} : { authorization };
      const refused = await app.inject({ url: "/inbox/messages", headers });
      assert.equal(refused.statusCode, 401);
      assert.match(String(refused.headers["www-authenticate"]), /^Bearer/);
      assert.doesNotMatch(refused.payload, /1111/);
    }
    const headers = { authorization: `Bearer ${BEARER}` };
    const answer = await app.inject({ url: "/inbox/messages?to=ADA%40contoso.example", headers });
    assert.equal(answer.headers["cache-control"], "no-store");
    const { mails } = answer.json() as { mails: { to: string; text: string; subject: string; createdAt: string }[] };
    assert.deepEqual(
      mails.map(({ text }) => /^\d{8}$/m.exec(text)?.[0]),
      ["22222222", "11111111"],
    );
    assert.equal(mails[0]?.createdAt, new Date(ctx.clock.now()).toISOString());
    assert.equal((await app.inject({ url: "/inbox/messages", headers })).json().mails.length, 3);
    assert.equal((await app.inject({ url: "/inbox/messages?to=a&to=b", headers })).statusCode, 400);
    assert.equal((await app.inject({ url: "/inbox/messages?to=%00", headers })).statusCode, 200);
    assert.equal((await app.inject({ method: "POST", url: "/inbox/messages", headers })).statusCode, 405);
  });
});
