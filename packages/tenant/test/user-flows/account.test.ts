import "reflect-metadata";
import assert from "node:assert/strict";
import { createSign, KeyObject } from "node:crypto";
import { describe, test } from "node:test";
import { X509CertificateGenerator } from "@peculiar/x509";
import { RECENT_SIGN_IN_MS } from "../../src/user-flows/limits.ts";
import { Authenticator, type Cbor, type Quirks } from "./authenticator.ts";
import { textOf } from "./browser.ts";
import { type PagesUnderTest, pagesUnderTest } from "./pages-under-test.ts";
import {
  addPasskey,
  openAccountSignIn,
  openAdding,
  optionsOf,
  personWithPasskey,
  showPasskey,
  signInToAccount,
} from "./passkey-walks.ts";
import { signIn } from "./walks.ts";

const ADA = "ada@contoso.example";

/** Ada, signed in to her account page. */
async function ada(under: PagesUnderTest) {
  const user = await under.person(ADA);
  const browser = under.browser();
  await signInToAccount(browser, ADA);
  return { user, browser, authenticator: new Authenticator(under.ctx.config.pagesOrigin) };
}

/** A correct `fido-u2f` attestation (WebAuthn §8.6), by a certificate of its own. */
async function makerOfAuthenticators(): Promise<NonNullable<Quirks["attestation"]>> {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({ name: "CN=Maker", keys });
  const key = KeyObject.from(keys.privateKey);
  return ({ rpIdHash, clientDataHash, credentialId, publicKey }) => {
    const data = Buffer.concat([Buffer.from([0]), rpIdHash, clientDataHash, credentialId, publicKey]);
    return {
      format: "fido-u2f",
      statement: new Map<string, Cbor>([
        ["sig", createSign("sha256").update(data).sign(key)],
        ["x5c", [Buffer.from(certificate.rawData)]],
      ]),
    };
  };
}

const linkTo = (credentialId: string) => `/me/passkeys?id=${credentialId}`;

describe("the account page", { concurrency: true }, () => {
  test("signed out it asks to sign in, leaves nothing behind, and leads back to itself", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person(ADA);
    const browser = under.browser();
    const page = await browser.get("/me");
    assert.equal(page.heading, "Sign in to see your account");
    const signInPage = await browser.send(page, "/me/sign-in-again");
    assert.match(signInPage.at, /^\/sign-in\?flow=/);
    assert.doesNotMatch(textOf(signInPage.html), /device/);
    const account = await signIn(browser, signInPage, ADA);
    assert.equal(account.at, "/me");
    assert.equal(account.heading, "Your account");
    assert.match(textOf(account.html), /Ada ada@contoso\.example/);
    // The same form again, from a second tab or a double click.
    assert.equal((await signIn(browser, signInPage, ADA)).at, "/me");
    assert.equal((await browser.get(signInPage.at)).at, "/me");
  });

  test("it signs out", async (t) => {
    const { browser } = await ada(await pagesUnderTest(t));
    const page = await browser.send(await browser.get("/me"), "/sign-out");
    assert.equal(page.heading, "You are signed out");
    assert.equal((await browser.get("/me")).heading, "Sign in to see your account");
  });

  test("a device that was signed in offers a passkey for next time to who has none", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under, { email: "grace@contoso.example" });
    await under.person(ADA);
    const approve = async (withPasskey: boolean) => {
      const phone = under.browser();
      const { userCode } = await under.grant();
      const page = await phone.send(await phone.get("/device"), "/device", { user_code: userCode });
      const question = withPasskey ? await showPasskey(phone, page, authenticator) : await signIn(phone, page, ADA);
      return phone.send(question, "/confirm", { decision: "yes" });
    };
    assert.match((await approve(false)).html, /href="\/me"/);
    assert.doesNotMatch((await approve(true)).html, /href="\/me"/);
  });
});

