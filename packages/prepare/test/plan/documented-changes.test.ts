import assert from "node:assert/strict";
import { test } from "node:test";
import { GRAPH_APP_ID } from "../../src/graph/applications.ts";
import { applyPlan } from "../../src/index.ts";
import { tenantNotes } from "../../src/plan/tenant.ts";
import type { Thing } from "./fixtures/documented-state.ts";
import { failure, prepared } from "./fixtures/entra.ts";
import { EVERYTHING, HOW_TO } from "./fixtures/models.ts";

// Runs against a local server that responds as Graph's documentation says, because Entra is not available here.

test("A changed description changes only the description", async () => {
  const { entra, api } = await prepared();
  await using _ = entra;
  const file = HOW_TO.replace("Reads every to-do list of yours", "Reads your lists");
  const differences = await entra.differences(file);
  assert.deepEqual(differences, [
    {
      action: "change",
      kind: "api",
      name: "ciam-ToDoList-api",
      changes: [
        { what: "scope ToDoList.Read description", from: "Reads every to-do list of yours", to: "Reads your lists" },
      ],
    },
  ]);
  const ids = api.api.oauth2PermissionScopes.map(({ id }: Thing) => id);
  const before = entra.writes().length;
  await entra.prepare(file);
  const [patch, ...more] = entra.writes().slice(before);
  assert.deepEqual(more, []);
  assert.deepEqual(Object.keys(patch!.body), ["api"]);
  assert.deepEqual(Object.keys(patch!.body.api), ["oauth2PermissionScopes"]);
  assert.deepEqual(
    patch!.body.api.oauth2PermissionScopes.map(({ id }: Thing) => id),
    ids,
  );
});

test("Objects and members that the file does not name are neither changed nor cleared", async () => {
  const { entra, app, api, flow } = await prepared();
  await using _ = entra;
  const { state } = entra;
  // Made manually in the portal:
  const mail = { resourceAppId: "00000002-0000-0ff1-ce00-000000000000", resourceAccess: [{ id: "m", type: "Role" }] };
  app.requiredResourceAccess.push(mail);
  app.requiredResourceAccess[0].resourceAccess.push({ id: "graph-role", type: "Role" });
  app.tags.push("HideApp");
  app.spa = { redirectUris: ["https://spa.example"] };
  app.web = { redirectUris: [], implicitGrantSettings: { enableIdTokenIssuance: true } };
  api.identifierUris.push("api://old-name");
  api.api.oauth2PermissionScopes.push({ id: "s", value: "ToDoList.Extra", isEnabled: true, type: "Admin" });
  api.api.knownClientApplications = ["k"];
  api.appRoles.push({ id: "r", value: "Extra", isEnabled: true });
  state.grants[0].scope += " Mail.Read";
  state.grants.push({
    id: "g",
    clientId: state.grants[0].clientId,
    resourceId: "x",
    consentType: "AllPrincipals",
    scope: "A",
  });
  flow.onAuthenticationMethodLoadStart.identityProviders.push({ id: "Google-OAUTH" });
  flow.description = `Ours since 2024\n${flow.description}`;
  flow.apps.push("other-app");
  flow.onAttributeCollectionStart = { handler: "kept" };
  state.flows.push({ ...structuredClone(flow), id: "other", displayName: "Other", description: null, apps: ["b"] });
  state.applications.push({ id: "o", appId: "o", displayName: "Other", tags: [] });
  state.groups.push({ id: "h", displayName: "By hand", uniqueName: null });
  state.policies.push({ id: "p", displayName: "Other", state: "enabled", conditions: {}, grantControls: {} });
  const { now: _now, ...things } = state;
  const before = structuredClone(things);

  assert.deepEqual(await entra.differences(HOW_TO), []);
  const file = HOW_TO.replace("attributes: [displayName]", "signIn: [email_code]").replace(
    "permissions: [openid, ",
    "displayName: Renamed\n    postLogoutRedirectUris: [https://contoso.example]\n    permissions: [openid, profile, ",
  );
  await entra.prepare(file.replace("Reads every", "Shows every"));

  app.displayName = before.applications[1].displayName;
  assert.deepEqual(app.web, {
    redirectUris: ["https://contoso.example"],
    implicitGrantSettings: { enableIdTokenIssuance: true },
  });
  app.web = before.applications[1].web;
  const access = before.applications[1].requiredResourceAccess;
  access[0].resourceAccess.push({ id: "14dad69e-099b-42c9-810b-d002981feec1", type: "Scope" });
  assert.deepEqual(app, before.applications[1]);
  api.api.oauth2PermissionScopes[0].adminConsentDescription = "Reads every to-do list of yours";
  assert.deepEqual(api, before.applications[0]);
  assert.deepEqual(
    state.grants.map(({ scope }) => scope),
    ["openid offline_access Mail.Read profile", "ToDoList.Read", "A"],
  );
  assert.deepEqual(flow.onAuthenticationMethodLoadStart.identityProviders, [
    { id: "EmailOtpSignup-OAUTH" },
    { id: "Google-OAUTH" },
  ]);
  assert.equal(flow.description, "Ours since 2024\ndoorcode:SignInSignUpSample");
  assert.deepEqual(flow.apps, before.flows[0].apps);
  assert.deepEqual(flow.onAttributeCollectionStart, { handler: "kept" });
  assert.deepEqual(state.flows[1], before.flows[1]);
  assert.deepEqual(state.applications[2], before.applications[2]);
  assert.deepEqual(state.groups, before.groups);
  assert.deepEqual(state.policies, before.policies);
});

