// Client assertions (RFC 7523) in Entra's form, by the function alone. tests/entra tests them over the wire.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { CompactSign } from "jose";
import {
  type AssertionChanges,
  addCertifiedApp,
  type CertifiedApp,
  clientAssertion,
} from "../../../../tests/fixtures/client-assertion.ts";
import { addApp } from "../../../../tests/fixtures/registrations.ts";
import { type AppCertificate, readAppCertificate } from "../../src/directory/app-certificate.ts";
import { claimedClient, type VerifiedAssertion, verifyClientAssertion } from "../../src/oauth/client-assertion.ts";
import { ProtocolError } from "../../src/oauth/protocol-error.ts";
import { type OwnCertificate, ownCertificate } from "../fixtures/own-certificate.ts";
import { type QuickContext, quickContext } from "../fixtures/quick-context.ts";
import { seed } from "../fixtures/seed.ts";

const unnamed = { "x5t#S256": undefined };
const hex = (base64url: string) => Buffer.from(base64url, "base64url").toString("hex");
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

describe("a client assertion", () => {
  let quick: QuickContext;
  let ctx: QuickContext["ctx"];
  let ci: CertifiedApp;
  let other: OwnCertificate;
  let keyId: string;
  /** Seconds. */
  let now: number;
  before(async () => {
    quick = await quickContext();
    ctx = quick.ctx;
    now = ctx.clock.now() / 1000;
    ci = await addCertifiedApp(ctx);
    other = await ownCertificate();
    keyId = (await ctx.store.credentials.certificatesOf(ci.app.clientId))[0]!.keyId;
  });
  after(() => ctx.store.close());

  const verify = async (changes: AssertionChanges = {}, app = ci) =>
    verifyClientAssertion(ctx, app.app, await clientAssertion(quick, app, changes));
  const refused = (made: Promise<unknown>, number: number, ...messages: string[]) =>
    assert.rejects(made, (error) => {
      assert.ok(error instanceof ProtocolError, String(error));
      assert.equal(error.number, number, error.message);
      for (const message of messages) assert.ok(error.message.includes(message), error.message);
      return true;
    });
  const [MALFORMED, SIGNATURE, TIME, CLIENT, AUDIENCE] = [50027, 700027, 700024, 700021, 700023];

  test("as MSAL creates it is verified, with its jti, its certificate, and the time until which it must not be repeated", async () => {
    const jti = randomUUID();
    const verified: VerifiedAssertion = { jti, keyId, expiresAt: (now + 600 + 60) * 1000 };
    assert.deepEqual(await verify({ claims: { jti } }), verified);
    const fraction = await verify({ claims: { jti, exp: now + 0.5 } });
    assert.equal(fraction.expiresAt, (now + 1 + 60) * 1000);
  });

  const accepted: Record<string, () => AssertionChanges> = {
    "RS256 with x5t, as older programs": () => ({ header: { ...unnamed, alg: "RS256", x5t: ci.own.sha1 } }),
    "both thumbprints": () => ({ header: { x5t: ci.own.sha1 } }),
    "no name of its key": () => ({ header: unnamed }),
    "the certificate's ID as kid, in any case": () => ({ header: { ...unnamed, kid: keyId.toUpperCase() } }),
    "the SHA-1 thumbprint in hexadecimal as kid": () => ({
      header: { ...unnamed, kid: hex(ci.own.sha1).toUpperCase() },
    }),
    "the SHA-256 thumbprint as kid": () => ({ header: { ...unnamed, kid: ci.own.sha256 } }),
    "any kid next to x5t#S256": () => ({ header: { kid: "mine" } }),
    "any kid next to x5t": () => ({ header: { ...unnamed, x5t: ci.own.sha1, kid: "mine" } }),
    "no typ": () => ({ header: { typ: undefined } }),
    "typ application/jwt": () => ({ header: { typ: "application/jwt" } }),
    "typ client-authentication+jwt": () => ({ header: { typ: "client-authentication+jwt" } }),
    "the issuer as audience": () => ({ claims: { aud: `${quick.authority}/v2.0` } }),
    "the issuer under the tenant's domain": () => ({ claims: { aud: "https://localhost:8443/contoso.example/v2.0" } }),
    "the token endpoint under the tenant's domain": () => ({
      claims: { aud: "https://localhost:8443/contoso.example/oauth2/v2.0/token" },
    }),
    "two audiences, one of them ours": () => ({ claims: { aud: ["https://x", `${quick.authority}/v2.0`] } }),
    "the client ID in capitals": () => ({
      claims: { iss: ci.app.clientId.toUpperCase(), sub: ci.app.clientId.toUpperCase() },
    }),
    "no iat and no nbf": () => ({ claims: { iat: undefined, nbf: undefined } }),
    "a clock a minute ahead": () => ({ claims: { nbf: now + 60, exp: now + 660 } }),
    "a clock almost a minute behind": () => ({ claims: { exp: now - 59 } }),
    "a jti of 256 characters": () => ({ claims: { jti: "x".repeat(256) } }),
  };
  for (const [what, changes] of Object.entries(accepted)) {
    test(`is accepted with ${what}`, async () => assert.equal((await verify(changes())).keyId, keyId));
  }

  const notFound = "The key was not found.";
  const names = (sha: string) => `Thumbprint of key used by client: '${hex(sha).toUpperCase()}'.`;
  const refusals: Record<string, () => [number, AssertionChanges, ...string[]]> = {
    "another key's signature": () => [
      SIGNATURE,
      { signedBy: other },
      `The signature does not match the registered key. ${names(ci.own.sha256)}`,
    ],
    "a certificate that is not registered": () => [
      SIGNATURE,
      { signedBy: other, header: { "x5t#S256": other.sha256 } },
      `${notFound} ${names(other.sha256)}`,
    ],
    "another x5t#S256 with the right key": () => [SIGNATURE, { header: { "x5t#S256": other.sha256 } }, notFound],
    "another x5t with the right key": () => [
      SIGNATURE,
      { header: { ...unnamed, x5t: other.sha1 } },
      `${notFound} ${names(other.sha1)}`,
    ],
    "another x5t next to the right x5t#S256": () => [SIGNATURE, { header: { x5t: other.sha1 } }, notFound],
    "another kid": () => [SIGNATURE, { header: { ...unnamed, kid: randomUUID() } }, notFound],
    "a kid that is the SHA-256 thumbprint in lower case": () => [
      SIGNATURE,
      { header: { ...unnamed, kid: ci.own.sha256.toLowerCase() } },
      notFound,
    ],
    RS512: () => [MALFORMED, { header: { alg: "RS512" } }, "Its algorithm must be PS256 or RS256."],
    "the typ of an access token": () => [
      MALFORMED,
      { header: { typ: "at+jwt" } },
      "Its typ must be JWT or client-authentication+jwt.",
    ],
    "a typ that ends with jwt": () => [MALFORMED, { header: { typ: "x/jwt" } }],
    "a typ that starts with jwt": () => [MALFORMED, { header: { typ: "jwt;x" } }],
    "another issuer": () => [CLIENT, { claims: { iss: randomUUID() } }],
    "another subject": () => [CLIENT, { claims: { sub: randomUUID() } }],
    "no issuer": () => [CLIENT, { claims: { iss: undefined } }],
    "no subject": () => [CLIENT, { claims: { sub: undefined } }],
    "another audience": () => [AUDIENCE, { claims: { aud: "https://localhost:8443" } }],
    "another tenant's token endpoint": () => [
      AUDIENCE,
      { claims: { aud: `https://localhost:8443/${randomUUID()}/oauth2/v2.0/token` } },
    ],
    "no audience": () => [AUDIENCE, { claims: { aud: undefined } }],
    "no jti": () => [MALFORMED, { claims: { jti: undefined } }, "It must have a jti."],
    "an empty jti": () => [MALFORMED, { claims: { jti: "" } }, "Its jti must be a string of 1 to 256 characters."],
    "a jti of 257 characters": () => [MALFORMED, { claims: { jti: "x".repeat(257) } }, "Its jti must be a string"],
    "a jti that is a number": () => [MALFORMED, { claims: { jti: 7 } }, "Its jti must be a string"],
    "an end that was a minute ago": () => [
      TIME,
      { claims: { nbf: undefined, exp: now - 60 } },
      `Current time: ${iso(now)}, assertion valid from not given, expiry time of assertion ${iso(now - 60)}; its lifetime must not exceed 10 minutes.`,
    ],
    "a start more than a minute ahead": () => [
      TIME,
      { claims: { nbf: now + 61 } },
      `valid from ${iso(now + 61)}, expiry time of assertion ${iso(now + 600)};`,
    ],
    "a lifetime of more than ten minutes and the minute": () => [
      TIME,
      { claims: { exp: now + 661 } },
      `expiry time of assertion ${iso(now + 661)};`,
    ],
    "no end": () => [TIME, { claims: { exp: undefined } }, "expiry time of assertion not given;"],
    "an end that is not a number": () => [TIME, { claims: { exp: "soon" } }, "expiry time of assertion not given;"],
    "a start that is not a number": () => [TIME, { claims: { nbf: "now" } }, "valid from not given,"],
    "a time of issue that is not a number": () => [TIME, { claims: { iat: "now" } }],
  };
  for (const [what, refusal] of Object.entries(refusals)) {
    test(`is refused with ${what}`, async () => {
      const [number, changes, ...messages] = refusal();
      await refused(verify(changes), number, ...messages);
    });
  }

  test("that is not a JWT, or whose claims are not JSON, is malformed", async () => {
    await refused(verifyClientAssertion(ctx, ci.app, "x"), MALFORMED, "It is not a JWT.");
    const text = await new CompactSign(Buffer.from("no JSON"))
      .setProtectedHeader({ alg: "PS256", "x5t#S256": ci.own.sha256 })
      .sign(ci.own.key);
    await refused(verifyClientAssertion(ctx, ci.app, text), MALFORMED, "It cannot be parsed.");
  });

  test("is refused if the app has no certificate, and echoes only thumbprints", async () => {
    const bare = await addApp(ctx, "Without", "secret");
    const named = [ci.own.sha256, ci.own.sha1];
    const none = ["x".repeat(26), "x".repeat(44), `${"x".repeat(42)}'`, `'${"x".repeat(42)}`, 7, null];
    for (const [texts, echoed] of [
      [named, true],
      [none, false],
    ] as const) {
      for (const text of texts) {
        const assertion = await clientAssertion(quick, { ...ci, app: bare }, { header: { "x5t#S256": text } });
        await assert.rejects(verifyClientAssertion(ctx, bare, assertion), (error: ProtocolError) => {
          assert.equal(error.number, SIGNATURE);
          assert.equal(error.message.endsWith(notFound), !echoed, `${text}: ${error.message}`);
          return true;
        });
      }
    }
  });

  test("that names no key is tried with each valid certificate of its app", async () => {
    const both = await addCertifiedApp(ctx, "Two", other);
    const add = async (own: OwnCertificate, changes: Partial<AppCertificate>) => {
      const read = readAppCertificate(own.certificate, { clientId: both.app.clientId, now: ctx.clock.now() });
      assert.ok(typeof read !== "string");
      assert.equal(await seed(ctx.store).addCertificate({ ...read, ...changes }), "added");
      return read.keyId;
    };
    const second = await add(ci.own, {});
    const found = await verify({ header: unnamed, signedBy: ci.own }, both);
    assert.equal(found.keyId, second);
    assert.notEqual((await verify({ header: unnamed, signedBy: other }, both)).keyId, second);
  });

  const periods: [string, number, number, boolean][] = [
    ["from this moment on", 0, 1_000, true],
    ["to the next millisecond", -1_000, 1, true],
    ["from the next millisecond on", 1, 1_000, false],
    ["to this moment", -1_000, 0, false],
  ];
  for (const [when, from, to, good] of periods) {
    test(`of a certificate that is valid ${when} is ${good ? "accepted" : "refused, with its period"}`, async () => {
      const at = ctx.clock.now();
      const app = await addApp(ctx, "Renewing", randomUUID());
      const read = readAppCertificate(other.certificate, { clientId: app.clientId, now: at });
      assert.ok(typeof read !== "string");
      await seed(ctx.store).addCertificate({ ...read, notBefore: at + from, notAfter: at + to });
      const made = verify({}, { app, own: other, principalId: "" });
      const [notBefore, notAfter] = [from, to].map((each) => new Date(at + each).toISOString());
      if (good) assert.equal((await made).keyId, read.keyId);
      else
        await refused(
          made,
          SIGNATURE,
          `The certificate is valid from ${notBefore} to ${notAfter}. ${names(other.sha256)}`,
        );
    });
  }

  test("names its unverified client, if it contains a text for it", async () => {
    assert.equal(claimedClient(await clientAssertion(quick, ci)), ci.app.clientId);
    assert.equal(claimedClient(await clientAssertion(quick, ci, { claims: { sub: 7 } })), undefined);
    assert.equal(claimedClient(await clientAssertion(quick, ci, { claims: { sub: undefined } })), undefined);
    assert.equal(claimedClient("no JWT"), undefined);
  });
});
