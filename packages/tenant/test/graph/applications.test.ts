import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, CREATE, type GraphClient, graphClient } from "./graph-client.ts";

const GRAPH = "00000003-0000-0000-c000-000000000000";
const OPENID = { id: "37f7f235-527c-4136-accd-4a02d197296e", type: "Scope" };
const OFFLINE_ACCESS = { id: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", type: "Scope" };

/** The how-to's client, as in the facts. */
const client = (displayName: string) => ({
  displayName,
  signInAudience: "AzureADMyOrg",
  isFallbackPublicClient: true,
  publicClient: { redirectUris: [] as string[] },
  requiredResourceAccess: [{ resourceAppId: GRAPH, resourceAccess: [OPENID, OFFLINE_ACCESS] }],
});

const scope = (value: string, changes: object = {}) => ({
  id: randomUUID(),
  value,
  type: "Admin",
  adminConsentDisplayName: `Do ${value}`,
  adminConsentDescription: `Lets the app do ${value}.`,
  userConsentDisplayName: null,
  userConsentDescription: null,
  isEnabled: true,
  ...changes,
});

const role = (value: string, changes: object = {}) => ({
  id: randomUUID(),
  value,
  displayName: `May ${value}`,
  description: `Everybody's ${value}.`,
  allowedMemberTypes: ["User", "Application"],
  isEnabled: true,
  ...changes,
});

const api = (displayName: string, scopes: object[] = [], appRoles: object[] = []) => ({
  displayName,
  api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: scopes },
  appRoles,
});

const BAD = "Request_BadRequest";