test("Pruning deletes only objects with our mark that are not in the file, and makes lists exact", async () => {
  const { entra, app, api, flow } = await prepared(EVERYTHING);
  await using _ = entra;
  const { state } = entra;
  state.applications.push({ id: "o", appId: "o", displayName: "By hand", uniqueName: null, tags: ["doorcode:gone"] });
  state.applications.push({ id: "t", appId: "t", displayName: "Terraform's", uniqueName: "terraform", tags: [] });
  state.groups.push({ id: "h", displayName: "Terraform's", uniqueName: "terraform", description: "" });
  state.flows.push({ ...structuredClone(flow), id: "f", displayName: "By hand", description: "Ours", apps: [] });
  state.policies.push({ id: "p", displayName: "By hand", state: "enabled", conditions: {}, grantControls: {} });
  app.requiredResourceAccess.push({ resourceAppId: "mail", resourceAccess: [{ id: "m", type: "Role" }] });
  state.grants.push({
    id: "g",
    clientId: state.grants[0].clientId,
    resourceId: "x",
    consentType: "AllPrincipals",
    scope: "A",
  });
  state.assignments.push({ ...state.assignments[0], id: "u", principalId: "user", principalType: "User" });

  const writes = entra.writes().length;
  assert.deepEqual(await entra.differences("tenant: {}"), [], "without --prune nothing is deleted");
  const differences = await entra.differences(HOW_TO, { prune: true });
  assert.deepEqual(
    differences.map(({ action, kind, name }) => `${action} ${kind} ${name}`),
    [
      "change api ciam-ToDoList-api",
      "change app ciam-client-app",
      "change consent ciam-client-app",
      "change assignment ciam-client-app",
      "change assignment ciam-ToDoList-api/ToDoList.Read.All",
      "change user flow SignInSignUpSample",
      "delete policy SignInSignUpSample: second factor",
      "delete user flow Second",
      "delete app second-app",
      "delete group staff",
    ],
  );
  assert.equal(entra.writes().length, writes);
  await entra.prepare(HOW_TO, { prune: true });
  assert.deepEqual(await entra.differences(HOW_TO, { prune: true }), []);

  assert.deepEqual(
    state.applications.map(({ displayName }) => displayName),
    ["ciam-ToDoList-api", "ciam-client-app", "By hand", "Terraform's"],
  );
  assert.deepEqual(
    state.groups.map(({ id }) => id),
    ["h"],
  );
  assert.deepEqual(
    state.flows.map(({ displayName }) => displayName),
    ["SignInSignUpSample", "By hand"],
  );
  assert.deepEqual(
    state.policies.map(({ displayName }) => displayName),
    ["admins-mfa", "By hand"],
    "policies carry no mark",
  );
  assert.deepEqual(api.identifierUris, ["api://todolist"], "the file names none, and this one is sufficient");
  assert.deepEqual(
    app.requiredResourceAccess.map(({ resourceAppId, resourceAccess }: Thing) => [
      resourceAppId,
      resourceAccess.length,
    ]),
    [
      [GRAPH_APP_ID, 2],
      [api.appId, 1],
      ["mail", 1],
    ],
  );
  assert.deepEqual(
    state.grants.map(({ scope }) => scope),
    ["openid offline_access", "ToDoList.Read", "A"],
  );
  assert.deepEqual(
    state.assignments.map(({ id }) => id),
    ["u"],
    "users are not in a file for Entra",
  );
});

