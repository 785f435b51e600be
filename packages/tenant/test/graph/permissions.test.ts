import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { addUser } from "../../../../tests/fixtures/registrations.ts";
import { permissionsOf } from "../../src/directory/permissions.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, type GraphClient, graphClient } from "./graph-client.ts";

const GRAPH = "00000003-0000-0000-c000-000000000000";
const NO_ROLE = "00000000-0000-0000-0000-000000000000";
const BAD = "Request_BadRequest";
const TAKEN = "Request_MultipleObjectsWithSameKeyValue";

describe("Graph: service principals, permission grants, role assignments", () => {
  let tenant: TestTenant;
  let graph: GraphClient;
  before(async () => {
    tenant = await startTestTenant();
    graph = await graphClient(tenant);
  });
  after(() => tenant.close());

  async function newPrincipal(body: object) {
    const { appId } = assertDone(await graph.post("applications", { displayName: "An application", ...body }), 201);
    return assertDone(await graph.post("servicePrincipals", { appId }), 201);
  }
  const newClient = () => newPrincipal({ isFallbackPublicClient: true });
  const newApi = () =>
    newPrincipal({
      api: {
        oauth2PermissionScopes: ["Read", "Write"].map((value) => ({
          id: randomUUID(),
          value,
          type: "Admin",
          adminConsentDisplayName: value,
          adminConsentDescription: value,
          isEnabled: true,
        })),
      },
      appRoles: ["Reader", "Writer"].map((value) => ({
        id: randomUUID(),
        value,
        displayName: value,
        description: value,
        allowedMemberTypes: ["User"],
        isEnabled: true,
      })),
    });
  const graphPrincipal = async () => assertDone(await graph.get(`servicePrincipals(appId='${GRAPH}')`), 200);
  const grantOf = (client: { id: string }, resource: { id: string }, scope: string) => ({
    clientId: client.id,
    consentType: "AllPrincipals",
    resourceId: resource.id,
    scope,
  });
  const newGroup = async () => {
    const id = randomUUID();
    await seed(tenant.context.store).putGroup({ id, name: "Staff", createdAt: 0 });
    return id;
  };

  test("an application gets a service principal only once", async () => {
    const { appId } = assertDone(await graph.post("applications", { displayName: "Later" }), 201);
    const path = `servicePrincipals(appId='${appId}')`;
    assertRefused(await graph.get(path), 404, "Request_ResourceNotFound");
    const replies = await Promise.all([1, 2, 3, 4].map(() => graph.post("servicePrincipals", { appId })));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409, 409]);
    for (const reply of replies.filter(({ status }) => status === 409)) assertRefused(reply, 409, TAKEN, /appId/);
    const found = assertDone(await graph.get(path), 200);
    assert.deepEqual(
      [found.appId, found.displayName, found.accountEnabled, found.appRoleAssignmentRequired],
      [appId, "Later", true, false],
    );
    assert.deepEqual(assertDone(await graph.get(`servicePrincipals/${found.id}`), 200), found);
    const listed = assertDone(await graph.get(`servicePrincipals?$filter=appId eq '${appId}'`), 200);
    assert.deepEqual(
      listed.value.map(({ id }: { id: string }) => id),
      [found.id],
    );
    assertRefused(await graph.post("servicePrincipals", { appId: randomUUID() }), 400, BAD, /valid application/);
    assertRefused(await graph.post("servicePrincipals", { appId: GRAPH }), 409, TAKEN);
    assertRefused(await graph.post("servicePrincipals", {}), 400, BAD, /'appId'.*a value is required/);
  });

  test("Microsoft Graph's own always exists, with the scopes that programs request, and cannot be changed", async () => {
    const own = await graphPrincipal();
    assert.equal(own.oauth2PermissionScopes.length, 5);
    const idOf = (value: string) =>
      own.oauth2PermissionScopes.find((scope: { value: string }) => scope.value === value).id;
    assert.equal(idOf("openid"), "37f7f235-527c-4136-accd-4a02d197296e");
    assert.equal(idOf("User.Read"), "e1fe6dd8-ba31-4d61-89e7-88639da4683d");
    assertRefused(await graph.patch(`servicePrincipals/${own.id}`, { accountEnabled: false }), 400, BAD);
  });

  test("the command line's own client is not listed as an application, and can be disabled by its service principal", async () => {
    const appId = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
    const listed = assertDone(await graph.get(`applications?$filter=appId eq '${appId}'`), 200);
    assert.deepEqual(listed.value, []);
    assertRefused(await graph.delete(`applications(appId='${appId}')`), 404, "Request_ResourceNotFound");
    assertDone(await graph.patch(`servicePrincipals(appId='${appId}')`, { accountEnabled: false }), 204);
    assert.notEqual((await tenant.context.store.directory.findApp(appId))?.disabledAt, null);
  });

  test("a client that requires assignment, or is disabled, applies this to its sign-ins", async () => {
    const client = await newClient();
    const path = `servicePrincipals/${client.id}`;
    const app = () => tenant.context.store.directory.findApp(client.appId);
    assertDone(await graph.patch(path, { appRoleAssignmentRequired: true }), 204);
    assert.equal((await app())?.assignmentRequired, true);
    assertDone(await graph.patch(path, { accountEnabled: false }), 204);
    assert.notEqual((await app())?.disabledAt, null);
    assertDone(await graph.patch(path, { accountEnabled: true }), 204);
    assert.equal((await app())?.disabledAt, null);
    assert.equal(assertDone(await graph.get(path), 200).appRoleAssignmentRequired, true);
    const api = await newApi();
    const refused = await graph.patch(`servicePrincipals/${api.id}`, { appRoleAssignmentRequired: true });
    assertRefused(refused, 400, BAD, /appRoleAssignmentRequired/);
  });

  test("the administrator's consent is granted, listed, replaced and withdrawn, and counts for sign-ins", async () => {
    const [client, api, own] = [await newClient(), await newApi(), await graphPrincipal()];
    const first = grantOf(client, own, "openid offline_access");
    const made = assertDone(await graph.post("oauth2PermissionGrants", first), 201);
    assert.deepEqual(made.scope.split(" ").sort(), ["offline_access", "openid"]);
    assert.deepEqual(
      [made.clientId, made.resourceId, made.consentType, made.principalId],
      [client.id, own.id, "AllPrincipals", null],
    );
    assertRefused(await graph.post("oauth2PermissionGrants", first), 409, TAKEN, /already exists/);
    const at = assertDone(await graph.post("oauth2PermissionGrants", grantOf(client, api, "Read")), 201);
    const listed = assertDone(
      await graph.get(`oauth2PermissionGrants?$filter=clientId eq '${client.id}' and consentType eq 'AllPrincipals'`),
      200,
    );
    assert.deepEqual(listed.value.map(({ id }: { id: string }) => id).sort(), [made.id, at.id].sort());

    const consented = async () => {
      const { store } = tenant.context;
      const consents = await store.directory.consentsFor(client.appId, randomUUID());
      return consents.find(({ resourceId }) => resourceId === api.appId)?.scopes;
    };
    assert.deepEqual(await consented(), ["Read"]);
    const path = `oauth2PermissionGrants/${at.id}`;
    assertDone(await graph.patch(path, { scope: "Write" }), 204);
    assert.deepEqual(await consented(), ["Write"]);
    assert.equal(assertDone(await graph.get(path), 200).scope, "Write");
    assertDone(await graph.delete(path), 204);
    assert.equal(await consented(), undefined);
    for (const reply of [await graph.get(path), await graph.patch(path, { scope: "Read" }), await graph.delete(path)]) {
      assertRefused(reply, 404, "Request_ResourceNotFound");
    }
  });

  test("of parallel grants of one consent one is 201, and parallel replacements never mix", async () => {
    const [client, api] = [await newClient(), await newApi()];
    const posts = await Promise.all(
      ["Read", "Write", "Read", "Write"].map((scope) =>
        graph.post("oauth2PermissionGrants", grantOf(client, api, scope)),
      ),
    );
    assert.deepEqual(posts.map(({ status }) => status).sort(), [201, 409, 409, 409]);
    const { id } = posts.find(({ status }) => status === 201)!.body;
    const scopes = ["Read", "Write"];
    const patches = await Promise.all(scopes.map((scope) => graph.patch(`oauth2PermissionGrants/${id}`, { scope })));
    for (const patch of patches) assertDone(patch, 204);
    assert.ok(scopes.includes(assertDone(await graph.get(`oauth2PermissionGrants/${id}`), 200).scope));
  });

  test("users read the API's texts for users, and administrators its texts for them", async () => {
    const own = { adminConsentDisplayName: "Read all lists", userConsentDisplayName: "Read your lists" };
    const read = { id: randomUUID(), value: "Read", type: "User", isEnabled: true, ...own };
    const [client, api] = [await newClient(), await newPrincipal({ api: { oauth2PermissionScopes: [read] } })];
    const requested = {
      oidc: ["openid"],
      resourceId: api.appId,
      resourceScopes: ["Read"],
      isDefault: false,
      asked: ["openid", `api://${api.appId}/Read`],
    };
    const by = { clientId: client.appId, userId: randomUUID(), resourceId: api.appId };
    const { lines } = permissionsOf(await tenant.context.store.access.consentFacts(by), requested);
    assert.deepEqual(lines[1], { kind: "api", text: "Read your lists" });
    assert.equal(api.oauth2PermissionScopes[0].adminConsentDisplayName, "Read all lists");
  });

  test("a user's own consent is listed and can be withdrawn", async () => {
    const [client, own] = [await newClient(), await graphPrincipal()];
    const user = await addUser(tenant.context, "own@contoso.example", "Own");
    const mine = { ...grantOf(client, own, "openid"), consentType: "Principal", principalId: user.id };
    const made = assertDone(await graph.post("oauth2PermissionGrants", mine), 201);
    assert.deepEqual([made.consentType, made.principalId], ["Principal", user.id]);
    assertDone(await graph.delete(`oauth2PermissionGrants/${made.id}`), 204);
    assert.deepEqual(await tenant.context.store.permissions.listConsents({ clientId: client.appId }), []);
  });

  test("an invalid grant is refused by the name of the property", async () => {
    const [client, api] = [await newClient(), await newApi()];
    const good = grantOf(client, api, "Read");
    const rows: [object, RegExp][] = [
      [{ ...good, clientId: randomUUID() }, /'clientId'/],
      [{ ...good, clientId: api.id }, /'clientId'/],
      [{ ...good, resourceId: client.id }, /'resourceId'/],
      [{ ...good, scope: "Read Nothing" }, /'scope'.*Nothing/],
      [{ ...good, scope: " " }, /'scope'/],
      [{ ...good, scope: 5 }, /'scope'/],
      [{ ...good, consentType: "Anyone" }, /'consentType'/],
      [{ ...good, consentType: "Principal" }, /'principalId'/],
      [{ ...good, principalId: randomUUID() }, /'principalId'/],
      [{ ...good, consentType: "Principal", principalId: randomUUID() }, /the user does not exist/],
      [{ ...good, expiryTime: "2030-01-01" }, /'expiryTime'/],
      [
        grantOf(client, await graphPrincipal(), "openid User.Read.All"),
        /User.Read.All cannot be consented to for others/,
      ],
    ];
    for (const [body, message] of rows) {
      assertRefused(await graph.post("oauth2PermissionGrants", body), 400, BAD, message);
    }
    for (const id of ["x", "AAAA", "%F0%9F%98%80", "a".repeat(64)]) {
      assertRefused(await graph.get(`oauth2PermissionGrants/${id}`), 404, "Request_ResourceNotFound");
    }
  });

  test("roles are assigned to users and groups and removed, and are in tokens meanwhile", async () => {
    const api = await newApi();
    const path = `servicePrincipals/${api.id}/appRoleAssignedTo`;
    const [reader, writer] = api.appRoles;
    const user = await addUser(tenant.context, "reader@contoso.example", "Reader");
    const groupId = await newGroup();
    const { directory } = tenant.context.store;
    await seed(tenant.context.store).addGroupMember(groupId, user.id);
    const assign = (principalId: string, appRoleId: string) =>
      graph.post(path, { principalId, resourceId: api.id, appRoleId });

    const made = assertDone(await assign(user.id, reader.id), 201);
    assert.deepEqual(
      [made.principalType, made.principalDisplayName, made.appRoleId, made.resourceId],
      ["User", "Reader", reader.id, api.id],
    );
    const ofGroup = assertDone(await assign(groupId, writer.id), 201);
    assert.deepEqual([ofGroup.principalType, ofGroup.principalDisplayName], ["Group", "Staff"]);
    assertRefused(await assign(user.id, reader.id), 409, TAKEN);
    assert.deepEqual(await directory.rolesFor(api.appId, user.id), ["Reader", "Writer"]);
    const listed = assertDone(await graph.get(path), 200);
    assert.deepEqual(listed.value.map(({ id }: { id: string }) => id).sort(), [made.id, ofGroup.id].sort());
    assertDone(await graph.delete(`${path}/${made.id}`), 204);
    assertRefused(await graph.delete(`${path}/${made.id}`), 404, "Request_ResourceNotFound");
    assert.deepEqual(await directory.rolesFor(api.appId, user.id), ["Writer"]);
  });

  test("a role for applications cannot be assigned to a user or group", async () => {
    const api = await newApi();
    const user = await addUser(tenant.context, "human@contoso.example", "Human");
    const forApps = { ...api.appRoles[0], id: randomUUID(), value: "Everything", allowedMemberTypes: ["Application"] };
    const appRoles = [...api.appRoles, forApps];
    assertDone(await graph.patch(`applications(appId='${api.appId}')`, { appRoles }), 204);
    const path = `servicePrincipals/${api.id}/appRoleAssignedTo`;
    for (const principalId of [user.id, await newGroup()]) {
      const body = { principalId, resourceId: api.id, appRoleId: forApps.id };
      assertRefused(await graph.post(path, body), 400, BAD, /not for users and groups/);
    }
    assert.deepEqual(await tenant.context.store.directory.rolesFor(api.appId, user.id), []);
  });

  test("no one has a disabled role; a removed one takes its assignments with it", async () => {
    const api = await newApi();
    const { id } = assertDone(await graph.get(`applications(appId='${api.appId}')`), 200);
    const user = await addUser(tenant.context, "waning@contoso.example", "Waning");
    const [reader, writer] = api.appRoles;
    const path = `servicePrincipals/${api.id}/appRoleAssignedTo`;
    assertDone(await graph.post(path, { principalId: user.id, resourceId: api.id, appRoleId: reader.id }), 201);
    const roles = () => tenant.context.store.directory.rolesFor(api.appId, user.id);
    const put = async (...appRoles: object[]) => assertDone(await graph.patch(`applications/${id}`, { appRoles }), 204);
    await put({ ...reader, isEnabled: false }, writer);
    assert.deepEqual(await roles(), []);
    await put({ ...reader, value: "Viewer" }, writer);
    assert.deepEqual(await roles(), ["Viewer"]);
    await put({ ...reader, value: "Viewer", isEnabled: false }, writer);
    await put(writer);
    await put(writer, reader);
    assert.deepEqual(await roles(), []);
  });

  test("an app that requires assignment can be used by assigned users, without a role", async () => {
    const client = await newClient();
    const path = `servicePrincipals/${client.id}/appRoleAssignedTo`;
    const groupId = await newGroup();
    const body = { principalId: groupId, resourceId: client.id, appRoleId: NO_ROLE };
    const made = assertDone(await graph.post(path, body), 201);
    const { directory } = tenant.context.store;
    assert.deepEqual(await directory.assignmentsOf(client.appId), [groupId]);
    assertDone(await graph.delete(`${path}/${made.id}`), 204);
    assert.deepEqual(await directory.assignmentsOf(client.appId), []);
  });

  test("an assignment without a principal, elsewhere, or of an unknown role is refused", async () => {
    const [api, client] = [await newApi(), await newClient()];
    const path = `servicePrincipals/${api.id}/appRoleAssignedTo`;
    const user = await addUser(tenant.context, "someone@contoso.example", "Someone");
    const good = { principalId: user.id, resourceId: api.id, appRoleId: api.appRoles[0].id };
    assertRefused(await graph.post(path, { ...good, principalId: randomUUID() }), 404, "Request_ResourceNotFound");
    assertRefused(await graph.post(path, { ...good, appRoleId: randomUUID() }), 400, BAD, /not found on application/);
    assertRefused(await graph.post(path, { ...good, resourceId: client.id }), 400, BAD, /'resourceId'/);
    assertRefused(await graph.post(path, { ...good, appRoleId: 7 }), 400, BAD, /'appRoleId'/);
    const nowhere = `servicePrincipals/${randomUUID()}/appRoleAssignedTo`;
    assertRefused(await graph.post(nowhere, good), 404, "Request_ResourceNotFound");
  });
});
