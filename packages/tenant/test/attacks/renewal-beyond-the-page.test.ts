import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addUser, approve, approverFor } from "../../../../tests/fixtures/approval.ts";
import { claimsOf, clientIdOf, poll, refresh, requestCode } from "../../../../tests/fixtures/device.ts";
import { addApi, consentForAllUsers } from "../../../../tests/fixtures/registrations.ts";
import type { User } from "../../src/directory/entities.ts";
import { normalizeUserCode } from "../../src/directory/user-code.ts";
import { evaluateApproval, loadFacts } from "../../src/oauth/approval.ts";
import { storeKinds } from "../fixtures/place.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";

/** A program asks for little, and requests more with the refresh token, without any question. */
describe("a renewal beyond the page", () => {
  for (const store of storeKinds()) {
    test(`reaches nothing that its page did not list, regardless of later consents (${store})`, async () => {
      await using tenant = await opened({ store });
      const payroll = await addApi(tenant.context, "Payroll", ["Payroll.Read", "Payroll.Pay"]);
      const user = await addUser(tenant);
      const token = await signIn(tenant, user, "openid offline_access");
      const scope = `${payroll.identifierUri}/Payroll.Read`;
      await refused(tenant, token, scope);

      await consentForAllUsers(tenant.context, { clientId: clientIdOf(tenant) }, payroll);
      await refused(tenant, token, scope);
      await refused(tenant, token, `${payroll.identifierUri}/.default`);
      const own = { clientId: clientIdOf(tenant), userId: user.id, resourceId: payroll.clientId };
      await seed(tenant.context.store).addConsent({ ...own, scopes: ["Payroll.Pay"] });
      await refused(tenant, token, `${payroll.identifierUri}/Payroll.Pay`);
      assert.equal((await refresh(tenant, token)).status, 200, "for what was listed it renews");

      const next = await signIn(tenant, user, "openid offline_access");
      assert.equal((await refresh(tenant, next, { scope })).status, 200, "the next sign-in showed it");
    });
  }

  test("gets exactly what the page listed: everything that was allowed to the app", async () => {
    await using tenant = await opened();
    const calendar = await addApi(tenant.context, "Calendar", ["Calendar.Read"]);
    await consentForAllUsers(tenant.context, { clientId: clientIdOf(tenant) }, calendar);
    const user = await addUser(tenant);
    const { body } = await requestCode(tenant, { scope: "openid offline_access" });
    const { lines, byRenewal, reach } = await askedOn(tenant, body.user_code, user);
    assert.deepEqual(
      byRenewal.map((line) => (line.kind === "api" ? line.text : line.kind)),
      ["name_and_email", "Calendar.Read", "Read your to-do lists", "Read and change your to-do lists"],
    );
    assert.ok(byRenewal.every((line) => lines.includes(line)));

    await approve(tenant, body.user_code, user);
    let { refresh_token: token } = (await poll(tenant, body.device_code)).body;
    const everything: [{ clientId: string }, string][] = [
      [calendar, "Calendar.Read"],
      [tenant.apis[0]!, "ToDoList.Read ToDoList.ReadWrite"],
    ];
    for (const [api, scp] of everything) {
      const { status, body: renewed } = await refresh(tenant, token, { scope: `api://${api.clientId}/.default` });
      assert.equal(status, 200);
      assert.equal(claimsOf(renewed.access_token).scp, scp);
      for (const each of scp.split(" ")) assert.ok(reach.includes(`${api.clientId}/${each}`), each);
      token = renewed.refresh_token;
    }
  });

  test("without offline_access there is none, and the page says nothing of one", async () => {
    await using tenant = await opened();
    const user = await addUser(tenant);
    const { body } = await requestCode(tenant, { scope: "openid" });
    const { byRenewal, reach } = await askedOn(tenant, body.user_code, user);
    assert.deepEqual([byRenewal, reach], [[], []]);
    await approve(tenant, body.user_code, user);
    assert.equal((await poll(tenant, body.device_code)).body.refresh_token, undefined);
  });

  async function opened(options: Parameters<typeof startTestTenant>[0] = {}) {
    const tenant = await startTestTenant(options);
    return Object.assign(tenant, { [Symbol.asyncDispose]: () => tenant.close() });
  }

  async function askedOn(tenant: TestTenant, userCode: string, user: User) {
    const ctx = tenant.context;
    const grant = (await ctx.store.grants.findByUserCode(normalizeUserCode(userCode)))!;
    const facts = await loadFacts(ctx, grant, user.id);
    const evaluated = evaluateApproval(ctx, grant, approverFor(tenant, user), facts);
    if (evaluated.refusal) throw new Error(evaluated.refusal);
    return evaluated.prompt.permissions;
  }

  async function signIn(tenant: TestTenant, user: User, scope: string): Promise<string> {
    const { body } = await requestCode(tenant, { scope });
    await approve(tenant, body.user_code, user);
    return (await poll(tenant, body.device_code)).body.refresh_token;
  }

  async function refused(tenant: TestTenant, token: string, scope: string): Promise<void> {
    const { status, body } = await refresh(tenant, token, { scope });
    assert.deepEqual([status, body.error, body.suberror], [400, "invalid_grant", "consent_required"], scope);
    assert.match(body.error_description, /^AADSTS65001/);
  }
});