test("A pruned scope is disabled first, then removed; one that a killed run disabled is removed by the next run", async () => {
  const { entra, api } = await prepared();
  await using _ = entra;
  const file = HOW_TO.replace(/ {6}ToDoList\.ReadWrite: .*\n/, "").replace(/ {4}roles:\n.*\n/, "");
  assert.deepEqual(await entra.differences(file), []);
  const before = entra.writes().length;
  await entra.prepare(file, { prune: true });
  const writes = entra.writes().slice(before);
  assert.deepEqual(
    writes.map(({ body }) => body.api.oauth2PermissionScopes.map(({ value, isEnabled }: Thing) => [value, isEnabled])),
    [
      [
        ["ToDoList.Read", true],
        ["ToDoList.ReadWrite", false],
      ],
      [["ToDoList.Read", true]],
    ],
  );
  assert.deepEqual(
    writes.map(({ body }) => body.appRoles.length),
    [1, 0],
  );
  api.api.oauth2PermissionScopes.push({ id: "s", value: "Half", isEnabled: false, type: "Admin" });
  await entra.prepare(file, { prune: true });
  assert.deepEqual(await entra.differences(file, { prune: true }), []);
});

test("Applying a plan deletes nothing that the plan did not announce", async () => {
  const { entra } = await prepared(EVERYTHING);
  await using _ = entra;
  const plan = await entra.plan(EVERYTHING, { prune: true });
  await entra.prepare("apps: { third-app: {} }");
  const { done } = await applyPlan(plan, entra.access(), { clock: entra.clock });
  assert.deepEqual(done, []);
  assert.ok(entra.state.applications.some(({ uniqueName }) => uniqueName === "third-app"));
});

test("An app that moves to another user flow leaves the old one first", async () => {
  const { entra, app } = await prepared();
  await using _ = entra;
  const file = HOW_TO.replace("SignInSignUpSample:", "NewFlow:");
  const [step] = (await entra.differences(file)).slice(-1);
  assert.deepEqual(step?.changes.at(-1), {
    what: "apps",
    from: "ciam-client-app of SignInSignUpSample",
    to: "ciam-client-app",
  });
  await entra.prepare(file);
  assert.deepEqual(
    entra.state.flows.map(({ displayName, apps }) => [displayName, apps]),
    [
      ["SignInSignUpSample", []],
      ["NewFlow", [app.appId]],
    ],
  );
  const moves = entra.writes().slice(-2);
  assert.deepEqual(
    moves.map(({ method }) => method),
    ["DELETE", "POST"],
  );
});

test("A second factor that is no longer required is turned off, and --prune deletes its policy", async () => {
  const { entra } = await prepared(HOW_TO.replace("attributes:", "mfa: required\n    attributes:"));
  await using _ = entra;
  assert.deepEqual(
    entra.state.policies.map(({ displayName, state }) => [displayName, state]),
    [["SignInSignUpSample: second factor", "enabled"]],
  );
  await entra.prepare(HOW_TO);
  assert.equal(entra.state.policies[0].state, "disabled");
  assert.deepEqual(await entra.differences(HOW_TO), []);
  await entra.prepare(HOW_TO, { prune: true });
  assert.deepEqual(entra.state.policies, []);
});

