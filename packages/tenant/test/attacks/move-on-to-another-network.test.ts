import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashPassword } from "../../src/directory/password.ts";
import { limits } from "../../src/interaction/throttle.ts";
import { WIDER_NETWORK_TIMES } from "../../src/kernel/ip-address.ts";
import { PASSWORD, type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import { openAccountSignIn } from "../interaction/passkeys/passkey-walks.ts";
import { enterCode, openSignUp, signIn } from "../interaction/walks.ts";

type OfNetwork = Extract<keyof typeof limits, `${string}ByIp`>;

/** Others in the /48 of `2001:db8:0:…` used up its budget, except for `left`. */
async function takenIn48(under: PagesUnderTest, limit: OfNetwork, left: number): Promise<void> {
  const { count, windowMs } = limits[limit];
  const share = { count: count * WIDER_NETWORK_TIMES, windowMs };
  for (let i = left; i < share.count; i++) {
    await under.ctx.store.throttle.take(`${limit}:2001:db8:0::/48`, share, under.ctx.clock.now());
  }
}

const from = (under: PagesUnderTest, network: number) => under.browser(`2001:db8:0:${network}::1`);
/** A page that rejects the input. */
const WRONG = 422;
const ELSEWHERE = "2001:db8:1::1";

describe("moving on to another /64 of the same IPv6 network", () => {
  test("gives no more wrong passwords than the /48 has", async (t) => {
    const under = await pagesUnderTest(t);
    await takenIn48(under, "passwordByIp", 1);
    const guess = async (browser = from(under, 1), number = 1) =>
      signIn(browser, await openAccountSignIn(browser), `person${number}@contoso.example`, "wrong password");
    assert.equal((await guess()).status, WRONG);
    assert.equal((await guess(from(under, 2), 2)).status, 429);
    assert.equal((await guess(under.browser(ELSEWHERE), 3)).status, WRONG);
  });

  test("gives no more wrong device codes than the /48 has", async (t) => {
    const under = await pagesUnderTest(t);
    await takenIn48(under, "userCodeByIp", 1);
    assert.equal((await enterCode(from(under, 1), "BCDFGHJKL")).status, WRONG);
    assert.equal((await enterCode(from(under, 2), "BCDFGHJKM")).status, 429);
    assert.equal((await enterCode(under.browser(ELSEWHERE), "BCDFGHJKN")).status, WRONG);
  });

  test("gives no more passwords to hash than the /48 has, and no more places in their line", async (t) => {
    const under = await pagesUnderTest(t);
    const email = "mallory@contoso.example";
    const browser = from(under, 1);
    let page = await openSignUp(browser, (await under.grant()).userCode);
    page = await browser.send(page, "/sign-up", { email });
    page = await browser.send(page, "/sign-up/code", { code: await under.mailedCode(email) });
    let over = false;
    t.after(() => {
      over = true;
    });
    const flood = Array.from({ length: 30 }, async () => {
      while (!over) await hashPassword(PASSWORD, "2001:db8:0::/48").catch(() => new Promise(setImmediate));
    });
    assert.equal(
      (await browser.send(page, "/sign-up/password", { password: PASSWORD })).status,
      429,
      "the line is full",
    );
    over = true;
    await Promise.all(flood);
    await takenIn48(under, "newPasswordByIp", 0);
    assert.equal((await browser.send(page, "/sign-up/password", { password: PASSWORD })).status, 429);
  });

  test("leaves no more records of failed sign-ins than the /48 may, and the number is kept", async (t) => {
    const under = await pagesUnderTest(t);
    const share = limits.failureRecordsByIp.count * WIDER_NETWORK_TIMES;
    await takenIn48(under, "failureRecordsByIp", 0);
    const fail = async (network: number) => {
      const browser = from(under, network);
      await signIn(browser, await openAccountSignIn(browser), `person${network}@contoso.example`, "wrong password");
    };
    await fail(1);
    assert.deepEqual(await under.ctx.store.audit.list({ event: "user.sign_in_failed", limit: 10 }), []);
    const unbounded = { ...limits.failureRecordsByIp, count: Number.MAX_SAFE_INTEGER };
    for (let i = share + 1; i < 2 * share - 1; i++) {
      await under.ctx.store.throttle.take("failureRecordsByIp:2001:db8:0::/48", unbounded, under.ctx.clock.now());
    }
    await fail(2);
    const records = await under.ctx.store.audit.list({ event: "user.sign_in_failed", limit: 10 });
    assert.deepEqual(
      records.map(({ detail }) => detail.failuresOfNetwork),
      [2 * share],
    );
  });
});
