import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { grants, startEnv, type TestEnv } from "./test-env.ts";

const minute = 60_000;

for (const engine of ["entra", "oidc"] as const) {
  describe(`a device with a wrong clock, with the ${engine} engine`, () => {
    let testEnv: TestEnv;
    before(async () => {
      testEnv = await startEnv();
    });
    after(() => testEnv[Symbol.asyncDispose]());

    /**
     * Signed in while the device's clock was off by `offset`; `right` is the same program after the clock is corrected.
     */
    async function signedIn(offset: number) {
      const store = memoryStore();
      let off = offset;
      const clock = { ...testEnv.clock, now: () => testEnv.tenant.clock.now() + off };
      const client = testEnv.client({ engine, store, clock });
      await client.signIn();
      const renewals = () => grants(testEnv.requests, "refresh_token").length;
      return {
        client,
        renewals,
        setRight() {
          off = 0;
        },
        first: await client.getToken(),
      };
    }

    test("ahead: the token expires by the issuer's clock, not by the device's", async () => {
      const { client, renewals, setRight, first } = await signedIn(40 * minute);
      assert.ok(Math.abs(first.expiresAt - testEnv.tenant.clock.now() - 60 * minute) < 10_000);
      // After the moment when it was obtained, by the device's clock at that time.
      testEnv.tenant.clock.advance(56 * minute);
      setRight();
      const before = renewals();
      assert.notEqual((await client.getToken()).token, first.token);
      assert.equal(renewals(), before + 1);
    });

    test("ahead, then corrected: a token obtained in the future is renewed once", async () => {
      const { client, renewals, setRight, first } = await signedIn(40 * minute);
      setRight();
      const before = renewals();
      const second = await client.getToken();
      assert.notEqual(second.token, first.token);
      assert.deepEqual(await client.getToken(), second);
      assert.equal(renewals(), before + 1);
    });

    test("ahead by seconds: no request is repeated", async () => {
      const { client, setRight, first } = await signedIn(8_000);
      setRight();
      assert.deepEqual(await client.getToken(), first);
    });

    test("behind: a token is renewed rather than served too long", async () => {
      // The ID token may be up to five minutes in the future.
      const { client, setRight, first } = await signedIn(-4 * minute);
      assert.ok(Math.abs(first.expiresAt - testEnv.tenant.clock.now() - 56 * minute) < 10_000);
      testEnv.tenant.clock.advance(52 * minute);
      setRight();
      assert.notEqual((await client.getToken()).token, first.token);
    });

    for (const [name, offset, message] of [
      ["ahead of the ID token's end", 3 * 60 * minute, /machine's clock is about 3 hours ahead of the issuer's/],
      ["before the ID token's beginning", -30 * minute, /machine's clock is about 30 minutes behind the issuer's/],
    ] as const) {
      test(`${name}: the error names the clock`, async () => {
        await assert.rejects(signedIn(offset), (error: Error & { code: string; hint: string }) => {
          assert.equal(error.code, "token_not_trusted");
          assert.match(error.message, message);
          assert.match(error.hint, /Correct this machine's clock/);
          return true;
        });
      });
    }
  });
}
