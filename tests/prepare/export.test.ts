import assert from "node:assert/strict";
import { test } from "node:test";
import {
  exportTenant,
  permissionsForExport,
  readTenantFile,
  writeTenantFile,
} from "../../packages/prepare/src/index.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { signedInToken } from "../../packages/tenant/test/graph/signed-in-token.ts";
import { addUser } from "../fixtures/registrations.ts";
import { EVERYTHING, modelOf, PASSWORDS, PreparedTenant } from "./prepared-tenant.ts";

test("An exported file makes the same tenant elsewhere, with the same export", async () => {
  await using first = await PreparedTenant.start();
  await first.prepare(EVERYTHING, { env: PASSWORDS });
  const { model, notes } = await first.export();
  const file = writeTenantFile(model);
  assert.deepEqual(readTenantFile(file, "doorcode.tenant.yaml"), model);
  assert.equal(notes.length, 1, notes.join("\n"));
  assert.match(notes[0] ?? "", /2 users without password/);

  await using second = await PreparedTenant.start({ store: "postgres" });
  await second.prepare(file);
  assert.deepEqual(await second.differences(file), []);
  assert.equal(writeTenantFile((await second.export()).model), file);
  assert.deepEqual(await first.differences(file), [], "and it is no change where it comes from");
});

test("An export contains everything that the file specified", async () => {
  await using prepared = await PreparedTenant.start();
  await prepared.prepare(EVERYTHING, { env: PASSWORDS });
  const { model } = await prepared.export();
  const said = modelOf(EVERYTHING);
  said.tenant.domain = "doorcode.localhost";
  said.users["ada@contoso.example"]!.passwordFrom = undefined;
  for (const app of Object.values(said.apps)) app.assignedTo.sort();
  // The built-in app and API had more before, and nothing is removed without --prune.
  said.apis["ciam-ToDoList-api"]!.roles = model.apis["ciam-ToDoList-api"]!.roles;
  said.apps["ciam-client-app"]!.permissions = model.apps["ciam-client-app"]!.permissions;
  for (const role of Object.values(said.apis["payroll-api"]!.roles)) role.assignedTo.sort();
  assert.deepEqual(model, said);
});

test("An unprepared tenant is exported unchanged", async () => {
  await using prepared = await PreparedTenant.start();
  const { model, notes } = await prepared.export();
  assert.deepEqual(notes, []);
  assert.deepEqual(Object.keys(model.apps), ["ciam-client-app"]);
  assert.deepEqual(Object.keys(model.apis), ["ciam-ToDoList-api"]);
  assert.equal(model.apps["ciam-client-app"]?.adminConsent, true);
  assert.deepEqual(await prepared.differences(model), []);
});

test("The permissions that an export names are enough for it, and are read-only", async () => {
  await using prepared = await PreparedTenant.start();
  const { tenant } = prepared;
  const user = await addUser(tenant.context, "root@contoso.example", "Root");
  await seed(tenant.context.store).setUserAdministrator(user.id, true);
  const { scopes } = permissionsForExport("doorcode");
  const access = prepared.access(await signedInToken(tenant, user, scopes));
  await prepared.prepare(EVERYTHING, { env: PASSWORDS });
  const { model } = await exportTenant(access, { clock: prepared.clock });
  assert.deepEqual(model, (await prepared.export()).model);
  assert.ok(scopes.every((scope) => !scope.includes("Write")));
});
