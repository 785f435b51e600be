import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { requestCode } from "../../../../../tests/fixtures/device.ts";
import type { App } from "../../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "../../../src/directory/scopes.ts";
import { hashSecret, newSecret } from "../../../src/kernel/seal.ts";
import { place } from "../../fixtures/place.ts";
import { authorizationQuery, type Program, program, tokenForm } from "../../fixtures/program.ts";
import { seed } from "../../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../fixtures/start-test-tenant.ts";
import { sampleRequest, yesBy } from "../../storage/authorization-samples.ts";
import { signedInSession } from "../../storage/link-suite.ts";
import { sampleApp, sampleUser, scopesAt } from "../../storage/samples.ts";

const SECRET = "s p:a/c+e=%";

/** RFC 6749 §4.1.3, RFC 7636 §4.5. */
describe("an authorization code at the token endpoint", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant({ clock: "moving" });
  });
  after(() => tenant.close());

  /** A program that has its code, after a user approved in their browser. */
  async function answered(changes: Partial<App> = {}, withChallenge = true) {
    const { store, clock } = tenant.context;
    const app = sampleApp(changes);
    const user = sampleUser();
    await seed(store).putApp(app);
    if (!app.publicClient) await seed(store).addSecret(app.clientId, SECRET);
    await seed(store).insertUser(user);
    const asks = program(app.clientId);
    const codeChallenge = withChallenge ? authorizationQuery(asks).get("code_challenge") : null;
    const scopes: ScopeSet = { ...scopesAt(GRAPH_RESOURCE_ID, []), oidc: ["openid", "offline_access"] };
    const now = clock.now();
    const request = sampleRequest(app.clientId, scopes, {
      redirectUri: asks.redirectUri,
      nonce: asks.nonce,
      codeChallenge,
      createdAt: now,
      expiresAt: now + 900_000,
    });
    await store.authorizations.insert(request);
    // From a moment long ago, which the tenant's clock does not check here.
    const session = await signedInSession(store, user.id);
    await store.sessions.ensure({ id: session, createdAt: now, expiresAt: now + 900_000 });
    const code = newSecret();
    const yes = { ...yesBy(user.id, session, scopes), codeHash: hashSecret(code), codeExpiresAt: now + 300_000 };
    assert.equal((await store.authorizations.approve(request.id, yes)).outcome, "done");
    return { app, user, asks, code };
  }

  async function redeem(asks: Program, code: string, changes: Record<string, string | null> = {}, headers = {}) {
    const body = tokenForm(asks, code, changes);
    const response = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/token`, { method: "POST", body, headers });
    assert.equal(response.headers.get("cache-control"), "no-store");
    return {
      status: response.status,
      body: (await response.json()) as Record<string, string> & { error_codes: number[] },
    };
  }
  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
  const renew = (asks: Program, refresh_token: string) =>
    redeem(asks, "", {
      grant_type: "refresh_token",
      refresh_token,
      code: null,
      code_verifier: null,
      redirect_uri: null,
    });

  test("returns tokens once, with the request's nonce in the ID token and not in the access token", async () => {
    const { asks, code, user } = await answered();
    const { status, body } = await redeem(asks, code, { client_info: "1" });
    assert.equal(status, 200);
    const idToken = claimsOf(body.id_token!);
    assert.deepEqual([idToken.nonce, idToken.aud, idToken.oid], [asks.nonce, asks.clientId, user.id]);
    assert.equal(claimsOf(body.access_token!).nonce, undefined);
    assert.equal(JSON.parse(Buffer.from(body.client_info!, "base64url").toString()).uid, user.id);
    const renewed = await renew(asks, body.refresh_token!);
    assert.equal(renewed.status, 200);
    assert.equal(claimsOf(renewed.body.id_token!).nonce, undefined);
  });

  test("a second use is refused and ends what the first one gave, access token included", async () => {
    const { asks, code } = await answered();
    const { body } = await redeem(asks, code);
    const again = await redeem(asks, code);
    assert.deepEqual([again.status, again.body.error, again.body.error_codes], [400, "invalid_grant", [54005]]);
    assert.equal((await renew(asks, body.refresh_token!)).body.error, "invalid_grant");
    const userinfo = await tenant.fetch(`${tenant.authority}/openid/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    assert.equal(userinfo.status, 401);
  });

  // A node on PostgreSQL does not report its audit records.
  const skip = place.nodes > 1 && "It looks into the process that answers.";
  test("what the audit log has of a refusal is one entry of the activity", { skip }, async (t) => {
    const [used, refused] = [await answered(), await answered()];
    await redeem(used.asks, used.code);
    await seed(tenant.context.store).putApp({ ...refused.app, requireMfa: true });
    const seen: string[] = [];
    const asked = Promise.withResolvers<void>();
    t.after(
      await tenant.activity(({ event }) => {
        if (event === "device_grant.requested") asked.resolve();
        else seen.push(event);
      }),
    );
    assert.deepEqual((await redeem(used.asks, used.code)).body.error_codes, [54005]);
    assert.deepEqual((await redeem(refused.asks, refused.code)).body.error_codes, [50076]);
    await requestCode(tenant);
    await asked.promise;
    assert.deepEqual(seen, ["authorization_code.reused", "authorization.refused"]);
  });

  test("a client that saw a used code, but cannot prove that it was issued to it, does not end the sign-in", async () => {
    const { asks, code } = await answered();
    const { body } = await redeem(asks, code);
    const strangers: Record<string, string | null>[] = [
      { code_verifier: "x".repeat(43) },
      { code_verifier: null },
      { redirect_uri: "http://localhost:1/" },
    ];
    for (const changes of strangers) {
      assert.equal((await redeem(asks, code, changes)).body.error, "invalid_grant");
    }
    assert.equal((await renew(asks, body.refresh_token!)).status, 200);
  });

  const misfits: Record<string, [changes: Record<string, string | null>, error: string, number: number]> = {
    "without the code": [{ code: null }, "invalid_request", 900144],
    "with another code": [{ code: "another" }, "invalid_grant", 70000],
    "without a redirect_uri": [{ redirect_uri: null }, "invalid_request", 900144],
    "with another port": [{ redirect_uri: "http://localhost:51005/callback" }, "invalid_grant", 500112],
    "without a verifier": [{ code_verifier: null }, "invalid_grant", 501481],
    "with another verifier": [{ code_verifier: "x".repeat(43) }, "invalid_grant", 501481],
    "with the challenge as verifier": [{ code_verifier: "challenge" }, "invalid_grant", 501481],
    "with a malformed verifier": [{ code_verifier: "é".repeat(50) }, "invalid_grant", 501481],
  };
  for (const [what, [changes, error, number]] of Object.entries(misfits)) {
    test(`${what} it returns nothing, and stays valid`, async () => {
      const { asks, code } = await answered();
      const challenge = authorizationQuery(asks).get("code_challenge")!;
      const sent = changes.code_verifier === "challenge" ? { code_verifier: challenge } : changes;
      const refused = await redeem(asks, code, sent);
      assert.deepEqual([refused.status, refused.body.error, refused.body.error_codes], [400, error, [number]]);
      assert.equal((await redeem(asks, code)).status, 200);
    });
  }

  test("another client's code is refused", async () => {
    const [mine, theirs] = [await answered(), await answered()];
    const refused = await redeem({ ...theirs.asks, clientId: mine.asks.clientId }, theirs.code);
    assert.deepEqual([refused.body.error, refused.body.error_codes], ["invalid_grant", [70000]]);
  });

  test("after five minutes it has expired", async () => {
    const { asks, code } = await answered();
    tenant.clock.advance(300_000);
    const late = await redeem(asks, code);
    assert.deepEqual([late.body.error, late.body.error_codes], ["invalid_grant", [70008]]);
  });

  test("of 64 concurrent uses one gets tokens, which are useless because reuse revokes them", async () => {
    const { asks, code } = await answered();
    const answers = await Promise.all(Array.from({ length: 64 }, () => redeem(asks, code)));
    const [given, ...more] = answers.filter(({ status }) => status === 200);
    assert.equal(more.length, 0);
    assert.ok(answers.every(({ status, body }) => status === 200 || body.error_codes[0] === 54005));
    assert.equal((await renew(asks, given!.body.refresh_token!)).body.error, "invalid_grant");
  });

  const confidential = { publicClient: false };

  test("a confidential client authenticates, in the body or by Basic, and sends a verifier if it sent a challenge", async () => {
    const { asks, code } = await answered(confidential);
    assert.deepEqual((await redeem(asks, code)).body.error_codes, [7000218]);
    assert.deepEqual((await redeem(asks, code, { client_secret: "wrong" })).body.error_codes, [7000215]);
    assert.deepEqual(
      (await redeem(asks, code, { client_secret: SECRET, code_verifier: null })).body.error_codes,
      [501481],
    );
    assert.equal((await redeem(asks, code, { client_secret: SECRET })).status, 200);
    const second = await answered(confidential);
    const basic = Buffer.from(`${second.asks.clientId}:${encodeURIComponent(SECRET)}`).toString("base64");
    const authorization = { authorization: `Basic ${basic}` };
    assert.equal((await redeem(second.asks, second.code, { client_id: null }, authorization)).status, 200);
  });

  test("without a challenge a verifier is an attack (RFC 9700 §4.8.2)", async () => {
    const { asks, code } = await answered(confidential, false);
    assert.deepEqual((await redeem(asks, code, { client_secret: SECRET })).body.error_codes, [501481]);
    assert.equal((await redeem(asks, code, { client_secret: SECRET, code_verifier: null })).status, 200);
  });

  test("what the approval depends on is checked again: user, app, assignment, second factor", async () => {
    const withdrawals: [number, (at: Awaited<ReturnType<typeof answered>>) => Promise<unknown>][] = [
      [50057, ({ user }) => seed(tenant.context.store).setUserDisabled(user.id, 1, 1)],
      [700016, ({ app }) => seed(tenant.context.store).putApp({ ...app, disabledAt: 1 })],
      [50105, ({ app }) => seed(tenant.context.store).putApp({ ...app, assignmentRequired: true })],
      [50076, ({ app }) => seed(tenant.context.store).putApp({ ...app, requireMfa: true })],
    ];
    for (const [number, withdraw] of withdrawals) {
      const at = await answered();
      await withdraw(at);
      assert.deepEqual((await redeem(at.asks, at.code)).body.error_codes, [number]);
    }
  });
});
