import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { verifyPassword } from "../../src/directory/password.ts";
import { hashSecret } from "../../src/kernel/seal.ts";
import type { Store } from "../../src/storage/store.ts";
import { linkIn } from "../interaction/account/notice-link.ts";
import type { Browser, Page } from "../interaction/browser.ts";
import { PASSWORD, type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import {
  addPasskey,
  confirmByPasskey,
  openAccountSignIn,
  personWithPasskey,
  showPasskey,
  signInToAccount,
} from "../interaction/passkeys/passkey-walks.ts";
import { Authenticator } from "../interaction/passkeys/software-authenticator.ts";
import { codeAt, demandMfa, personWithApp, secretOn } from "../interaction/second-factor/authenticator.ts";
import { useUserFlow } from "../interaction/user-flow-under-test.ts";
import { askForCode, askForReset, enterCode, signIn, walkToConfirm } from "../interaction/walks.ts";

const ADA = "ada@contoso.example";
const OWNERS = "nine noisy newts";
const MALLORYS = "mallory made this one";

/** The owner resets the password by mail, in their own browser. */
async function resetByOwner(under: PagesUnderTest): Promise<void> {
  const own = under.browser("198.51.100.7");
  const code = await askForReset(own, await enterCode(own, (await under.grant()).userCode), ADA);
  const chosen = await own.send(code, "/reset/code", { code: await under.mailedCode(ADA) });
  assert.match((await own.send(chosen, "/reset/password", { password: OWNERS })).at, /^\/sign-in/);
}

/** The owner clicks "this wasn't me" in the newest mail with such a link. */
async function disownByOwner(under: PagesUnderTest): Promise<void> {
  const own = under.browser("198.51.100.7");
  const mails = await under.mailsTo(ADA);
  const { path } = linkIn(mails.find(({ text }) => text.includes("/not-me?"))?.text ?? "");
  const page = await own.send(await own.get(path), "/not-me");
  assert.equal(page.status, 200);
}

/** A device that was approved a while ago: its mail has the link. */
async function deviceOf(under: PagesUnderTest): Promise<void> {
  const phone = under.browser("198.51.100.7");
  const { userCode } = await under.grant();
  await phone.send(await walkToConfirm(phone, userCode, ADA), "/confirm", { decision: "yes" });
}

async function passwordIs(under: PagesUnderTest, password: string): Promise<boolean> {
  const user = await under.ctx.store.directory.findUserByEmail(ADA);
  return verifyPassword(user?.passwordHash ?? null, password);
}

async function signedInAs(under: PagesUnderTest, browser: Browser): Promise<string | undefined> {
  const session = await under.ctx.store.sessions.find(hashSecret(browser.cookie ?? ""), under.ctx.clock.now());
  return session?.userId ?? undefined;
}

/** Runs the owner's action right before this store operation, once. */
function rightBefore<K extends keyof Store>(store: Store, room: K, verb: keyof Store[K], act: () => Promise<unknown>) {
  const verbs = store[room] as unknown as Record<PropertyKey, (...args: unknown[]) => Promise<unknown>>;
  const real = verbs[verb] as (...args: unknown[]) => Promise<unknown>;
  verbs[verb] = async (...args) => {
    verbs[verb] = real;
    await act();
    return real(...args);
  };
}

const owners = { "the owner's reset": resetByOwner, "“this wasn’t me” about a device": disownByOwner };

describe("what an attacker began before the owner took the account back", { concurrency: true }, () => {
  const begin = async (t: TestContext) => {
    const under = await pagesUnderTest(t);
    await under.person();
    await useUserFlow(under, { methods: ["password", "email_code"] });
    await deviceOf(under);
    const mallory = under.browser("203.0.113.66");
    const start = await enterCode(mallory, (await under.grant()).userCode);
    return { under, mallory, start };
  };

  for (const [what, takeBack] of Object.entries(owners)) {
    test(`a reset whose code was entered before ${what} sets no password`, async (t) => {
      const { under, mallory, start } = await begin(t);
      const code = await askForReset(mallory, start, ADA);
      const choosing = await mallory.send(code, "/reset/code", { code: await under.mailedCode(ADA) });
      assert.match(choosing.at, /^\/reset\/password/);
      await takeBack(under);
      const after = await mallory.send(choosing, "/reset/password", { password: MALLORYS });
      assert.match(after.at, /^\/reset/);
      assert.equal(await passwordIs(under, MALLORYS), false);
    });

    test(`a reset code mailed before ${what} is dead`, async (t) => {
      const { under, mallory, start } = await begin(t);
      const page = await askForReset(mallory, start, ADA);
      const code = await under.mailedCode(ADA);
      await takeBack(under);
      const after = await mallory.send(page, "/reset/code", { code });
      assert.equal(after.status, 422);
      assert.doesNotMatch(after.at, /^\/reset\/password/);
    });

    test(`a sign-in code mailed before ${what} is dead`, async (t) => {
      const { under, mallory, start } = await begin(t);
      const page = await askForCode(mallory, start, ADA);
      const code = await under.mailedCode(ADA);
      await takeBack(under);
      assert.equal((await mallory.send(page, "/sign-in/code", { code })).status, 422);
      assert.equal(await signedInAs(under, mallory), undefined);
    });

    test(`a sign-in by mailed code at the very moment of ${what} makes no session`, async (t) => {
      const { under, mallory, start } = await begin(t);
      const page = await askForCode(mallory, start, ADA);
      const code = await under.mailedCode(ADA);
      rightBefore(under.ctx.store, "sessions", "signIn", () => takeBack(under));
      assert.equal((await mallory.send(page, "/sign-in/code", { code })).status, 403);
      assert.equal(await signedInAs(under, mallory), undefined);
    });

    test(`a password that was right at the very moment of ${what} makes no session`, async (t) => {
      const { under, mallory, start } = await begin(t);
      rightBefore(under.ctx.store, "sessions", "signIn", () => takeBack(under));
      assert.equal((await signIn(mallory, start, ADA)).status, 403);
      assert.equal(await signedInAs(under, mallory), undefined);
    });
  }

  test("a wait for the second factor is over, with the right code of the app too", async (t) => {
    const under = await pagesUnderTest(t);
    const { secret } = await personWithApp(under);
    const mallory = under.browser("203.0.113.66");
    const page = await signIn(mallory, await enterCode(mallory, (await under.grant()).userCode), ADA);
    assert.match(page.at, /^\/second-factor\/app/);
    await resetByOwner(under);
    await mallory.send(page, "/second-factor/app", { code: codeAt(secret, under.ctx.clock.now()) });
    assert.equal(await signedInAs(under, mallory), undefined);
  });

  test("an authenticator app whose set-up was begun is not enrolled", async (t) => {
    const under = await pagesUnderTest(t);
    const user = await under.person();
    await demandMfa(under, "totp");
    const mallory = under.browser("203.0.113.66");
    const needed = await signIn(mallory, await enterCode(mallory, (await under.grant()).userCode), ADA);
    const setUp = await mallory.send(needed, "/second-factor/set-up/start");
    const secret = secretOn(setUp);
    await resetByOwner(under);
    await mallory.send(setUp, "/second-factor/set-up", { code: codeAt(secret, under.ctx.clock.now()) });
    assert.equal(await under.ctx.store.factors.totpOf(user.id), undefined);
    assert.equal(await signedInAs(under, mallory), undefined);
  });

  test("a passkey shown at the very moment of a reset makes no session", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    const mallory = under.browser("203.0.113.66");
    const page = await openAccountSignIn(mallory);
    rightBefore(under.ctx.store, "sessions", "signIn", () => resetByOwner(under));
    assert.equal((await showPasskey(mallory, page, authenticator)).status, 403);
    assert.equal(await signedInAs(under, mallory), undefined);
  });

  test("a passkey added at the very moment of a reset is not kept", async (t) => {
    const under = await pagesUnderTest(t);
    const user = await under.person();
    const mallory = under.browser();
    await signInToAccount(mallory, ADA);
    rightBefore(under.ctx.store, "passkeys", "insert", () => resetByOwner(under));
    await addPasskey(mallory, new Authenticator(under.ctx.config.pagesOrigin));
    assert.deepEqual(await under.ctx.store.passkeys.listOf(user.id), []);
  });

  test("a first password set at the very moment of “this wasn’t me” is none", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    await deviceOf(under);
    const mallory = under.browser("203.0.113.66");
    await signInToAccount(mallory, ADA);
    const page = await mallory.get("/me/password");
    rightBefore(under.ctx.store, "sessions", "changePassword", () => disownByOwner(under));
    await mallory.send(page, "/me/password", { password: MALLORYS });
    assert.equal(await passwordIs(under, MALLORYS), false);
  });
});

