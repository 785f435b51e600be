import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { clientAssertion, JWT_BEARER } from "../../../../tests/fixtures/client-assertion.ts";
import { addUser } from "../../../../tests/fixtures/registrations.ts";
import { ADMINISTRATIVE_SCOPES } from "../../src/directory/graph-scopes.ts";
import { type OwnCertificate, ownCertificate } from "../fixtures/own-certificate.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, type GraphClient, graphClient } from "./graph-client.ts";

const GRAPH = "00000003-0000-0000-c000-000000000000";
const BAD = "Request_BadRequest";
const TAKEN = "Request_MultipleObjectsWithSameKeyValue";

const keyCredential = (own: Pick<OwnCertificate, "der">, more: object = {}) => ({
  type: "AsymmetricX509Cert",
  usage: "Verify",
  key: own.der.toString("base64"),
  displayName: "ci",
  ...more,
});

for (const store of ["sqlite", "postgres"] as const) {
  describe(`Graph: certificates of applications, and roles of apps without a user (${store})`, () => {
    let tenant: TestTenant;
    let graph: GraphClient;
    let own: OwnCertificate;
    before(async () => {
      tenant = await startTestTenant({ store });
      graph = await graphClient(tenant);
      own = await ownCertificate();
    });
    after(() => tenant.close());

    const newApp = async (body: object = {}) =>
      assertDone(await graph.post("applications", { displayName: "CI", ...body }), 201);
    const keysOf = async (id: string) => assertDone(await graph.get(`applications/${id}`), 200).keyCredentials;
    const set = (id: string, ...keyCredentials: object[]) => graph.patch(`applications/${id}`, { keyCredentials });
    const graphPrincipal = async () => assertDone(await graph.get(`servicePrincipals(appId='${GRAPH}')`), 200);
    const newPrincipal = async (body: object = {}) => {
      const app = await newApp(body);
      const principal = assertDone(await graph.post("servicePrincipals", { appId: app.appId }), 201);
      return { app, principal };
    };
    /** The app's own token for Graph, obtained with its certificate, or the refusal. */
    const ownToken = async (clientId: string, scope = "https://graph.microsoft.com/.default") => {
      const app = (await tenant.context.store.directory.findApp(clientId))!;
      const body = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_assertion_type: JWT_BEARER,
        client_assertion: await clientAssertion(tenant, { app, principalId: "", own }),
        scope,
      });
      const answer = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/token`, { method: "POST", body });
      return (await answer.json()) as { access_token?: string; error_codes?: number[] };
    };

    test("from nothing: a certificate, a service principal, a permission, and the app calls Graph with it", async () => {
      const { id, appId } = await newApp();
      assertDone(await set(id, keyCredential(own)), 204);
      assert.deepEqual((await ownToken(appId)).error_codes, [7000229]);
      const principal = assertDone(await graph.post("servicePrincipals", { appId }), 201);
      assert.deepEqual((await ownToken(appId)).error_codes, [501051]);
      const resource = await graphPrincipal();
      const roleId = (value: string) => resource.appRoles.find((role: { value: string }) => role.value === value).id;
      assert.equal(roleId("Application.ReadWrite.All"), "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9");
      assert.deepEqual(
        resource.appRoles.map(({ value }: { value: string }) => value).sort(),
        [...ADMINISTRATIVE_SCOPES].sort(),
      );
      const path = `servicePrincipals/${resource.id}/appRoleAssignedTo`;
      const wanted = {
        principalId: principal.id,
        resourceId: resource.id,
        appRoleId: roleId("Application.ReadWrite.All"),
      };
      const assigned = assertDone(await graph.post(path, wanted), 201);
      assert.deepEqual(
        [assigned.principalType, assigned.principalDisplayName, assigned.resourceDisplayName],
        ["ServicePrincipal", "CI", "Microsoft Graph"],
      );
      assertRefused(await graph.post(path, wanted), 409, TAKEN);
      const listed = assertDone(await graph.get(path), 200).value;
      assert.ok(listed.some((each: { id: string }) => each.id === assigned.id));

      const { access_token } = await ownToken(appId);
      const asApp = await graphClient(tenant, access_token);
      assertDone(await asApp.patch(`applications/${id}`, { displayName: "Renamed by itself" }), 204);
      const [record] = await tenant.context.store.audit.list({ event: "graph.application.changed", limit: 1 });
      assert.deepEqual([record?.actor, record?.clientId, record?.userId], ["client", appId, null]);
      assertRefused(await asApp.post(path, wanted), 403, "Authorization_RequestDenied");

      assertDone(await graph.delete(`${path}/${assigned.id}`), 204);
      assertRefused(await asApp.get(`applications/${id}`), 403, "Authorization_RequestDenied");
      assertRefused(await graph.delete(`${path}/${assigned.id}`), 404, "Request_ResourceNotFound");
    });

    test("certificates are returned without their key, and are the collection that was last sent", async () => {
      const other = await ownCertificate({ name: "other" });
      const { id } = await newApp({ keyCredentials: [keyCredential(own, { displayName: null })] });
      const [first] = await keysOf(id);
      const { keyId, startDateTime, endDateTime, ...returned } = first;
      assert.deepEqual(returned, {
        customKeyIdentifier: Buffer.from(own.sha1, "base64url").toString("base64"),
        displayName: "ci",
        key: null,
        type: "AsymmetricX509Cert",
        usage: "Verify",
      });
      assert.ok(Date.parse(startDateTime) < Date.parse(endDateTime));
      // As Graph requires it: a certificate to keep is sent again, with its ID.
      assertDone(await set(id, first, keyCredential(other, { displayName: "next" })), 204);
      const both = await keysOf(id);
      const names = new Map(both.map((each: Record<string, string>) => [each.keyId, each.displayName]));
      assert.deepEqual([...names.values()].sort(), ["ci", "next"]);
      assert.equal(names.get(keyId), "ci");
      const [record] = await tenant.context.store.audit.list({ event: "graph.application.changed", limit: 1 });
      assert.deepEqual([record?.detail.changed, record?.detail.certificates], ["keyCredentials", 2]);
      // The same certificate keeps its ID when sent again. Omitted ones are removed.
      assertDone(await set(id, keyCredential(own, { displayName: "renamed" })), 204);
      const [renamed, ...rest] = await keysOf(id);
      assert.deepEqual([renamed.keyId, renamed.displayName, rest.length], [keyId, "renamed", 0]);
      assertDone(await graph.patch(`applications/${id}`, { displayName: "Other" }), 204);
      assert.equal((await keysOf(id)).length, 1);
      assertDone(await set(id), 204);
      assert.deepEqual(await keysOf(id), []);
    });

    test("a certificate that Entra would not accept is refused by position, and nothing of the request is stored", async () => {
      const { id } = await newApp({ keyCredentials: [keyCredential(own)] });
      const now = tenant.clock.now();
      const expired = await ownCertificate({ notBefore: new Date(now - 9_000_000), notAfter: new Date(now - 1_000) });
      const cases: [object, RegExp][] = [
        [keyCredential({ der: Buffer.from("nothing") }), /keyCredentials\.1\.key.*X\.509/],
        [keyCredential(expired), /keyCredentials\.1\.key.*expired/],
        [keyCredential(await ownCertificate({ key: "ec" })), /keyCredentials\.1\.key.*not RSA/],
        [keyCredential(await ownCertificate({ bits: 1024 })), /keyCredentials\.1\.key.*2048/],
        [keyCredential(own), /listed twice/],
        [keyCredential(own, { key: null, keyId: randomUUID() }), /a value is required/],
        [keyCredential(own, { key: "***" }), /not base64/],
        [keyCredential(own, { type: "Symmetric" }), /AsymmetricX509Cert/],
        [keyCredential(own, { usage: "Sign" }), /Verify/],
        [keyCredential(own, { secretText: "x" }), /secretText/],
        [keyCredential(own, { displayName: "a\u202eb" }), /invisible characters/],
      ];
      for (const [wrong, message] of cases) {
        const body = { displayName: "Changed", keyCredentials: [keyCredential(own), wrong] };
        assertRefused(await graph.patch(`applications/${id}`, body), 400, BAD, message);
      }
      const many = Array.from({ length: 11 }, () => keyCredential(own));
      assertRefused(await set(id, ...many), 400, BAD, /more than 10/);
      const still = assertDone(await graph.get(`applications/${id}`), 200);
      assert.deepEqual([still.displayName, still.keyCredentials.length], ["CI", 1]);
      const refused = await graph.post("applications", {
        displayName: "N",
        uniqueName: "n",
        keyCredentials: [cases[0]![0]],
      });
      assertRefused(refused, 400, BAD);
      assertRefused(await graph.get("applications(uniqueName='n')"), 404, "Request_ResourceNotFound");
    });

    test("an API has no certificate: register a client for that", async () => {
      const { id } = await newApp({ api: {} });
      assertRefused(await set(id, keyCredential(own)), 400, BAD, /'keyCredentials'.*client/);
      assertDone(await set(id), 204);
    });

    test("an API's role for apps is assigned to an app, and is in the app's token", async () => {
      const roles = { forApps: randomUUID(), forPeople: randomUUID() };
      const role = (id: string, value: string, allowedMemberTypes: string[]) => ({
        ...{ id, value, displayName: value, description: value, allowedMemberTypes, isEnabled: true },
      });
      const { app: api, principal: resource } = await newPrincipal({
        api: {},
        appRoles: [role(roles.forApps, "Read.All", ["Application"]), role(roles.forPeople, "Reader", ["User"])],
      });
      const { app, principal } = await newPrincipal({ keyCredentials: [keyCredential(own)] });
      const path = `servicePrincipals/${resource.id}/appRoleAssignedTo`;
      const assign = (appRoleId: string) =>
        graph.post(path, { principalId: principal.id, resourceId: resource.id, appRoleId });
      assertRefused(await assign(roles.forPeople), 400, BAD, /allowedMemberTypes/);
      assertDone(await assign(roles.forApps), 201);
      const { access_token = "" } = await ownToken(app.appId, `api://${api.appId}/.default`);
      const claims = JSON.parse(Buffer.from(access_token.split(".")[1]!, "base64url").toString());
      assert.deepEqual([claims.roles, claims.oid, claims.idtyp], [["Read.All"], principal.id, "app"]);
      assertDone(await graph.delete(`applications/${app.id}`), 204);
      assert.deepEqual(assertDone(await graph.get(path), 200).value, []);
    });

    test("application permissions of Graph are for apps: users and groups cannot have them", async () => {
      const user = await addUser(tenant.context, `${randomUUID()}@contoso.example`, "Ada");
      const group = { id: randomUUID(), name: "Staff", createdAt: 0 };
      await seed(tenant.context.store).putGroup(group);
      const resource = await graphPrincipal();
      const [{ id: appRoleId }] = resource.appRoles;
      const path = `servicePrincipals/${resource.id}/appRoleAssignedTo`;
      for (const principalId of [user.id, group.id, randomUUID()]) {
        const refused = await graph.post(path, { principalId, resourceId: resource.id, appRoleId });
        assertRefused(refused, 400, BAD, /service principals of apps/);
      }
      const { principal } = await newPrincipal({ api: {} });
      const wanted = { principalId: principal.id, resourceId: resource.id, appRoleId };
      assertRefused(await graph.post(path, wanted), 404, "Request_ResourceNotFound");
      const unknown = { ...wanted, appRoleId: randomUUID() };
      assertRefused(await graph.post(path, unknown), 400, BAD, /was not found/);
    });
  });
}
