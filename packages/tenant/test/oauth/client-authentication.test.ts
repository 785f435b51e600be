// Which app sends a request, and how it authenticates (RFC 6749 §2.3), without a listener.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { FastifyRequest } from "fastify";
import { addCertifiedApp, type CertifiedApp, clientAssertion } from "../../../../tests/fixtures/client-assertion.ts";
import { addApp } from "../../../../tests/fixtures/registrations.ts";
import type { App } from "../../src/directory/entities.ts";
import { JWT_BEARER_ASSERTION } from "../../src/oauth/client-assertion.ts";
import {
  authenticateClient,
  consumeAssertion,
  findClient,
  identifyClient,
  publicClientId,
} from "../../src/oauth/client-authentication.ts";
import { ProtocolError } from "../../src/oauth/protocol-error.ts";
import { type QuickContext, quickContext } from "../fixtures/quick-context.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleApp, sampleAudit } from "../storage/samples.ts";

const SECRET = "s p:a/c+e=%ü";

describe("client authentication", () => {
  let quick: QuickContext;
  let ctx: QuickContext["ctx"];
  let open: App;
  let closed: App;
  let keyId: string;
  let certified: CertifiedApp;
  before(async () => {
    quick = await quickContext();
    ctx = quick.ctx;
    open = await addApp(ctx, "Public");
    closed = await addApp(ctx, "Confidential", SECRET);
    [{ keyId } = { keyId: "" }] = await ctx.store.credentials.secretsOf(closed.clientId);
    certified = await addCertifiedApp(ctx);
  });
  after(() => ctx.store.close());

  type Fields = Record<string, string | undefined>;
  const formOf = (fields: Fields) =>
    new Map(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const requestWith = (authorization: string | undefined, url: string | undefined = "/token") =>
    ({ headers: { authorization }, routeOptions: { url } }) as unknown as FastifyRequest;
  const prove = (fields: Fields, authorization?: string) =>
    identifyClient(ctx, requestWith(authorization), formOf(fields));
  const basic = (clientId: string, secret: string, scheme = "Basic ") =>
    `${scheme}${Buffer.from(`${clientId}:${secret}`).toString("base64")}`;
  const encoded = (text: string) => encodeURIComponent(text).replaceAll("%20", "+");
  const proof = async () => ({
    client_assertion: await clientAssertion(quick, certified),
    client_assertion_type: JWT_BEARER_ASSERTION,
  });

  const refused = (made: Promise<unknown>, number: number, message = /./) =>
    assert.rejects(made, (error) => {
      assert.ok(error instanceof ProtocolError, String(error));
      assert.deepEqual([error.number, message.test(error.message)], [number, true], error.message);
      return true;
    });
  const [UNKNOWN, MISSING, WRONG, NO_ID, NO_PARAMETER, INVALID] = [700016, 7000218, 7000215, 900144, 900144, 90023];

  test("a public client sends its client ID, in any case", async () => {
    assert.deepEqual(await prove({ client_id: open.clientId }), { app: open, by: "nothing" });
    assert.deepEqual(await prove({ client_id: open.clientId.toUpperCase() }), { app: open, by: "nothing" });
  });

  test("a request is a public client's only if it has nothing that authenticates", () => {
    const claimed = (fields: Fields, authorization?: string) =>
      publicClientId(requestWith(authorization), formOf({ client_id: "A", ...fields }));
    assert.equal(claimed({}), "a");
    for (const other of ["\u0000", "\u212a"])
      assert.equal(claimed({ client_id: other }), undefined, "it would be another client's");
    assert.equal(claimed({}, basic("a", "b")), undefined);
    for (const name of ["client_secret", "client_assertion", "client_assertion_type"]) {
      assert.equal(claimed({ [name]: "" }), undefined, name);
    }
  });

  test("an impossible client ID is not looked up in the store", async () => {
    for (const clientId of ["", "\u0000", `${open.clientId}\n`, `é${open.clientId}`, `${open.clientId}\u007f`]) {
      assert.equal(await findClient(ctx, clientId), undefined);
    }
    const asked: string[] = [];
    const findApp = async (clientId: string) => void asked.push(clientId);
    const watched = { ...ctx, store: { ...ctx.store, directory: { findApp } } } as unknown as typeof ctx;
    for (const clientId of ["", "a\u0000", "\u0000a"]) await findClient(watched, clientId);
    assert.deepEqual(asked, []);
    await findClient(watched, " A~");
    assert.deepEqual(asked, [" a~"]);
  });

  test("without a client ID, or with an unknown or disabled one, the request is refused", async () => {
    await refused(prove({}), NO_ID, /'client_id'/);
    await refused(prove({ client_secret: SECRET }), NO_ID, /'client_id'/);
    await refused(prove({ client_id: randomUUID() }), UNKNOWN);
    const disabled = sampleApp({ disabledAt: ctx.clock.now() });
    await seed(ctx.store).putApp(disabled);
    await refused(prove({ client_id: disabled.clientId }), UNKNOWN);
  });

  test("a confidential client needs its secret, and no other", async () => {
    const { clientId } = closed;
    assert.deepEqual(await prove({ client_id: clientId, client_secret: SECRET }), { app: closed, by: "secret", keyId });
    await refused(prove({ client_id: clientId }), MISSING);
    for (const wrong of ["x", `${SECRET} `, SECRET.toUpperCase()]) {
      await refused(prove({ client_id: clientId, client_secret: wrong }), WRONG);
    }
  });

  test("a secret that an app does not have is wrong, even for a public client", async () => {
    await refused(prove({ client_id: open.clientId, client_secret: "x" }), WRONG);
  });

  test("an app has several secrets; each has its period, and an expired one has its own error", async () => {
    const { clientId } = await addApp(ctx, "Several", "old");
    const now = ctx.clock.now();
    const { keyId } = await seed(ctx.store).addSecret(clientId, "new", { startsAt: now, endsAt: now + 1 });
    await seed(ctx.store).addSecret(clientId, "early", { startsAt: now + 1 });
    await seed(ctx.store).addSecret(clientId, "late", { endsAt: now });
    const by = (client_secret: string) => prove({ client_id: clientId, client_secret });
    assert.equal((await by("old")).by, "secret");
    assert.deepEqual({ ...(await by("new")), app: null }, { app: null, by: "secret", keyId });
    await refused(by("early"), WRONG);
    await refused(by("late"), 7000222, /expired/);
    // Another app's secret, and one that is its hash.
    await refused(prove({ client_id: closed.clientId, client_secret: "new" }), WRONG);
    const [stored] = await ctx.store.credentials.secretsOf(clientId);
    await refused(by(stored!.secretHash), WRONG);
  });

  test("HTTP Basic contains client ID and secret, form-encoded", async () => {
    const proven = { app: closed, by: "secret", keyId };
    const [id, secret] = [closed.clientId, encoded(SECRET)];
    assert.deepEqual(await prove({}, basic(id, secret)), proven);
    assert.deepEqual(await prove({ client_id: id }, basic(id, secret)), proven);
    assert.deepEqual(await prove({}, basic(id.replaceAll("-", "%2D"), secret)), proven);
    for (const scheme of ["basic ", "BASIC   "]) assert.deepEqual(await prove({}, basic(id, secret, scheme)), proven);
    await refused(prove({}, basic(id, "x")), WRONG);
  });

  test("an empty secret in HTTP Basic counts as none", async () => {
    assert.deepEqual(await prove({}, basic(open.clientId, "")), { app: open, by: "nothing" });
    await refused(prove({}, basic(closed.clientId, "")), MISSING);
  });

  test("an Authorization header other than HTTP Basic is a wrong secret", async () => {
    const good = basic(closed.clientId, encoded(SECRET));
    const bad = [
      "",
      "Basic",
      "Basic ",
      "Basic :",
      `x${good}`,
      `${good} x`,
      good.replace("Basic ", "Basic"),
      good.replace("Basic", "Bearer"),
      basic("", "secret"),
      `Basic ${Buffer.from(closed.clientId).toString("base64")}`,
      basic(closed.clientId, "%zz"),
      basic("%", "secret"),
    ];
    for (const header of bad) await refused(prove({ client_id: open.clientId }, header), WRONG, /secret is wrong/);
    await refused(prove({}, basic("a", "secret")), UNKNOWN);
  });

  test("the client ID in the body must match the one in HTTP Basic", async () => {
    const header = basic(closed.clientId, encoded(SECRET));
    await refused(
      prove({ client_id: open.clientId }, header),
      INVALID,
      /client_id differs between the body and the Auth/,
    );
  });

  test("a client authenticates in one way only", async () => {
    const [client_id, client_secret] = [closed.clientId, SECRET];
    const header = basic(client_id, encoded(SECRET));
    const twice = /uses two authentication methods at once/;
    await refused(prove({ client_secret }, header), INVALID, twice);
    await refused(prove({ client_id, client_secret, ...(await proof()) }), INVALID, twice);
    await refused(prove({ ...(await proof()) }, header), INVALID, twice);
  });

  test("an assertion names its client; the client ID may be sent too", async () => {
    for (const fields of [{}, { client_id: certified.app.clientId }]) {
      const proven = await prove({ ...fields, ...(await proof()) });
      assert.ok(proven.by === "certificate");
      assert.equal(proven.app.clientId, certified.app.clientId);
      assert.equal(typeof proven.assertion.jti, "string");
    }
    await refused(prove({ client_id: closed.clientId, ...(await proof()) }), 700027);
  });

  test("an assertion needs its type, and the type an assertion", async () => {
    const { client_assertion, client_assertion_type } = await proof();
    const { clientId: client_id } = certified.app;
    await refused(prove({ client_id, client_assertion }), NO_PARAMETER, /'client_assertion_type'\./);
    await refused(prove({ client_id, client_assertion_type }), NO_PARAMETER, /'client_assertion'\./);
    const saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    const other = prove({ client_id, client_assertion, client_assertion_type: saml });
    await refused(other, 50027, /client_assertion_type must be urn:.*:jwt-bearer\./);
    await refused(prove({ client_assertion: "x", client_assertion_type }), NO_ID, /'client_id'/);
  });

  test("an assertion is used up at each endpoint separately", async () => {
    const form = formOf(await proof());
    const at = (url?: string) => authenticateClient(ctx, requestWith(undefined, url), form);
    assert.equal((await at("/devicecode")).clientId, certified.app.clientId);
    assert.equal((await at("/revoke")).clientId, certified.app.clientId);
    await assert.rejects(at("/revoke"), { number: 50013, suberror: "assertion_used" });
    const elsewhere = requestWith(undefined);
    delete (elsewhere.routeOptions as { url?: string }).url;
    await authenticateClient(ctx, elsewhere, form);
    await assert.rejects(authenticateClient(ctx, elsewhere, form), { suberror: "assertion_used" });
  });

  test("a secret may be used repeatedly", async () => {
    const form = formOf({ client_id: closed.clientId, client_secret: SECRET });
    for (let times = 0; times < 2; times++) {
      assert.equal((await authenticateClient(ctx, requestWith(undefined), form)).clientId, closed.clientId);
    }
  });

  test("using an assertion does not use up another app's, or one with another jti", async () => {
    const assertion = { jti: randomUUID(), expiresAt: ctx.clock.now() + 60_000, keyId: "key" };
    const spend = (app: App, jti = assertion.jti) =>
      consumeAssertion(
        ctx,
        { app, by: "certificate", assertion: { ...assertion, jti } },
        { purpose: "x", audit: null },
      );
    await spend(certified.app);
    await spend(closed);
    await spend(certified.app, randomUUID());
    await assert.rejects(spend(certified.app), { suberror: "assertion_used" });
  });

  test("the use of an authentication is recorded, but not for a reused assertion", async () => {
    const records = async () => (await ctx.store.audit.list({ event: "proven", limit: 9 })).length;
    const audit = sampleAudit("proven");
    const bySecret = { app: closed, by: "secret", keyId } as const;
    await consumeAssertion(ctx, bySecret, { purpose: "x", audit: null });
    assert.equal(await records(), 0);
    await consumeAssertion(ctx, bySecret, { purpose: "x", audit });
    assert.equal(await records(), 1);
    const byCertificate = await prove(await proof());
    await consumeAssertion(ctx, byCertificate, { purpose: "x", audit });
    assert.equal(await records(), 2);
    await assert.rejects(consumeAssertion(ctx, byCertificate, { purpose: "x", audit }), { suberror: "assertion_used" });
    assert.equal(await records(), 2);
  });
});