describe("the same ends with every other change of what the owner signs in with", { concurrency: true }, () => {
  const changes: Record<string, (under: PagesUnderTest, own: Browser) => Promise<unknown>> = {
    "a new password at the account page": async (_under, own) =>
      own.send(await own.get("/me/password"), "/me/password", { password: OWNERS }),
    "a passkey taken away": async (under, own) => {
      const authenticator = new Authenticator(under.ctx.config.pagesOrigin);
      await addPasskey(own, authenticator);
      const remove = async () =>
        own.send(await own.get(`/me/passkeys?id=${authenticator.credentialId}`), "/me/passkeys/remove");
      // A user with a passkey must use it before they change their sign-in methods.
      await confirmByPasskey(own, await remove(), authenticator);
      return remove();
    },
    "the account disabled and enabled": async ({ ctx }) => {
      const user = await ctx.store.directory.findUserByEmail(ADA);
      const { users } = ctx.store.administration;
      for (const disabledAt of [ctx.clock.now(), null]) {
        await users.change(user?.id ?? "", (before) => ({ ...before, disabledAt }), ctx.clock.now(), {
          ...{ at: ctx.clock.now(), event: "user.changed", actor: "operator", userId: user?.id ?? null },
          ...{ clientId: null, grantId: null, ip: null, detail: {} },
        });
      }
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    test(what, async (t) => {
      const under = await pagesUnderTest(t);
      await under.person();
      const own = under.browser();
      await signInToAccount(own, ADA);
      const mallory = under.browser("203.0.113.66");
      const page = await askForReset(mallory, await enterCode(mallory, (await under.grant()).userCode), ADA);
      const code = await under.mailedCode(ADA);
      await change(under, own);
      const after: Page = await mallory.send(page, "/reset/code", { code });
      assert.equal(after.status, 422, after.heading);
      assert.equal(await passwordIs(under, what.startsWith("a new password") ? OWNERS : PASSWORD), true);
    });
  }
});
