// An account has a passkey and no password. An attacker who controls its mailbox asks for a new password.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashPassword } from "../../src/directory/password.ts";
import { createUser } from "../fixtures/seed.ts";
import { withoutSecrets } from "../interaction/browser.ts";
import { type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import { openAdding, optionsOf } from "../interaction/passkeys/passkey-walks.ts";
import { Authenticator } from "../interaction/passkeys/software-authenticator.ts";
import { askForCode, askForReset, enterCode } from "../interaction/walks.ts";
import { sampleAudit } from "../storage/samples.ts";

const ADA = "ada@contoso.example";
const NEW = "nine noisy newts";

/** Ada signs in by mailed codes and has added a passkey. */
async function adaByPasskey(under: PagesUnderTest) {
  const ada = await createUser(under.ctx, { email: ADA, displayName: "Ada", passwordHash: null });
  assert.notEqual(ada, "taken");
  const browser = under.browser();
  let page = await browser.send(await browser.get("/me"), "/me/sign-in-again");
  page = await askForCode(browser, page, ADA);
  await browser.send(page, "/sign-in/code", { code: await under.mailedCode(ADA) });
  const authenticator = new Authenticator(under.ctx.config.pagesOrigin);
  const adding = await openAdding(browser);
  await browser.send(adding, "/me/passkeys/add", { passkey: authenticator.create(optionsOf(adding)) });
  return ada as Exclude<typeof ada, "taken">;
}

describe("a new password for an account that has a passkey and none", { concurrency: true }, () => {
  test("is mailed no code: the mail says to use the passkey, and the pages say the same as to everyone", async (t) => {
    const under = await pagesUnderTest(t);
    const ada = await adaByPasskey(under);
    await under.person("grace@contoso.example");
    const [asked, refused]: string[][] = [[], []];
    for (const email of [ADA, "grace@contoso.example", "nobody@contoso.example"]) {
      const browser = under.browser();
      let page = await askForReset(browser, await enterCode(browser, (await under.grant()).userCode), email);
      asked?.push(withoutSecrets(page).replaceAll(email, "<email>"));
      if (email.startsWith("grace")) continue;
      page = await browser.send(page, "/reset/code", { code: "12345678" });
      assert.equal(page.status, 422);
      refused?.push(withoutSecrets(page).replaceAll(email, "<email>"));
    }
    assert.deepEqual([new Set(asked).size, new Set(refused).size], [1, 1]);
    const [mail] = await under.mailsTo(ADA);
    assert.match(mail?.text ?? "", /has no password\.[\s\S]*Sign in with your passkey/);
    assert.doesNotMatch(mail?.text ?? "", /\d{8}/);
    assert.equal((await under.ctx.store.directory.findUser(ada.id))?.passwordHash, null);
  });

  test("is not set either where the address was proven before the passkey was there", async (t) => {
    const under = await pagesUnderTest(t);
    const ada = await createUser(under.ctx, { email: ADA, displayName: "Ada", passwordHash: null });
    assert.notEqual(ada, "taken");
    const browser = under.browser();
    let page = await askForReset(browser, await enterCode(browser, (await under.grant()).userCode), ADA);
    page = await browser.send(page, "/reset/code", { code: await under.mailedCode(ADA) });
    assert.match(page.at, /^\/reset\/password/);
    const userId = (ada as { id: string }).id;
    const passkey = { credentialId: "Y3JlZGVudGlhbA", publicKey: "", counter: 0, transports: [], name: "Phone" };
    const kept = { ...passkey, userId, deviceType: "singleDevice", backedUp: false, createdAt: 0, lastUsedAt: null };
    assert.equal(await under.ctx.store.passkeys.insert(kept as never, 0), "ok");
    page = await browser.send(page, "/reset/password", { password: NEW });
    assert.match(page.at, /^\/reset\?/);
    assert.equal((await under.ctx.store.directory.findUser(userId))?.passwordHash, null);
  });

  test("an account that has both gets one, and so does one that has neither", async (t) => {
    const under = await pagesUnderTest(t);
    const ada = await adaByPasskey(under);
    const now = under.ctx.clock.now();
    const change = { user: ada, passwordHash: await hashPassword("old"), keepSessionId: null, now };
    assert.equal(await under.ctx.store.sessions.changePassword({ ...change, audit: sampleAudit("x") }), true);
    await createUser(under.ctx, { email: "new@contoso.example", displayName: "New", passwordHash: null });
    for (const email of [ADA, "new@contoso.example"]) {
      const browser = under.browser();
      let page = await askForReset(browser, await enterCode(browser, (await under.grant()).userCode), email);
      page = await browser.send(page, "/reset/code", { code: await under.mailedCode(email) });
      page = await browser.send(page, "/reset/password", { password: NEW });
      assert.match(page.at, /^\/sign-in\?flow=.*&changed=1$/, email);
    }
  });
});
