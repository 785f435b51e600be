import assert from "node:assert/strict";
import { test } from "node:test";
import { applyPlan, exportTenant, planTenant, readTenantFile, writeTenantFile } from "../../src/index.ts";
import type { Thing } from "./fixtures/documented-state.ts";
import { Entra, prepared } from "./fixtures/entra.ts";
import { EVERYTHING, HOW_TO } from "./fixtures/models.ts";

// Runs against a local server that responds as Graph's documentation says, because Entra is not available here.

test("An export creates the same tenant elsewhere, and that exports the same file", async () => {
  const { entra } = await prepared(EVERYTHING);
  await using _ = entra;
  const first = await exportTenant(entra.access(), { clock: entra.clock });
  assert.deepEqual(first.notes, []);
  await using empty = await Entra.start({ pageSize: 1 });
  const plan = await planTenant(first.model, empty.access(), { clock: empty.clock });
  await applyPlan(plan, empty.access(), { clock: empty.clock });
  const second = await exportTenant(empty.access(), { clock: empty.clock });
  assert.deepEqual(second.model, first.model);
  assert.deepEqual(empty.snapshot(), entra.snapshot());
});

test("An export lists what the file cannot express", async () => {
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
  state.members.set("d", ["a-user"]);
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
    /1 of the permissions of the app "ciam-client-app"/,
    /Mail\.Read/,
    /2 identifier URIs/,
    /Google-OAUTH/,
    /1 of the applications of the user flow/,
    /"Mail" is not a security group/,
    /1 of the members of the group "Lowen-Sohne"/,
    /"Block" requires something other/,
  ])
    assert.match(notes.join("\n"), says);
});

test("Values that a file cannot express are kept even in lists that the file defines completely, and an export can be read", async () => {
  const { entra, app, api, flow } = await prepared();
  await using _ = entra;
  // From the portal: a wildcard, MSAL's old URL, a pattern for names, a role without a value.
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
  for (const says of [/urn:ietf/, /\*\.contoso/, /1 of the scopes and roles/, /assigned to staff, but open/])
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

test("An export reports a line that a file cannot have, instead of losing it", async () => {
  const { entra, app } = await prepared();
  await using _ = entra;
  app.displayName = "A name that is longer than any that a file can have ".repeat(6).trim();
  const { model, notes } = await exportTenant(entra.access(), { clock: entra.clock });
  assert.equal(model.apps["ciam-client-app"]?.displayName, app.displayName);
  assert.match(notes.at(-1) ?? "", /^Correct line \d+: .*256/);
});
