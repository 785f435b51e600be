import assert from "node:assert/strict";
import { test } from "node:test";
import { applyPlan, type Step } from "../../packages/prepare/src/index.ts";
import { EVERYTHING, failure, lineOf, PASSWORDS, PreparedTenant } from "./prepared-tenant.ts";

const env = PASSWORDS;

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

test("Killed after any change, the next run ends where one run would", async () => {
  await using whole = await PreparedTenant.start();
  await whole.prepare(EVERYTHING, { env });
  const expected = await whole.export();
  for (let changes = 0; changes < whole.changes; changes++) {
    await using prepared = await PreparedTenant.start();
    const plan = await prepared.plan(EVERYTHING, { env });
    const killed = applyPlan(plan, prepared.dyingAccess(changes), { env, clock: prepared.clock });
    const error = await failure(killed);
    assert.equal(error.code, "graph_unreachable");
    assert.equal(prepared.changes, changes);
    await prepared.prepare(EVERYTHING, { env });
    assert.deepEqual(await prepared.export(), expected, `killed after ${changes} changes`);
    assert.deepEqual(await prepared.differences(EVERYTHING), []);
  }
});

test("Refused half-way, it says what was done and what is left, and goes on from there", async () => {
  await using prepared = await PreparedTenant.start();
  const plan = await prepared.plan(EVERYTHING, { env });
  const access = prepared.access();
  let refuse = "POST /groups";
  const refusing = {
    ...access,
    fetch: async (url: string, init: Parameters<typeof access.fetch>[1]) => {
      const call = `${init.method} ${url.slice(access.base.length)}`;
      if (!call.startsWith(refuse)) return await access.fetch(url, init);
      // A token of somebody who has no right to it.
      return await prepared.tenant.fetch(url, { ...init, headers: { ...init.headers, authorization: "Bearer no" } });
    },
  };
  refuse = "POST /identity/authenticationEventsFlows";
  const error = await failure(applyPlan(plan, refusing, { env, clock: prepared.clock }));
  assert.equal(error.code, "graph_unauthenticated");
  assert.deepEqual(error.left.map(lineOf), [
    "+ user flow SignInSignUpSample",
    "+ user flow Second",
    "+ policy admins-mfa",
    "+ policy off",
    "+ policy SignInSignUpSample: second factor",
  ]);
  const names = ({ kind, name }: Step) => `${kind} ${name}`;
  const wanted = plan.steps.filter(({ action }) => action !== "leave").map(names);
  assert.deepEqual([...error.done, ...error.left].map(names), wanted);
  const { done } = await prepared.prepare(EVERYTHING, { env });
  assert.deepEqual(done.map(lineOf), error.left.map(lineOf));
});

test("Whoever is no administrator is denied, and told what is missing", async () => {
  await using prepared = await PreparedTenant.start();
  await prepared.prepare(EVERYTHING, { env });
  const { context } = prepared.tenant;
  const { issueOperatorToken } = await import("../../packages/tenant/src/tokens/operator-token.ts");
  const { token } = await issueOperatorToken(context);
  assert.ok(token);
  const access = prepared.access();
  const denied = {
    ...access,
    fetch: async (url: string, init: Parameters<typeof access.fetch>[1]) => {
      if (!url.includes("/groups")) return await access.fetch(url, init);
      const error = { code: "Authorization_RequestDenied", message: "Insufficient privileges." };
      return new Response(JSON.stringify({ error }), { status: 403 });
    },
  };
  const error = await failure(prepared.prepare(EVERYTHING, { access: denied }));
  assert.equal(error.code, "graph_denied");
  assert.match(error.hint, /Group\.Read\.All/);
  assert.match(error.hint, /doorcode tenant users add EMAIL --administrator/);
});

test("Throttled by the tenant itself, an apply waits as long as it is told and comes to its end", async () => {
  await using prepared = await PreparedTenant.start();
  const { GRAPH_LIMIT } = await import("../../packages/tenant/src/graph/register.ts");
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

test("Two applies at once end as one", async () => {
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

test("A user whose password is not there is told before anything is changed; who is there needs none", async () => {
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

test("A password that the tenant refuses is told in its words, and is in no error", async () => {
  await using prepared = await PreparedTenant.start();
  const file = "users: { ada@contoso.example: { passwordFrom: ADA_PASSWORD } }";
  const error = await failure(prepared.prepare(file, { env: { ADA_PASSWORD: "qwerty1" } }));
  assert.equal(error.code, "graph_refused");
  assert.ok(!`${error.stack} ${JSON.stringify(error)}`.includes("qwerty1"));
  assert.deepEqual(error.left.map(lineOf), ["+ user ada@contoso.example"]);
});

test("Users sign in by the password of the environment; one without can only have it reset", async () => {
  await using prepared = await PreparedTenant.start();
  await prepared.prepare(EVERYTHING, { env });
  const { verifyPassword } = await import("../../packages/tenant/src/directory/password.ts");
  const { directory } = prepared.tenant.context.store;
  const ada = await directory.findUserByEmail("ada@contoso.example");
  const grace = await directory.findUserByEmail("grace@contoso.example");
  assert.ok(await verifyPassword(ada?.passwordHash ?? null, PASSWORDS.ADA_PASSWORD));
  assert.notEqual(grace?.passwordHash, undefined);
});
