import assert from "node:assert/strict";
import { test } from "node:test";
import { applyPlan, type GraphAccess, permissionsFor, type Step } from "../../packages/prepare/src/index.ts";
import { verifyPassword } from "../../packages/tenant/src/directory/password.ts";
import { GRAPH_LIMIT } from "../../packages/tenant/src/graph/register.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { signedInToken } from "../../packages/tenant/test/graph/signed-in-token.ts";
import { addUser } from "../fixtures/registrations.ts";
import { killedApplies } from "./killed-applies.ts";
import { EVERYTHING, failure, lineOf, modelOf, PASSWORDS, PreparedTenant } from "./prepared-tenant.ts";

const env = PASSWORDS;

/** A user who signs in as administrator with these permissions, and how they lose the role. */
async function administratorOf({ tenant }: PreparedTenant) {
  const { store } = tenant.context;
  const user = await addUser(tenant.context, "root@contoso.example", "Root");
  await seed(store).setUserAdministrator(user.id, true);
  return {
    administrator: (scopes: string[]) => signedInToken(tenant, user, scopes),
    withdraw: () => seed(store).setUserAdministrator(user.id, false),
  };
}

test("A file with everything in it is planned, applied, and planned again without a difference", async () => {
  await using prepared = await PreparedTenant.start();
  const plan = await prepared.plan(EVERYTHING, { env });
  assert.equal(prepared.changes, 0, "a plan changes nothing");
  assert.deepEqual(plan.notes, []);
  const lines = plan.steps.filter(({ action }) => action !== "leave").map(lineOf);
  assert.deepEqual(lines, [
    "~ tenant doorcode.localhost",
    "+ attribute TermsOfUse",
    "+ attribute loyaltyNumber",
    "+ attribute age",
    "+ attribute drink",
    "+ attribute topics",
    "+ attribute news",
    "~ api ciam-ToDoList-api",
    "+ api payroll-api",
    "~ app ciam-client-app",
    "+ app second-app",
    "~ consent ciam-client-app",
    "+ group staff",
    "+ group empty",
    "+ user ada@contoso.example",
    "+ user grace@contoso.example",
    "+ members staff",
    "+ assignment ciam-client-app",
    "+ assignment payroll-api/Payroll.Read.All",
    "+ administrator ada@contoso.example",
    "+ user flow SignInSignUpSample",
    "+ user flow Second",
    "~ tenant sign-up",
    "+ policy admins-mfa",
    "+ policy off",
    "+ policy SignInSignUpSample: second factor",
  ]);
  assert.ok(!JSON.stringify(plan).includes(PASSWORDS.ADA_PASSWORD));

  const applied = await applyPlan(plan, prepared.access(), { env, clock: prepared.clock });
  assert.deepEqual(applied.done.map(lineOf), lines);
  const { tenant } = prepared;
  assert.equal(applied.apps[0]?.clientId, tenant.apps[0]?.clientId, "the built-in app is the file's");
  assert.deepEqual(applied.apis[1], {
    name: "payroll-api",
    clientId: applied.apis[1]?.clientId,
    identifierUri: "api://payroll",
    scopes: ["api://payroll/Payroll.Read", "api://payroll/Payroll.Old"],
  });

  const changes = prepared.changes;
  const again = await prepared.plan(EVERYTHING);
  assert.deepEqual(again.steps.filter(({ action }) => action !== "leave").map(lineOf), []);
  assert.equal(again.steps.length, plan.steps.length);
  assert.deepEqual((await prepared.prepare(EVERYTHING)).done, []);
  assert.equal(prepared.changes, changes);
});

test("Killed after every sixth change, the next run ends in the same state as a single run", () => killedApplies(6));

test("A user who loses the administrator role halfway is denied and sees what is done and left; the next run continues", async () => {
  await using prepared = await PreparedTenant.start();
  const { administrator, withdraw } = await administratorOf(prepared);
  const permitted = prepared.access(await administrator(permissionsFor(modelOf(EVERYTHING), "doorcode").scopes));
  let withdrawn: Promise<unknown> | undefined;
  const access: GraphAccess = {
    ...permitted,
    fetch: async (url, init) => {
      await withdrawn;
      return await permitted.fetch(url, init);
    },
  };
  const plan = await prepared.plan(EVERYTHING, { env, access });
  const report = ({ name }: Step) => {
    if (name === "staff") withdrawn = withdraw();
  };
  const error = await failure(applyPlan(plan, access, { env, clock: prepared.clock, report }));
  assert.equal(error.code, "graph_denied");
  assert.match(error.hint, /doorcode tenant users add EMAIL --administrator/);
  assert.equal(error.done.at(-1)?.name, "staff");
  const names = ({ kind, name }: Step) => `${kind} ${name}`;
  const wanted = plan.steps.filter(({ action }) => action !== "leave").map(names);
  assert.deepEqual([...error.done, ...error.left].map(names), wanted);
  const { done } = await prepared.prepare(EVERYTHING, { env });
  assert.deepEqual(done.map(lineOf), error.left.map(lineOf));
  assert.deepEqual(await prepared.differences(EVERYTHING), []);
});

