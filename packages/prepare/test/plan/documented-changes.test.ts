import assert from "node:assert/strict";
import { test } from "node:test";
import { GRAPH_APP_ID } from "../../src/graph/applications.ts";
import { exportTenant, readTenantFile, writeTenantFile } from "../../src/index.ts";
import { graphError } from "./fixtures/documented-graph.ts";
import type { Thing } from "./fixtures/documented-state.ts";
import { Entra, failure } from "./fixtures/entra.ts";
import { EVERYTHING, HOW_TO } from "./fixtures/models.ts";

// Against a local server that answers as Graph is documented, as Entra itself cannot be had here.

/** A tenant with the how-to's file applied, and what was made. */
async function prepared(file = HOW_TO) {
  const entra = await Entra.start();
  await entra.prepare(file);
  const named = (name: string): Thing => entra.state.applications.find(({ uniqueName }) => uniqueName === name);
  return { entra, app: named("ciam-client-app"), api: named("ciam-ToDoList-api"), flow: entra.state.flows[0] as Thing };
}

test("A change of a description changes that and nothing else", async () => {
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

test("What the file does not name is neither changed nor emptied", async () => {
  const { entra, app, api, flow } = await prepared();
  await using _ = entra;
  const { state } = entra;
  // By hand, in the portal:
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

test("Pruning deletes what carries our mark and is not in the file, and makes lists exact; nothing else", async () => {
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
  assert.deepEqual(await entra.differences("tenant: {}"), [], "without --prune nothing goes");
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
  assert.deepEqual(api.identifierUris, ["api://todolist"], "the file names none, and this one will do");
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
    "people are not in a file for Entra",
  );
});

test("A scope that is pruned is disabled first, then taken away; one that is disabled by a killed run is taken away then", async () => {
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

test("What a plan did not announce is not deleted when it is applied", async () => {
  const { entra } = await prepared(EVERYTHING);
  await using _ = entra;
  const plan = await entra.plan(EVERYTHING, { prune: true });
  await entra.prepare("apps: { third-app: {} }");
  const { applyPlan } = await import("../../src/index.ts");
  const { done } = await applyPlan(plan, entra.access(), { clock: entra.clock });
  assert.deepEqual(done, []);
  assert.ok(entra.state.applications.some(({ uniqueName }) => uniqueName === "third-app"));
});

test("An application made in the portal is adopted by its display name and a tag, and never deleted", async () => {
  await using entra = await Entra.start();
  const { state } = entra;
  const made = { id: "1", appId: "a1", displayName: "ciam-client-app", uniqueName: null, tags: ["HideApp"] };
  state.applications.push({ ...made, isFallbackPublicClient: false, requiredResourceAccess: [] });
  const differences = await entra.differences("apps: { ciam-client-app: {} }");
  assert.deepEqual(differences[0]?.changes.slice(0, 2), [
    { what: "tag", to: "doorcode:ciam-client-app" },
    { what: "public client flows", from: "off", to: "on" },
  ]);
  const { apps } = await entra.prepare("apps: { ciam-client-app: {} }");
  assert.deepEqual(apps, [{ name: "ciam-client-app", clientId: "a1" }]);
  assert.deepEqual(state.applications[0].tags, ["HideApp", "doorcode:ciam-client-app"]);
  assert.equal(state.applications.length, 1);

  await entra.prepare("apps: { ciam-client-app: { displayName: Another name } }");
  assert.equal(state.applications[0].displayName, "Another name", "it is known by its tag from now on");
  assert.equal(state.applications.length, 1);
  await entra.prepare("tenant: {}", { prune: true });
  assert.equal(state.applications.length, 1);
});

test("Where several applications fit, it asks for a tag instead of guessing", async () => {
  await using entra = await Entra.start();
  const twins = [1, 2].map((id) => ({ id: `${id}`, appId: `a${id}`, displayName: "twin", uniqueName: null, tags: [] }));
  entra.state.applications.push(...twins);
  const byName = await failure(entra.plan("apps: { twin: {} }"));
  assert.equal(byName.code, "ambiguous");
  assert.match(byName.message, /a1, a2/);
  assert.match(byName.hint, /`doorcode:twin`/);

  entra.state.applications[1].tags = ["doorcode:twin"];
  const { apps } = await entra.prepare("apps: { twin: {} }");
  assert.deepEqual(apps, [{ name: "twin", clientId: "a2" }]);
  entra.state.applications[0].tags = ["doorcode:twin"];
  assert.equal((await failure(entra.plan("apps: { twin: {} }"))).code, "ambiguous");

  entra.state.applications.push({ ...twins[0], id: "3", appId: "a3", uniqueName: "elsewhere", tags: [] });
  entra.state.applications.splice(0, 2);
  const { apps: fresh } = await entra.prepare("apps: { twin: {} }");
  assert.notEqual(fresh[0]?.clientId, "a3", "what has another uniqueName is somebody else's");
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

test("A second factor that is no longer demanded is turned off, and with --prune its policy goes", async () => {
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
  assert.deepEqual(policy.conditions.users.excludeUsers, ["break-glass"], "people are not in a file for Entra");
  assert.equal(policy.conditions.applications.includeApplications.length, 1);
});

test("An attribute whose type differs is told, as its type is for ever", async () => {
  const { entra } = await prepared(EVERYTHING);
  await using _ = entra;
  const error = await failure(entra.plan(EVERYTHING.replace("label: Age, input: NumericTextBox", "label: Age")));
  assert.equal(error.code, "conflicts_with_tenant");
  assert.match(error.message, /`age` holds int64 in the tenant, and string in the file/);
});

test("A name or domain that only a person can change is told, not tried", async () => {
  const { entra } = await prepared();
  await using _ = entra;
  const { notes, steps } = await entra.plan("tenant: { name: Fabrikam, domain: fabrikam.example }");
  assert.deepEqual(
    steps.map(({ action }) => action),
    ["leave"],
  );
  assert.equal(notes.length, 2);
  assert.match(notes.join("\n"), /fabrikam\.example; the tenant has contoso\.onmicrosoft\.com/);
  assert.match(notes.join("\n"), /admin center/);
});

test("What is exported makes the same tenant elsewhere, which is exported the same", async () => {
  const { entra } = await prepared(EVERYTHING);
  await using _ = entra;
  const first = await exportTenant(entra.access(), { clock: entra.clock });
  assert.deepEqual(first.notes, []);
  await using empty = await Entra.start({ pageSize: 1 });
  const { applyPlan, planTenant } = await import("../../src/index.ts");
  const plan = await planTenant(first.model, empty.access(), { clock: empty.clock });
  await applyPlan(plan, empty.access(), { clock: empty.clock });
  const second = await exportTenant(empty.access(), { clock: empty.clock });
  assert.deepEqual(second.model, first.model);
  assert.deepEqual(empty.snapshot(), entra.snapshot());
});

test("An export says what the file cannot", async () => {
  const { entra, app, api, flow } = await prepared();
  await using _ = entra;
  const { state } = entra;
  app.passwordCredentials = [{ keyId: "k" }];
  app.requiredResourceAccess[0].resourceAccess.push({ id: "mail", type: "Scope" });
  state.grants[0].scope = "openid offline_access Mail.Read";
  api.identifierUris.push("api://second");
  flow.onAuthenticationMethodLoadStart.identityProviders.push({ id: "Google-OAUTH" });
  flow.apps.push("unknown");
  state.groups.push(
    { id: "m", displayName: "Mail", groupTypes: ["Unified"] },
    { id: "d", displayName: "Löwen & Söhne", securityEnabled: true, groupTypes: [] },
  );
  state.members.set("d", ["somebody"]);
  state.policies.push({
    id: "p",
    displayName: "Block",
    state: "enabled",
    conditions: {},
    grantControls: { builtInControls: ["block"] },
  });
  const { model, notes } = await exportTenant(entra.access(), { clock: entra.clock });
  assert.deepEqual(Object.keys(model.groups), ["Lowen-Sohne"]);
  assert.deepEqual(model.policies, {});
  for (const says of [
    /client secrets/,
    /1 permissions of the app "ciam-client-app"/,
    /Mail\.Read/,
    /2 identifier URIs/,
    /Google-OAUTH/,
    /1 applications of the user flow/,
    /"Mail" is no security group/,
    /1 members of the group "Lowen-Sohne"/,
    /"Block" demands something else/,
  ])
    assert.match(notes.join("\n"), says);
});

test("An application that was deleted a while ago keeps its name, which is told", async () => {
  await using entra = await Entra.start();
  const message = "Another object with the same value for property uniqueName already exists.";
  entra.interrupt = (_, { method }) =>
    method === "PATCH" ? { status: 400, body: graphError("Request_BadRequest", message) } : undefined;
  const error = await failure(entra.prepare("apps: { gone-app: {} }"));
  assert.equal(error.code, "conflicts_with_tenant");
  assert.match(error.message, /`gone-app`/);
  assert.match(error.hint, /30 days/);
});

test("A user flow made by hand without questions gets the file's", async () => {
  const { entra, flow } = await prepared();
  await using _ = entra;
  Object.assign(flow, { onAttributeCollection: null, description: null });
  assert.deepEqual((await entra.differences(HOW_TO))[0]?.changes, [{ what: "attributes", to: "displayName" }]);
  await entra.prepare(HOW_TO);
  assert.deepEqual(await entra.differences(HOW_TO), []);
  assert.equal(entra.state.flows.length, 1);
});

test("What a file has no words for stays even where a list is the file's to the last, and an export can be read", async () => {
  const { entra, app, api, flow } = await prepared();
  await using _ = entra;
  // The portal's: a wildcard, MSAL's old address, a pattern for names, a role without a value.
  app.publicClient.redirectUris = ["urn:ietf:wg:oauth:2.0:oob", "http://localhost"];
  app.web = { redirectUris: ["https://*.contoso.example"] };
  const names = flow.onAttributeCollection.attributeCollectionPage.views[0].inputs[1];
  names.validationRegEx = "^[a-zA-Z_][0-9a-zA-Z_ ]*[0-9a-zA-Z_]+$";
  api.appRoles.push({ id: "default", value: null, displayName: "Default access", isEnabled: true });
  api.api.oauth2PermissionScopes[1].adminConsentDescription = null;
  entra.state.groups.push({ id: "g", displayName: "Staff", uniqueName: "staff", securityEnabled: true });
  entra.state.assignments.push({
    id: "a",
    principalId: "g",
    principalType: "Group",
    resourceId: entra.state.grants[0].clientId,
    appRoleId: "00000000-0000-0000-0000-000000000000",
  });

  const { model, notes } = await exportTenant(entra.access(), { clock: entra.clock });
  assert.deepEqual(readTenantFile(writeTenantFile(model), "doorcode.tenant.yaml"), model);
  assert.deepEqual(model.apps["ciam-client-app"]?.redirectUris, ["http://localhost"]);
  assert.deepEqual(model.apps["ciam-client-app"]?.assignedTo, []);
  assert.equal(model.apis["ciam-ToDoList-api"]?.scopes["ToDoList.ReadWrite"]?.description, "Change your to-do lists");
  for (const says of [/urn:ietf/, /\*\.contoso/, /1 scopes and roles .* have no name/, /assigned to staff, and open/])
    assert.match(notes.join("\n"), says);

  const file = HOW_TO.replace("attributes: [displayName]", "attributes: [displayName, givenName]");
  await entra.prepare(file, { prune: true });
  assert.deepEqual(app.publicClient.redirectUris, ["urn:ietf:wg:oauth:2.0:oob"]);
  assert.deepEqual(app.web.redirectUris, ["https://*.contoso.example"]);
  assert.ok(api.appRoles.some(({ id, isEnabled }: Thing) => id === "default" && isEnabled));
  const inputs = flow.onAttributeCollection.attributeCollectionPage.views[0].inputs;
  assert.equal(inputs[1].validationRegEx, "^[a-zA-Z_][0-9a-zA-Z_ ]*[0-9a-zA-Z_]+$");
  assert.equal(inputs[2].attribute, "givenName");
  assert.deepEqual(await entra.differences(file, { prune: true }), []);
});

test("An export tells which line a file could not have, rather than to lose it", async () => {
  const { entra, app } = await prepared();
  await using _ = entra;
  app.displayName = "A name that is longer than any that a file can have ".repeat(4).trim();
  const { model, notes } = await exportTenant(entra.access(), { clock: entra.clock });
  assert.equal(model.apps["ciam-client-app"]?.displayName, app.displayName);
  assert.match(notes.at(-1) ?? "", /^Line \d+ has to be corrected: .*120/);
});
