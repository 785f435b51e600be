// The store reads of one form: everything a request needs is read once. One more read here is one more at every
// sign-in.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ScopeSet } from "../../src/directory/scopes.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleApi } from "../storage/samples.ts";
import { arrive, programOf } from "./authorize/program-under-test.ts";
import type { Browser, Page } from "./browser.ts";
import { PASSWORD, type PagesUnderTest, pagesUnderTest } from "./pages-under-test.ts";
import { isRead, recordVerbs } from "./store-calls.ts";
import { useUserFlow } from "./user-flow-under-test.ts";
import { enterCode, openSignUp, signIn, walkToConfirm } from "./walks.ts";

const ADA = "ada@contoso.example";
const NEW = "grace@contoso.example";

/** The store calls of one form, reads and writes separately. */
async function callsOf(
  testEnv: PagesUnderTest,
  send: () => Promise<Page>,
): Promise<{ reads: string[]; changes: string[] }> {
  const called = recordVerbs(testEnv);
  const { status, at } = await send();
  assert.equal(status, 303, at);
  return { reads: called.filter(isRead), changes: called.filter((verb) => !isRead(verb)) };
}

/** Scopes of its own API, which take more rows to decide on than Graph's. */
async function scopesOfAnApi({ ctx }: PagesUnderTest): Promise<ScopeSet> {
  const api = sampleApi();
  await seed(ctx.store).putApi(api);
  const { value } = api.scopes.find(({ consent, enabled }) => consent === "User" && enabled) ?? { value: "" };
  const oidc = ["openid", "profile", "offline_access"];
  return { oidc, resourceId: api.clientId, resourceScopes: [value], isDefault: false, asked: [...oidc, value] };
}

async function atTheLastSignUpStep(testEnv: PagesUnderTest, phone: Browser, userCode: string): Promise<Page> {
  let page = await openSignUp(phone, userCode);
  page = await phone.send(page, "/sign-up", { email: NEW });
  page = await phone.send(page, "/sign-up/code", { code: await testEnv.mailedCode(NEW) });
  return phone.send(page, "/sign-up/password", { password: PASSWORD });
}

describe("store reads of one form", { concurrency: true }, () => {
  for (const what of ["Graph", "an API", "an app with a user flow, a policy and assignment"]) {
    test(`a yes to a device for ${what} reads 4 times: session, interaction, grant, access facts`, async (t) => {
      const testEnv = await pagesUnderTest(t);
      const { ctx, device } = testEnv;
      const ada = await testEnv.person();
      const requested = what === "Graph" ? {} : { requested: await scopesOfAnApi(testEnv) };
      if (what.startsWith("an app")) {
        const flow = await useUserFlow(testEnv, {});
        await seed(ctx.store).putApp({ ...device, userFlowId: flow.id, assignmentRequired: true });
        await seed(ctx.store).assign(device.clientId, ada.id);
      }
      const phone = testEnv.browser();
      const question = await walkToConfirm(phone, (await testEnv.grant(requested)).userCode, ADA);
      const { reads, changes } = await callsOf(testEnv, () =>
        phone.send(question, "/confirm", { decision: "yes" }, { stay: true }),
      );
      assert.deepEqual(reads, ["sessions.find", "sessions.findInteraction", "grants.findById", "access.consentFacts"]);
      assert.deepEqual(changes, ["grants.approve", "throttle.take", "throttle.take", "links.insert"]);
    });
  }

  test("the last step of a sign-up reads 4 times, and nothing again after the account is created", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await useUserFlow(testEnv, {});
    const phone = testEnv.browser();
    const page = await atTheLastSignUpStep(testEnv, phone, (await testEnv.grant()).userCode);
    const { reads, changes } = await callsOf(testEnv, () =>
      phone.send(page, "/sign-up/details", { display_name: "Grace" }, { stay: true }),
    );
    assert.deepEqual(reads, ["sessions.find", "sessions.findInteraction", "grants.findById", "access.consentFacts"]);
    assert.deepEqual(changes, ["administration.users.insert", "audit.write", "sessions.signIn", "grants.claim"]);
  });

  test("a password reads at most 7 times: also the user, their facts and their authenticator app", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await testEnv.person();
    const phone = testEnv.browser();
    const page = await enterCode(phone, (await testEnv.grant()).userCode);
    const { reads } = await callsOf(testEnv, () =>
      phone.send(page, "/sign-in", { email: ADA, password: PASSWORD }, { stay: true }),
    );
    assert.ok(reads.length <= 7, reads.join(", "));
  });

  test("a yes to a program reads 4 times", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await testEnv.person();
    const browser = testEnv.browser();
    const question = await signIn(
      browser,
      await arrive(browser, await programOf(testEnv, "http://localhost/callback")),
      ADA,
    );
    const called = recordVerbs(testEnv);
    await browser.send(question, "/authorize/consent", { decision: "yes" }, { stay: true });
    const reads = called.filter(isRead);
    assert.deepEqual(reads, [
      "sessions.find",
      "sessions.findInteraction",
      "authorizations.find",
      "access.consentFacts",
    ]);
  });
});