test("The permissions that are named before the sign-in are enough, and each of them is necessary", async () => {
  const { scopes, roles } = permissionsFor(modelOf(EVERYTHING), "doorcode");
  assert.deepEqual(roles, []);
  // Policy.ReadWrite.ConditionalAccess and Organization.ReadWrite.All, which are among them, are enough for these here.
  const covered = ["Policy.Read.All", "OrganizationalBranding.ReadWrite.All"];
  for (const scope of scopes.filter((other) => !covered.includes(other))) {
    await using prepared = await PreparedTenant.start();
    const { administrator } = await administratorOf(prepared);
    const all = await administrator(scopes);
    const access = prepared.access(await administrator(scopes.filter((other) => other !== scope)));
    const error = await failure(prepared.prepare(EVERYTHING, { env, access }), scope);
    assert.equal(error.code, "graph_denied", scope);
    assert.ok(error.hint.includes(scope) || error.hint.includes(scope.replace("ReadWrite", "Read")), error.hint);
    await prepared.prepare(EVERYTHING, { env, access: prepared.access(all) });
    assert.deepEqual(await prepared.differences(EVERYTHING), []);
  }
});

test("If the tenant throttles, an apply waits as long as the tenant asks, and completes", async () => {
  await using prepared = await PreparedTenant.start();
  const access = prepared.access();
  const before = prepared.clock.now();
  for (let call = 0; call < GRAPH_LIMIT.count; call++) {
    const { status } = await access.fetch(`${access.base}/organization`, { method: "GET", headers: {} });
    if (status === 429) break;
  }
  await prepared.prepare(EVERYTHING, { env });
  assert.ok(prepared.clock.now() > before, "it waited");
  assert.deepEqual(await prepared.differences(EVERYTHING), []);
});

test("Two simultaneous applies end in the same state as one", async () => {
  await using whole = await PreparedTenant.start();
  await whole.prepare(EVERYTHING, { env });
  const expected = await whole.export();
  for (const store of ["sqlite", "postgres"] as const) {
    await using prepared = await PreparedTenant.start({ store });
    await Promise.all([prepared.prepare(EVERYTHING, { env }), prepared.prepare(EVERYTHING, { env })]);
    assert.deepEqual(await prepared.differences(EVERYTHING), [], store);
    assert.deepEqual(await prepared.export(), expected, store);
  }
});

test("A missing password of a new user is reported before anything is changed; an existing user needs none", async () => {
  await using prepared = await PreparedTenant.start();
  const error = await failure(prepared.prepare(EVERYTHING));
  assert.equal(error.code, "password_missing");
  assert.match(error.message, /ada@contoso\.example.*ADA_PASSWORD/);
  assert.equal(prepared.changes, 0);

  const plan = await prepared.plan(EVERYTHING, { env });
  const late = await failure(applyPlan(plan, prepared.access(), { env: {}, clock: prepared.clock }));
  assert.equal(late.code, "password_missing");
  assert.equal(prepared.changes, 0);

  await prepared.prepare(EVERYTHING, { env });
  assert.deepEqual(await prepared.differences(EVERYTHING), []);
});

test("A rejected password is reported with the tenant's message, and never appears in an error", async () => {
  await using prepared = await PreparedTenant.start();
  const file = "users: { ada@contoso.example: { passwordFrom: ADA_PASSWORD } }";
  const error = await failure(prepared.prepare(file, { env: { ADA_PASSWORD: "qwerty1" } }));
  assert.equal(error.code, "graph_refused");
  assert.ok(!`${error.stack} ${JSON.stringify(error)}`.includes("qwerty1"));
  assert.deepEqual(error.left.map(lineOf), ["+ user ada@contoso.example"]);
});

test("Users sign in with the password from the environment; a user without one must reset it", async () => {
  await using prepared = await PreparedTenant.start();
  await prepared.prepare(EVERYTHING, { env });
  const { directory } = prepared.tenant.context.store;
  const ada = await directory.findUserByEmail("ada@contoso.example");
  const grace = await directory.findUserByEmail("grace@contoso.example");
  assert.ok(await verifyPassword(ada?.passwordHash ?? null, PASSWORDS.ADA_PASSWORD));
  assert.notEqual(grace?.passwordHash, undefined);
});
