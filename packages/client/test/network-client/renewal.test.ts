import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { asDoorcodeError } from "../../src/engines/entra/msal-errors.ts";
import { type Reply, secrets } from "../fixtures/faulty-issuer.ts";
import { msalSignIn, scope } from "../fixtures/msal-sign-in.ts";
import { simulatedClock } from "../fixtures/simulated-clock.ts";

/** Signs in, then forces a renewal while the issuer responds like this. */
async function renewing(t: TestContext, answers: Record<number, Reply>) {
  const outcome = await msalSignIn(t, {
    approveAt: 1,
    fault: ({ kind, n }) => (kind === "renewal" ? answers[n] : undefined),
  });
  const account = outcome.result?.account;
  assert.ok(account);
  const renew = () => outcome.msal.acquireTokenSilent({ account, scopes: [scope], forceRefresh: true });
  const renewals = () => outcome.issuer.seen.filter(({ kind }) => kind === "renewal").length;
  return { ...outcome, renew, renewals };
}

describe("renewals through MSAL", () => {
  test("a clock ahead of the issuer's: MSAL keeps the token until its real expiry, and no longer", async (t) => {
    const answer = { access_token: "ahead", token_type: "Bearer", expires_in: "3600", ext_expires_in: 7_200 };
    const dated = (minutesAgo: number): Reply => ({
      status: 200,
      json: answer,
      headers: { date: new Date(simulatedClock().now() - minutesAgo * 60_000).toUTCString() },
    });
    const { renew } = await renewing(t, { 1: dated(0), 2: dated(40), 3: dated(90) });
    const left = async () => Math.round((Number((await renew()).expiresOn) - Date.now()) / 60_000);
    assert.deepEqual([await left(), await left(), await left()], [60, 20, 0]);
  });

  test("lost connections and 5xx: tried three times", async (t) => {
    const { renew, renewals } = await renewing(t, { 1: "reset", 2: { status: 503 } });
    assert.equal((await renew()).accessToken, secrets.accessToken);
    assert.equal(renewals(), 3);
  });

  test("an issuer that stays down: unreachable, no token, and the next call tries again", async (t) => {
    const down: Reply = { status: 503, json: { error: "temporarily_unavailable" }, headers: { "retry-after": "2" } };
    const { renew, renewals, network } = await renewing(t, { 1: down, 2: down, 3: down });
    await assert.rejects(renew(), (error) => asDoorcodeError(error, network).code === "issuer_unreachable");
    assert.equal(renewals(), 3);
    assert.equal((await renew()).accessToken, secrets.accessToken);
  });

  test("429 with a wait that is too long: unreachable immediately, and the next call is not rejected locally", async (t) => {
    const { renew, renewals, network } = await renewing(t, {
      1: { status: 429, json: {}, headers: { "retry-after": "300" } },
    });
    await assert.rejects(renew(), (error) => asDoorcodeError(error, network).code === "issuer_unreachable");
    assert.equal(renewals(), 1);
    assert.equal((await renew()).accessToken, secrets.accessToken);
  });

  test("429 is throttling with any OAuth error: retried, then unreachable, never a new sign-in", async (t) => {
    for (const error of ["temporarily_unavailable", "too_many_requests", "invalid_request", "invalid_grant"]) {
      const throttled: Reply = { status: 429, json: { error, error_description: "Slow down." } };
      const { renew, renewals, network } = await renewing(t, { 1: throttled, 2: throttled, 3: throttled });
      const failure = asDoorcodeError(await renew().catch((thrown: unknown) => thrown), network);
      assert.deepEqual([failure.code, failure.error], ["issuer_unreachable", error]);
      assert.equal(renewals(), 3);
      assert.equal((await renew()).accessToken, secrets.accessToken);
    }
  });

  test("an empty 503 and a 200 without a token are never a token", async (t) => {
    const empty: Reply = { status: 503 };
    const first = await renewing(t, { 1: empty, 2: empty, 3: empty });
    await assert.rejects(first.renew(), { code: "issuer_unreachable" });
    const second = await renewing(t, { 1: { status: 200, json: {} } });
    await assert.rejects(second.renew(), { code: "invalid_issuer_response" });
  });

  test("an invalid refresh token: sign in again, with the issuer's reason", async (t) => {
    const json = {
      error: "invalid_grant",
      error_description: "AADSTS700082: The refresh token has expired due to inactivity. Correlation ID: c",
      error_codes: [700082],
      correlation_id: "c",
      suberror: "bad_token",
    };
    const { renew, network } = await renewing(t, { 1: { status: 400, json } });
    const error = asDoorcodeError(await renew().catch((thrown: unknown) => thrown), network);
    assert.equal(error.code, "sign_in_again");
    assert.equal(error.aadsts, 700082);
    assert.equal(error.correlationId, "c");
    assert.equal(error.suberror, "bad_token");
  });

  test("an error of MSAL's own keeps its meaning", async (t) => {
    const { msal, network, result } = await renewing(t, {});
    assert.ok(result?.account);
    await msal.getTokenCache().removeAccount(result.account);
    const error = await msal
      .acquireTokenSilent({ account: result.account, scopes: [scope] })
      .catch((thrown: unknown) => asDoorcodeError(thrown, network));
    assert.equal((error as { code: string }).code, "sign_in_needed");
  });
});
