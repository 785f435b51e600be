import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { TenantAdmin } from "../../src/admin/tenant-admin.ts";
import { normalizeEmail } from "../../src/directory/entities.ts";
import { DEFAULT_USER_FLOW } from "../../src/directory/user-flow.ts";
import { ownCertificate } from "../fixtures/own-certificate.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";

const PASSWORD = "violet-harbour-1871";

const textQuestion = {
  inputType: "TextBox" as const,
  dataType: "String" as const,
  required: false,
  options: [],
  validationRegEx: null,
};

describe("how a program changes its tenant", () => {
  let tenant: TestTenant;
  let admin: TenantAdmin;
  before(async () => {
    tenant = await startTestTenant();
    admin = tenant.admin;
  });
  after(() => tenant.close());

  const recorded = async (event: string) => {
    const records = await tenant.context.store.audit.list({ event, limit: 99 });
    return records.map(({ actor, userId, clientId, detail }) => ({ actor, userId, clientId, detail }));
  };

  test("a user is added, disabled, made an administrator and removed, each recorded once", async () => {
    const ada = await admin.people.add({ email: " Ada@contoso.example", password: PASSWORD });
    assert.equal(ada.displayName, "Ada");
    assert.deepEqual(await admin.people.find("ada@CONTOSO.example"), ada);
    await assert.rejects(admin.people.add({ email: "ADA@contoso.example" }), { code: "email_taken" });
    await assert.rejects(admin.people.add({ email: "ada" }), { code: "email_invalid" });
    await assert.rejects(admin.people.add({ email: "eve@contoso.example", displayName: " " }), {
      code: "name_invalid",
    });
    await assert.rejects(admin.people.add({ email: "eve@contoso.example", password: "short" }), {
      code: "password_short",
    });

    await admin.people.disable(ada.id);
    assert.equal((await admin.people.find(ada.email))?.disabledAt, tenant.clock.now());
    await admin.people.enable(ada.id);
    assert.equal((await admin.people.find(ada.email))?.disabledAt, null);
    await admin.people.setAdministrator(ada.id, true);
    assert.equal((await admin.people.find(ada.email))?.administrator, true);
    await admin.people.endSignIns(ada.id);
    for (const act of [admin.people.disable, admin.people.enable, admin.people.endSignIns]) {
      await assert.rejects(act(randomUUID()), { code: "user_unknown" });
    }
    await assert.rejects(admin.people.setAdministrator(randomUUID(), true), { code: "user_unknown" });
    assert.equal(await admin.people.remove(ada.id), true);
    assert.equal(await admin.people.remove(ada.id), false);

    const about = { actor: "operator", userId: ada.id, clientId: null };
    const detail = { user_id: ada.id };
    assert.deepEqual(await recorded("user.created"), [{ ...about, detail }]);
    const changed = { ...about, detail: { ...detail, changed: "disabled" } };
    assert.deepEqual(await recorded("user.changed"), [changed, changed]);
    assert.deepEqual(await recorded("administrator.added"), [{ ...about, detail }]);
    assert.deepEqual(await recorded("user.sign_ins_ended"), [{ ...about, detail }]);
    assert.deepEqual(await recorded("user.deleted"), [{ ...about, detail }]);
  });

  test("an app is registered with the given members, changed, and removed", async () => {
    const app = await admin.apps.put({ name: "Kiosk", publicClient: true, redirectUris: ["http://localhost"] });
    assert.deepEqual(await admin.apps.find(app.clientId), app);
    const changed = await admin.apps.put({ clientId: app.clientId, requireMfa: true });
    assert.deepEqual(changed, { ...app, requireMfa: true });
    assert.ok((await admin.apps.list()).some(({ clientId }) => clientId === app.clientId));

    const refused = (input: Parameters<TenantAdmin["apps"]["put"]>[0], code: string) =>
      assert.rejects(admin.apps.put(input), { code });
    await refused({ name: " " }, "name_invalid");
    await refused({ clientId: tenant.apis[0]!.clientId, name: "Kiosk" }, "registration_conflict");
    await refused({ name: "Kiosk", redirectUris: ["http://contoso.example/*"] }, "redirect_uri_refused");
    await refused({ clientId: app.clientId, postLogoutRedirectUris: ["javascript:alert(1)"] }, "redirect_uri_refused");
    await refused({ clientId: app.clientId, userFlowId: randomUUID() }, "user_flow_unknown");
    assert.deepEqual(await admin.apps.find(app.clientId), changed);

    assert.equal(await admin.apps.remove(tenant.apis[0]!.clientId), false);
    assert.equal(await admin.apps.remove(app.clientId), true);
    assert.equal(await admin.apps.remove(app.clientId), false);
    const [created] = await recorded("application.created");
    assert.deepEqual(created, {
      ...{ actor: "operator", userId: null, clientId: app.clientId },
      detail: { app_id: app.clientId, name: "Kiosk", kind: "app" },
    });
    const changes = await recorded("application.changed");
    assert.equal(changes.at(-1)?.detail.changed, "clientId requireMfa");
    assert.equal((await recorded("application.deleted")).length, 1);
  });

  test("an app and an API choose what signs their tokens; Entra's form is always signed with RS256", async () => {
    const app = await admin.apps.put({ name: "Standard", idTokenSignedResponseAlg: "ES256" });
    assert.equal(app.idTokenSignedResponseAlg, "ES256");
    const api = await admin.apis.put({ name: "Signed", tokenProfile: "rfc9068", accessTokenSigningAlg: "EdDSA" });
    assert.deepEqual(await admin.apis.find(api.clientId), api);
    const { clientId } = api;
    const refused = (attempt: Promise<unknown>) => assert.rejects(attempt, { code: "signing_alg_refused" });
    await refused(admin.apis.put({ name: "Entra's", accessTokenSigningAlg: "ES256" }));
    await refused(admin.apis.put({ clientId, tokenProfile: "entra" }));
    await refused(admin.apis.put({ clientId, accessTokenSigningAlg: "HS256" as "RS256" }));
    await refused(admin.apps.put({ clientId: app.clientId, idTokenSignedResponseAlg: "none" as "RS256" }));
    assert.deepEqual(await admin.apis.find(clientId), api);
    await admin.apis.put({ clientId, tokenProfile: "entra", accessTokenSigningAlg: "RS256" });
  });

  test("an API has scopes and roles, and users, groups and apps get its roles", async () => {
    const api = await admin.apis.put({
      name: "Orders",
      roles: [{ id: randomUUID(), value: "Orders.Read", displayName: "Read orders" }],
    });
    assert.equal(api.identifierUri, `api://${api.clientId}`);
    await assert.rejects(admin.apis.put({ name: "Again", identifierUri: api.identifierUri }), {
      code: "registration_conflict",
    });
    await assert.rejects(admin.apis.put({}), { code: "name_invalid" });
    const { id } = await admin.people.add({ email: "grace@contoso.example" });
    const group = await admin.groups.add({ name: "Staff" });
    await admin.groups.addMember(group.id, id);
    await admin.groups.addMember(group.id, id);
    await assert.rejects(admin.groups.addMember(group.id, randomUUID()), { code: "user_unknown" });
    await assert.rejects(admin.groups.addMember(randomUUID(), id), { code: "group_unknown" });
    await admin.apis.assignRole(api.clientId, "Orders.Read", group.id);
    await admin.apis.assignRole(api.clientId, "Orders.Read", group.id);
    const { directory } = tenant.context.store;
    assert.deepEqual(await directory.rolesFor(api.clientId, id), ["Orders.Read"]);
    await assert.rejects(admin.apis.assignRole(api.clientId, "Orders.Read", randomUUID()), {
      code: "assignment_refused",
      message: /principal/,
    });
    await assert.rejects(admin.apps.assign(randomUUID(), id), { code: "assignment_refused", message: /app/ });
    assert.equal(await admin.apis.unassignRole(api.clientId, "Orders.Read", group.id), true);
    assert.equal(await admin.apis.unassignRole(api.clientId, "Orders.Read", group.id), false);
    assert.equal(await admin.groups.removeMember(group.id, id), true);
    assert.equal(await admin.groups.remove(group.id), true);
    assert.equal(await admin.groups.remove(group.id), false);
    assert.deepEqual(await admin.groups.list(), []);
    assert.equal(await admin.apis.remove(api.clientId), true);
    assert.equal(await admin.apis.find(api.clientId), undefined);
    assert.equal((await recorded("role_assignment.created")).length, 1);
  });

  test("an undefined member changes nothing, and a client ID is found in any case", async () => {
    const app = await admin.apps.put({ name: "Guarded", requireMfa: true, assignmentRequired: true });
    const { clientId } = app;
    await admin.apps.put({ clientId: clientId.toUpperCase(), requireMfa: undefined, assignmentRequired: undefined });
    const { requireMfa, assignmentRequired } = (await admin.apps.find(clientId))!;
    assert.deepEqual([requireMfa, assignmentRequired], [true, true]);
    const policy = await admin.policies.put({ name: "Always on", enabled: undefined, clientIds: undefined });
    assert.deepEqual([policy.enabled, policy.clientIds], [true, null]);
    const flow = await admin.userFlows.put({ name: "As the default", methods: undefined });
    assert.deepEqual(flow.methods, ["password", "email_code", "passkey"]);
    const chosen = randomUUID().toUpperCase();
    await admin.apps.put({ clientId: chosen, name: "Named in capitals" });
    assert.equal((await admin.apps.find(chosen))?.clientId, chosen.toLowerCase());
    assert.equal(await admin.apps.remove(chosen), true);
    assert.equal(await admin.policies.remove(policy.id), true);
  });

  test("assigned users can use an app, and the last consent applies until it is withdrawn", async () => {
    const app = await admin.apps.put({ name: "Assigned", assignmentRequired: true });
    const { id } = await admin.people.add({ email: "alan@contoso.example" });
    const { directory } = tenant.context.store;
    await admin.apps.assign(app.clientId, id);
    assert.deepEqual(await directory.assignmentsOf(app.clientId), [id]);
    assert.equal(await admin.apps.unassign(app.clientId, id), true);
    assert.deepEqual(await directory.assignmentsOf(app.clientId), []);

    const api = tenant.apis[0]!;
    const consent = { clientId: app.clientId, userId: null, resourceId: api.clientId };
    await admin.apps.putConsent({ ...consent, scopes: [api.scopes[0]!] });
    await admin.apps.putConsent({ ...consent, scopes: [api.scopes[1]!] });
    assert.deepEqual(await directory.consentsFor(app.clientId, id), [{ ...consent, scopes: [api.scopes[1]!] }]);
    await admin.apps.putConsent({ ...consent, scopes: [] });
    assert.deepEqual(await directory.consentsFor(app.clientId, id), []);
    await admin.apps.putConsent({ ...consent, scopes: [api.scopes[1]!] });
    assert.equal(await admin.apps.withdrawConsent(consent), true);
    assert.deepEqual(await directory.consentsFor(app.clientId, id), []);
    assert.equal(await admin.apps.withdrawConsent(consent), false);
    await assert.rejects(admin.apps.putConsent({ ...consent, clientId: randomUUID(), scopes: ["x"] }), {
      code: "app_unknown",
    });
  });

  test("a certificate comes with an administrator's permissions, which are removed with it", async () => {
    const { certificate, sha256 } = await ownCertificate();
    const app = await admin.apps.put({ name: "Nightly" });
    const added = await admin.apps.addCertificate(app.clientId, certificate, { administrator: true });
    assert.equal(added.thumbprint, Buffer.from(sha256, "base64url").toString("hex").toUpperCase());
    await assert.rejects(admin.apps.addCertificate(app.clientId, "no"), { code: "app_certificate_refused" });
    await assert.rejects(admin.apps.addCertificate(randomUUID(), certificate), { code: "app_unknown" });
    assert.equal(await admin.apps.removeCertificates(app.clientId), 1);
    assert.equal(await admin.apps.removeCertificates(app.clientId), 0);
  });

  test("a user flow stores its members, with defaults for omitted ones; an invalid one is refused", async () => {
    const before = (await admin.userFlows.list()).length;
    const kept = await admin.userFlows.put({ name: "Codes only", methods: ["email_code"] });
    const { id } = kept;
    const createdAt = tenant.clock.now();
    assert.deepEqual(kept, { ...DEFAULT_USER_FLOW, id, name: "Codes only", methods: ["email_code"], createdAt });
    assert.deepEqual((await admin.userFlows.list()).at(-1), kept);
    await admin.userFlows.put({ ...kept, signUpAllowed: false });
    assert.equal((await admin.userFlows.list()).at(-1)?.signUpAllowed, false);

    await assert.rejects(admin.userFlows.put({ name: "Codes only" }), { code: "user_flow_name_taken" });
    await assert.rejects(admin.userFlows.put({ name: "No method", methods: [] }), {
      code: "user_flow_invalid",
      hint: /no sign-in method/,
    });
    assert.equal((await admin.userFlows.list()).length, before + 1);

    const own = { ...textQuestion, id: `extension_${"0".repeat(32)}_Hobby`, label: "Hobby" };
    const attributes = async () => (await tenant.context.store.administration.flows.listAttributes()).length;
    await assert.rejects(admin.userFlows.put({ name: "Codes only", attributes: [own] }), {
      code: "user_flow_name_taken",
    });
    assert.equal(await attributes(), 0, "a refused change leaves nothing behind");
    await admin.userFlows.put({ ...kept, attributes: [own] });
    assert.deepEqual([await attributes(), (await recorded("user_flow_attribute.created")).length], [1, 1]);

    const app = await admin.apps.put({ name: "Uses it", userFlowId: id });
    await assert.rejects(admin.userFlows.remove(id), { code: "user_flow_in_use", message: /Uses it/ });
    assert.equal((await admin.apps.find(app.clientId))?.userFlowId, id);
    await admin.apps.put({ clientId: app.clientId, userFlowId: null });
    assert.equal(await admin.userFlows.remove(id), true);
    assert.equal(await admin.userFlows.remove(id), false);
    await assert.rejects(admin.apps.put({ name: "Too late", userFlowId: id }), { code: "user_flow_unknown" });
  });

  test("sign-up is turned off for all apps, and a user flow is set for the account page, which cannot be deleted then", async () => {
    const { id } = await admin.userFlows.put({ name: "Staff", methods: ["passkey"], signUpAllowed: false });
    await assert.rejects(admin.userFlows.changeSettings({ accountUserFlowId: randomUUID() }), {
      code: "user_flow_unknown",
    });
    await admin.userFlows.changeSettings({ accountUserFlowId: id, signUpAllowed: false });
    const { access } = tenant.context.store;
    const { userFlow } = await access.facts({ clientId: null, userId: "", resourceId: "" });
    assert.deepEqual([userFlow.id, userFlow.signUpAllowed], [id, false]);
    await assert.rejects(admin.userFlows.remove(id), { code: "user_flow_in_use", message: /the account page/ });
    await admin.userFlows.changeSettings({ accountUserFlowId: null, signUpAllowed: true });
    assert.equal(await admin.userFlows.remove(id), true);
  });

  test("a policy that names something that does not exist is refused, and not stored", async () => {
    for (const list of ["clientIds", "groupIds", "excludedUserIds"]) {
      await assert.rejects(admin.policies.put({ name: "Empty", [list]: [randomUUID()] }), { code: "policy_invalid" });
    }
    assert.deepEqual(await admin.policies.list(), []);
    const before = (await recorded("policy.created")).length;
    const policy = await admin.policies.put({ name: "All users", clientIds: [tenant.apps[0]!.clientId] });
    assert.deepEqual(await admin.policies.list(), [policy]);
    const off = { ...policy, enabled: false };
    assert.deepEqual(await admin.policies.put(off), off);
    assert.deepEqual(await admin.policies.list(), [off]);
    assert.equal(await admin.policies.remove(policy.id), true);
    assert.equal(await admin.policies.remove(policy.id), false);
    assert.equal((await recorded("policy.created")).length, before + 1);
    assert.equal((await recorded("policy.changed")).length, 1);
  });

  test("a new name is on the pages at once, and only changes are recorded", async () => {
    await admin.changeBranding({ name: "Contoso" });
    await admin.changeBranding({ name: "Contoso" });
    assert.match(await (await tenant.fetch(tenant.verificationUri)).text(), /Contoso/);
    await assert.rejects(admin.changeBranding({ name: "" }), { code: "branding_refused" });
    assert.deepEqual(
      (await recorded("organization.changed")).map(({ detail }) => detail),
      [{ name: "Contoso" }],
    );
  });

  test("lifetimes change one by one, are recorded, and are refused by name if invalid", async () => {
    await admin.changeLifetimes({ signInDays: 30, sessionHours: 12 });
    await admin.changeLifetimes({ signInDays: 30 });
    const { signInDays, sessionHours, keptSessionDays } = tenant.context.config.lifetimes;
    assert.deepEqual([signInDays, sessionHours, keptSessionDays], [30, 12, 30]);
    for (const wrong of [{ signInDays: 0 }, { sessionHours: 1.5 }, { keptSessionDays: 9999 }, { days: 3 }]) {
      const name = Object.keys(wrong)[0] ?? "";
      await assert.rejects(admin.changeLifetimes(wrong), { code: "lifetimes_refused", message: new RegExp(name) });
    }
    assert.deepEqual(
      (await recorded("lifetimes.changed")).map(({ detail }) => detail),
      [{ signInDays: 30, sessionHours: 12 }],
    );
  });

  test("a code is approved for a user or denied, and the mail about it is in the inbox", async () => {
    const email = "kate@contoso.example";
    await admin.people.add({ email, password: PASSWORD });
    const ask = async () => {
      const body = new URLSearchParams({ client_id: tenant.apps[0]!.clientId, scope: "openid" });
      const answer = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/devicecode`, { method: "POST", body });
      return ((await answer.json()) as { user_code: string }).user_code;
    };
    const code = await ask();
    await assert.rejects(tenant.approve(code, { as: "nobody@contoso.example" }), { code: "user_unknown" });
    const approval = await tenant.approve(code, { as: email });
    assert.deepEqual([approval.app, approval.email], [tenant.apps[0]!.name, email]);
    assert.deepEqual(await tenant.deny(await ask()), { app: tenant.apps[0]!.name });
    await assert.rejects(tenant.deny(code), { code: "code_used" });
    const [mail, ...rest] = await tenant.mails({ to: email.toUpperCase() });
    assert.equal(normalizeEmail(mail?.to ?? ""), email);
    assert.deepEqual(rest, []);
  });
});

test("a tenant with a mailer has no inbox", async () => {
  const mailer = { send: async () => undefined, close: async () => undefined };
  await using tenant = await startTestTenant({
    publicUrl: "https://id.contoso.example",
    trustedProxies: ["127.0.0.1"],
    mailer,
  });
  await assert.rejects(tenant.mails({ to: "ada@contoso.example" }), { code: "inbox_missing" });
});
