import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { headingOf } from "../../packages/client/test/fixtures/visit.ts";
import { refresh } from "../fixtures/device.ts";
import { agree, type BrowserEnv, decline, inBrowserOf, signUpAndAgree, startBrowserEnv } from "./browser-test-env.ts";

for (const engine of ["entra", "oidc"] as const) {
  describe(`signing in by a browser at our own tenant, with the ${engine} engine`, () => {
    let testEnv: BrowserEnv;
    before(async () => {
      testEnv = await startBrowserEnv();
    });
    after(() => testEnv[Symbol.asyncDispose]());

    test("ends in a session; renewals are silent, and signing out revokes", async () => {
      const store = memoryStore();
      const client = testEnv.client({ engine, store });
      const person = testEnv.person();
      const { options, ended } = inBrowserOf(person, signUpAndAgree(`ada.${engine}@example.com`));
      const session = await client.signIn(options);
      const page = await ended();
      assert.equal(headingOf(page), "You are signed in");
      assert.match(page.address, /^http:\/\/localhost:\d+\/$/);
      const { username, name, tenantId, issuer } = session.account;
      const { tenant } = testEnv;
      assert.deepEqual(
        { username, name, tenantId, issuer },
        {
          ...{ username: `ada.${engine}@example.com`, name: "Ada Lovelace" },
          ...{ tenantId: tenant.tenantId, issuer: tenant.issuer },
        },
      );
      const first = await session.getToken();
      assert.deepEqual(first.scopes, [testEnv.scope]);
      const second = await session.getToken({ forceRefresh: true });
      assert.notEqual(second.token, first.token);
      tenant.clock.advance(3_600_000);
      const third = await session.getToken();
      assert.notEqual(third.token, second.token);
      const [refreshToken] = refreshTokensIn((await store.read()).records);
      assert.equal((await session.signOut({ everywhere: true })).revoked, "yes");
      assert.deepEqual(await client.accounts(), []);
      const { status } = await refresh(tenant, refreshToken!, { client_id: testEnv.app.clientId });
      assert.equal(status, 400);
    });

    test("asks only for approval if the browser is already signed in", async () => {
      const person = testEnv.person();
      const first = inBrowserOf(person, signUpAndAgree(`grace.${engine}@example.com`));
      await testEnv.client({ engine }).signIn(first.options);
      await first.ended();
      const second = inBrowserOf(person, agree);
      const session = await testEnv.client({ engine }).signIn(second.options);
      await second.ended();
      assert.equal(session.account.username, `grace.${engine}@example.com`);
    });

    test("reports that the person declined, in the program and in the browser", async () => {
      const store = memoryStore();
      const person = testEnv.person();
      const { options, ended } = inBrowserOf(person, async () => {
        await person.signUp(`eve.${engine}@example.com`, "correct horse battery", "Eve");
        await decline(person);
      });
      const client = testEnv.client({ engine, store });
      await assert.rejects(client.signIn(options), { code: "denied" });
      assert.equal(headingOf(await ended()), "You are not signed in");
      assert.deepEqual(await client.accounts(), []);
    });

    test("stores nothing for an unexpected user", async () => {
      const client = testEnv.client({ engine });
      const { options, ended } = inBrowserOf(testEnv.person(), signUpAndAgree(`mallory.${engine}@example.com`));
      await assert.rejects(client.signIn({ ...options, expectAccount: "ada@example.com" }), {
        code: "wrong_account",
        message: /mallory\.\w+@example\.com signed in, but ada@example\.com was expected\.$/,
      });
      await ended();
      assert.deepEqual(await client.accounts(), []);
    });

    test("shows on the page, not in a response, that the redirect URI is not registered", async () => {
      const ending = new AbortController();
      const person = testEnv.person();
      const openBrowser = async (url: string) => {
        await person.open(url);
        ending.abort();
      };
      const clientId = testEnv.tenant.apps[0]!.clientId;
      await assert.rejects(
        testEnv.client({ engine, clientId }).signIn({ via: "browser", openBrowser, signal: ending.signal }),
        {
          code: "cancelled",
        },
      );
      assert.match(person.html, /50011/);
      assert.equal(person.left, undefined);
    });

    test("returns the issuer's message for an unknown scope", async () => {
      const scopes = ["api://11111111-2222-4333-8444-555555555555/Nothing.Read"];
      const { options, ended } = inBrowserOf(testEnv.person(), async () => {});
      await assert.rejects(testEnv.client({ engine, scopes }).signIn(options), {
        code: "client_rejected",
        aadsts: 500011,
      });
      assert.equal(headingOf(await ended()), "You are not signed in");
    });
  });
}

function refreshTokensIn(records: ReadonlyMap<string, unknown>): string[] {
  return [...records]
    .filter(([key]) => key.startsWith("refresh:") || key.includes("|RefreshToken|"))
    .map(([, value]) => value as { token?: string; secret?: string })
    .map(({ token, secret }) => token ?? secret ?? "");
}