test("A second-factor policy that the file itself names is kept, even with --prune", async () => {
  const required = HOW_TO.replace("attributes:", "mfa: required\n    attributes:");
  const policies = '\npolicies:\n  "SignInSignUpSample: second factor": { require: mfa, apps: [ciam-client-app] }\n';
  const withoutFlow = HOW_TO.slice(0, HOW_TO.indexOf("userFlows:"));
  for (const file of [HOW_TO + policies, withoutFlow + policies]) {
    const { entra } = await prepared(required);
    await using _ = entra;
    const kept = structuredClone(entra.state.policies);
    assert.equal(kept.length, 1);
    await entra.prepare(file, { prune: true });
    assert.deepEqual(entra.state.policies, kept);
    assert.equal(entra.state.flows.length, file === withoutFlow + policies ? 0 : 1);
    assert.deepEqual(await entra.differences(file, { prune: true }), []);
  }
});

test("A policy keeps its exceptions, further groups and conditions", async () => {
  const { entra } = await prepared(EVERYTHING);
  await using _ = entra;
  const policy = entra.state.policies.find(({ displayName }) => displayName === "admins-mfa");
  Object.assign(policy.conditions, { locations: { includeLocations: ["All"] } });
  policy.conditions.users.excludeUsers = ["break-glass"];
  policy.conditions.users.excludeGroups = ["emergency"];
  policy.conditions.applications.includeApplications.push("another");
  const file = EVERYTHING.replace("admins-mfa: { require: mfa", "admins-mfa: { enabled: false, require: mfa");
  await entra.prepare(file);
  assert.equal(policy.state, "disabled");
  assert.deepEqual(policy.conditions.locations, { includeLocations: ["All"] });
  assert.deepEqual(policy.conditions.users.excludeUsers, ["break-glass"]);
  assert.deepEqual(policy.conditions.users.excludeGroups, ["emergency"]);
  assert.ok(policy.conditions.applications.includeApplications.includes("another"));
  await entra.prepare(file, { prune: true });
  assert.deepEqual(policy.conditions.users.excludeUsers, ["break-glass"], "users are not in a file for Entra");
  assert.equal(policy.conditions.applications.includeApplications.length, 1);
});

test("An attribute whose type differs is an error, because its type cannot change", async () => {
  const { entra } = await prepared(EVERYTHING);
  await using _ = entra;
  const error = await failure(entra.plan(EVERYTHING.replace("label: Age, input: NumericTextBox", "label: Age")));
  assert.equal(error.code, "conflicts_with_tenant");
  assert.match(error.message, /`age` has the type int64 in the tenant, but string in the file/);
});

test("A name or domain that must be changed manually is reported, not changed", async () => {
  const { entra } = await prepared();
  await using _ = entra;
  const { notes, steps } = await entra.plan(
    "tenant: { name: Fabrikam, domain: fabrikam.example, lifetimes: { signInDays: 30 } }",
  );
  assert.deepEqual(
    steps.map(({ action }) => action),
    ["leave"],
  );
  assert.equal(notes.length, 3);
  assert.match(notes.join("\n"), /lifetimes, which only the embedded tenant supports/);
  assert.match(notes.join("\n"), /fabrikam\.example, but the tenant has contoso\.onmicrosoft\.com/);
  assert.match(notes.join("\n"), /admin center/);
});

test("A domain of the embedded tenant is not one to add manually", () => {
  const model = { tenant: { domain: "fabrikam.example" } };
  const current = { tenant: { domains: ["doorcode.localhost"] } };
  const [note] = tenantNotes({ model, current, target: "doorcode" } as unknown as Parameters<typeof tenantNotes>[0]);
  assert.match(note ?? "", /has doorcode\.localhost\. The domain of your own tenant cannot be changed/);
});
