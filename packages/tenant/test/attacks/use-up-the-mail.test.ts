import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import type { User } from "../../src/directory/entities.ts";
import { DEFAULT_LIMITS } from "../../src/directory/tenant-config.ts";
import { RECENT_SIGN_IN_MS } from "../../src/interaction/session.ts";
import { limits } from "../../src/interaction/throttle.ts";
import { WIDER_NETWORK_TIMES } from "../../src/kernel/ip-address.ts";
import { mailLimits } from "../../src/mail/mail-budget.ts";
import { type SecurityNotification, sendSecurityNotification } from "../../src/mail/security-notifications.ts";
import { onlyOnOneNode } from "../fixtures/place.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { atHome } from "../interaction/account/own-account-walks.ts";
import { formFields } from "../interaction/browser.ts";
import { pagePaths } from "../interaction/page-paths.ts";
import { type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import { signInToAccount } from "../interaction/passkeys/passkey-walks.ts";
import { codeAt, personWithApp, secretOn } from "../interaction/second-factor/authenticator.ts";

const ADA = "ada@contoso.example";
const HOUR = 60 * 60_000;
const config = { limits: { ...DEFAULT_LIMITS, mailsPerHour: 3 } };

/** Asks for a code at an address, each time from another network. */
async function askForReset(under: PagesUnderTest, number: number, ip = `203.0.113.${number}`) {
  const browser = under.browser(ip);
  return browser.send(await browser.get("/reset"), "/reset", { email: `person${number}@contoso.example` });
}

/** A browser that just used the user's authenticator app. */
async function signedInWithApp(under: PagesUnderTest) {
  const { secret } = await personWithApp(under);
  const browser = under.browser();
  const page = await signInToAccount(browser, ADA);
  await browser.send(page, "/second-factor/app", { code: codeAt(secret, under.ctx.clock.now()) });
  return browser;
}

const notify = (under: PagesUnderTest, user: User) =>
  sendSecurityNotification(under.ctx, user, { kind: "password_changed" }, { ip: null });

describe("making the tenant send mail", () => {
  test("the tenant's mails of an hour end, and the page and the log say so", {
    skip: onlyOnOneNode("reads the log of one node"),
  }, async (t) => {
    const under = await pagesUnderTest(t, { config });
    const lines: string[] = [];
    under.ctx.log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
    for (let i = 0; i < 3; i++) assert.match((await askForReset(under, i)).at, /^\/reset\/code/);
    for (let i = 3; i < 6; i++) {
      const refused = await askForReset(under, i);
      assert.deepEqual([refused.status, refused.headers["retry-after"]], [429, "3600"]);
      assert.deepEqual(await under.mailsTo(`person${i}@contoso.example`), []);
    }
    const said = lines.map((line) => JSON.parse(line)).map(({ share, withheld }) => [share, withheld]);
    assert.deepEqual(said, [
      ["mailByTenant", 1],
      ["mailByTenant", 2],
    ]);
    under.advance(HOUR);
    assert.match((await askForReset(under, 6)).at, /^\/reset\/code/);
  });

  test("ever new /64s end at what their /48 may ask for", async (t) => {
    const under = await pagesUnderTest(t);
    const { count } = limits.mailByIp;
    const share = { count: count * WIDER_NETWORK_TIMES, windowMs: HOUR };
    for (let i = 1; i < share.count; i++) {
      await under.ctx.store.throttle.take("mailByIp:2001:db8:0::/48", share, under.ctx.clock.now());
    }
    assert.match((await askForReset(under, 1, "2001:db8:0:1::1")).at, /^\/reset\/code/);
    assert.equal((await askForReset(under, 2, "2001:db8:0:2::1")).status, 429);
    assert.match((await askForReset(under, 3, "2001:db8:1::1")).at, /^\/reset\/code/);
  });

  test("codes of strangers leave security notifications their own share", async (t) => {
    const under = await pagesUnderTest(t, { config });
    const ada = await under.person(ADA);
    for (let i = 0; i < 6; i++) await askForReset(under, i);
    await notify(under, ada);
    const [mail] = await under.mailsTo(ADA);
    assert.match(mail?.subject ?? "", /password/i);
  });

  test("one account cannot use up the notifications of the others", async (t) => {
    const under = await pagesUnderTest(t);
    const [mallory, ada] = [await under.person("mallory@contoso.example"), await under.person(ADA)];
    const { noticeByPerson, noticeByPersonAndKind } = mailLimits(under.ctx.config);
    const [first, more] = [noticeByPersonAndKind.count, noticeByPerson.count];
    for (let i = 0; i < first + more + 5; i++) await notify(under, mallory);
    await notify(under, ada);
    assert.equal((await under.mailsTo(mallory.email)).length, first + more);
    assert.equal((await under.mailsTo(ADA)).length, 1);
    assert.equal(await under.ctx.store.throttle.peek("noticeByTenant:tenant", HOUR, under.ctx.clock.now()), more);
  });

  test("once others have used them up, each user still gets the first notifications of every kind", async (t) => {
    const under = await pagesUnderTest(t, { config });
    const [mallory, ada] = [await under.person("mallory@contoso.example"), await under.person(ADA)];
    const { noticeByPersonAndKind } = mailLimits(under.ctx.config);
    for (let i = 0; i < noticeByPersonAndKind.count + 10; i++) await notify(under, mallory);
    const kinds: SecurityNotification[] = [
      { kind: "password_changed" },
      { kind: "authenticator_added" },
      { kind: "authenticator_removed" },
      { kind: "passkey_added", credentialId: "id", name: "Phone" },
      { kind: "passkey_removed", name: "Phone" },
      { kind: "recovery_codes_replaced" },
      { kind: "recovery_code_used", left: 1 },
      { kind: "refresh_token_reused", app: { clientId: "app", name: "Player" } },
      { kind: "refresh_token_repeated", app: { clientId: "app", name: "Player" }, before: "192.0.2.7" },
    ];
    for (const kind of kinds) await sendSecurityNotification(under.ctx, ada, kind, { ip: null });
    assert.equal((await under.mailsTo(ADA)).length, kinds.length);
    for (let i = 0; i < noticeByPersonAndKind.count; i++) await notify(under, ada);
    const last = kinds.length + noticeByPersonAndKind.count - 1;
    assert.equal((await under.mailsTo(ADA)).length, last, "the sixth of one kind is withheld");
  });

  test("replacing one's recovery codes again and again is limited, in mails and in the audit log", async (t) => {
    const under = await pagesUnderTest(t);
    const browser = await signedInWithApp(under);
    const again = async () => browser.send(await browser.get("/me/recovery-codes"), "/me/recovery-codes");
    for (let i = 0; i < limits.accountChangeByUser.count; i++) assert.equal((await again()).status, 200);
    const refused = await again();
    assert.deepEqual([refused.status, refused.headers["retry-after"]], [429, "3600"]);
    const records = await under.ctx.store.audit.list({ event: "recovery_codes.replaced", limit: 100 });
    assert.equal(records.length, limits.accountChangeByUser.count);
  });

  test("every form of the account page that mails or is recorded has a limit of its own for each person", async (t) => {
    const under = await pagesUnderTest(t);
    const browser = await signedInWithApp(under);
    const elsewhere = ["/me/sign-in-again", "/me/password"]; // by network; newPasswordByFlow of the user
    const forms = (await pagePaths(under.ctx)).post.filter((path) => path.startsWith("/me/"));
    assert.ok(forms.length > elsewhere.length + 5);
    const { id = "" } = (await under.ctx.store.directory.findUserByEmail(ADA)) ?? {};
    const csrf = formFields(await browser.get("/me/recovery-codes"), "/me/recovery-codes").toString();
    for (const path of forms.filter((one) => !elsewhere.includes(one))) {
      for (let i = 0; i < limits.accountChangeByUser.count; i++) {
        const bucket = `accountChangeByUser:${id} ${path}`;
        await under.ctx.store.throttle.take(bucket, limits.accountChangeByUser, under.ctx.clock.now());
      }
      assert.equal((await browser.post(path, csrf)).status, 429, path);
      assert.equal((await browser.post(path.replace("/me/", "/%6de/"), csrf)).status, 429, "spelled otherwise");
    }
  });

  test("a session that was left open uses up none of its owner's budget, because it is refused", async (t) => {
    const under = await pagesUnderTest(t);
    const browser = await signedInWithApp(under);
    const { id = "" } = (await under.ctx.store.directory.findUserByEmail(ADA)) ?? {};
    const csrf = formFields(await browser.get("/me/recovery-codes"), "/me/recovery-codes").toString();
    under.advance(RECENT_SIGN_IN_MS);
    for (const path of ["/me/recovery-codes", "/me/authenticator", "/me/passkeys/new"]) {
      for (let i = 0; i < 3; i++) assert.equal((await browser.post(path, csrf)).status, 403, path);
      const bucket = `accountChangeByUser:${id} ${path}`;
      const next = await under.ctx.store.throttle.take(bucket, limits.accountChangeByUser, under.ctx.clock.now());
      assert.equal(next.count, 1, path);
    }
  });

  test("nor does a password alone, where a change asks for a second factor: its owner can still act", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser: thief } = await atHome(under, ADA);
    const csrf = formFields(await thief.get("/me/data"), "/me/data/download").get("csrf") ?? "";
    const form = new URLSearchParams({ csrf, email: "mallory@evil.example" }).toString();
    for (const path of ["/me/email", "/me/data/download", "/me/data/delete", "/me/passkeys/new"]) {
      for (let i = 0; i < 3; i++) assert.match((await thief.post(path, form)).at, /^\/second-factor\/email/, path);
      const bucket = `accountChangeByUser:${user.id} ${path}`;
      const next = await under.ctx.store.throttle.take(bucket, limits.accountChangeByUser, under.ctx.clock.now());
      assert.equal(next.count, 1, path);
    }
  });

  test("so have the same changes on the way through a sign-in", async (t) => {
    const under = await pagesUnderTest(t);
    const browser = await signedInWithApp(under);
    const { id = "" } = (await under.ctx.store.directory.findUserByEmail(ADA)) ?? {};
    const useUp = async (path: string, times: number) => {
      const bucket = `accountChangeByUser:${id} ${path}`;
      for (let i = 0; i < times; i++) {
        await under.ctx.store.throttle.take(bucket, limits.accountChangeByUser, under.ctx.clock.now());
      }
    };
    const setUp = async () => {
      const page = await browser.send(await browser.get("/me/authenticator"), "/me/authenticator", { answer: "add" });
      return browser.send(page, "/second-factor/set-up", { code: codeAt(secretOn(page), under.ctx.clock.now()) });
    };
    await useUp("/second-factor/set-up", limits.accountChangeByUser.count - 1);
    const codes = await setUp();
    assert.equal(codes.status, 200);
    assert.equal((await setUp()).status, 429);
    await useUp("/me/recovery-codes", limits.accountChangeByUser.count);
    assert.equal((await browser.send(codes, "/second-factor/codes", { answer: "new" })).status, 429);
  });

  test("the metrics show the operator how many were requested", async () => {
    await using tenant = await startTestTenant();
    const { store } = tenant.context;
    for (let i = 0; i < 2; i++) {
      await store.throttle.take("mailByTenant:tenant", { count: 9, windowMs: HOUR }, tenant.clock.now());
    }
    const metrics = await (await tenant.fetch(`${new URL(tenant.issuer).origin}/metrics`)).text();
    assert.match(metrics, /^doorcode_mails_this_hour\{share="mailByTenant"\} 2$/m);
    assert.match(metrics, /^doorcode_mails_this_hour\{share="noticeByTenant"\} 0$/m);
  });
});
