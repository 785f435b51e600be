import assert from "node:assert/strict";
import { test } from "node:test";
import { requiredAccess } from "../../src/graph/request.ts";
import { exportTenant, permissionsFor, permissionsForExport, planTenant } from "../../src/index.ts";
import { stableId } from "../../src/plan/permissions.ts";
import { Entra } from "./fixtures/entra.ts";
import { EVERYTHING, HOW_TO, model } from "./fixtures/models.ts";

test("The permissions and roles that the how-to's file needs are known before the sign-in", () => {
  assert.deepEqual(permissionsFor(model(HOW_TO), "entra"), {
    scopes: [
      "Organization.Read.All",
      "IdentityUserFlow.Read.All",
      "Policy.Read.All",
      "Application.ReadWrite.All",
      "DelegatedPermissionGrant.ReadWrite.All",
      "EventListener.ReadWrite.All",
    ],
    roles: ["Cloud Application Administrator", "External ID User Flow Administrator"],
  });
  assert.deepEqual(permissionsFor(model("users: { ada@contoso.example: {} }"), "doorcode"), {
    scopes: ["Organization.Read.All", "User.ReadWrite.All", "RoleManagement.ReadWrite.Directory"],
    roles: [],
  });
});

test("A plan asks for no write permission, and needs no permission that it did not ask for", async () => {
  for (const file of [HOW_TO, EVERYTHING, "groups: { staff: {} }", "tenant: { colour: '#fff' }"]) {
    for (const prune of [false, true]) {
      await using entra = await Entra.start();
      const { scopes, roles } = permissionsFor(model(file), "entra", { plan: true, prune });
      assert.deepEqual(roles, ["Global Reader"]);
      for (const scope of scopes) assert.match(scope, /\.Read\./);
      await planTenant(model(file), entra.access(), { prune, clock: entra.clock });
      assert.ok(entra.requests.length > 0);
      for (const { method, path } of entra.requests) {
        assert.equal(method, "GET", path);
        const need = requiredAccess({ method: "GET", path })?.scope;
        assert.ok(scopes.includes(need ?? ""), `${path} needs ${need}, and the plan asks for ${scopes}`);
      }
    }
  }
  assert.deepEqual(permissionsFor(model("users: { ada@contoso.example: {} }"), "doorcode", { plan: true }), {
    scopes: ["Organization.Read.All", "User.Read.All", "RoleManagement.Read.Directory"],
    roles: [],
  });
});

test("No call of a plan or an apply needs a permission that was not announced", async () => {
  for (const file of [HOW_TO, EVERYTHING, "groups: { staff: {} }", "tenant: { colour: '#fff' }"]) {
    await using entra = await Entra.start();
    await entra.prepare(file);
    const { scopes } = permissionsFor(model(file), "entra");
    for (const { method, path } of entra.requests) {
      const need = requiredAccess({ method: method as "GET", path })?.scope;
      assert.ok(need, `${method} ${path} is not among the known needs`);
      const covered = [
        need,
        need.replace(".Read.", ".ReadWrite."),
        need.replace("Application.Read", "AppRoleAssignment.ReadWrite"),
      ];
      assert.ok(
        covered.some((scope) => scopes.includes(scope)),
        `${method} ${path} needs ${need}, and ${file} asks for ${scopes}`,
      );
    }
  }
});

test("Neither pruning nor an export needs a permission that was not announced", async () => {
  await using entra = await Entra.start();
  await entra.prepare(EVERYTHING);
  const allowed = (scopes: string[]) => {
    for (const { method, path } of entra.requests.splice(0)) {
      const need = requiredAccess({ method: method as "GET", path })?.scope ?? "";
      assert.ok(scopes.includes(need) || scopes.includes(need.replace(".Read.", ".ReadWrite.")), `${method} ${path}`);
    }
  };
  entra.requests.length = 0;
  await exportTenant(entra.access(), { clock: entra.clock });
  allowed(permissionsForExport("entra").scopes);
  for (const file of [HOW_TO, "tenant: {}"]) {
    await entra.prepare(file, { prune: true });
    allowed(permissionsFor(model(file), "entra", { prune: true }).scopes);
  }
});

test("The ID of a scope is a UUIDv5 that is the same in every run", () => {
  const id = stableId("scope", "ciam-ToDoList-api", "ToDoList.Read");
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(id, stableId("scope", "ciam-ToDoList-api", "ToDoList.Read"));
  assert.equal(id, "6d6ccb8a-c2f8-577a-bc02-abefdf24c50f");
  const others = [
    stableId("role", "ciam-ToDoList-api", "ToDoList.Read"),
    stableId("scope", "ciam-ToDoList-ap", "iToDoList.Read"),
  ];
  assert.equal(new Set([id, ...others]).size, 3);
});