describe("adding a passkey", { concurrency: true }, () => {
  test("it is kept under its name, told by mail and in the audit log, and opens the account", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await ada(under);
    const page = await addPasskey(browser, authenticator, { name: "  Work \u202e laptop " });
    assert.equal(page.at, "/me");
    assert.match(textOf(page.html), /Work laptop Added 15 Jan 2026/);
    const [kept] = await under.ctx.store.passkeys.listOf(user.id);
    assert.deepEqual(
      [kept?.credentialId, kept?.counter, kept?.deviceType, kept?.backedUp, kept?.transports],
      [authenticator.credentialId, 0, "singleDevice", false, ["hybrid", "internal"]],
    );
    const [added] = await under.ctx.store.audit.list({ event: "passkey.added", limit: 9 });
    assert.deepEqual(added?.detail, { credentialId: authenticator.credentialId, name: "Work laptop" });
    assert.equal(added?.userId, user.id);
    const laptop = under.browser();
    assert.equal((await showPasskey(laptop, await openAccountSignIn(laptop), authenticator)).at, "/me");
  });

  test("the browser is asked for one that finds its owner, verifies them, and is not there yet", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await ada(under);
    await addPasskey(browser, authenticator);
    const options = optionsOf<Record<string, unknown>>(await openAdding(browser));
    assert.deepEqual(options.rp, { id: "localhost", name: "Contoso" });
    const id = Buffer.from(user.id).toString("base64url");
    assert.deepEqual(options.user, { id, name: ADA, displayName: "Ada" });
    assert.deepEqual(options.excludeCredentials, [{ id: authenticator.credentialId, type: "public-key" }]);
    assert.equal(options.attestation, "none");
    const { residentKey, userVerification } = options.authenticatorSelection as Record<string, string>;
    assert.deepEqual([residentKey, userVerification], ["required", "required"]);
  });

  test("one without a name gets a number", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await ada(under);
    await addPasskey(browser, authenticator);
    await addPasskey(browser, new Authenticator(under.ctx.config.pagesOrigin));
    const names = (await under.ctx.store.passkeys.listOf(user.id)).map(({ name }) => name);
    assert.deepEqual(names.sort(), ["Passkey 1", "Passkey 2"]);
  });

  test("what a browser would not send is refused, and nothing is kept", async (t) => {
    const packed = new Map<string, Cbor>([
      ["alg", -7],
      ["sig", Buffer.from("signature")],
    ]);
    const maker = await makerOfAuthenticators();
    const wrong: Record<string, Quirks> = {
      "another origin": { origin: "https://contoso.evil.example" },
      "another RP ID": { rpId: "evil.example" },
      "user not verified": { userVerified: false },
      "user not present": { userPresent: false },
      "another type": { type: "webauthn.get" },
      "another challenge": { challenge: Buffer.alloc(32).toString("base64url") },
      "in a frame": { crossOrigin: true },
      "an algorithm not asked for": { algorithm: -35 },
      "a wrong attestation": { attestation: () => ({ format: "packed", statement: packed }) },
      "an attestation nobody asked for, right as it is": { attestation: maker },
      "an unknown attestation": { attestation: () => ({ format: "unheard-of", statement: new Map() }) },
    };
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await ada(under);
    let page = await openAdding(browser);
    for (const [what, quirks] of Object.entries(wrong)) {
      const passkey = authenticator.create(optionsOf(page), quirks);
      page = await browser.send(page, "/me/passkeys/add", { passkey, name: "Laptop" });
      assert.equal(page.status, 422, what);
      assert.match(textOf(page.html), /That didn’t work, and no passkey was kept/, what);
      assert.match(page.html, /value="Laptop"/);
    }
    for (const passkey of ["", "null", "{}", '{"id":"x","response":{}}']) {
      page = await browser.send(page, "/me/passkeys/add", { passkey });
      assert.equal(page.status, 422, passkey);
    }
    assert.deepEqual(await under.ctx.store.passkeys.listOf(user.id), []);
    const passkey = authenticator.create(optionsOf(page));
    assert.equal((await browser.send(page, "/me/passkeys/add", { passkey })).at, "/me");
  });

  test("a challenge makes one passkey, and only in its own browser and walk", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await ada(under);
    const page = await openAdding(browser);
    const passkey = authenticator.create(optionsOf(page));
    const other = await openAdding(browser);
    assert.equal((await browser.send(other, "/me/passkeys/add", { passkey })).status, 422);
    const tablet = under.browser();
    await signInToAccount(tablet, ADA);
    assert.equal((await tablet.send(await openAdding(tablet), "/me/passkeys/add", { passkey })).status, 422);
    assert.deepEqual(await under.ctx.store.passkeys.listOf(user.id), []);

    const sent = await Promise.all([1, 2, 3].map(() => browser.send(page, "/me/passkeys/add", { passkey })));
    assert.equal(sent.filter(({ at }) => at === "/me").length, 1);
    assert.equal((await under.ctx.store.passkeys.listOf(user.id)).length, 1);
  });

  test("a sign-in's challenge makes no passkey", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser, authenticator } = await ada(under);
    const adding = await openAdding(browser);
    const challenge = optionsOf(await openAccountSignIn(under.browser())).challenge;
    const passkey = authenticator.create({ ...optionsOf(adding), challenge });
    assert.equal((await browser.send(adding, "/me/passkeys/add", { passkey })).status, 422);
  });

  test("a credential that another account has stays there", async (t) => {
    const under = await pagesUnderTest(t);
    const grace = await personWithPasskey(under, { email: "grace@contoso.example" });
    const { user, browser } = await ada(under);
    const page = await addPasskey(browser, grace.authenticator);
    assert.match(textOf(page.html), /This passkey is known here already/);
    assert.deepEqual(await under.ctx.store.passkeys.listOf(user.id), []);
    const kept = await under.ctx.store.passkeys.find(grace.authenticator.credentialId);
    assert.equal(kept?.userId, grace.user.id);
  });

  test("a name that is too long is told before anything is used up", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser, authenticator } = await ada(under);
    const page = await openAdding(browser);
    const passkey = authenticator.create(optionsOf(page));
    const long = await browser.send(page, "/me/passkeys/add", { passkey, name: "x".repeat(51) });
    assert.match(textOf(long.html), /That name is too long/);
    assert.equal(optionsOf(long).challenge, optionsOf(page).challenge);
  });

  test("nobody who is signed out, or disabled meanwhile, adds one", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await ada(under);
    const page = await openAdding(browser);
    const passkey = authenticator.create(optionsOf(page));
    await under.ctx.store.directory.setUserDisabled(user.id, under.ctx.clock.now(), under.ctx.clock.now());
    const refused = await browser.send(page, "/me/passkeys/add", { passkey });
    assert.equal(refused.heading, "Sign in to see your account");
    assert.deepEqual(await under.ctx.store.passkeys.listOf(user.id), []);
    assert.equal((await browser.get("/me/passkeys/add")).heading, "Sign in to see your account");
  });
});

