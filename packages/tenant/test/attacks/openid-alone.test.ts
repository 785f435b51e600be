import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addUser, approve } from "../../../../tests/fixtures/approval.ts";
import { claimsOf, poll, refresh, requestCode, userinfo } from "../../../../tests/fixtures/device.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";

/** The page says "Know that it is you". The program, or its API, wants to know who that is. */
describe("openid alone", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  async function signedIn(oidc: string) {
    const user = await addUser(tenant, undefined, "Grace Hopper");
    const scope = `api://${tenant.apis[0]!.clientId}/ToDoList.Read ${oidc}`;
    const { body } = await requestCode(tenant, { scope });
    await approve(tenant, body.user_code, user);
    return { user, tokens: (await poll(tenant, body.device_code)).body };
  }

  test("tells that it is the same person, in every token and at UserInfo, and neither name nor address", async () => {
    const { user, tokens } = await signedIn("openid offline_access");
    const { body: renewed } = await refresh(tenant, tokens.refresh_token);
    const { body: bare } = await refresh(tenant, renewed.refresh_token, { scope: "openid" });
    const said = [tokens, renewed, bare].flatMap(({ access_token, id_token }) => [
      claimsOf(access_token),
      claimsOf(id_token),
    ]);
    said.push((await userinfo(tenant, bare.access_token)).body);
    assert.equal(said.length, 7);
    for (const claims of said) {
      assert.doesNotMatch(JSON.stringify(claims), /Grace|@/);
      assert.ok(claims.sub);
    }
    assert.equal(said[0]!.oid, user.id);
  });

  test("email tells the address to the program, and nothing to its API", async () => {
    const { user, tokens } = await signedIn("openid email");
    assert.equal(claimsOf(tokens.id_token).email, user.email);
    assert.doesNotMatch(JSON.stringify([claimsOf(tokens.access_token)]), /Grace|@/);
  });

  test("profile tells name and address to both, which is what its line says", async () => {
    const { user, tokens } = await signedIn("openid profile");
    for (const token of [tokens.id_token, tokens.access_token]) {
      const { name, preferred_username } = claimsOf(token);
      assert.deepEqual([name, preferred_username], ["Grace Hopper", user.email]);
    }
  });
});
