// An attacker who knew the password added a passkey or an app before. The owner clicks "this wasn't me" in any of the
// mails.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { linkIn } from "../interaction/account/notice-link.ts";
import type { Browser } from "../interaction/browser.ts";
import { type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import { ADA, openAccountSignIn, personWithPasskey, showPasskey } from "../interaction/passkeys/passkey-walks.ts";
import { personWithApp } from "../interaction/second-factor/authenticator.ts";
import { askForReset, enterCode } from "../interaction/walks.ts";

const MALLORYS = "mallory chose this one";
const OWNERS = "nine noisy newts";
const DAY = 24 * 60 * 60 * 1000;

/** The owner's browser: the button in the newest mail with this subject, then a reset as the page offers it. */
async function secure(under: PagesUnderTest, subject: RegExp): Promise<Browser> {
  const own = under.browser("198.51.100.7");
  const mail = (await under.mailsTo(ADA)).find((each) => subject.test(each.subject));
  const done = await own.send(await own.get(linkIn(mail?.text ?? "").path), "/not-me");
  assert.match(done.html, /href="\/reset"/);
  let page = await askForReset(own, await enterCode(own, (await under.grant()).userCode), ADA);
  page = await own.send(page, "/reset/code", { code: await under.mailedCode(ADA) });
  page = await own.send(page, "/reset/password", { password: OWNERS });
  assert.match(page.at, /^\/sign-in\?flow=.*&changed=1$/);
  return own;
}

describe("one who added a way in and changed the password", { concurrency: true }, () => {
  for (const subject of [/password/i, /passkey/i]) {
    test(`is out, and the owner is in, by the mail that says ${subject}`, async (t) => {
      const under = await pagesUnderTest(t);
      const { user, authenticator } = await personWithPasskey(under);
      const thief = under.browser("203.0.113.9");
      await showPasskey(thief, await openAccountSignIn(thief), authenticator);
      const changed = await thief.send(await thief.get("/me/password"), "/me/password", { password: MALLORYS });
      assert.match(changed.at, /^\/me/);

      await secure(under, subject);
      assert.deepEqual(await under.ctx.store.passkeys.listOf(user.id), []);
      const again = under.browser("203.0.113.9");
      assert.equal((await showPasskey(again, await openAccountSignIn(again), authenticator)).status, 422);
    });
  }

  test("an app of the last days goes with it, and one from before stays", async (t) => {
    for (const [days, stays] of [
      [6, false],
      [8, true],
    ] as const) {
      const under = await pagesUnderTest(t);
      const { user } = await personWithApp(under);
      under.advance(days * DAY);
      const { userCode } = await under.grant();
      const reset = under.browser("203.0.113.9");
      let page = await askForReset(reset, await enterCode(reset, userCode), ADA);
      page = await reset.send(page, "/reset/code", { code: await under.mailedCode(ADA) });
      await reset.send(page, "/reset/password", { password: MALLORYS });
      await secure(under, /password was changed/i);
      const app = await under.ctx.store.factors.totpOf(user.id);
      assert.equal(app !== undefined, stays, `${days} days`);
      assert.equal((await under.ctx.store.factors.countRecoveryCodes(user.id)) > 0, stays);
    }
  });
});
