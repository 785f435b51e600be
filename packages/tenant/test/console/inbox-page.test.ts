import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { textOf } from "../interaction/browser.ts";
import { BEARER, type PagesUnderTest } from "../interaction/pages-under-test.ts";
import { embeddedConsole, servedConsole } from "./console-under-test.ts";

const send = async (
  { ctx }: PagesUnderTest,
  to: string,
  subject: string,
  more: { text?: string; html?: string } = {},
) => {
  const mail = { to, subject, text: "text", html: "<p>html</p>", ...more };
  assert.equal(await ctx.mail.send(mail, { expiresAt: ctx.clock.now() + 600_000 }), "sent");
};

const linksOn = (html: string) =>
  [...html.matchAll(/href="(\/console\/inbox\/[\da-f-]{36})"/g)].map(([, path]) => path!);

describe("the inbox of the console", { concurrency: true }, () => {
  test("shows the newest mail first, with its code large and without spaces to copy", async (t) => {
    const under = await embeddedConsole(t);
    assert.match(textOf((await under.operator.get("/console/inbox")).html), /No mail yet/);
    await send(under, "Ada@contoso.example", "Your code", { text: "Hello\n\n57377507\n\nBye" });
    await send(under, "bob@contoso.example", "A new device");
    const { html } = await under.operator.get("/console/inbox");
    assert.ok(html.indexOf("A new device") < html.indexOf("Your code"));
    assert.match(html, /data-copy="57377507"/);
    assert.match(textOf(html), /5737\s?7507/);
    assert.match(html, /http:\/\/localhost:8444\/inbox\/messages/);
  });

  test("finds mails by address and subject, and deletes one, all found, or all, but none that arrived since", async (t) => {
    const under = await embeddedConsole(t);
    await send(under, "ada@contoso.example", "One");
    await send(under, "ada@contoso.example", "Two");
    await send(under, "bob@contoso.example", "Three");
    const found = await under.operator.get("/console/inbox?q=ADA%40");
    assert.equal(linksOn(found.html).length, 2);
    await send(under, "ada@contoso.example", "Four, meanwhile");
    const deleted = await under.operator.send(found, "/console/inbox/delete");
    assert.match(textOf(deleted.html), /2 mails were deleted/);
    const all = await under.operator.get("/console/inbox");
    assert.match(textOf(all.html), /Four, meanwhile.*Three/);
    const [newest] = linksOn(all.html);
    const mail = await under.operator.get(newest!);
    assert.match(textOf((await under.operator.send(mail, newest!)).html), /1 mail was deleted/);
    // From a second tab.
    assert.match(textOf((await under.operator.send(mail, newest!)).html), /already deleted/);
    assert.equal((await under.operator.get(newest!)).status, 404);
    await under.operator.send(all, "/console/inbox/delete");
    assert.match(textOf((await under.operator.get("/console/inbox")).html), /No mail yet/);
    assert.match(textOf((await under.operator.get("/console/inbox?q=x")).html), /No mail fits/);
    assert.equal((await under.operator.send(all, "/console/inbox/delete", { up_to: "x" })).status, 403);
  });

  test("a mail is shown as text with the tenant's own link, as source, and as HTML in a frame of its own", async (t) => {
    const under = await embeddedConsole(t);
    const token = "a".repeat(43);
    const text = `See http://localhost:8444/not-me/email?token=${token}\nand https://evil.example/x`;
    await send(under, "ada@contoso.example", "<b>x</b>", {
      text,
      html: '<p style="color:red">Hi</p><script>1</script>',
    });
    const [path] = linksOn((await under.operator.get("/console/inbox")).html);
    const page = await under.operator.get(path!);
    assert.equal(page.heading, "<b>x</b>");
    assert.match(page.html, new RegExp(`<a href="/not-me/email\\?token=${token}">`));
    assert.doesNotMatch(page.html, /href="https:\/\/evil|<script>1|<iframe/);
    assert.doesNotMatch(String(page.headers["content-security-policy"]), /frame-src/);
    const source = await under.operator.get(`${path}?as=source`);
    assert.match(textOf(source.html), /To: ada@contoso\.example Subject: .*color:red/s);
    const framing = await under.operator.get(`${path}?as=html`);
    assert.match(framing.html, new RegExp(`<iframe[^>]* src="${path}/html" sandbox title=`));
    assert.match(String(framing.headers["content-security-policy"]), /frame-src 'self'/);
    assert.equal((await under.operator.get(`${path}?as=pdf`)).status, 403);
  });

  test("the frame's answer may do nothing: no script, form, or request, in no other page and with no cookie of it", async (t) => {
    const under = await embeddedConsole(t);
    const markup = "<p>Hi</p><script>top.location='https://evil.example'</script>";
    await send(under, "ada@contoso.example", "x", { html: markup });
    const [path] = linksOn((await under.operator.get("/console/inbox")).html);
    const frame = await under.operator.get(`${path}/html`);
    assert.equal(frame.html, markup);
    const policy = String(frame.headers["content-security-policy"]).split("; ");
    for (const part of [
      "sandbox",
      "default-src 'none'",
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'self'",
    ]) {
      assert.ok(policy.includes(part), part);
    }
    assert.ok(policy.every((part) => !/script-src|allow-|connect-src|https?:|\*/.test(part)));
    assert.equal(frame.headers["x-frame-options"], "SAMEORIGIN");
    assert.equal(frame.headers["x-dns-prefetch-control"], "off");
    assert.equal(frame.headers["set-cookie"], undefined);
  });

  test("is not there on a served tenant", async (t) => {
    const { browser } = await (await servedConsole(t)).signedIn();
    for (const path of ["/console/inbox", "/console/inbox/x", "/console/inbox/x/html"]) {
      assert.equal((await browser.get(path)).status, 404, path);
    }
    assert.doesNotMatch((await browser.get("/console")).html, /\/console\/inbox/);
  });

  test("the old addresses lead there, and show nothing without the key", async (t) => {
    const under = await embeddedConsole(t);
    await send(under, "ada@contoso.example", "Secret", { text: "57377507" });
    const [path] = linksOn((await under.operator.get("/console/inbox")).html);
    const old = path!.replace("/console", "");
    assert.equal((await under.operator.get("/inbox")).at, "/console/inbox");
    assert.equal((await under.operator.get(old)).at, path);
    const stranger = under.browser();
    for (const each of ["/inbox", old, path!, `${path}/html`]) {
      const page = await stranger.get(each);
      assert.equal(page.status, 403, each);
      assert.doesNotMatch(page.html, /57377507|Secret/);
    }
    const headers = { authorization: `Bearer ${BEARER}` };
    assert.equal((await under.app.inject({ url: "/inbox/messages", headers })).json().mails.length, 1);
  });
});
