// A browser signed in with one factor. Then a policy for all apps requires two.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RECENT_SIGN_IN_MS } from "../../src/interaction/session.ts";
import { hashSecret } from "../../src/kernel/seal.ts";
import { seed } from "../fixtures/seed.ts";
import { pagesUnderTest } from "../interaction/pages-under-test.ts";
import { personWithPasskey, signInToAccount } from "../interaction/passkeys/passkey-walks.ts";
import { codeAt, demandMfa, secretOn } from "../interaction/second-factor/authenticator.ts";
import { enterCode, signIn } from "../interaction/walks.ts";
import { samplePolicy } from "../storage/samples.ts";

const ADA = "ada@contoso.example";

describe("a session of before a policy", { concurrency: true }, () => {
  test("neither sees the account page nor changes the password, until it shows a second factor", async (t) => {
    const under = await pagesUnderTest(t);
    const ada = await under.person();
    const old = under.browser();
    await signInToAccount(old, ADA);
    const form = await old.get("/me/password");
    await seed(under.ctx.store).putPolicy(samplePolicy());

    const refused = await old.send(form, "/me/password", { password: "nine noisy newts" });
    assert.equal(refused.heading, "Confirm it’s you");
    assert.equal((await under.ctx.store.directory.findUser(ada.id))?.passwordHash, ada.passwordHash);
    const account = await old.get("/me");
    assert.deepEqual([account.heading, account.status], ["Confirm it’s you", 403]);

    let page = await old.send(account, "/me/sign-in-again");
    assert.match(page.at, /^\/second-factor\/email/);
    page = await old.send(page, "/second-factor/email/send");
    page = await old.send(page, "/second-factor/email", { code: await under.mailedCode(ADA) });
    assert.deepEqual([page.at, page.heading], ["/me", "Your account"]);
    await old.send(await old.get("/me/password"), "/me/password", { password: "nine noisy newts" });
    assert.notEqual((await under.ctx.store.directory.findUser(ada.id))?.passwordHash, ada.passwordHash);
  });

  test("renames no passkey", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, authenticator } = await personWithPasskey(under);
    const old = under.browser();
    await signInToAccount(old, ADA);
    const passkey = await old.get(`/me/passkeys?id=${authenticator.credentialId}`);
    await seed(under.ctx.store).putPolicy(samplePolicy());
    const refused = await old.send(passkey, "/me/passkeys/rename", { name: "Mine" });
    assert.equal(refused.heading, "Confirm it’s you");
    assert.equal((await under.ctx.store.passkeys.listOf(user.id))[0]?.name, "Passkey 1");
  });

  test("gives no authenticator app to who finds it open, until the person signs in anew", async (t) => {
    const under = await pagesUnderTest(t);
    const ada = await under.person();
    const old = under.browser();
    await signInToAccount(old, ADA);
    under.advance(RECENT_SIGN_IN_MS);
    await demandMfa(under, "totp");
    const { userCode } = await under.grant();
    let page = await old.send(await enterCode(old, userCode), "/device/continue", { answer: "continue" });
    assert.match(page.at, /^\/sign-in\?flow=/, page.heading);
    assert.equal(
      (await under.ctx.store.sessions.find(hashSecret(old.cookie ?? ""), under.ctx.clock.now()))?.userId,
      null,
    );

    page = await signIn(old, page, ADA);
    assert.match(page.at, /^\/second-factor\/set-up/);
    page = await old.send(page, "/second-factor/set-up/start");
    page = await old.send(page, "/second-factor/set-up", { code: codeAt(secretOn(page), under.ctx.clock.now()) });
    assert.match(page.heading, /recovery codes/i);
    assert.ok(await under.ctx.store.factors.totpOf(ada.id));
  });

  test("goes on where the policy leaves the person out, or names other apps", async (t) => {
    const under = await pagesUnderTest(t);
    const ada = await under.person();
    const old = under.browser();
    await signInToAccount(old, ADA);
    await seed(under.ctx.store).putPolicy(samplePolicy({ excludedUserIds: [ada.id] }));
    await seed(under.ctx.store).putPolicy(samplePolicy({ clientIds: [under.device.clientId] }));
    assert.equal((await old.get("/me")).heading, "Your account");
  });
});
