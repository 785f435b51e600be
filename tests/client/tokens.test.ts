import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DoorcodeError } from "../../packages/client/src/errors.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { ownerKey } from "../../packages/client/src/token-store/read-store.cts";
import { claimsOf } from "../foreign-clients/jwt.ts";
import { grants, startEnv, type TestEnv } from "./test-env.ts";

for (const engine of ["entra", "oidc"] as const) {
  describe(`tokens of the ${engine} engine`, () => {
    let testEnv: TestEnv;
    before(async () => {
      testEnv = await startEnv();
    });
    after(() => testEnv[Symbol.asyncDispose]());

    test("are stored, and renewed only when they are about to expire", async () => {
      const client = testEnv.client({ engine });
      const session = await client.signIn();
      const renewals = () => grants(testEnv.requests, "refresh_token").length;
      const before = renewals();
      const first = await session.getToken();
      assert.deepEqual(await client.getToken(), first);
      assert.equal(renewals(), before);

      testEnv.tenant.clock.advance(first.expiresAt - testEnv.tenant.clock.now() - 4 * 60_000);
      const second = await session.getToken();
      assert.notEqual(second.token, first.token);
      assert.ok(second.expiresAt > first.expiresAt);
      assert.equal(renewals(), before + 1);
      assert.deepEqual(await session.getToken({ minTtlMs: 30 * 60_000 }), second);
      assert.notEqual((await session.getToken({ minTtlMs: 90 * 60_000 })).token, second.token);
    });

    test("survive the process: another client on the same store has them", async () => {
      const store = memoryStore();
      const { account } = await testEnv.client({ engine, store }).signIn();
      const other = testEnv.client({ engine, store, present: false });
      assert.deepEqual(await other.accounts(), [account]);
      const session = await other.session("ada@example.COM");
      assert.equal(session?.account.id, account.id);
      const asked = testEnv.requests.length;
      await session.getToken();
      assert.equal(testEnv.requests.length, asked, "a kept token needs no request");
      await session.getToken({ forceRefresh: true });
    });

    test("of two APIs come from one sign-in, each for its own", async () => {
      const client = testEnv.client({ engine });
      const session = await client.signIn();
      const calendar = await session.getToken({ scopes: [testEnv.scopes.calendar] });
      const toDos = await session.getToken();
      assert.equal(claimsOf(calendar.token).scp, "Calendar.Read");
      assert.equal(claimsOf(toDos.token).scp, "ToDoList.Read");
      assert.notEqual(claimsOf(calendar.token).aud, claimsOf(toDos.token).aud);
      const asked = testEnv.requests.length;
      assert.deepEqual(await session.getToken({ scopes: [testEnv.scopes.calendar.toUpperCase()] }), calendar);
      assert.equal(testEnv.requests.length, asked);
    });

    test("are requested once for many simultaneous calls", async () => {
      const client = testEnv.client({ engine });
      const session = await client.signIn();
      const before = grants(testEnv.requests, "refresh_token").length;
      const tokens = await Promise.all(Array.from({ length: 32 }, () => session.getToken({ forceRefresh: true })));
      assert.equal(new Set(tokens.map(({ token }) => token)).size, 1);
      assert.equal(grants(testEnv.requests, "refresh_token").length, before + 1);
    });

    test("need a sign-in if no user is signed in", async () => {
      const client = testEnv.client({ engine });
      await assert.rejects(client.getToken(), { code: "sign_in_needed" });
      assert.equal(await client.session(), undefined);
    });

    test("are no longer renewed after the sign-in was revoked, and the issuer's reason is kept", async () => {
      const store = memoryStore();
      const client = testEnv.client({ engine, store });
      const session = await client.signIn();
      // Another program of the same store signed out everywhere, and this one has an old copy.
      const copy = memoryStore();
      const { records } = await store.read();
      await copy.change([...records].map(([put, value]) => ({ put, value })));
      assert.deepEqual((await session.signOut({ everywhere: true })).revoked, "yes");

      const late = testEnv.client({ engine, store: copy });
      await assert.rejects(late.getToken({ forceRefresh: true }), (error: DoorcodeError) => {
        assert.equal(error.code, "sign_in_again");
        assert.equal(error.error, "invalid_grant");
        assert.match(error.message, /^The issuer requires a new sign-in: AADSTS\d+/);
        assert.ok(error.aadsts! > 0);
        assert.match(error.correlationId!, /^[0-9a-f-]{36}$/);
        return true;
      });
    });

    test("do not restore an account that was signed out during a renewal", async () => {
      const store = memoryStore();
      const session = await testEnv.client({ engine, store }).signIn();
      const transport = testEnv.transport(async (request, answer) => {
        if (new URLSearchParams(request.body).get("grant_type") === "refresh_token") await session.signOut();
        return answer;
      });
      const renewing = testEnv.client({ engine, store, transport });
      for (const scopes of [[testEnv.scopes.read], [testEnv.scopes.calendar]]) {
        await assert.rejects(renewing.getToken({ scopes, forceRefresh: true }), { code: "sign_in_needed" });
        assert.deepEqual(
          [...(await store.read()).records.keys()].filter((key) => !/^metadata:|\|AppMetadata\|/.test(key)),
          [],
        );
        await testEnv.client({ engine, store }).signIn();
      }
    });

    test("of a renewal are stored even if its caller gave up", async () => {
      const store = memoryStore();
      const session = await testEnv.client({ engine, store }).signIn();
      const first = await session.getToken();
      const giveUp = new AbortController();
      const transport = testEnv.transport(async (request, answer) => {
        if (new URLSearchParams(request.body).get("grant_type") === "refresh_token") giveUp.abort();
        return answer;
      });
      const impatient = testEnv.client({ engine, store, transport });
      const request = { forceRefresh: true, signal: giveUp.signal };
      await assert.rejects(impatient.getToken(request), { code: "cancelled" });
      // The next caller waits for that renewal and finds its token.
      const next = await store.withLease(
        `renew:${ownerKey(session.account)}|${session.account.id}`,
        { ttlMs: 1_000 },
        () => session.getToken(),
      );
      assert.notEqual(next.token, first.token);
    });

    test("for a claims challenge are requested with its claims", async () => {
      const session = await testEnv.client({ engine }).signIn();
      const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
      await session.getToken({ claims });
      const [renewal] = grants(testEnv.requests, "refresh_token").slice(-1);
      const sent = JSON.parse(new URLSearchParams(renewal!.body).get("claims")!) as { access_token: unknown };
      assert.deepEqual(sent.access_token, JSON.parse(claims).access_token);
      await testEnv.client({ engine }).signIn({ claims });
      const asked = testEnv.requests.filter(({ url }) => url.endsWith("/devicecode")).at(-1);
      assert.equal(new URLSearchParams(asked!.body).get("claims"), claims);
    });

    test("for a scope that needs the administrator's consent are refused with a remedy", async () => {
      const session = await testEnv.client({ engine }).signIn();
      await assert.rejects(session.getToken({ scopes: [testEnv.scopes.payroll] }), (error: unknown) => {
        assert.ok(error instanceof DoorcodeError);
        assert.ok(error.aadsts);
        return true;
      });
    });
  });

  test(`a stored token of the ${engine} engine works while the issuer is down; a renewal reports the outage`, async () => {
    const testEnv = await startEnv();
    const client = testEnv.client({ engine });
    const session = await client.signIn();
    const kept = await session.getToken();
    await testEnv[Symbol.asyncDispose]();
    assert.deepEqual(await session.getToken(), kept);
    await assert.rejects(session.getToken({ forceRefresh: true }), { code: "issuer_unreachable" });
    const { reason, ...left } = await session.signOut({ everywhere: true });
    assert.deepEqual(left, { revoked: "failed", accounts: [session.account] }, "without a status: it never answered");
    assert.match(reason ?? "", /cannot be reached/);
    assert.deepEqual(await client.accounts(), []);
  });
}
