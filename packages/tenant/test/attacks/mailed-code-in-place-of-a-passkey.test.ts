// A user has a passkey. An attacker with their password and access to their mails uses a mailed code instead.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pagesUnderTest } from "../interaction/pages-under-test.ts";
import {
  confirmByPasskey,
  openAccountSignIn,
  personWithPasskey,
  showPasskey,
  signInToAccount,
} from "../interaction/passkeys/passkey-walks.ts";
import { demandMfa } from "../interaction/second-factor/authenticator.ts";
import { enterCode, signIn } from "../interaction/walks.ts";

const ADA = "ada@contoso.example";

describe("a mailed code in place of a passkey", { concurrency: true }, () => {
  test("is not offered as the second factor of an app that lists it", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    await demandMfa(under, "email_code");
    const thief = under.browser();
    let page = await signIn(thief, await enterCode(thief, (await under.grant()).userCode), ADA);
    assert.match(page.at, /^\/second-factor\/passkey/);
    const csrf = /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? "";
    const flow = page.at.slice(page.at.indexOf("flow=") + 5);
    const mails = (await under.mailsTo(ADA)).length;
    const sent = await thief.post("/second-factor/email/send", new URLSearchParams({ csrf, flow }).toString());
    assert.match(sent.at, /^\/second-factor\/passkey/);
    assert.equal((await under.mailsTo(ADA)).length, mails);
    page = await showPasskey(thief, sent, authenticator);
    assert.match(page.at, /^\/confirm/);
  });

  test("changes nothing on the account page: password, app and passkeys wait for the passkey", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, authenticator } = await personWithPasskey(under);
    const thief = under.browser();
    await signInToAccount(thief, ADA);
    const password = await thief.get("/me/password");
    const app = await thief.get("/me/authenticator");
    const passkey = await thief.get(`/me/passkeys?id=${authenticator.credentialId}`);
    for (const refused of [
      await thief.send(password, "/me/password", { password: "nine noisy newts" }),
      await thief.send(app, "/me/authenticator", { answer: "add" }),
      await thief.send(passkey, "/me/passkeys/remove"),
      await thief.send(await thief.get("/me"), "/me/passkeys/new"),
    ]) {
      assert.equal(refused.heading, "Confirm it’s you", refused.at);
    }
    const { directory, passkeys } = under.ctx.store;
    assert.equal((await directory.findUser(user.id))?.passwordHash, user.passwordHash);
    assert.equal((await passkeys.listOf(user.id)).length, 1);

    const asked = await thief.send(password, "/me/password", { password: "nine noisy newts" });
    assert.equal((await confirmByPasskey(thief, asked, authenticator)).at, "/me");
    await thief.send(await thief.get("/me/password"), "/me/password", { password: "nine noisy newts" });
    assert.notEqual((await directory.findUser(user.id))?.passwordHash, user.passwordHash);
  });

  test("is not asked of a person who signs in by the passkey", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    await demandMfa(under);
    const ada = under.browser();
    await showPasskey(ada, await openAccountSignIn(ada), authenticator);
    const page = await enterCode(ada, (await under.grant()).userCode);
    assert.match((await ada.send(page, "/device/continue", { answer: "continue" })).at, /^\/confirm/);
  });
});
