import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guessGrade, userCodeLength } from "../../src/directory/user-code.ts";
import { limits } from "../../src/interaction/throttle.ts";
import { pagesUnderTest } from "../interaction/pages-under-test.ts";
import { enterCode } from "../interaction/walks.ts";

const ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";
/** Of nine letters, none of which are in the code under test. */
const wrongCode = (index: number) =>
  [...String(index).padStart(9, "0")].map((digit) => ALPHABET[Number(digit)]).join("");

/** Expected hits of all wrong guesses in a day, each at the length accepted at that time. */
function chanceOfAHit(guesses: number, live: number): number {
  let chance = 0;
  for (let made = 1; made <= guesses; ) {
    const grade = guessGrade(made);
    let last = made;
    while (last < guesses && guessGrade(last * 2) === grade) last *= 2;
    while (last < guesses && guessGrade(last + 1) === grade) last++;
    const count = Math.min(last, guesses) - made + 1;
    chance += (count * live) / 20 ** userCodeLength(live, grade);
    made += count;
  }
  return chance;
}

describe("guessing codes with as many accounts and addresses as one likes", () => {
  test("hits any of the live codes with a probability of at most 2^-20 a day", () => {
    for (const live of [1, 24, 488, 10_000, 1_000_000]) {
      for (const guesses of [100, 500, 1_000, 31_000, 1_000_000]) {
        const chance = chanceOfAHit(guesses, live);
        assert.ok(chance <= 2 ** -20, `${guesses} guesses at ${live} codes: 2^${Math.log2(chance).toFixed(2)}`);
      }
    }
  });

  test("a simulation with a space small enough to be hit finds no more hits than that", () => {
    // The same lengths minus three letters, so that a guess is 8,000 times as likely to hit; the bound scales with it.
    const [days, guesses, live, shorter] = [400, 40_000, 20, 3];
    const random = seeded(20_261_129);
    let hits = 0;
    for (let day = 0; day < days; day++) {
      for (let made = 1; made <= guesses; ) {
        const chance = live / 20 ** (userCodeLength(live, guessGrade(made)) - shorter);
        // Number of misses before the next hit (geometric), so that a day needs no 40,000 draws.
        const misses = Math.floor(Math.log(1 - random()) / Math.log(1 - chance));
        const grade = guessGrade(made);
        let inGrade = 0;
        while (inGrade <= misses && made + inGrade <= guesses && guessGrade(made + inGrade) === grade) inGrade++;
        if (inGrade > misses) {
          hits++;
          made += misses + 1;
        } else made += inGrade;
      }
    }
    const bound = days * 20 ** shorter * 2 ** -20;
    // Five standard deviations above the expected value of the bound.
    assert.ok(hits > 0 && hits <= bound + 5 * Math.sqrt(bound), `${hits} hits, the bound is ${bound.toFixed(1)}`);
  });

  test("short codes no longer work once the tenant has seen too many wrong ones, for every caller", async (t) => {
    const { ctx, browser, grant } = await pagesUnderTest(t);
    const { userCode: short } = await grant({ userCode: "BCDFGHJK" });
    const { userCode: long } = await grant({ userCode: "BCDFGHJKL" });
    assert.match((await enterCode(browser("192.0.2.1"), short)).at, /^\/sign-in/);
    const day = limits.userCodeGlobal;
    for (let i = 0; i < 500; i++) await ctx.store.throttle.take("userCodeGlobal:tenant", day, ctx.clock.now());
    const refused = await enterCode(browser("192.0.2.2"), short);
    assert.equal(refused.status, 422);
    assert.match(refused.html, /start again on your device to get a new one/);
    assert.match((await enterCode(browser("192.0.2.3"), long)).at, /^\/sign-in/);
  });

  test("guesses of signed-in people count as all others, beyond the thousand that ask for a sign-in", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person();
    const spent = limits.userCodeGlobal;
    for (let i = 0; i < spent.count; i++)
      await ctx.store.throttle.take("userCodeGlobal:tenant", spent, ctx.clock.now());
    const phone = browser("192.0.2.9");
    let page = await enterCode(phone, (await grant({ userCode: "BCDFGHJKLMN" })).userCode);
    page = await phone.send(page, "/sign-in", { email: "ada@contoso.example", password: "seven slow herons" });
    assert.equal(page.at, "/device");
    for (let i = 0; i < 3; i++) {
      assert.equal((await phone.send(page, "/device", { user_code: wrongCode(i) })).status, 422);
    }
    assert.equal(await ctx.store.throttle.peek("userCodeGlobal:tenant", spent.windowMs, ctx.clock.now()), 1_003);
  });
});

/** mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
