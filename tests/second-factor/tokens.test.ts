// What a program sees of second factors: in its tokens, and when one becomes necessary.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { decodeProtectedHeader } from "jose";
import { storeKinds } from "../../packages/tenant/test/fixtures/place.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addUser, approve } from "../fixtures/approval.ts";
import { demandMfa, setUpApp } from "../fixtures/authenticator-app.ts";
import { claimsOf, poll, refresh, requestCode } from "../fixtures/device.ts";
import { Person } from "../fixtures/person.ts";
import { addApi, consentForAllUsers } from "../fixtures/registrations.ts";

const PASSWORD = "seven slow herons";

for (const store of storeKinds()) {
  describe(`second factors and tokens (${store})`, () => {
    let tenant: TestTenant;
    before(async () => {
      tenant = await startTestTenant({ store });
    });
    after(() => tenant.close());

    /** Signed in with one factor, while two are not required. */
    async function signedIn() {
      const { body } = await requestCode(tenant);
      await approve(tenant, body.user_code, await addUser(tenant));
      return (await poll(tenant, body.device_code)).body;
    }

    test("a sign-in with both is visible in its ID tokens, new and renewed, but not in Entra's access tokens", async () => {
      const withdraw = await demandMfa(tenant, "totp");
      const { body } = await requestCode(tenant);
      const person = await new Person(tenant).enterCode(body.user_code);
      await person.signUp(`both-${store}@contoso.example`, PASSWORD, "Ada");
      await setUpApp(tenant, person);
      await person.decide("yes");
      const first = (await poll(tenant, body.device_code)).body;
      const renewed = (await refresh(tenant, first.refresh_token)).body;
      for (const { id_token, access_token } of [first, renewed]) {
        const { acr, amr } = claimsOf(id_token);
        assert.deepEqual([acr, amr], ["2", ["pwd", "otp", "mfa"]]);
        const claims = claimsOf(access_token);
        assert.deepEqual([claims.acr, claims.amr, claims.acrs], [undefined, undefined, undefined]);
      }
      await withdraw();
    });

    test("one factor is acr 1; the metadata lists the supported values", async () => {
      assert.equal(claimsOf((await signedIn()).id_token).acr, "1");
      const { acr_values_supported, claims_supported } = (await (
        await tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`)
      ).json()) as { acr_values_supported: string[]; claims_supported: string[] };
      assert.deepEqual(acr_values_supported, ["0", "1", "2"]);
      assert.ok(claims_supported.includes("acr") && claims_supported.includes("amr"));
    });

    test("an API of RFC 9068's profile reads acr, amr and auth_time in the access token (§2.2.1)", async () => {
      const { context } = tenant;
      const api = { ...(await addApi(context, `Plain ${store}`, ["Plain.Read"])), tokenProfile: "rfc9068" as const };
      await seed(context.store).putApi(api);
      await consentForAllUsers(context, tenant.apps[0]!, api);
      const { body } = await requestCode(tenant, { scope: `${api.identifierUri}/Plain.Read` });
      const authTime = Math.floor(tenant.clock.now() / 1_000);
      await approve(tenant, body.user_code, await addUser(tenant));
      const { access_token } = (await poll(tenant, body.device_code)).body;
      assert.equal(decodeProtectedHeader(access_token).typ, "at+jwt");
      const { acr, amr, auth_time } = claimsOf(access_token);
      assert.deepEqual([acr, amr, auth_time], ["1", ["pwd"], authTime]);
    });

    test("an approval without one gives nothing once it is required, and ends the code", async () => {
      const { body } = await requestCode(tenant);
      await approve(tenant, body.user_code, await addUser(tenant));
      const withdraw = await demandMfa(tenant, "totp");
      const refused = await poll(tenant, body.device_code);
      assert.deepEqual(
        [refused.status, refused.body.error, refused.body.error_codes],
        [400, "interaction_required", [50076]],
      );
      await withdraw();
      tenant.clock.advance(5_000);
      assert.equal((await poll(tenant, body.device_code)).body.error, "access_denied");
    });

    test("a renewal without one requires a sign-in, changes nothing, and works again once it is no longer required", async () => {
      const { refresh_token, access_token } = await signedIn();
      const withdraw = await demandMfa(tenant, "totp");
      for (let i = 0; i < 3; i++) {
        const { status, body } = await refresh(tenant, refresh_token);
        assert.deepEqual([status, body.error, body.error_codes], [400, "interaction_required", [50076]]);
        assert.equal(body.suberror, "basic_action");
        assert.deepEqual(JSON.parse(body.claims), { id_token: { acr: { essential: true, values: ["2"] } } });
        assert.match(body.error_description, /^AADSTS50076: /);
        assert.equal(body.access_token, undefined);
      }
      await withdraw();
      const renewed = await refresh(tenant, refresh_token);
      assert.equal(renewed.status, 200);
      assert.equal(claimsOf(renewed.body.access_token).sid, claimsOf(access_token).sid);
    });

    test("the person's approval leads to the second factor first, and the device waits", async () => {
      const { body } = await requestCode(tenant);
      const person = await new Person(tenant).enterCode(body.user_code);
      await person.signUp(`late-${store}@contoso.example`, PASSWORD, "Ada");
      const withdraw = await demandMfa(tenant, "email_code");
      await person.decide("yes");
      assert.match(person.path, /^\/second-factor\/email/);
      assert.equal((await poll(tenant, body.device_code)).body.error, "authorization_pending");
      await person.submit("/second-factor/email/send");
      await person.submit("/second-factor/email", { code: await person.mailedCode(`late-${store}@contoso.example`) });
      await person.decide("yes");
      tenant.clock.advance(5_000);
      const tokens = (await poll(tenant, body.device_code)).body;
      assert.equal(claimsOf(tokens.id_token).acr, "2");
      assert.equal((await refresh(tenant, tokens.refresh_token)).status, 200);
      await withdraw();
    });
  });
}
