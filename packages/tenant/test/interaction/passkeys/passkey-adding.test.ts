import { seed } from "../../fixtures/seed.ts";
import "reflect-metadata";
import assert from "node:assert/strict";
import { createSign, KeyObject } from "node:crypto";
import { describe, test } from "node:test";
import { X509CertificateGenerator } from "@peculiar/x509";
import { textOf } from "../browser.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import {
  ADA,
  adaAtHerAccount,
  addPasskey,
  openAccountSignIn,
  openAdding,
  optionsOf,
  personWithPasskey,
  showPasskey,
  signInToAccount,
} from "./passkey-walks.ts";
import { Authenticator, type Cbor, type Quirks } from "./software-authenticator.ts";

/** A correct `fido-u2f` attestation (WebAuthn §8.6), by its own certificate. */
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

describe("adding a passkey", { concurrency: true }, () => {
  test("it is stored under its name, reported by mail and in the audit log, and opens the account", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await adaAtHerAccount(under);
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

  test("the browser is asked for a discoverable one, with user verification, that is not there yet", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await adaAtHerAccount(under);
    await addPasskey(browser, authenticator);
    const options = optionsOf<Record<string, unknown>>(await openAdding(browser, authenticator));
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
    const { user, browser, authenticator } = await adaAtHerAccount(under);
    await addPasskey(browser, authenticator);
    await addPasskey(browser, new Authenticator(under.ctx.config.pagesOrigin), { own: authenticator });
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
      "an ID other than the attested one": { claimedId: Buffer.alloc(16).toString("base64url") },
      "an algorithm not requested": { algorithm: -35 },
      "a wrong attestation": { attestation: () => ({ format: "packed", statement: packed }) },
      "an attestation that was not requested, although valid": { attestation: maker },
      "an unknown attestation": { attestation: () => ({ format: "unheard-of", statement: new Map() }) },
    };
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await adaAtHerAccount(under);
    let page = await openAdding(browser);
    for (const [what, quirks] of Object.entries(wrong)) {
      const passkey = authenticator.create(optionsOf(page), quirks);
      page = await browser.send(page, "/me/passkeys/add", { passkey, name: "Laptop" });
      assert.equal(page.status, 422, what);
      assert.match(textOf(page.html), /That didn’t work, and no passkey was saved/, what);
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

  test("a challenge creates one passkey, and only in its own browser and interaction", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await adaAtHerAccount(under);
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

  test("a sign-in's challenge creates no passkey", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser, authenticator } = await adaAtHerAccount(under);
    const adding = await openAdding(browser);
    const challenge = optionsOf(await openAccountSignIn(under.browser())).challenge;
    const passkey = authenticator.create({ ...optionsOf(adding), challenge });
    assert.equal((await browser.send(adding, "/me/passkeys/add", { passkey })).status, 422);
  });

  test("a credential that another account has stays there", async (t) => {
    const under = await pagesUnderTest(t);
    const grace = await personWithPasskey(under, { email: "grace@contoso.example" });
    const { user, browser } = await adaAtHerAccount(under);
    const page = await addPasskey(browser, grace.authenticator);
    assert.match(textOf(page.html), /This passkey is already in use here/);
    assert.deepEqual(await under.ctx.store.passkeys.listOf(user.id), []);
    const kept = await under.ctx.store.passkeys.find(grace.authenticator.credentialId);
    assert.equal(kept?.userId, grace.user.id);
  });

  test("a name that is too long is reported before anything is used up", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser, authenticator } = await adaAtHerAccount(under);
    const page = await openAdding(browser);
    const passkey = authenticator.create(optionsOf(page));
    const long = await browser.send(page, "/me/passkeys/add", { passkey, name: "x".repeat(51) });
    assert.match(textOf(long.html), /That name is too long/);
    assert.equal(optionsOf(long).challenge, optionsOf(page).challenge);
  });

  test("a user who is signed out, or disabled meanwhile, adds none", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await adaAtHerAccount(under);
    const page = await openAdding(browser);
    const passkey = authenticator.create(optionsOf(page));
    await seed(under.ctx.store).setUserDisabled(user.id, under.ctx.clock.now(), under.ctx.clock.now());
    const refused = await browser.send(page, "/me/passkeys/add", { passkey });
    assert.equal(refused.heading, "Sign in to see your account");
    assert.deepEqual(await under.ctx.store.passkeys.listOf(user.id), []);
    assert.equal((await browser.get("/me/passkeys/add")).heading, "Sign in to see your account");
  });
});
