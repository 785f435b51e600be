import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import type { User } from "../../src/directory/entities.ts";
import { DEFAULT_LIMITS } from "../../src/directory/tenant-config.ts";
import { limits } from "../../src/interaction/throttle.ts";
import { WIDER_NETWORK_TIMES } from "../../src/kernel/ip-address.ts";
import { mailLimits } from "../../src/mail/mail-budget.ts";
import { sendSecurityNotification } from "../../src/mail/security-notifications.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";

const ADA = "ada@contoso.example";
const HOUR = 60 * 60_000;
const config = { limits: { ...DEFAULT_LIMITS, mailsPerHour: 3 } };

/** Asks for a code at an address, from a network of its own. */
async function askForReset(under: PagesUnderTest, number: number, ip = `203.0.113.${number}`) {
  const browser = under.browser(ip);
  return browser.send(await browser.get("/reset"), "/reset", { email: `person${number}@contoso.example` });
}

const notify = (under: PagesUnderTest, user: User) =>
  sendSecurityNotification(under.ctx, user, { kind: "password_changed" }, { ip: null });

describe("making the tenant send mail", () => {
  test("the tenant's mails of an hour end, and the page and the log say so", async (t) => {
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
    const { noticeByPerson } = mailLimits(under.ctx.config);
    for (let i = 0; i < noticeByPerson.count + 5; i++) await notify(under, mallory);
    await notify(under, ada);
    assert.equal((await under.mailsTo(mallory.email)).length, noticeByPerson.count);
    assert.equal((await under.mailsTo(ADA)).length, 1);
    assert.equal(await under.ctx.store.throttle.peek("noticeByTenant:tenant", HOUR, under.ctx.clock.now()), 31);
  });

  test("the operator reads in the metrics how many were asked for", async () => {
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
