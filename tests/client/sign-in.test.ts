import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startWorld, type World } from "./world.ts";

for (const engine of ["entra", "oidc"] as const) {
  describe(`signing in with the ${engine} engine`, () => {
    let world: World;
    before(async () => {
      world = await startWorld();
    });
    after(() => world[Symbol.asyncDispose]());

    test("ends in a session whose token the API's scopes are in", async () => {
      const client = world.client({ engine });
      const session = await client.signIn();
      assert.equal(session.account.username, "Ada@Example.com");
      const { token, scopes } = await session.getToken();
      assert.ok(token.length > 100);
      assert.deepEqual(scopes, [world.scopes.read]);
    });
  });
}
