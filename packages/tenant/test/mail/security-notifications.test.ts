import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import type { User } from "../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import { hashSecret } from "../../src/kernel/seal.ts";
import { createMailQueue } from "../../src/mail/mail-queue.ts";
import { MailError } from "../../src/mail/mailer.ts";
import { type SecurityNotification, sendSecurityNotification } from "../../src/mail/security-notifications.ts";
import { createLogger } from "../../src/server/logger.ts";
import type { DeviceGrant } from "../../src/storage/device-grant.ts";
import { linkIn } from "../interaction/account/notice-link.ts";
import { type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import { walkToConfirm } from "../interaction/walks.ts";
import { sampleGrant, scopesAt } from "../storage/samples.ts";

const ADA = "ada@contoso.example";
const WEEK = 7 * 24 * 60 * 60 * 1000;
const about = { ip: "::ffff:198.51.100.7" };

/** As `approve` returns it. */
const approved: DeviceGrant = {
  ...sampleGrant(randomUUID(), scopesAt(GRAPH_RESOURCE_ID, [])),
  ...{ status: "approved", denialReason: null, sessionId: "session", userId: "ada", approved: null, decidedAt: 0 },
  ...{ decidedBy: "user", reach: [], methods: ["password" as const], authTime: 0, familyId: null },
};

const app = { clientId: "9d3c8a55-1111-4222-8333-444455556666", name: "Contoso Player" };
const notifications: SecurityNotification[] = [
  { kind: "new_device", grant: approved, appName: "Contoso Player" },
  { kind: "password_changed" },
  { kind: "authenticator_added" },
  { kind: "authenticator_removed" },
  { kind: "passkey_added", credentialId: "abc", name: "Ada's phone" },
  { kind: "passkey_removed", name: "Ada's phone" },
  { kind: "recovery_codes_replaced" },
  { kind: "recovery_code_used", left: 7 },
  { kind: "refresh_token_reused", app },
  { kind: "refresh_token_repeated", app, before: "198.51.100.0" },
];

async function newest({ mailsTo }: PagesUnderTest) {
  const [mail] = await mailsTo(ADA);
  assert.ok(mail);
  return mail;
}

describe("security notifications", { concurrency: true }, () => {
  test("after an approval the user learns which app, when, from where, and what the device says of itself, with a link", async (t) => {
    const pages = await pagesUnderTest(t);
    const { browser, grant, person, mailsTo } = pages;
    await person();
    const phone = browser("198.51.100.7");
    const page = await walkToConfirm(phone, (await grant({ deviceName: "Living-room TV" })).userCode, ADA);
    assert.deepEqual(await mailsTo(ADA), []);
    await phone.send(page, "/confirm", { decision: "yes" });
    await phone.send(page, "/confirm", { decision: "yes" });
    const mails = await mailsTo(ADA);
    assert.equal(mails.length, 1);
    const [mail] = mails;
    assert.equal(mail?.subject, "A device was signed in to your Contoso account");
    for (const part of [
      "Contoso Player was signed in on a device with your Contoso account.",
      "When: 15 January 2026 at 12:00 UTC",
      "Network address of the device: the tenant’s own computer",
      "Approved from: 198.51.100.7",
      "The device calls itself: “Living-room TV”",
      "It works once, until 22 January 2026 at 12:00 UTC.",
    ]) {
      assert.ok(mail?.text.includes(part), `${part} in ${mail?.text}`);
    }
  });

  test("the computer of an embedded tenant is named, and that of a served one has its address", async (t) => {
    for (const embedded of [true, false]) {
      const pages = await pagesUnderTest(t, { config: { embedded } });
      const ada = await pages.person();
      const said = async (notification: SecurityNotification, locale: string) => {
        await sendSecurityNotification(pages.ctx, { ...ada, locale }, notification, { ip: "::ffff:127.0.0.1" });
        return (await newest(pages)).text;
      };
      const [english, german] = embedded
        ? ["the tenant’s own computer", "der Computer des Mandanten"]
        : ["127.0.0.1", "127.0.0.1"];
      assert.match(await said({ kind: "password_changed" }, "en"), new RegExp(`Network address: ${english}\n`));
      assert.match(await said({ kind: "password_changed" }, "de"), new RegExp(`Netzwerkadresse: ${german}\n`));
      const before = embedded ? "0:0:0:0::/64" : "127.0.0.0";
      const repeated = await said({ kind: "refresh_token_repeated", app, before }, "en");
      assert.match(repeated, new RegExp(`A moment earlier, from: ${embedded ? english : before}\n`));
    }
  });

  test("a denial sends nothing", async (t) => {
    const { browser, grant, person, mailsTo } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    const page = await walkToConfirm(phone, (await grant()).userCode, ADA);
    await phone.send(page, "/confirm", { decision: "no" });
    assert.deepEqual(await mailsTo(ADA), []);
  });

  for (const notification of notifications) {
    test(`${notification.kind}: a mail in two parts with the same link, valid for a week and stored as a hash`, async (t) => {
      const pages = await pagesUnderTest(t);
      const { ctx, person } = pages;
      const ada = await person();
      await sendSecurityNotification(ctx, ada, notification, about);
      const mail = await newest(pages);
      assert.equal(mail.to, ADA);
      const { token, href } = linkIn(mail.text);
      assert.match(token, /^[\w-]{43}$/);
      assert.equal(href, `${ctx.config.pagesOrigin}/not-me?token=${token}`);
      assert.deepEqual(
        [...mail.html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, url]) => url),
        [href],
      );
      assert.doesNotMatch(mail.html, /<(?:img|link|script|iframe|object)|url\(|@import/i);
      if (notification.kind !== "new_device") assert.match(mail.text, /Network address: 198\.51\.100\.7/);
      const now = ctx.clock.now();
      const link = await ctx.store.links.find(hashSecret(token), now + WEEK - 1);
      assert.deepEqual([link?.purpose, link?.userId, link?.createdAt], [notification.kind, ada.id, now]);
      const subjects: Record<string, string> = {
        new_device: approved.id,
        passkey_added: "abc",
        refresh_token_reused: app.clientId,
        refresh_token_repeated: app.clientId,
      };
      assert.equal(link?.subject, subjects[notification.kind] ?? "");
      assert.equal(await ctx.store.links.find(hashSecret(token), now + WEEK), undefined);
      assert.equal(await ctx.store.links.find(token, now), undefined);
    });

    test(`${notification.kind}: in the user's language`, async (t) => {
      const pages = await pagesUnderTest(t);
      const ada = await pages.person();
      const said: Record<string, { subject: string; html: string }> = {};
      for (const locale of [null, "en", "de", "de-AT", "fr", "../de"]) {
        await sendSecurityNotification(pages.ctx, { ...ada, locale } as User, notification, about);
        said[String(locale)] = await newest(pages);
      }
      const german = said.de as { subject: string; html: string };
      assert.match(german.html, /<html lang="de"/);
      assert.notEqual(german.subject, said.en?.subject);
      assert.equal(said["de-AT"]?.subject, german.subject);
      for (const locale of ["null", "fr", "../de"]) assert.equal(said[locale]?.subject, said.en?.subject);
    });
  }

  test("no text of the device's or of a passkey's name gets into a subject, out of its quotes, or becomes an address", async (t) => {
    const pages = await pagesUnderTest(t);
    const { ctx, browser, grant, person } = pages;
    const ada = await person();
    const phone = browser();
    const { userCode } = await grant({ deviceName: `<b>Bank</b> & "co"` });
    await phone.send(await walkToConfirm(phone, userCode, ADA), "/confirm", { decision: "yes" });
    const device = await newest(pages);
    assert.doesNotMatch(device.subject, /Bank/);
    assert.doesNotMatch(device.html, /<b>/);
    for (const name of [
      "<i>me</i>",
      "see https://evil.example",
      "evil.example",
      "a\nb",
      "x".repeat(41),
      "\u202Ename",
    ]) {
      await sendSecurityNotification(ctx, ada, { kind: "passkey_added", credentialId: "x", name }, about);
      const mail = await newest(pages);
      assert.equal(mail.subject, "A passkey was added to your Contoso account");
      assert.doesNotMatch(mail.html, /<i>|evil|\u202E/);
      assert.equal(mail.text.includes("Passkey name:"), name === "<i>me</i>");
    }
  });

  test("the names of tenants and apps stay on their line", async (t) => {
    const pages = await pagesUnderTest(t, { config: { name: "Contoso\r\nBcc: eve@evil.example" } });
    const ada = await pages.person();
    await sendSecurityNotification(pages.ctx, ada, { kind: "password_changed" }, about);
    assert.doesNotMatch((await newest(pages)).subject, /[\r\n]/);
  });

  test("a mail that is refused, or cannot be stored, blocks nothing, and no log contains the link", async (t) => {
    const { ctx, person } = await pagesUnderTest(t);
    const ada = await person();
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const log = createLogger("info", stream);
    let sent = "";
    const mailer = {
      send: async (mail: { text: string }) => {
        sent = mail.text;
        throw new MailError("mail_refused", "refused", "hint", { cause: new Error(`550 ${mail.text}`) });
      },
      close: async () => undefined,
    };
    const mail = createMailQueue({ ...ctx, mailer, log });
    await sendSecurityNotification({ ...ctx, mail, log }, ada, { kind: "password_changed" }, about);
    await mail.deliverDue();
    const { token } = linkIn(sent);
    assert.equal(lines.length, 1);

    const full = { ...mail, post: () => Promise.reject(new Error("no room")) };
    await sendSecurityNotification({ ...ctx, mail: full, log }, ada, { kind: "password_changed" }, about);
    assert.equal(lines.length, 2);
    assert.match(lines[1] as string, /"notification":"password_changed"/);
    assert.ok(!lines.join("").includes(token));
    assert.ok(!lines.join("").includes(hashSecret(token)));
    assert.doesNotMatch(lines.join(""), /not-me/);
  });
});
