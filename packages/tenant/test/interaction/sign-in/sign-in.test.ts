import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ReportedRefusal } from "../../../src/kernel/reported-refusal.ts";
import { hashSecret } from "../../../src/kernel/seal.ts";
import { seed } from "../../fixtures/seed.ts";
import { withoutSecrets } from "../browser.ts";
import { PASSWORD, pagesUnderTest } from "../pages-under-test.ts";
import { enterCode, signIn } from "../walks.ts";

const ADA = "ada@contoso.example";

describe("sign-in", { concurrency: true }, () => {
  test("the right password signs in, claims the grant for session and user, and shows the question", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    const ada = await person();
    const { id, userCode } = await grant();
    const phone = browser();
    const page = await signIn(phone, await enterCode(phone, userCode), " ADA@contoso.example ");
    assert.match(page.at, /^\/confirm\?flow=[\w-]{22}$/);
    const row = await ctx.store.grants.findById(id);
    assert.equal(row?.status, "claimed");
    assert.equal(row?.userId, ada.id);
    assert.equal(row?.sessionId, hashSecret(phone.cookie ?? ""));
    const session = await ctx.store.sessions.find(row?.sessionId ?? "", ctx.clock.now());
    assert.deepEqual(session?.methods, ["password"]);
    assert.equal(session?.authTime, ctx.clock.now());
    const [event] = await ctx.store.audit.list({ limit: 1 });
    assert.equal(event?.event, "user.signed_in");
    assert.equal(event?.ip, "127.0.0.1");
  });

  test("the session id changes at sign-in and the one before is dead", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    const page = await enterCode(phone, (await grant()).userCode);
    const planted = phone.cookie ?? "";
    const confirm = await signIn(phone, page, ADA);
    assert.notEqual(phone.cookie, planted);
    assert.equal(await ctx.store.sessions.find(hashSecret(planted), ctx.clock.now()), undefined);

    const attacker = browser();
    attacker.cookies = new Map([...phone.cookies.keys()].map((name) => [name, planted]));
    assert.equal((await attacker.get(confirm.at)).status, 403);
    assert.equal((await attacker.get(page.at)).status, 403, "interactions moved with the user");
  });

  test("a signed-in session ends after a day, used or not", async (t) => {
    const { ctx, browser, grant, person, advance } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    await signIn(phone, await enterCode(phone, (await grant()).userCode), ADA);
    const id = hashSecret(phone.cookie ?? "");
    // A form every eight hours, so that it does not expire idle.
    for (let hour = 7; hour < 24; hour += 7) {
      advance(7 * 3_600_000);
      await enterCode(phone, (await grant()).userCode);
    }
    advance(3 * 3_600_000 - 1);
    await phone.get("/device");
    assert.ok(await ctx.store.sessions.find(id, ctx.clock.now()));
    advance(1);
    assert.equal(await ctx.store.sessions.find(id, ctx.clock.now()), undefined);
    assert.match((await enterCode(phone, (await grant()).userCode)).at, /^\/sign-in/);
  });

  test("a session that is not used ends after eight hours; looking at pages is no use", async (t) => {
    const { ctx, browser, grant, person, advance } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    await signIn(phone, await enterCode(phone, (await grant()).userCode), ADA);
    const id = hashSecret(phone.cookie ?? "");
    advance(7 * 3_600_000);
    await phone.get("/me");
    advance(3_600_000 - 1);
    assert.ok(await ctx.store.sessions.find(id, ctx.clock.now()));
    advance(1);
    assert.equal(await ctx.store.sessions.find(id, ctx.clock.now()), undefined);
    assert.match((await enterCode(phone, (await grant()).userCode)).at, /^\/sign-in/);
  });

  test("unknown address, wrong password, no password and disabled account get one answer", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person("right@contoso.example");
    const off = await person("off@contoso.example");
    await seed(ctx.store).setUserDisabled(off.id, ctx.clock.now(), ctx.clock.now());
    const { userCode } = await grant();
    const answers: string[] = [];
    for (const [email, password] of [
      ["nobody@contoso.example", PASSWORD],
      ["right@contoso.example", "wrong password"],
      ["off@contoso.example", PASSWORD],
      ["not an address", PASSWORD],
      ["right@contoso.example", "x".repeat(5_000)],
    ] as const) {
      const phone = browser();
      const page = await signIn(phone, await enterCode(phone, userCode), email, password);
      assert.equal(page.status, 422);
      assert.match(page.at, /^\/sign-in/);
      answers.push(withoutSecrets(page).replaceAll(`value="${email}"`, 'value="…"'));
    }
    assert.equal(new Set(answers).size, 1);
    const failed = await ctx.store.audit.list({ event: "user.sign_in_failed", limit: 10 });
    assert.equal(failed.length, 5);
    assert.equal((await ctx.store.grants.findByUserCode(userCode))?.status, "pending");
  });

  test("an account takes ten wrong passwords in a quarter of an hour, from anywhere, and no account the same", async (t) => {
    const { browser, grant, person, advance } = await pagesUnderTest(t);
    await person();
    const { userCode } = await grant({ expiresInMs: 3_600_000 });
    for (const email of [ADA, "nobody@contoso.example"]) {
      for (let i = 0; i < 10; i++) {
        const phone = browser(`192.0.2.${i}`);
        assert.equal((await signIn(phone, await enterCode(phone, userCode), email, "wrong")).status, 422);
      }
      const phone = browser("192.0.2.77");
      const page = await signIn(phone, await enterCode(phone, userCode), email.toUpperCase());
      assert.equal(page.status, 429);
      assert.equal(page.headers["retry-after"], "900");
    }
    advance(900_000);
    const phone = browser("192.0.2.77");
    assert.match((await signIn(phone, await enterCode(phone, userCode), ADA)).at, /^\/confirm/);
  });

  test("the operator learns once that passwords are refused, and nothing of what was typed", async (t) => {
    const reported: ReportedRefusal[] = [];
    const { browser, grant, person, device } = await pagesUnderTest(t, {
      reportRefusal: (each) => void reported.push(each),
    });
    const ada = await person();
    const phone = browser();
    const page = await enterCode(phone, (await grant()).userCode);
    for (const email of [ADA, "typed@contoso.example"]) {
      for (let i = 0; i < 9; i++) await signIn(phone, page, email, "wrong");
      assert.equal(reported.length, email === ADA ? 0 : 1);
      for (let i = 0; i < 3; i++) await signIn(phone, page, email, "wrong");
    }
    const [known, unknown, ...more] = reported.map(({ why, userId, clientId, recorded }) => ({
      ...{ why, userId, clientId, recorded },
    }));
    const about = { why: "password_limit", clientId: device.clientId, recorded: false };
    assert.deepEqual([known, unknown, more], [{ ...about, userId: ada.id }, { ...about, userId: null }, []]);
    assert.match(reported[0]?.message ?? "", /^10 wrong passwords for ada@contoso\.example\./);
    assert.doesNotMatch(JSON.stringify(reported[1]), /typed@/);
  });

  test("one network takes fifty wrong passwords over all accounts", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person();
    const limit = { count: 50, windowMs: 900_000 };
    for (let i = 0; i < 49; i++) await ctx.store.throttle.take("passwordByIp:192.0.2.1", limit, ctx.clock.now());
    const phone = browser("192.0.2.1");
    const page = await enterCode(phone, (await grant()).userCode);
    assert.equal((await signIn(phone, page, "nobody@contoso.example")).status, 422);
    assert.equal((await signIn(phone, page, ADA)).status, 429);
  });

  test("signing in refunds its own attempt and no wrong one", async (t) => {
    const { browser, grant, person } = await pagesUnderTest(t);
    await person();
    for (let i = 0; i < 9; i++) {
      const phone = browser();
      await signIn(phone, await enterCode(phone, (await grant()).userCode), ADA, "wrong");
    }
    for (let i = 0; i < 3; i++) {
      const phone = browser();
      assert.match((await signIn(phone, await enterCode(phone, (await grant()).userCode), ADA)).at, /^\/confirm/);
    }
    const phone = browser();
    const page = await enterCode(phone, (await grant()).userCode);
    assert.equal((await signIn(phone, page, ADA, "wrong")).status, 422);
    assert.equal((await signIn(phone, page, ADA)).status, 429);
  });

  test("an interaction is useless in another browser, and after a quarter of an hour", async (t) => {
    const { browser, grant, person, advance } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    const page = await enterCode(phone, (await grant({ expiresInMs: 3_600_000 })).userCode);
    const other = browser();
    await enterCode(other, (await grant()).userCode);
    assert.equal((await other.get(page.at)).status, 403);
    assert.equal((await phone.get(page.at)).status, 200);
    advance(900_000);
    assert.equal((await phone.get(page.at)).status, 403);
    assert.equal((await signIn(phone, page, ADA)).status, 403);
  });

  test("a grant that expired while the user signed in says so and is not claimed", async (t) => {
    const { ctx, browser, grant, person, advance } = await pagesUnderTest(t);
    await person();
    const { id, userCode } = await grant({ expiresInMs: 60_000 });
    const phone = browser();
    const page = await enterCode(phone, userCode);
    advance(60_000);
    assert.equal((await signIn(phone, page, ADA)).status, 410);
    assert.equal((await ctx.store.grants.findById(id))?.status, "pending");
  });
});

// Not in parallel with other tests: it measures the CPU of this process.
test("an unknown address costs the same work as a known one", async (t) => {
  const { browser, grant, person } = await pagesUnderTest(t);
  await person();
  const phone = browser();
  const page = await enterCode(phone, (await grant()).userCode);
  const times = new Map<string, number[]>([
    [ADA, []],
    ["nobody@contoso.example", []],
  ]);
  for (let i = 0; i < 8; i++) {
    for (const [email, list] of times) {
      const start = process.cpuUsage();
      await signIn(phone, page, email, "a wrong password");
      const { user, system } = process.cpuUsage(start);
      list.push(user + system);
    }
  }
  const [known = 0, unknown = 0] = [...times.values()].map((list) => list.sort((a, b) => a - b)[2]);
  assert.ok(unknown > known / 3, `known ${known} µs of CPU, unknown ${unknown}`);
});
