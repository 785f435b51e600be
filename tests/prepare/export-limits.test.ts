import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { readTenantFile, writeTenantFile } from "../../packages/prepare/src/index.ts";
import { assertDone, graphClient } from "../../packages/tenant/test/graph/graph-client.ts";
import { collecting, FLOWS, flow, handler, input } from "../../packages/tenant/test/graph/user-flow-bodies.ts";
import { PreparedTenant } from "./prepared-tenant.ts";

/** As many characters, the last of which shows that none was cut off. */
const long = (length: number) => `${"x".repeat(length - 1)}!`;
const longUri = (start: string, length: number) => start + "x".repeat(length - start.length);

test("A tenant whose names are as long as it admits has a file that can be read, and is the same", async () => {
  await using prepared = await PreparedTenant.start();
  const { tenant } = prepared;
  const graph = await graphClient(tenant);
  const redirectUris = [longUri("https://contoso.example/", 2_048)];
  const app = assertDone(
    await graph.post("applications", {
      ...{ displayName: long(256), description: long(1_024), isFallbackPublicClient: true },
      ...{ publicClient: { redirectUris }, web: { redirectUris } },
    }),
    201,
  );
  assertDone(await graph.post("servicePrincipals", { appId: app.appId }), 201);
  const texts = { adminConsentDisplayName: long(100), adminConsentDescription: long(1_024) };
  const scope = { id: randomUUID(), value: "s".repeat(120), type: "Admin", isEnabled: true, ...texts };
  const doorcodeDisplayNames = { de: long(100) };
  const role = { id: randomUUID(), value: "r".repeat(120), isEnabled: true, allowedMemberTypes: ["User"] };
  const api = assertDone(
    await graph.post("applications", {
      ...{ displayName: long(255), identifierUris: [longUri("api://", 255)] },
      api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: [{ ...scope, doorcodeDisplayNames }] },
      appRoles: [{ ...role, displayName: long(100), description: long(1_024) }],
    }),
    201,
  );
  assertDone(await graph.post("servicePrincipals", { appId: api.appId }), 201);
  const group = { displayName: long(256), description: long(1_024), mailEnabled: false, mailNickname: "n" };
  assertDone(await graph.post("groups", { ...group, securityEnabled: true }), 201);
  const ofApp = { conditions: { applications: { includeApplications: [{ appId: app.appId }] } } };
  const city = input("city", { label: long(250), inputType: "radioSingleSelect", required: true });
  const options = [{ label: long(250), value: long(249) }];
  const made = assertDone(
    await graph.post(
      FLOWS,
      flow(long(250), {
        ...ofApp,
        onAttributeCollection: {
          ...handler("onAttributeCollection"),
          attributes: [
            { id: "email", displayName: "Email Address" },
            { id: "city", displayName: "City" },
          ],
          attributeCollectionPage: collecting({ ...city, options }).attributeCollectionPage,
        },
      }),
    ),
    201,
  );
  assertDone(
    await graph.patch("policies/authenticationFlowsPolicy", { doorcodeAccountUserFlow: { id: made.id } }),
    204,
  );
  assertDone(
    await graph.post("identity/conditionalAccess/policies", {
      ...{ displayName: long(256), state: "enabled", grantControls: { operator: "OR", builtInControls: ["mfa"] } },
      conditions: {
        clientAppTypes: ["all"],
        applications: { includeApplications: ["All"] },
        users: { includeUsers: ["All"], includeGroups: [], excludeUsers: [] },
      },
    }),
    201,
  );
  const address = `${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(53)}.example`;
  assert.equal(address.length, 254);
  await tenant.admin.people.add({ email: address, displayName: long(100) });
  await tenant.admin.changeBranding({ name: long(60) });

  const { model, notes } = await prepared.export();
  assert.deepEqual(
    notes.filter((note) => !note.includes("without password")),
    [],
  );
  const file = writeTenantFile(model);
  assert.deepEqual(readTenantFile(file, "doorcode.tenant.yaml"), model);
  for (const length of [60, 100, 249, 250, 255, 256, 1_024]) assert.ok(file.includes(long(length)), `${length}`);
  assert.equal(model.tenant.accountUserFlow, long(250));
  // The description of a group that is adopted also has room for the ownership tag.
  for (const each of Object.values(model.groups)) each.description = long(800);
  await prepared.prepare(model);
  assert.deepEqual(await prepared.differences(model), []);
  assert.deepEqual((await prepared.export()).model, model);
});

test("What a file cannot express of a text is changed in an export, which says what and why", async () => {
  await using prepared = await PreparedTenant.start();
  const graph = await graphClient(prepared.tenant);
  const description = "For\tthe night shift.\r\nIn\u0007 Kandy:\u200b ශ්‍රී";
  const group = { displayName: "Night", description, mailEnabled: false, mailNickname: "n", securityEnabled: true };
  assertDone(await graph.post("groups", group), 201);
  const { model, notes } = await prepared.export();
  assert.equal(model.groups.Night?.description, "For the night shift.\nIn Kandy: ශ්‍රී");
  assert.deepEqual(notes, [
    "The description of groups, Night has line ends of another system, which the file changes to its own.",
    "The description of groups, Night has tabs, for which the file has spaces.",
    "The description of groups, Night has invisible characters, which the file omits.",
  ]);
  assert.deepEqual(readTenantFile(writeTenantFile(model), "doorcode.tenant.yaml"), model);
});

test("Spaces and line ends at the ends of a text stay in an export, and in the tenant that the file makes", async () => {
  await using prepared = await PreparedTenant.start();
  const graph = await graphClient(prepared.tenant);
  const texts = [" For the night shift. ", "\nIn Kandy.\n\n", "First line \n  second line\n"];
  for (const [at, description] of texts.entries()) {
    const group = { displayName: `Night ${at}`, mailEnabled: false, mailNickname: `n${at}`, securityEnabled: true };
    assertDone(await graph.post("groups", { ...group, description }), 201);
  }
  const { model, notes } = await prepared.export();
  assert.deepEqual(notes, []);
  assert.deepEqual(
    Object.values(model.groups).map(({ description }) => description),
    texts,
  );
  assert.deepEqual(readTenantFile(writeTenantFile(model), "doorcode.tenant.yaml"), model);
  await using other = await PreparedTenant.start();
  await other.prepare(model);
  assert.deepEqual(await other.differences(model), []);
  assert.deepEqual((await other.export()).model.groups, model.groups);
});
