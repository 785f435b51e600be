import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { limits } from "../../src/interaction/throttle.ts";
import { hashSecret } from "../../src/kernel/seal.ts";
import { type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import { openAccountSignIn } from "../interaction/passkeys/passkey-walks.ts";
import { useUserFlow } from "../interaction/user-flow-under-test.ts";
import { askForCode, enterCode, signIn } from "../interaction/walks.ts";

const ADA = "ada@contoso.example";
const QUARTER = 15 * 60_000;

const failuresOf = async ({ ctx }: PagesUnderTest) =>
  (await ctx.store.audit.list({ event: "user.sign_in_failed", limit: 1_000 })).reverse();

describe("filling the audit log without an account", () => {
  test("records about a chosen person end, from however many networks, and the number is kept", async (t) => {
    const under = await pagesUnderTest(t);
    const ada = await under.person(ADA);
    const few = limits.failureRecordsByAccount;
    const failedBefore = async (times: number) => {
      const now = under.ctx.clock.now();
      const bucket = `failureRecordsByAccount:${hashSecret(ADA)}`;
      for (let i = 0; i < times; i++) await under.ctx.store.throttle.take(bucket, { ...few, count: 1_000 }, now);
    };
    const failTenTimes = async (ip: string) => {
      const browser = under.browser(ip);
      let page = await openAccountSignIn(browser);
      for (let i = 0; i < 10; i++) page = await signIn(browser, page, ADA, "wrong password");
      under.advance(QUARTER);
    };
    await failedBefore(few.count - 2);
    await failTenTimes("203.0.113.1");
    await failedBefore(few.count - 10);
    await failTenTimes("203.0.113.2");

    const records = await failuresOf(under);
    assert.ok(records.every(({ userId }) => userId === ada.id));
    const written = records.map(({ detail }) => detail.failures);
    assert.deepEqual(written, [undefined, undefined, 2 * few.count], "two up to the limit, one at twice as many");
  });

  test("a mailed code that could never be right is as bounded as a password", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person(ADA);
    await useUserFlow(under, { methods: ["password", "email_code"] });
    const browser = under.browser("203.0.113.9");
    let page = await enterCode(browser, (await under.grant()).userCode);
    page = await askForCode(browser, page, ADA);
    for (let i = 0; i < 60; i++) page = await browser.send(page, "/sign-in/code", { code: "not eight digits" });
    assert.equal((await failuresOf(under)).length, limits.failureRecordsByAccount.count + 1);
  });

  test("addresses without an account leave no more records than the network may", async (t) => {
    const under = await pagesUnderTest(t);
    const browser = under.browser("203.0.113.9");
    let page = await openAccountSignIn(browser);
    const few = limits.failureRecordsByIp;
    for (let i = 0; i < few.count; i++) {
      await under.ctx.store.throttle.take("failureRecordsByIp:203.0.113.9", few, under.ctx.clock.now());
    }
    for (let i = 0; i < 20; i++) page = await signIn(browser, page, `unknown${i}@contoso.example`, "wrong password");
    assert.deepEqual(await failuresOf(under), []);
  });

  test("a sign-in is recorded however often others failed", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person(ADA);
    const now = under.ctx.clock.now();
    for (const browser of [under.browser(), under.browser()]) {
      for (let i = 0; i < 50; i++) {
        await under.ctx.store.throttle.take("failureRecordsByIp:127.0.0.1", { count: 1e9, windowMs: 1e9 }, now);
      }
      await signIn(browser, await openAccountSignIn(browser), ADA);
    }
    assert.equal((await under.ctx.store.audit.list({ event: "user.signed_in", limit: 10 })).length, 2);
  });
});
