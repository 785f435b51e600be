import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { addUser } from "../../../../tests/fixtures/registrations.ts";
import type { App } from "../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import { authenticateCaller } from "../../src/graph/caller.ts";
import { signAppToken } from "../../src/oauth/tokens/app-token.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { sampleApp } from "../storage/samples.ts";
import { assertDone, assertRefused, graphClient } from "./graph-client.ts";

const READ_OR_WRITE = ["Application.Read.All", "Application.ReadWrite.All"];

describe("an app without a user at Graph", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  const directory = () => tenant.context.store.directory;

  /** An app with these permissions, and its own token with them. */
  async function permitted(...roles: string[]): Promise<{ app: App; principalId: string; token: string }> {
    const app = sampleApp({ publicClient: false });
    await seed(tenant.context.store).putApp(app);
    const found = await tenant.context.store.registrations.find({ clientId: app.clientId });
    const principalId = found!.registration.servicePrincipalId!;
    for (const role of roles) await seed(tenant.context.store).assignRole(GRAPH_RESOURCE_ID, role, principalId);
    const token = await signAppToken(tenant.context, { app, principalId, api: undefined, roles, by: "certificate" });
    return { app, principalId, token };
  }
  const call = (token: string, anyOf = READ_OR_WRITE, options?: { ofThemselves: boolean }) =>
    authenticateCaller(
      tenant.context,
      { headers: { authorization: `Bearer ${token}` }, ip: "192.0.2.7" },
      anyOf,
      options,
    );

  test("is accepted with an application permission that the call needs, without a user", async () => {
    const { app, token } = await permitted("Application.Read.All", "Group.Read.All");
    const { scopes, ...caller } = await call(token);
    assert.deepEqual(caller, { actor: "client", userId: null, clientId: app.clientId, ip: "192.0.2.7" });
    assert.deepEqual([...scopes].sort(), ["Application.Read.All", "Group.Read.All"]);
  });

  test("is denied a call that needs another permission, and the error names it", async () => {
    const { token } = await permitted("Group.ReadWrite.All");
    await assert.rejects(call(token), {
      status: 403,
      code: "Authorization_RequestDenied",
      message: /requires the application permission Application\.Read\.All or Application\.ReadWrite\.All\./,
    });
  });

  test("a removed permission no longer counts, even if the token has it; one added later is not in the token", async () => {
    const { principalId, token } = await permitted("Application.Read.All");
    await seed(tenant.context.store).unassignRoles(GRAPH_RESOURCE_ID, principalId);
    await assert.rejects(call(token), { status: 403 });
    await seed(tenant.context.store).assignRole(GRAPH_RESOURCE_ID, "Application.ReadWrite.All", principalId);
    await assert.rejects(call(token), { status: 403 });
    await seed(tenant.context.store).assignRole(GRAPH_RESOURCE_ID, "Application.Read.All", principalId);
    assert.deepEqual([...(await call(token)).scopes], ["Application.Read.All"]);
  });

  test("a disabled or deleted app is refused", async () => {
    const disabled = await permitted("Application.Read.All");
    await seed(tenant.context.store).putApp({ ...disabled.app, disabledAt: tenant.clock.now() });
    await assert.rejects(call(disabled.token), { status: 401, code: "InvalidAuthenticationToken" });
    await seed(tenant.context.store).putApp(disabled.app);
    await call(disabled.token);
    const deleted = await permitted("Application.Read.All");
    await seed(tenant.context.store).deleteApp(deleted.app.clientId, tenant.clock.now());
    await assert.rejects(call(deleted.token), { status: 401 });
    // Registered again with its old client ID, it is a different service principal.
    await seed(tenant.context.store).putApp(deleted.app);
    await assert.rejects(call(deleted.token), { status: 401 });
  });

  test("with permissions for accounts alone it has none over an administrator's: it can neither disable nor enable it", async () => {
    const admin = await addUser(tenant.context, "chief@contoso.example", "Chief");
    const other = await addUser(tenant.context, "other@contoso.example", "Other");
    await seed(tenant.context.store).setUserAdministrator(admin.id, true);
    const graph = await graphClient(tenant, (await permitted("User.ReadWrite.All")).token);
    const denied = [403, "Authorization_RequestDenied", /RoleManagement\.ReadWrite\.Directory/] as const;
    for (const accountEnabled of [false, true]) {
      assertRefused(await graph.patch(`users/${admin.id}`, { accountEnabled }), ...denied);
      assertDone(await graph.patch(`users/${other.id}`, { accountEnabled }), 204);
    }
    assertRefused(await graph.delete(`users/${admin.id}`), ...denied);
    assertDone(await graph.patch(`users/${admin.id}`, { displayName: "The chief" }), 204);
    assertDone(await graph.delete(`users/${other.id}`), 204);
    assert.equal((await directory().findUser(admin.id))?.disabledAt, null);
    const both = await permitted("User.ReadWrite.All", "RoleManagement.ReadWrite.Directory");
    const second = await addUser(tenant.context, "second@contoso.example", "Second");
    await seed(tenant.context.store).setUserAdministrator(second.id, true);
    assertDone(await (await graphClient(tenant, both.token)).delete(`users/${admin.id}`), 204);
  });

  test("an app has no /me", async () => {
    const { token } = await permitted("User.Read.All");
    await assert.rejects(call(token, ["User.Read"], { ofThemselves: true }), {
      status: 400,
      code: "Request_BadRequest",
    });
  });

  test("an API's token, an expired one, and an app-only token without the required claims are refused", async () => {
    const { app, principalId, token } = await permitted("Application.Read.All");
    const api = await directory().findApi(tenant.apis[0]!.clientId);
    const forApi = { app, principalId, api, roles: ["Application.Read.All"], by: "certificate" as const };
    await assert.rejects(call(await signAppToken(tenant.context, forApi)), { status: 401 });
    const now = Math.floor(tenant.clock.now() / 1000);
    const bare = { iss: tenant.issuer, aud: GRAPH_RESOURCE_ID, iat: now, exp: now + 60, idtyp: "app" };
    for (const lacking of [{}, { azp: app.clientId, roles: [] }, { oid: principalId, azp: app.clientId, scp: "x" }]) {
      const made = await tenant.context.signingKeys.sign({ ...bare, ...lacking }, "JWT");
      await assert.rejects(call(made), { status: 401 });
    }
    const others = { ...bare, oid: randomUUID(), azp: app.clientId, roles: ["Application.Read.All"] };
    await assert.rejects(call(await tenant.context.signingKeys.sign(others, "JWT")), { status: 401 });
    tenant.clock.advance(3_601_000);
    await assert.rejects(call(token), { status: 401 });
  });
});
