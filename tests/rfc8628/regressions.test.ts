// Bugs that other servers had in their device flows, each with its own test.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { REFRESH_GRACE } from "../../packages/tenant/src/directory/lifetimes.ts";
import { normalizeUserCode } from "../../packages/tenant/src/directory/user-code.ts";
import { storeKinds } from "../../packages/tenant/test/fixtures/place.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { sampleAudit } from "../../packages/tenant/test/storage/samples.ts";
import { addUser, approve, approverFor } from "../fixtures/approval.ts";
import {
  claimsOf,
  clientIdOf,
  poll,
  refresh,
  requestCode,
  revoke,
  todoScope,
  URN,
  userinfo,
} from "../fixtures/device.ts";
import { Person } from "../fixtures/person.ts";

for (const store of storeKinds()) {
  describe(`bugs of other servers (${store})`, () => {
    let tenant: TestTenant;
    before(async () => {
      tenant = await startTestTenant({ store });
    });
    after(() => tenant.close());

    const directory = () => tenant.context.store.directory;

    async function signedIn(more: Record<string, string> = {}) {
      const user = await addUser(tenant);
      const { body } = await requestCode(tenant, more);
      await approve(tenant, body.user_code, user);
      const tokens = await poll(tenant, body.device_code);
      assert.equal(tokens.status, 200, JSON.stringify(tokens.body));
      return { user, deviceCode: body.device_code as string, tokens: tokens.body };
    }

    test("a user disabled after the approval gets no token (CVE-2026-88770)", async () => {
      const user = await addUser(tenant);
      const { body } = await requestCode(tenant);
      await approve(tenant, body.user_code, user);
      await seed(tenant.context.store).setUserDisabled(user.id, tenant.clock.now(), tenant.clock.now());
      const answer = await poll(tenant, body.device_code);
      assert.deepEqual([answer.status, answer.body.error], [400, "invalid_grant"]);
      await seed(tenant.context.store).setUserDisabled(user.id, null, tenant.clock.now());
      tenant.clock.advance(5_000);
      assert.notEqual((await poll(tenant, body.device_code)).status, 200, "and it stays refused");
    });

    test("an app deleted after the approval gets no token", async () => {
      const app = {
        ...(await directory().findApp(clientIdOf(tenant)))!,
        clientId: crypto.randomUUID(),
        name: "short-lived",
      };
      await seed(tenant.context.store).putApp(app);
      const { body } = await requestCode(tenant, { client_id: app.clientId, scope: "openid offline_access" });
      await approve(tenant, body.user_code, await addUser(tenant));
      await seed(tenant.context.store).deleteApp(app.clientId, tenant.clock.now());
      const answer = await poll(tenant, body.device_code, { client_id: app.clientId });
      assert.deepEqual([answer.status, answer.body.error], [401, "invalid_client"]);
    });

    test("a scope removed after the approval is not issued", async () => {
      const api = (await directory().listApis())[0]!;
      const shrinking = {
        ...api,
        clientId: crypto.randomUUID(),
        name: "shrinking",
        identifierUri: `api://${crypto.randomUUID()}`,
        roles: [],
      };
      await seed(tenant.context.store).putApi(shrinking);
      const consent = {
        clientId: clientIdOf(tenant),
        userId: null,
        resourceId: shrinking.clientId,
        scopes: ["ToDoList.Read"],
      };
      await seed(tenant.context.store).addConsent(consent);
      const { body } = await requestCode(tenant, { scope: `${shrinking.identifierUri}/ToDoList.Read openid` });
      await approve(tenant, body.user_code, await addUser(tenant));
      await seed(tenant.context.store).putApi({ ...shrinking, scopes: [] });
      assert.equal((await poll(tenant, body.device_code)).body.error, "invalid_grant");
    });

    test("a scope removed before the approval is not asked about, approved or issued, whether or not it is added again", async () => {
      const api = (await directory().listApis())[0]!;
      const [read, write] = api.scopes.map((scope) => ({ ...scope, consent: "User" as const }));
      const shrinking = {
        ...api,
        clientId: crypto.randomUUID(),
        name: "shrinking early",
        identifierUri: `api://${crypto.randomUUID()}`,
        scopes: [read!, write!],
        roles: [],
      };
      await seed(tenant.context.store).putApi(shrinking);
      const both = shrinking.scopes.map(({ value }) => `${shrinking.identifierUri}/${value}`).join(" ");
      const { body } = await requestCode(tenant, { scope: `${both} openid` });
      const person = await new Person(tenant).enterCode(body.user_code);
      await person.signUp(`early-${store}@contoso.example`, "correct horse battery", "Ada");
      assert.match(person.heading, /^Are you trying/);
      await seed(tenant.context.store).putApi({ ...shrinking, scopes: [read!, { ...write!, enabled: false }] });
      await person.decide("yes");
      assert.equal(person.status, 410);
      await seed(tenant.context.store).putApi(shrinking);
      assert.equal((await poll(tenant, body.device_code)).body.error, "authorization_pending");
      const user = (await directory().findUserByEmail(`early-${store}@contoso.example`))!;
      const consents = await directory().consentsFor(clientIdOf(tenant), user.id);
      assert.ok(
        consents.every(({ resourceId }) => resourceId !== shrinking.clientId),
        "nothing was said yes to",
      );
    });

    test("a user's consent is not renewed once only the administrator may consent", async () => {
      const api = (await directory().listApis())[0]!;
      const own = {
        ...api,
        clientId: crypto.randomUUID(),
        name: "taken over",
        identifierUri: `api://${crypto.randomUUID()}`,
        scopes: [{ ...api.scopes[0]!, consent: "User" as const }],
        roles: [],
      };
      await seed(tenant.context.store).putApi(own);
      const { tokens } = await signedIn({ scope: `${own.identifierUri}/ToDoList.Read openid offline_access` });
      await seed(tenant.context.store).putApi({ ...own, scopes: [{ ...own.scopes[0]!, consent: "Admin" }] });
      const refused = await refresh(tenant, tokens.refresh_token);
      assert.deepEqual([refused.body.error, refused.body.suberror], ["invalid_grant", "consent_required"]);
    });

    test("after declining, going Back and approving does nothing (Keycloak #36811)", async () => {
      const { body } = await requestCode(tenant);
      const person = await new Person(tenant).enterCode(body.user_code);
      await person.signUp(`back-${store}@contoso.example`, "correct horse battery", "Ada");
      const back = person.html;
      const confirmPath = person.path;
      await person.decide("no");
      person.html = back;
      await person.decide("yes");
      await person.open(confirmPath);
      assert.doesNotMatch(person.heading, /^Are you trying/);
      assert.equal((await poll(tenant, body.device_code)).body.error, "access_denied");
      const user = (await directory().findUserByEmail(`back-${store}@contoso.example`))!;
      const consents = await directory().consentsFor(clientIdOf(tenant), user.id);
      assert.ok(!consents.some(({ userId }) => userId === user.id), "nor is a yes remembered");
    });

    test("a request without API scopes still requires approval (Keycloak #26100)", async () => {
      const { body } = await requestCode(tenant, { scope: "openid" });
      const person = await new Person(tenant).enterCode(body.user_code);
      await person.signUp(`bare-${store}@contoso.example`, "correct horse battery", "Ada");
      assert.equal((await poll(tenant, body.device_code)).body.error, "authorization_pending");
      await person.decide("yes");
      tenant.clock.advance(5_000);
      assert.equal((await poll(tenant, body.device_code)).status, 200);
    });

    test("16 simultaneous renewals with one refresh token: one new generation, all responses usable (CVE-2026-1035)", async () => {
      const { tokens } = await signedIn();
      const answers = await Promise.all(Array.from({ length: 16 }, () => refresh(tenant, tokens.refresh_token)));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
      const successors = new Set(answers.map(({ body }) => body.refresh_token));
      assert.equal(successors.size, 1);
      assert.equal((await refresh(tenant, [...successors][0])).status, 200);
    });

    test("a refresh token used again after the grace kills the sign-in (RFC 9700 §4.14.2)", async () => {
      const { tokens } = await signedIn();
      const next = await refresh(tenant, tokens.refresh_token);
      tenant.clock.advance(REFRESH_GRACE + 1_000);
      const reused = await refresh(tenant, tokens.refresh_token);
      assert.deepEqual([reused.status, reused.body.error, reused.body.suberror], [400, "invalid_grant", "bad_token"]);
      assert.equal((await refresh(tenant, next.body.refresh_token)).body.error, "invalid_grant");
    });

    test("a refresh token used again after the grace kills the sign-in, whatever scope it requests", async () => {
      const { tokens } = await signedIn();
      const next = await refresh(tenant, tokens.refresh_token);
      const early = await refresh(tenant, tokens.refresh_token, { scope: "User.Write" });
      assert.equal(early.body.error, "invalid_scope", "in the grace the scope is all that is wrong");
      tenant.clock.advance(REFRESH_GRACE + 1_000);
      const reused = await refresh(tenant, tokens.refresh_token, { scope: "User.Write" });
      assert.deepEqual([reused.body.error, reused.body.suberror], ["invalid_grant", "bad_token"]);
      assert.equal((await refresh(tenant, next.body.refresh_token)).body.error, "invalid_grant");
    });

    test("a revoked refresh token is rejected whatever scope it asks for: MSAL drops it", async () => {
      const { tokens } = await signedIn();
      assert.equal((await revoke(tenant, tokens.refresh_token)).status, 200);
      for (const scope of ["User.Write", "api://unknown/Read", "openid"]) {
        const dead = await refresh(tenant, tokens.refresh_token, { scope });
        assert.deepEqual(
          [dead.status, dead.body.error, dead.body.suberror],
          [400, "invalid_grant", "bad_token"],
          scope,
        );
      }
    });

    test("revoking an ID token returns 200 and revokes nothing, because it gives no access", async () => {
      const { tokens } = await signedIn({ scope: "openid profile offline_access" });
      const answer = await revoke(tenant, tokens.id_token);
      assert.deepEqual([answer.status, answer.body], [200, ""]);
      const renewed = await refresh(tenant, tokens.refresh_token);
      assert.equal(renewed.status, 200);
      assert.equal((await userinfo(tenant, tokens.access_token)).status, 200);
      assert.equal((await revoke(tenant, tokens.access_token)).status, 200);
      assert.equal((await refresh(tenant, renewed.body.refresh_token)).body.suberror, "bad_token");
    });

    test("a scope that is refused leaves the refresh token as it was", async () => {
      const { tokens } = await signedIn();
      for (let again = 0; again < 2; again++) {
        const refused = await refresh(tenant, tokens.refresh_token, { scope: "User.Write" });
        assert.equal(refused.body.error, "invalid_scope");
        tenant.clock.advance(REFRESH_GRACE + 1_000);
      }
      assert.equal((await refresh(tenant, tokens.refresh_token)).status, 200);
    });

    test("no token works after revoke returns 200, even with a simultaneous renewal (Keycloak #51312)", async () => {
      for (let round = 0; round < 10; round++) {
        const { tokens } = await signedIn({ scope: "openid profile offline_access" });
        const [renewed, revoked] = await Promise.all([
          refresh(tenant, tokens.refresh_token),
          revoke(tenant, tokens.refresh_token),
        ]);
        assert.equal(revoked.status, 200);
        assert.equal((await refresh(tenant, tokens.refresh_token)).body.error, "invalid_grant");
        assert.equal((await userinfo(tenant, tokens.access_token)).status, 401);
        if (renewed.status !== 200) continue;
        assert.equal((await refresh(tenant, renewed.body.refresh_token)).body.error, "invalid_grant");
        assert.equal((await userinfo(tenant, renewed.body.access_token)).status, 401);
      }
    });

    test("a secret of one kind does not work as another (CVE-2026-4282)", async () => {
      const { tokens, deviceCode } = await signedIn();
      const { body: pending } = await requestCode(tenant);
      for (const wrong of [tokens.refresh_token, tokens.access_token, tokens.id_token, pending.user_code]) {
        assert.equal((await poll(tenant, wrong)).body.error, "invalid_grant");
      }
      for (const wrong of [deviceCode, pending.device_code, tokens.access_token, tokens.id_token]) {
        assert.equal((await refresh(tenant, wrong)).body.error, "invalid_grant");
      }
      assert.equal((await userinfo(tenant, tokens.access_token)).status, 401, "an API's token is not userinfo's");
      assert.equal((await userinfo(tenant, tokens.id_token)).status, 401);
    });

    test("a session that claimed nothing approves nothing (CVE-2026-45337)", async () => {
      const user = await addUser(tenant);
      const { body } = await requestCode(tenant);
      const grant = (await tenant.context.store.grants.findByUserCode(normalizeUserCode(body.user_code)))!;
      const stranger = approverFor(tenant, user);
      const result = await tenant.context.store.grants.approve(grant.id, {
        sessionId: stranger.sessionId,
        userId: user.id,
        approved: grant.requested,
        reach: [],
        methods: ["password" as const],
        authTime: tenant.clock.now(),
        decidedBy: "user",
        now: tenant.clock.now(),
        audit: sampleAudit("device_grant.approved"),
      });
      assert.notEqual(result.outcome, "done");
      assert.equal((await poll(tenant, body.device_code)).body.error, "authorization_pending");
    });

    test("a wider scope at redemption changes nothing: what was consented is issued (CVE-2024-52287)", async () => {
      const { body } = await requestCode(tenant);
      await approve(tenant, body.user_code, await addUser(tenant));
      const tokens = await poll(tenant, body.device_code, { scope: todoScope(tenant, "ToDoList.ReadWrite") });
      assert.equal(tokens.status, 200);
      assert.equal(claimsOf(tokens.body.access_token).scp, "ToDoList.Read");
    });

    test("another browser cannot approve for the one that started (CVE-2022-39222)", async () => {
      const { body } = await requestCode(tenant);
      const person = await new Person(tenant).enterCode(body.user_code);
      await person.signUp(`began-${store}@contoso.example`, "correct horse battery", "Ada");
      const form = person.forms().find(({ action }) => action === "/confirm")!;
      const thief = await new Person(tenant).open("/device");
      await thief.post("/confirm", { ...form.fields, decision: "yes" });
      assert.ok(thief.status >= 400, String(thief.status));
      const own = thief.forms()[0]?.fields.csrf ?? (await thief.open("/device")).forms()[0]!.fields.csrf!;
      await thief.post("/confirm", { ...form.fields, csrf: own, decision: "yes" });
      assert.equal((await poll(tenant, body.device_code)).body.error, "authorization_pending");
    });

    test("redemption over HTTP, 64 at once, on the MSAL spelling as on the standard one: exactly one token set", async () => {
      for (const grantType of ["device_code", URN]) {
        const { body } = await requestCode(tenant);
        await approve(tenant, body.user_code, await addUser(tenant));
        const answers = await Promise.all(
          Array.from({ length: 64 }, () => poll(tenant, body.device_code, { grant_type: grantType })),
        );
        assert.equal(answers.filter(({ status }) => status === 200).length, 1);
      }
    });
  });
}

describe("limits on guessing", () => {
  test("an untrusted forwarded address allows no new guesses (CVE-2024-47070)", async () => {
    const tenant = await startTestTenant();
    try {
      const person = await new Person(tenant).open("/device");
      for (let guess = 0; guess < 12; guess++) {
        const { fields } = person.forms()[0] ?? (await person.open("/device")).forms()[0]!;
        await person.post(
          "/device",
          { ...fields, user_code: "BBBB-BBBB" },
          { "x-forwarded-for": `203.0.113.${guess}` },
        );
      }
      assert.equal(person.status, 429);
    } finally {
      await tenant.close();
    }
  });

  test("a correct code allows no new guesses (django-oauth-toolkit PR 1734)", async () => {
    const tenant = await startTestTenant();
    try {
      const person = new Person(tenant);
      for (let guess = 0; guess < 9; guess++) await person.enterCode("BBBB-BBBB");
      const { body } = await requestCode(tenant);
      await person.enterCode(body.user_code);
      assert.match(person.path, /^\/sign-in/);
      await person.enterCode("BBBB-BBBB");
      await person.enterCode("BBBB-BBBB");
      assert.equal(person.status, 429);
    } finally {
      await tenant.close();
    }
  });
});
