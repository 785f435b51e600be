import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { addUser } from "../../../../tests/fixtures/registrations.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, type GraphClient, graphClient } from "./graph-client.ts";

const BAD = "Request_BadRequest";
const PATH = "identity/conditionalAccess/policies";
const policy = (displayName: string, changes: object = {}) => ({
  displayName,
  state: "enabled",
  conditions: {
    clientAppTypes: ["all"],
    applications: { includeApplications: ["All"] },
    users: { includeUsers: ["All"], includeGroups: [], excludeUsers: [] },
  },
  grantControls: { operator: "OR", builtInControls: ["mfa"] },
  ...changes,
});

describe("Graph: Conditional Access policies", () => {
  let tenant: TestTenant;
  let graph: GraphClient;
  before(async () => {
    tenant = await startTestTenant();
    graph = await graphClient(tenant);
  });
  after(() => tenant.close());
  const kept = async (id: string) =>
    (await tenant.context.store.directory.listPolicies()).find((each) => each.id === id);

  test("a policy for all users and apps, then for a group and an app without one user, then none", async () => {
    const made = assertDone(await graph.post(PATH, policy("admins-mfa")), 201);
    assert.deepEqual(made.conditions.users.includeUsers, ["All"]);
    assert.deepEqual([made.state, made.grantControls.builtInControls], ["enabled", ["mfa"]]);
    const stored = await kept(made.id);
    assert.deepEqual([stored?.clientIds, stored?.groupIds, stored?.excludedUserIds], [null, null, []]);

    const user = await addUser(tenant.context, "out@contoso.example", "Out");
    const groupId = assertDone(await graph.post("groups", { displayName: "In" }), 201).id;
    const appId = tenant.apps[0]!.clientId;
    const conditions = {
      clientAppTypes: ["all"],
      applications: { includeApplications: [appId] },
      users: { includeUsers: [], includeGroups: [groupId], excludeUsers: [user.id] },
    };
    assertDone(await graph.patch(`${PATH}/${made.id}`, { conditions, state: "disabled" }), 204);
    const read = assertDone(await graph.get(`${PATH}/${made.id}`), 200);
    assert.deepEqual(read.conditions, {
      ...conditions,
      applications: { ...conditions.applications, excludeApplications: [] },
      users: { ...conditions.users, excludeGroups: [] },
    });
    assert.equal(read.state, "disabled");
    const now = await kept(made.id);
    assert.deepEqual(now && [now.enabled, now.clientIds, now.groupIds], [false, [appId], [groupId]]);
    assertDone(await graph.delete(`users/${user.id}`), 204);
    assert.deepEqual((await kept(made.id))?.excludedUserIds, []);
    assertDone(await graph.delete(`${PATH}/${made.id}`), 204);
    assertRefused(await graph.get(`${PATH}/${made.id}`), 404, "Request_ResourceNotFound");
  });

  test("All next to names means all: naming a group or app as well does not narrow it", async () => {
    const groupId = assertDone(await graph.post("groups", { displayName: "Named too" }), 201).id;
    const conditions = {
      applications: { includeApplications: [tenant.apps[0]!.clientId, "All"] },
      users: { includeUsers: ["All"], includeGroups: [groupId] },
    };
    const made = assertDone(await graph.post(PATH, policy("all-and-some", { conditions })), 201);
    const patched = assertDone(await graph.post(PATH, policy("narrow")), 201);
    assertDone(await graph.patch(`${PATH}/${patched.id}`, { conditions }), 204);
    for (const { id } of [made, patched]) {
      const stored = await kept(id);
      assert.deepEqual([stored?.enabled, stored?.clientIds, stored?.groupIds], [true, null, null]);
      const read = assertDone(await graph.get(`${PATH}/${id}`), 200).conditions;
      assert.deepEqual(read.applications.includeApplications, ["All"]);
      assert.deepEqual([read.users.includeUsers, read.users.includeGroups], [["All"], []]);
    }
  });

  test("IDs are stored once each and in lower case, as sign-ins know them", async () => {
    const user = await addUser(tenant.context, "spelled@contoso.example", "Spelled");
    const groupId: string = assertDone(await graph.post("groups", { displayName: "Spelled" }), 201).id;
    const appId = tenant.apps[0]!.clientId;
    const twice = (id: string) => [id.toUpperCase(), id];
    const conditions = {
      applications: { includeApplications: twice(appId) },
      users: { includeGroups: twice(groupId), excludeUsers: twice(user.id) },
    };
    const { id } = assertDone(await graph.post(PATH, policy("spelled", { conditions, state: "disabled" })), 201);
    const stored = await kept(id);
    assert.deepEqual(
      [stored?.enabled, stored?.clientIds, stored?.groupIds, stored?.excludedUserIds],
      [false, [appId], [groupId], [user.id]],
    );
  });

  test("of two concurrent PATCHes both are applied", async () => {
    const made = assertDone(await graph.post(PATH, policy("Before")), 201);
    const path = `${PATH}/${made.id}`;
    await Promise.all([graph.patch(path, { displayName: "After" }), graph.patch(path, { state: "disabled" })]);
    const read = assertDone(await graph.get(path), 200);
    assert.deepEqual([read.displayName, read.state], ["After", "disabled"]);
  });

  test("a policy that would protect less than it says is refused", async () => {
    const about = (applications: object, users: object = { includeUsers: ["All"] }) => ({
      conditions: { applications: { includeApplications: ["All"], ...applications }, users },
    });
    const rows: [object, RegExp][] = [
      [policy("x", about({ includeApplications: [] })), /includeApplications/],
      [policy("x", about({ includeApplications: [randomUUID()] })), /1011.*includeApplications/],
      [policy("x", about({ excludeApplications: [randomUUID()] })), /excludeApplications/],
      [policy("x", about({}, { includeUsers: [] })), /set includeUsers to All, or list groups/],
      [policy("x", about({}, { includeUsers: [randomUUID()] })), /includeUsers/],
      [policy("x", about({}, { includeGroups: [randomUUID()] })), /includeGroups/],
      [policy("x", about({}, { includeUsers: ["All"], excludeUsers: [randomUUID()] })), /excludeUsers/],
      [policy("x", about({}, { includeUsers: ["All"], excludeGroups: [randomUUID()] })), /excludeGroups/],
      [policy("x", { state: "enabledForReportingButNotEnforced" }), /'state'/],
      [policy("x", { grantControls: { operator: "OR", builtInControls: ["block"] } }), /builtInControls/],
      [policy("x", { grantControls: undefined }), /'grantControls'/],
      [policy("x", { sessionControls: {} }), /'sessionControls'/],
      [policy("x", { conditions: { ...policy("x").conditions, locations: {} } }), /locations/],
      [policy("x", { displayName: undefined }), /'displayName'/],
    ];
    for (const [body, message] of rows) assertRefused(await graph.post(PATH, body), 400, BAD, message);
    assert.ok(!(await tenant.context.store.directory.listPolicies()).some(({ name }) => name === "x"));
  });
});
