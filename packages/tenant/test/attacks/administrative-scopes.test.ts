import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addUser, approve } from "../../../../tests/fixtures/approval.ts";
import { poll, type post, refresh, requestCode } from "../../../../tests/fixtures/device.ts";
import { COMMAND_LINE_CLIENT_ID } from "../../src/admin/registered-apps.ts";
import { ADMINISTRATIVE_SCOPES } from "../../src/directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Store } from "../../src/storage/store.ts";
import { storeKinds } from "../fixtures/place.ts";
import { authorizationQuery, program } from "../fixtures/program.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, graphClient } from "../graph/graph-client.ts";
import { approvedRequest, codeRedemption } from "../storage/authorization-samples.ts";
import { enrolling } from "../storage/factor-suite.ts";
import { signedInSession } from "../storage/link-suite.ts";
import {
  answerOf,
  approvalBy,
  approvedGrant,
  pendingGrant,
  redemption,
  rotation,
  type Samples,
  sampleAudit,
  scopesAt,
  seedSamples,
  signedIn,
  T0,
} from "../storage/samples.ts";

const SCOPE = "openid offline_access https://graph.microsoft.com/Application.ReadWrite.All";
const REQUESTED = scopesAt(GRAPH_RESOURCE_ID, ["Application.ReadWrite.All"]);
const NOT_NAMED = [400, "invalid_scope", [650057]];