describe("Graph: applications", () => {
  let tenant: TestTenant;
  let graph: GraphClient;
  before(async () => {
    tenant = await startTestTenant();
    graph = await graphClient(tenant);
  });
  after(() => tenant.close());

  test("the how-to's client is created, found by every key, and is the app that programs sign in to", async () => {
    const body = { ...client("Client"), web: { redirectUris: ["https://app.example/bye"] }, tags: ["doorcode:client"] };
    const made = assertDone(await graph.post("applications", { ...body, uniqueName: "client" }), 201);
    assert.equal(made["@odata.context"], `${tenant.graph}/$metadata#applications/$entity`);
    for (const [name, value] of Object.entries(body)) assert.deepEqual(made[name], value, name);
    assert.notEqual(made.id, made.appId);
    assert.deepEqual(made.api, { requestedAccessTokenVersion: null, oauth2PermissionScopes: [] });
    const keys = [`/${made.id}`, `('${made.id}')`, `(appId='${made.appId}')`, "(uniqueName='client')"];
    for (const key of keys) assert.deepEqual(assertDone(await graph.get(`applications${key}`), 200), made, key);

    const app = await tenant.context.store.directory.findApp(made.appId);
    assert.deepEqual(
      [app?.name, app?.publicClient, app?.postLogoutRedirectUris],
      ["Client", true, ["https://app.example/bye"]],
    );
  });

  test("an upsert creates once and then changes; without Prefer, a missing object is not created", async () => {
    const encoded = "applications(uniqueName='it''s%20mine%2F2')";
    assertRefused(await graph.patch(encoded, client("Mine")), 404, "Request_ResourceNotFound", /it's mine\/2/);
    const made = assertDone(await graph.patch(encoded, client("Mine"), CREATE), 201);
    assert.equal(made.uniqueName, "it's mine/2");
    assertDone(
      await graph.patch(encoded, { displayName: "Renamed", groupMembershipClaims: "SecurityGroup" }, CREATE),
      204,
    );
    const read = assertDone(await graph.get(encoded), 200);
    assert.deepEqual(read, { ...made, displayName: "Renamed", groupMembershipClaims: "SecurityGroup" });
    assertRefused(
      await graph.patch("applications(uniqueName='new')", {}, CREATE),
      400,
      "Request_BadRequest",
      /displayName/,
    );
  });

  test("parallel upserts of one name all succeed and create one application; of parallel POSTs one is 201", async () => {
    const upserts = Array.from({ length: 8 }, () =>
      graph.patch("applications(uniqueName='together')", client("Together"), CREATE),
    );
    const statuses = (await Promise.all(upserts)).map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, 204, 204, 204, 204, 204, 204, 204]);
    const posts = Array.from({ length: 8 }, () =>
      graph.post("applications", { ...client("Posted"), uniqueName: "posted" }),
    );
    const replies = await Promise.all(posts);
    assert.equal(replies.filter(({ status }) => status === 201).length, 1);
    for (const reply of replies.filter(({ status }) => status !== 201)) {
      assertRefused(reply, 409, "Request_MultipleObjectsWithSameKeyValue", /uniqueName/);
    }
    const found = assertDone(await graph.get("applications?$filter=uniqueName eq 'posted'&$count=true"), 200);
    assert.equal(found["@odata.count"], 1);
  });

  test("of two concurrent PATCHes both are applied", async () => {
    for (let round = 0; round < 10; round++) {
      const made = assertDone(await graph.post("applications", client(`Before ${round}`)), 201);
      const path = `applications/${made.id}`;
      const [first, second] = await Promise.all([
        graph.patch(path, { displayName: "After" }),
        graph.patch(path, { tags: ["kept"], publicClient: { redirectUris: ["http://localhost"] } }),
      ]);
      assert.deepEqual([first.status, second.status], [204, 204]);
      const read = assertDone(await graph.get(path), 200);
      assert.deepEqual(
        [read.displayName, read.tags, read.publicClient],
        ["After", ["kept"], { redirectUris: ["http://localhost"] }],
      );
    }
  });

  test("an API has its scopes, roles and identifier URI, and tokens of the requested profile", async () => {
    const [read, write] = [scope("ToDoList.Read"), scope("ToDoList.ReadWrite", { type: "User" })];
    const all = role("ToDoList.Read.All");
    const body = { ...api("To-do", [read, write], [all]), doorcodeTokenProfile: "rfc9068" };
    const made = assertDone(await graph.patch("applications(uniqueName='todo')", body, CREATE), 201);
    assert.deepEqual(made.api, { requestedAccessTokenVersion: 2, oauth2PermissionScopes: [read, write] });
    assert.deepEqual(made.appRoles, [all]);
    assert.deepEqual(made.identifierUris, [`api://${made.appId}`]);
    assertDone(await graph.patch(`applications/${made.id}`, { identifierUris: ["api://todo-of-contoso"] }), 204);
    const kept = await tenant.context.store.directory.findApiByIdentifierUri("api://todo-of-contoso");
    assert.equal(kept?.clientId, made.appId);
    assert.equal(kept?.tokenProfile, "rfc9068");
    assert.deepEqual(
      kept?.scopes.map(({ value, consent, enabled }) => [value, consent, enabled]),
      [
        ["ToDoList.Read", "Admin", true],
        ["ToDoList.ReadWrite", "User", true],
      ],
    );
    assertDone(await graph.patch(`applications/${made.id}`, { doorcodeTokenProfile: null, identifierUris: [] }), 204);
    const back = assertDone(await graph.get(`applications/${made.id}`), 200);
    assert.equal("doorcodeTokenProfile" in back, false);
    assert.deepEqual(back.identifierUris, made.identifierUris);
  });

  test("two APIs never have one identifier URI, even if both request it at once", async () => {
    const makes = ["a", "b", "c", "d"].map((name) =>
      graph.post("applications", { ...api(name), identifierUris: ["api://shared"] }),
    );
    const replies = await Promise.all(makes);
    assert.equal(replies.filter(({ status }) => status === 201).length, 1);
    for (const reply of replies.filter(({ status }) => status !== 201)) {
      assertRefused(reply, 409, "Request_MultipleObjectsWithSameKeyValue", /identifierUris/);
    }
    const other = assertDone(await graph.post("applications", api("other")), 201);
    const taken = await graph.patch(`applications/${other.id}`, { identifierUris: ["api://shared"] });
    assertRefused(taken, 409, "Request_MultipleObjectsWithSameKeyValue");
  });

  test("a scope or a role can be deleted only after it is disabled", async () => {
    const [one, two] = [scope("One"), scope("Two")];
    const reader = role("Reader");
    const made = assertDone(await graph.post("applications", api("Shrinking", [one, two], [reader])), 201);
    const path = `applications/${made.id}`;
    const code = "CannotDeleteOrUpdateEnabledEntitlement";
    assertRefused(await graph.patch(path, { api: { oauth2PermissionScopes: [one] } }), 400, code, /Two/);
    assertRefused(await graph.patch(path, { appRoles: [] }), 400, code, /Reader/);
    const renamed = { oauth2PermissionScopes: [one, { ...two, value: "Three" }] };
    assertRefused(await graph.patch(path, { api: renamed }), 400, code, /Two/);
    const disabled = { oauth2PermissionScopes: [one, { ...two, isEnabled: false }] };
    assertDone(await graph.patch(path, { api: disabled, appRoles: [{ ...reader, isEnabled: false }] }), 204);
    assertDone(await graph.patch(path, { api: { oauth2PermissionScopes: [one] }, appRoles: [] }), 204);
    const left = assertDone(await graph.get(path), 200);
    assert.deepEqual([left.api.oauth2PermissionScopes, left.appRoles], [[one], []]);
  });

  test("an API has the algorithm of its access tokens, an app that of its ID tokens", async () => {
    const { directory } = tenant.context.store;
    const signed = { doorcodeTokenProfile: "rfc9068", doorcodeAccessTokenSigningAlg: "ES256" };
    const made = assertDone(await graph.post("applications", { ...api("Signed"), ...signed }), 201);
    assert.equal(made.doorcodeAccessTokenSigningAlg, "ES256");
    const path = `applications/${made.id}`;
    const stored = async () => (await directory.findApi(made.appId))?.accessTokenSigningAlg;
    assert.equal(await stored(), "ES256");
    const entra = /Entra's form are signed with RS256/;
    assertRefused(await graph.patch(path, { doorcodeTokenProfile: null }), 400, "Request_BadRequest", entra);
    assertRefused(
      await graph.patch(path, { doorcodeAccessTokenSigningAlg: "HS256" }),
      400,
      "Request_BadRequest",
      /RS256, ES256/,
    );
    assertDone(await graph.patch(path, { displayName: "Signed tokens" }), 204);
    assertDone(await graph.patch(path, { doorcodeTokenProfile: null, doorcodeAccessTokenSigningAlg: null }), 204);
    assert.equal(await stored(), "RS256");
    assert.equal("doorcodeAccessTokenSigningAlg" in assertDone(await graph.get(path), 200), false);

    const body = { ...client("Standard"), doorcodeIdTokenSignedResponseAlg: "EdDSA" };
    const app = assertDone(await graph.post("applications", body), 201);
    assert.equal(app.doorcodeIdTokenSignedResponseAlg, "EdDSA");
    assert.equal((await directory.findApp(app.appId))?.idTokenSignedResponseAlg, "EdDSA");
    assertDone(await graph.patch(`applications/${app.id}`, { doorcodeIdTokenSignedResponseAlg: null }), 204);
    assert.equal((await directory.findApp(app.appId))?.idTokenSignedResponseAlg, "RS256");
  });

  test("an application stays the client or API that it was created as", async () => {
    const app = assertDone(await graph.post("applications", client("A client")), 201);
    const resource = assertDone(await graph.post("applications", api("An API")), 201);
    for (const body of [
      { api: { oauth2PermissionScopes: [scope("X")] } },
      { identifierUris: ["api://x"] },
      { appRoles: [role("X")] },
      { doorcodeTokenProfile: "rfc9068" },
      { doorcodeAccessTokenSigningAlg: "ES256" },
    ]) {
      assertRefused(await graph.patch(`applications/${app.id}`, body), 400, "Request_BadRequest", /is a client/);
    }
    for (const body of [
      { isFallbackPublicClient: true },
      { publicClient: { redirectUris: ["http://localhost"] } },
      { web: { redirectUris: ["https://app.example/"] } },
      { doorcodeIdTokenSignedResponseAlg: "ES256" },
    ]) {
      assertRefused(await graph.patch(`applications/${resource.id}`, body), 400, "Request_BadRequest", /is an API/);
    }
    const nothing = { identifierUris: [], appRoles: [], api: { oauth2PermissionScopes: [] } };
    assertDone(await graph.patch(`applications/${app.id}`, nothing), 204);
  });

  test("an unknown, mistyped or useless property is refused by its name, and nothing changes", async () => {
    const made = assertDone(await graph.post("applications", client("Steady")), 201);
    const rows: [unknown, RegExp][] = [
      [{ displayname: "x" }, /Invalid property 'displayname'/],
      [{ id: randomUUID() }, /Invalid property 'id'/],
      [{ web: { homePageUrl: "https://x.example" } }, /Invalid property 'web.homePageUrl'/],
      [{ displayName: 7 }, /'displayName'.*expected string/],
      [{ displayName: "" }, /'displayName'.*empty/],
      [{ displayName: "a\u202eb" }, /'displayName'.*invisible characters/],
      [{ displayName: "x".repeat(257) }, /'displayName'/],
      [{ displayName: null }, /'displayName'/],
      [{ tags: "x" }, /'tags'/],
      [{ signInAudience: "AzureADMultipleOrgs" }, /'signInAudience'.*AzureADMyOrg/],
      [{ uniqueName: "another" }, /'uniqueName'/],
      [{ isFallbackPublicClient: "yes" }, /'isFallbackPublicClient'/],
      [{ publicClient: { redirectUris: ["javascript:alert(1)"] } }, /'publicClient.redirectUris.0'.*scheme/],
      [{ publicClient: { redirectUris: ["http://app.example/"] } }, /https/],
      [{ publicClient: { redirectUris: ["https://app.example/#x"] } }, /fragment/],
      [{ publicClient: { redirectUris: ["https://*.app.example/"] } }, /wildcard/],
      [{ publicClient: { redirectUris: ["not a URI"] } }, /not an absolute URI/],
      [{ groupMembershipClaims: "Some" }, /'groupMembershipClaims'/],
      [{ requiredResourceAccess: [{ resourceAppId: "x", resourceAccess: [] }] }, /resourceAppId.*GUID/],
      [{ requiredResourceAccess: [{ resourceAppId: GRAPH }] }, /resourceAccess'.*a value is required/],
      [[], /not a valid application/],
      ["text", /JSON/],
      ["", /Empty Payload/],
    ];
    for (const [body, message] of rows) {
      assertRefused(await graph.patch(`applications/${made.id}`, body), 400, "Request_BadRequest", message);
    }
    assert.deepEqual(assertDone(await graph.get(`applications/${made.id}`), 200), made);
  });

  test("bad scopes, roles and identifier URIs are refused by their names", async () => {
    const same = scope("Same");
    const rows: [object, RegExp][] = [
      [api("x", [same, { ...scope("Other"), id: same.id }]), /the id '.*' twice/],
      [api("x", [same, scope("same")]), /the value 'same' twice/],
      [api("x", [scope("two words")]), /oauth2PermissionScopes.0.value/],
      [api("x", [scope("S", { type: "Anyone" })]), /oauth2PermissionScopes.0.type/],
      [api("x", [scope("S", { id: "1" })]), /oauth2PermissionScopes.0.id'.*GUID/],
      [api("x", [], [role("R", { allowedMemberTypes: [] })]), /appRoles.0.allowedMemberTypes/],
      [api("x", [], [role("R", { displayName: undefined })]), /appRoles.0.displayName'.*a value is required/],
      [{ ...api("x"), identifierUris: ["http://api.example"] }, /identifierUris.0/],
      [{ ...api("x"), identifierUris: ["api://a", "api://b"] }, /identifierUris/],
      [{ ...api("x"), identifierUris: ["api://slash/"] }, /identifierUris.0/],
      [{ displayName: "x", api: { requestedAccessTokenVersion: 1 } }, /requestedAccessTokenVersion/],
    ];
    for (const [body, message] of rows) {
      assertRefused(await graph.post("applications", body), 400, "Request_BadRequest", message);
    }
  });

  test("deleting an application deletes its consents, ends its sign-ins, and frees its name", async () => {
    const made = assertDone(await graph.post("applications", { ...client("Brief"), uniqueName: "brief" }), 201);
    const { store } = tenant.context;
    await seed(store).addConsent({ clientId: made.appId, userId: null, resourceId: GRAPH, scopes: ["openid"] });
    assertDone(await graph.delete(`applications/${made.id}`), 204);
    assertRefused(await graph.get(`applications/${made.id}`), 404, "Request_ResourceNotFound");
    assertRefused(await graph.delete(`applications/${made.id}`), 404, "Request_ResourceNotFound");
    assert.equal(await store.directory.findApp(made.appId), undefined);
    assert.deepEqual(await store.permissions.listConsents({ clientId: made.appId }), []);
    assertDone(await graph.post("applications", { ...client("Brief"), uniqueName: "brief" }), 201);
  });

  test("the built-in objects are found by name, with what was consented to as their permissions", async () => {
    const app = assertDone(await graph.get("applications(uniqueName='ciam-client-app')"), 200);
    const resource = assertDone(await graph.get("applications(uniqueName='ciam-ToDoList-api')"), 200);
    assert.equal(app.appId, tenant.apps[0]?.clientId);
    const needed = Object.fromEntries(
      app.requiredResourceAccess.map((each: { resourceAppId: string; resourceAccess: { id: string }[] }) => [
        each.resourceAppId,
        each.resourceAccess.map(({ id }) => id),
      ]),
    );
    assert.deepEqual(needed[GRAPH].slice(0, 1), [OPENID.id]);
    const exposed = resource.api.oauth2PermissionScopes.map(({ id }: { id: string }) => id);
    assert.deepEqual(needed[resource.appId], exposed);
    const [one] = exposed;
    assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    const again = assertDone(await graph.get("applications(uniqueName='ciam-ToDoList-api')"), 200);
    assert.equal(again.api.oauth2PermissionScopes[0].id, one);
  });

  test("every change is in the audit log, with its author and nothing secret", async () => {
    const made = assertDone(await graph.post("applications", client("Audited")), 201);
    assertDone(await graph.patch(`applications/${made.id}`, { displayName: "Audited again", tags: [] }), 204);
    assertDone(await graph.delete(`applications/${made.id}`), 204);
    for (const [event, detail] of [
      ["created", { app_id: made.appId, name: "Audited", kind: "app" }],
      ["changed", { app_id: made.appId, changed: "displayName tags" }],
      ["deleted", { app_id: made.appId, name: "Audited again" }],
    ] as const) {
      const [record] = await tenant.context.store.audit.list({ event: `graph.application.${event}`, limit: 1 });
      assert.deepEqual([record?.actor, record?.userId, record?.detail], ["operator", null, detail]);
    }
  });

  test("a client's grant types and administrative scopes are set, returned and removed; an API has none", async () => {
    const doorcodeGrantTypes = ["authorization_code", "device_code"];
    const doorcodeAdministrativeScopes = ["User.Read.All"];
    const body = { displayName: "Console", doorcodeGrantTypes, doorcodeAdministrativeScopes };
    const made = assertDone(await graph.post("applications", body), 201);
    assert.deepEqual(
      [made.doorcodeGrantTypes, made.doorcodeAdministrativeScopes],
      [doorcodeGrantTypes, doorcodeAdministrativeScopes],
    );
    const path = `applications/${made.id}`;
    assertDone(await graph.patch(path, { displayName: "Renamed" }), 204);
    const stored = () => tenant.context.store.directory.findApp(made.appId);
    assert.deepEqual((await stored())?.grantTypes, doorcodeGrantTypes);
    assertDone(await graph.patch(path, { doorcodeGrantTypes: null, doorcodeAdministrativeScopes: [] }), 204);
    assert.deepEqual([(await stored())?.grantTypes, (await stored())?.administrativeScopes], [null, []]);
    assertRefused(await graph.patch(path, { doorcodeGrantTypes: ["password"] }), 400, BAD, /doorcodeGrantTypes/);
    const wrong = { doorcodeAdministrativeScopes: ["Mail.Read"] };
    assertRefused(await graph.patch(path, wrong), 400, BAD, /doorcodeAdministrativeScopes/);
    const byDevice = { doorcodeAdministrationByDeviceCode: true };
    assertRefused(await graph.patch(path, byDevice), 400, BAD, /doorcodeAdministrationByDeviceCode/);
    const api = { displayName: "API", api: {}, doorcodeGrantTypes };
    assertRefused(await graph.post("applications", api), 400, BAD, /is an API/);
  });
});
