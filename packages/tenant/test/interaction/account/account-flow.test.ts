// The user flow of the account page: who can sign in there, and where users can sign up without an app.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { OPERATOR } from "../../../src/admin/admin-context.ts";
import { userFlows } from "../../../src/admin/user-flows.ts";
import { COMMAND_LINE_CLIENT_ID, newApp } from "../../../src/directory/new-app.ts";
import { type AccessSettings, DEFAULT_USER_FLOW, type UserFlow } from "../../../src/directory/user-flow.ts";
import { seed } from "../../fixtures/seed.ts";
import type { Page } from "../browser.ts";
import { type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";
import { openAccountSignIn, signInToAccount } from "../passkeys/passkey-walks.ts";
import { useUserFlow } from "../user-flow-under-test.ts";
import { askForCode, enterCode } from "../walks.ts";

const ADA = "ada@contoso.example";
const set = ({ ctx }: PagesUnderTest, changes: Partial<AccessSettings>) =>
  userFlows(ctx, OPERATOR).changeSettings(changes);

/** A user flow that is set for the account page. */
async function accountFlow(under: PagesUnderTest, changes: Partial<UserFlow>): Promise<UserFlow> {
  const id = randomUUID();
  const flow = { ...DEFAULT_USER_FLOW, id, name: id, ...changes };
  assert.equal(await seed(under.ctx.store).putUserFlow(flow), true);
  assert.equal(await set(under, { accountUserFlowId: id }), "done");
  return flow;
}

const offersSignUp = (page: Page) => page.html.includes("/sign-up?flow=");

describe("the user flow of the account page", { concurrency: true }, () => {
  test("determines how users sign in there: a session with another method is asked for a listed one", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    const browser = under.browser();
    await signInToAccount(browser, ADA);
    await accountFlow(under, { methods: ["email_code"], signUpAllowed: false });
    const refused = await browser.get("/me");
    assert.deepEqual([refused.heading, refused.status], ["Confirm it’s you", 403]);
    let page = await browser.send(refused, "/me/sign-in-again");
    assert.match(page.at, /^\/sign-in\?/);
    assert.doesNotMatch(page.html, /name="password"/);
    page = await askForCode(browser, page, ADA);
    page = await browser.send(page, "/sign-in/code", { code: await under.mailedCode(ADA) });
    assert.deepEqual([page.at, page.heading], ["/me", "Your account"]);
  });

  test("requires a second factor and its attributes", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    const terms = { label: "I accept the terms of use.", url: null };
    await accountFlow(under, { mfaRequired: true, mfaMethods: ["email_code"], termsOfUse: terms });
    const browser = under.browser();
    let page = await signInToAccount(browser, ADA);
    assert.match(page.at, /^\/second-factor\/email/);
    page = await browser.send(page, "/second-factor/email/send");
    page = await browser.send(page, "/second-factor/email", { code: await under.mailedCode(ADA) });
    assert.match(page.at, /^\/details/);
    assert.match(page.html, /We ask everyone to accept the terms of use/);
    assert.equal((await browser.send(page, "/details", { terms: "yes" })).at, "/me");
  });

  test("without passwords none can be reset or chosen outside an app", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    await accountFlow(under, { methods: ["email_code", "passkey"] });
    const browser = under.browser();
    const page = await browser.get("/reset");
    assert.equal((await browser.send(page, "/reset", { email: ADA })).status, 404);
    assert.equal((await browser.get("/me/password")).status, 404);
  });

  test("cannot be deleted, and an unknown one cannot be set", async (t) => {
    const under = await pagesUnderTest(t);
    const flow = await accountFlow(under, { methods: ["passkey"], signUpAllowed: false });
    const admin = userFlows(under.ctx, OPERATOR);
    assert.deepEqual(await admin.remove(flow), { usedBy: ["the account page"] });
    assert.equal(await set(under, { accountUserFlowId: randomUUID(), signUpAllowed: false }), "unknown");
    assert.equal(await under.ctx.store.directory.setting("sign_up"), undefined, "nothing of it was changed");
    assert.equal(await set(under, { accountUserFlowId: null }), "done");
    assert.equal(await admin.remove(flow), "deleted");
    const records = await under.ctx.store.audit.list({ event: "sign_up_settings.changed", limit: 9 });
    assert.deepEqual(
      records.map(({ detail }) => detail),
      [{ account_user_flow: "default" }, { account_user_flow: flow.id }],
    );
  });
});

describe("an account without an app", { concurrency: true }, () => {
  test("can be created if some app allows sign-up, and not if none does", async (t) => {
    const under = await pagesUnderTest(t);
    await seed(under.ctx.store).putApp(newApp({ clientId: COMMAND_LINE_CLIENT_ID, name: "Command line" }, 0));
    assert.ok(offersSignUp(await openAccountSignIn(under.browser())));
    await useUserFlow(under, { methods: ["passkey"], signUpAllowed: false });
    const stranger = under.browser();
    const page = await openAccountSignIn(stranger);
    assert.ok(!offersSignUp(page));
    assert.equal((await stranger.get(page.at.replace("/sign-in", "/sign-up"))).status, 404);
    const { userCode } = await under.grant({ clientId: COMMAND_LINE_CLIENT_ID });
    assert.ok(!offersSignUp(await enterCode(under.browser(), userCode)), "nor for the command line");
    await useUserFlow(under, { methods: ["password"] });
    assert.ok(offersSignUp(await openAccountSignIn(under.browser())));
    await seed(under.ctx.store).putApp({ ...under.device, disabledAt: 0 });
    assert.ok(!offersSignUp(await openAccountSignIn(under.browser())), "a disabled app does not count");
  });

  test("can be created if the operator set a user flow that allows it", async (t) => {
    const under = await pagesUnderTest(t);
    await useUserFlow(under, { methods: ["passkey"], signUpAllowed: false });
    await accountFlow(under, { methods: ["password"] });
    assert.ok(offersSignUp(await openAccountSignIn(under.browser())));
  });

  test("cannot be created once the operator turned sign-up off, until it is on again", async (t) => {
    const under = await pagesUnderTest(t);
    const at = async () => [
      offersSignUp(await openAccountSignIn(under.browser())),
      offersSignUp(await enterCode(under.browser(), (await under.grant()).userCode)),
    ];
    assert.deepEqual(await at(), [true, true]);
    const stranger = under.browser();
    const open = await enterCode(stranger, (await under.grant()).userCode);
    const signUp = await stranger.get(open.at.replace("/sign-in", "/sign-up"));
    await set(under, { signUpAllowed: false });
    assert.deepEqual(await at(), [false, false]);
    assert.equal((await stranger.send(signUp, "/sign-up", { email: "eve@evil.example" })).status, 404);
    assert.equal((await under.mailsTo("eve@evil.example")).length, 0);
    await set(under, { signUpAllowed: true });
    assert.deepEqual(await at(), [true, true]);
  });
});