for (const kind of storeKinds()) {
  describe(`attack: an administrator's rights for a program that is not named for them, on ${kind}`, () => {
    let tenant: TestTenant;
    let store: Store;
    before(async () => {
      tenant = await startTestTenant({ store: kind });
      store = tenant.context.store;
    });
    after(() => tenant.close());

    const administering = async (): Promise<Samples> => {
      const samples = { ...(await seedSamples(store)), scopes: REQUESTED };
      await seed(store).setUserAdministrator(samples.user.id, true);
      return samples;
    };
    const said = ({ status, body }: Awaited<ReturnType<typeof post>>) => [status, body.error, body.error_codes];

    test("any registered app gets no code for them, and no answer but an error at its browser", async () => {
      const app = await tenant.admin.apps.put({
        name: "Registered by anyone",
        publicClient: true,
        redirectUris: ["http://localhost/callback"],
      });
      assert.deepEqual(app.administrativeScopes, []);
      for (const scope of ADMINISTRATIVE_SCOPES) {
        const asked = { client_id: app.clientId, scope: `openid https://graph.microsoft.com/${scope}` };
        assert.deepEqual(said(await requestCode(tenant, asked)), NOT_NAMED, scope);
      }
      assert.equal((await requestCode(tenant, { client_id: app.clientId, scope: "openid User.Read" })).status, 200);
      const query = authorizationQuery(program(app.clientId), { scope: SCOPE });
      const page = await fetch(`${tenant.pages}/authorize?${query}`, { redirect: "manual" });
      const back = new URL(page.headers.get("location") ?? "");
      assert.deepEqual([back.host, back.searchParams.get("error")], ["localhost:51004", "invalid_scope"]);
    });

    test("the command line gets none by device code, until the operator allows it", async () => {
      const client_id = COMMAND_LINE_CLIENT_ID;
      const refused = await requestCode(tenant, { client_id, scope: SCOPE });
      assert.deepEqual(said(refused), NOT_NAMED);
      assert.match(refused.body.error_description, /not granted by device code/);

      await tenant.admin.apps.put({ clientId: client_id, administrationByDeviceCode: true });
      const user = await addUser(tenant);
      await seed(store).setUserAdministrator(user.id, true);
      const code = async () => (await requestCode(tenant, { client_id, scope: SCOPE })).body;
      const [redeemed, waiting] = [await code(), await code()];
      for (const { user_code } of [redeemed, waiting]) await approve(tenant, user_code, user);
      const { status, body } = await poll(tenant, redeemed.device_code, { client_id });
      assert.equal(status, 200);

      const graph = await graphClient(tenant, body.access_token);
      assertDone(await graph.get("applications"), 200);

      // Revoked: an approval that was not redeemed gives nothing, a sign-in renews none of the scopes, and the existing
      // access token no longer changes anything.
      await tenant.admin.apps.put({ clientId: client_id, administrationByDeviceCode: false });
      assert.deepEqual(said(await poll(tenant, waiting.device_code, { client_id })), NOT_NAMED);
      assert.deepEqual(said(await refresh(tenant, body.refresh_token, { client_id, scope: SCOPE })), NOT_NAMED);
      assertRefused(await graph.post("applications", { displayName: "Late" }), 403, "Authorization_RequestDenied");
      // The sign-in itself remains, and gets its scopes again once the operator allows them.
      await tenant.admin.apps.put({ clientId: client_id, administrationByDeviceCode: true });
      const { body: renewed } = await refresh(tenant, body.refresh_token, { client_id, scope: SCOPE });
      assert.match(renewed.scope, /Application\.ReadWrite\.All/);
      assertDone(await graph.get("applications"), 200);

      await tenant.admin.apps.put({ clientId: client_id, administrativeScopes: ["User.Read.All"] });
      assert.deepEqual(said(await refresh(tenant, renewed.refresh_token, { client_id, scope: SCOPE })), NOT_NAMED);
      assertRefused(await graph.get("applications"), 403, "Authorization_RequestDenied", /Application\.Read\.All/);
      assert.equal((await refresh(tenant, renewed.refresh_token, { client_id, scope: "openid" })).status, 200);
    });

    test("each transaction decides again: a program that is named no more gets nothing of what waits", async () => {
      const samples = await administering();
      const { app, user } = samples;
      const session = await signedInSession(store, user.id);
      const { tokenHash } = await signedIn(store, samples);
      const device = await approvedGrant(store, samples);
      const code = await approvedRequest(store, samples, session);
      const claimed = await pendingGrant(store, samples);
      const by = { sessionId: session, userId: user.id, now: T0, audit: sampleAudit("claim") };
      await store.grants.claim(claimed.id, by);

      await seed(store).putApp({ ...app, administrativeScopes: ["User.Read.All"] });
      const refused = "administration_not_allowed";
      assert.equal(answerOf(await store.tokens.redeem(redemption(device, user.id))), refused);
      assert.equal(answerOf(await store.authorizations.redeem(codeRedemption(code, user.id))), refused);
      assert.equal(answerOf(await store.tokens.rotate(rotation(tokenHash, app.clientId, T0, REQUESTED))), refused);
      const approval = approvalBy(user.id, session, REQUESTED);
      assert.equal(answerOf(await store.grants.approve(claimed.id, approval)), refused);
    });

    test("a sign-in keeps how it was got: what is by device code renews no more than a device code gives", async () => {
      const samples = await administering();
      const { app, user } = samples;
      const device = await signedIn(store, samples);
      const code = await approvedRequest(store, samples, await signedInSession(store, user.id));
      const browser = codeRedemption(code, user.id);
      assert.equal(answerOf(await store.authorizations.redeem(browser)), "redeemed");
      const renew = async (tokenHash: string) =>
        answerOf(await store.tokens.rotate(rotation(tokenHash, app.clientId, T0, REQUESTED)));
      await seed(store).putApp({ ...app, administrationByDeviceCode: false });
      assert.equal(await renew(device.tokenHash), "administration_not_allowed");
      assert.equal(await renew(browser.refreshToken!.tokenHash), "rotated");

      const other = await seedSamples(store);
      const [byDevice, asked] = [await signedIn(store, other), await approvedRequest(store, other)];
      const byBrowser = codeRedemption(asked, other.user.id);
      assert.equal(answerOf(await store.authorizations.redeem(byBrowser)), "redeemed");
      assert.equal((await store.tokens.findFamily(byDevice.family.id))?.grantType, "device_code");
      assert.equal((await store.tokens.findFamily(byBrowser.family.id))?.grantType, "authorization_code");
      const renewBy = async (tokenHash: string) =>
        answerOf(await store.tokens.rotate(rotation(tokenHash, other.app.clientId, T0)));
      await seed(store).putApp({ ...other.app, grantTypes: ["device_code", "refresh_token"] });
      assert.equal(await renewBy(byBrowser.refreshToken!.tokenHash), "grant_not_allowed");
      assert.equal(await renewBy(byDevice.tokenHash), "rotated");
    });

    test("once an administrator has a second factor, no other administrator's password is enough", async () => {
      const samples = await administering();
      const { app, user } = samples;
      const session = await signedInSession(store, user.id);
      const { tokenHash } = await signedIn(store, samples);
      const device = await approvedGrant(store, samples);
      const code = await approvedRequest(store, samples, session);
      const claimed = await pendingGrant(store, samples);
      const by = { sessionId: session, userId: user.id, now: T0, audit: sampleAudit("claim") };
      await store.grants.claim(claimed.id, by);

      const other = (await administering()).user;
      assert.equal(await store.factors.enrolTotp(await enrolling(store, other.id)), true);
      const refused = "second_factor_required";
      assert.equal(answerOf(await store.tokens.redeem(redemption(device, user.id))), refused);
      assert.equal(answerOf(await store.authorizations.redeem(codeRedemption(code, user.id))), refused);
      assert.equal(answerOf(await store.tokens.rotate(rotation(tokenHash, app.clientId, T0, REQUESTED))), refused);
      const approval = approvalBy(user.id, session, REQUESTED);
      assert.equal(answerOf(await store.grants.approve(claimed.id, approval)), refused);
      // Other scopes do not need it, a second factor is enough, and a disabled administrator requires nothing.
      assert.equal((await store.tokens.rotate(rotation(tokenHash, app.clientId))).outcome, "rotated");
      const both = { ...approval, methods: ["password" as const, "totp" as const] };
      assert.equal((await store.grants.approve(claimed.id, both)).outcome, "done");
      await seed(store).setUserDisabled(other.id, T0, T0);
      const again = await approvedGrant(store, samples);
      assert.equal(answerOf(await store.tokens.redeem(redemption(again, user.id))), "redeemed");
    });
  });
}
