import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arrive, programOf } from "./authorize/program-under-test.ts";
import type { Browser } from "./browser.ts";
import { pagePaths } from "./page-paths.ts";
import { type PagesUnderTest, pagesUnderTest } from "./pages-under-test.ts";
import { afterPassword, personWithApp } from "./second-factor/authenticator.ts";
import { isRead, recordVerbs } from "./store-calls.ts";
import { askForReset, enterCode, openSignUp, signIn } from "./walks.ts";

/** Opens every page in the interaction of this page, and returns the writes to the store. */
async function lookEverywhere(testEnv: PagesUnderTest, browser: Browser, at: string): Promise<string[]> {
  const { get } = await pagePaths(testEnv.ctx);
  const query = at.includes("?") ? at.slice(at.indexOf("?")) : "";
  const called = recordVerbs(testEnv);
  for (const path of get) {
    for (const also of [
      "",
      "code=12345678",
      "user_code=BCDFGHJKL",
      "decision=yes&answer=continue",
      "resent=1&changed=1",
    ]) {
      const page = await browser.get(`${path}${query === "" ? "?" : `${query}&`}${also}`, { stay: true });
      assert.ok(page.status < 500, `${path} ${page.status}`);
    }
  }
  assert.ok(called.includes("sessions.find"));
  return [...new Set(called.filter((verb) => !isRead(verb)))];
}

describe("looking at pages changes nothing (ASVS 3.5.3)", { concurrency: true }, () => {
  test("in a new browser, and in one at the sign-in page", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const browser = testEnv.browser();
    const page = await enterCode(browser, (await testEnv.grant()).userCode);
    assert.deepEqual(await lookEverywhere(testEnv, browser, page.at), []);
    assert.deepEqual(await lookEverywhere(testEnv, testEnv.browser(), ""), []);
  });

  test("but for the one page where a program sends a browser: the request is kept, and a walk about it, and no more", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const asks = await programOf(testEnv);
    const browser = testEnv.browser();
    const called = recordVerbs(testEnv);
    const page = await arrive(browser, asks);
    const changes = called.filter((verb) => !isRead(verb));
    assert.deepEqual(changes, ["sessions.ensure", "sessions.insertInteraction", "authorizations.insert"]);
    assert.deepEqual(await lookEverywhere(testEnv, browser, page.at), []);
    await testEnv.person();
    const question = await signIn(browser, page, "ada@contoso.example");
    assert.match(question.at, /^\/authorize\/consent/);
    assert.deepEqual(await lookEverywhere(testEnv, browser, question.at), []);
  });

  test("while a mailed code is awaited", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const browser = testEnv.browser();
    const signUp = await openSignUp(browser, (await testEnv.grant()).userCode);
    const waiting = await browser.send(signUp, "/sign-up", { email: "new@contoso.example" });
    assert.deepEqual(await lookEverywhere(testEnv, browser, waiting.at), []);
    const other = testEnv.browser();
    const reset = await askForReset(
      other,
      await enterCode(other, (await testEnv.grant()).userCode),
      "a@contoso.example",
    );
    assert.deepEqual(await lookEverywhere(testEnv, other, reset.at), []);
  });

  test("between the first factor and the second, and signed in at the question", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { codes } = await personWithApp(testEnv);
    const { browser, page } = await afterPassword(testEnv);
    assert.deepEqual(await lookEverywhere(testEnv, browser, page.at), []);
    const recovery = await browser.get(page.at.replace("/app", "/recovery"));
    const confirm = await browser.send(recovery, "/second-factor/recovery", { code: codes[0] ?? "" });
    assert.match(confirm.at, /^\/confirm/);
    assert.deepEqual(await lookEverywhere(testEnv, browser, confirm.at), []);
  });
});