describe("changing what one signs in with", { concurrency: true }, () => {
  test("ten minutes after the sign-in it takes a new one, which leads back to the account", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await ada(under);
    await addPasskey(browser, authenticator);
    const adding = await openAdding(browser);
    const other = new Authenticator(under.ctx.config.pagesOrigin);
    const passkey = other.create(optionsOf(adding));
    const before = browser.cookie;

    under.advance(RECENT_SIGN_IN_MS);
    const account = await browser.get("/me");
    assert.equal(account.heading, "Your account", "looking is still allowed");
    const shown = await browser.get(linkTo(authenticator.credentialId));
    for (const refused of [
      await browser.send(account, "/me/passkeys/new"),
      await browser.get(adding.at),
      await browser.send(adding, "/me/passkeys/add", { passkey }),
      await browser.send(shown, "/me/passkeys/remove"),
    ]) {
      assert.equal(refused.heading, "Is it still you?");
      assert.equal(refused.status, 403);
    }
    assert.equal((await under.ctx.store.passkeys.listOf(user.id)).length, 1);

    const refused = await browser.send(account, "/me/passkeys/new");
    const signInPage = await browser.send(refused, "/me/sign-in-again");
    assert.equal(signInPage.heading, "Sign in");
    assert.match(signInPage.html, /value="ada@contoso\.example"/);
    assert.equal((await signIn(browser, signInPage, ADA)).at, "/me");
    assert.notEqual(browser.cookie, before);
    assert.equal((await addPasskey(browser, other)).at, "/me");
    assert.equal((await under.ctx.store.passkeys.listOf(user.id)).length, 2);
  });

  test("a passkey signs in again as well as a password", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser, authenticator } = await ada(under);
    await addPasskey(browser, authenticator);
    under.advance(RECENT_SIGN_IN_MS);
    const refused = await browser.send(await browser.get("/me"), "/me/passkeys/new");
    const signInPage = await browser.send(refused, "/me/sign-in-again");
    assert.equal((await showPasskey(browser, signInPage, authenticator)).at, "/me");
    assert.match((await openAdding(browser)).at, /^\/me\/passkeys\/add/);
  });

  test("a passkey is renamed", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await ada(under);
    await addPasskey(browser, authenticator, { name: "Laptop" });
    const page = await browser.get(linkTo(authenticator.credentialId));
    assert.match(page.html, /value="Laptop"/);
    assert.equal((await browser.send(page, "/me/passkeys/rename", { name: " " })).status, 422);
    assert.equal((await browser.send(page, "/me/passkeys/rename", { name: "x".repeat(51) })).status, 422);
    assert.equal((await browser.send(page, "/me/passkeys/rename", { name: "Old laptop" })).at, "/me");
    assert.equal((await under.ctx.store.passkeys.listOf(user.id))[0]?.name, "Old laptop");
  });

  test("a passkey is removed, once, and told", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await ada(under);
    await addPasskey(browser, authenticator, { name: "Laptop" });
    const page = await browser.get(linkTo(authenticator.credentialId));
    const both = await Promise.all([1, 2].map(() => browser.send(page, "/me/passkeys/remove")));
    for (const { at } of both) assert.equal(at, "/me");
    assert.deepEqual(await under.ctx.store.passkeys.listOf(user.id), []);
    const removed = await under.ctx.store.audit.list({ event: "passkey.removed", limit: 9 });
    assert.deepEqual(
      removed.map(({ detail }) => detail.name),
      ["Laptop"],
    );
    const laptop = under.browser();
    assert.equal((await showPasskey(laptop, await openAccountSignIn(laptop), authenticator)).status, 422);
  });

  test("somebody else's passkey is not to be seen, renamed or removed", async (t) => {
    const under = await pagesUnderTest(t);
    const grace = await personWithPasskey(under, { email: "grace@contoso.example" });
    const { browser, authenticator } = await ada(under);
    await addPasskey(browser, authenticator);
    const { credentialId } = grace.authenticator;
    assert.equal((await browser.get(linkTo(credentialId))).at, "/me");
    const page = await browser.get(linkTo(authenticator.credentialId));
    for (const action of ["/me/passkeys/rename", "/me/passkeys/remove"]) {
      assert.equal((await browser.send(page, action, { id: credentialId, name: "Mine" })).at, "/me");
    }
    assert.equal((await under.ctx.store.passkeys.find(credentialId))?.name, "Passkey 1");
  });
});
