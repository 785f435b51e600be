import assert from "node:assert/strict";
import { test } from "node:test";
import { applyPlan, planTenant, type Step } from "../../src/index.ts";
import { graphError } from "./fixtures/documented-graph.ts";
import { Entra, failure } from "./fixtures/entra.ts";
import { EVERYTHING, HOW_TO, model } from "./fixtures/models.ts";
import { killedCalls } from "./killed-calls.ts";

// Entra is not available here. These tests run against a local server that responds as Microsoft's documentation of
// Graph says, and shows new objects only seconds later. Requests are compared with the bodies in the documentation.

const where = "(a local server that responds as Graph's documentation says)";

test(`A file with every feature is applied, and applying it again changes nothing ${where}`, async () => {
  await using entra = await Entra.start({ lagMs: 5_000, pageSize: 2 });
  const before = await entra.plan(EVERYTHING);
  assert.ok(before.steps.every(({ action }) => action === "create" || action === "change"));
  assert.equal(entra.writes().length, 0, "a plan changes nothing");
  const reported: Step[] = [];
  const applied = await entra.prepare(EVERYTHING, { report: (step) => reported.push(step) });
  assert.deepEqual(applied.done, before.steps);
  assert.deepEqual(reported, applied.done);
  assert.ok(entra.clock.slept.length > 0, "the program waits for new objects");

  const written = entra.writes().length;
  const again = await entra.plan(EVERYTHING);
  assert.deepEqual([...new Set(again.steps.map(({ action }) => action))], ["leave"]);
  assert.deepEqual((await applyPlan(again, entra.access(), { clock: entra.clock })).done, []);
  const pruned = await entra.plan(EVERYTHING, { prune: true });
  assert.deepEqual([...new Set(pruned.steps.map(({ action }) => action))], ["leave"]);
  assert.equal(entra.writes().length, written);
});

test(`After a kill at every fourth call, with or without its response, the next run gives the result of a single run ${where}`, () =>
  killedCalls(4));

test(`A response lost at any call neither stops a run nor creates a duplicate ${where}`, async () => {
  await using whole = await Entra.start();
  const plan = await whole.plan(EVERYTHING);
  whole.requests.length = 0;
  await applyPlan(plan, whole.access(), { clock: whole.clock });
  const expected = whole.snapshot();
  for (let number = 1; number <= whole.requests.length; number++) {
    await using entra = await Entra.start();
    const made = await entra.plan(EVERYTHING);
    entra.requests.length = 0;
    entra.interrupt = (at) => (at === number ? { status: 0, hangUp: true, afterwards: true } : undefined);
    await applyPlan(made, entra.access(), { clock: entra.clock });
    assert.deepEqual(entra.snapshot(), expected, `no answer to call ${number}`);
  }
});

test(`An apply that is throttled twice at every call completes ${where}`, async () => {
  await using entra = await Entra.start();
  const seen = new Map<string, number>();
  entra.interrupt = (_, { method, path }) => {
    const tries = (seen.get(`${method} ${path}`) ?? 0) + 1;
    seen.set(`${method} ${path}`, tries);
    return tries % 3 === 0
      ? undefined
      : { status: 429, headers: { "retry-after": "3" }, body: graphError("TooManyRequests", "Slow down.") };
  };
  await entra.prepare(EVERYTHING);
  entra.interrupt = () => undefined;
  assert.deepEqual(await entra.differences(EVERYTHING), []);
  assert.ok(entra.clock.slept.every((ms) => ms === 3_000));
});

test(`If any change is refused, it says what was done and what is left, and the next run continues ${where}`, async () => {
  await using whole = await Entra.start();
  const all = await whole.plan(EVERYTHING);
  whole.requests.length = 0;
  await whole.prepare(EVERYTHING);
  const expected = whole.snapshot();
  const writes = whole.writes().length;
  const refusals = [
    { status: 403, code: "graph_denied", graphCode: "Authorization_RequestDenied" },
    { status: 429, code: "graph_throttled", graphCode: "TooManyRequests" },
    { status: 400, code: "graph_refused", graphCode: "Request_BadRequest" },
  ];
  for (let number = 1; number <= writes; number++) {
    const { status, code, graphCode } = refusals[number % refusals.length]!;
    await using entra = await Entra.start();
    let written = 0;
    entra.interrupt = (_, { method }) => {
      if (method !== "GET") written++;
      const headers = { "retry-after": "600" };
      return method !== "GET" && written >= number
        ? { status, headers, body: graphError(graphCode, "No.") }
        : undefined;
    };
    const error = await failure(entra.prepare(EVERYTHING));
    assert.equal(error.code, code);
    const names = ({ kind, name }: Step) => `${kind} ${name}`;
    assert.deepEqual([...error.done, ...error.left].map(names), all.steps.map(names), `refused at write ${number}`);
    assert.ok(error.left.length > 0);
    entra.interrupt = () => undefined;
    const { done } = await entra.prepare(EVERYTHING);
    assert.ok(done.length <= error.left.length);
    assert.deepEqual(entra.snapshot(), expected, `refused at write ${number}`);
  }
});

test(`Two applies at once give the result of a single one ${where}`, async () => {
  await using whole = await Entra.start();
  await whole.prepare(EVERYTHING);
  for (const lagMs of [0, 2_000]) {
    await using entra = await Entra.start({ lagMs });
    await Promise.all([entra.prepare(EVERYTHING), entra.prepare(EVERYTHING)]);
    assert.deepEqual(entra.snapshot(), whole.snapshot());
    assert.deepEqual(await entra.differences(EVERYTHING), []);
  }
});

test("A file with features that only the embedded tenant has is refused for Entra before anything is sent", async () => {
  await using entra = await Entra.start();
  const files = {
    "users: { ada@contoso.example: { name: Ada } }": /ada@contoso\.example/,
    "apis: { todo: { tokenProfile: rfc9068 } }": /rfc9068.*todo/,
    "apps: { tv: { grantTypes: [device_code] } }": /grantTypes.*tv/,
    "apps: { tv: { idTokenSignedResponseAlg: ES256 } }": /idTokenSignedResponseAlg.*tv/,
    "apps: { ops: { administrativeScopes: [] } }": /administrativeScopes.*ops/,
    "userFlows: { Flow: { signIn: [password, passkey] } }": /passkey.*Flow/,
    "tenant: { signUp: false }": /signUp/,
    "tenant: { accountUserFlow: Flow }\nuserFlows: { Flow: {} }": /accountUserFlow/,
  };
  for (const [file, says] of Object.entries(files)) {
    const error = await failure(entra.plan(file));
    assert.equal(error.code, "not_for_entra");
    assert.match(error.message, says);
    assert.ok(error.hint.length > 20);
  }
  assert.equal(entra.requests.length, 0);
});

test("A plan for one tenant is not applied to another", async () => {
  await using entra = await Entra.start();
  await using other = await Entra.start();
  const plan = await entra.plan(HOW_TO);
  assert.equal((await failure(applyPlan(plan, other.access(), { clock: other.clock }))).code, "wrong_plan");
  assert.equal(other.requests.length, 0);
  const moved = { ...plan, tenantId: "7c1f2b30-0000-4000-8000-00000000ffff" };
  assert.equal((await failure(applyPlan(moved, entra.access(), { clock: entra.clock }))).code, "wrong_plan");
  assert.equal(entra.writes().length, 0);
});

test("An apply that a signal stops says what is left", async () => {
  await using entra = await Entra.start();
  const plan = await planTenant(model(HOW_TO), entra.access(), { clock: entra.clock });
  const stop = new AbortController();
  const error = await failure(
    applyPlan(plan, entra.access(), { clock: entra.clock, signal: stop.signal, report: () => stop.abort() }),
  );
  assert.equal(error.code, "interrupted");
  assert.deepEqual(error.done, plan.steps.slice(0, 1));
  assert.deepEqual(error.left, plan.steps.slice(1));
});

test(`Texts in other languages are not sent to Entra, and a note says so ${where}`, async () => {
  await using entra = await Entra.start();
  const file = "apis: { todo: { scopes: { Read: { displayName: Read, displayNames: { de: Lesen } } } } }";
  const { notes } = await entra.plan(file);
  assert.match(notes.join("\n"), /displayNames.*todo\/Read.*only the embedded tenant shows/);
  await entra.prepare(file);
  assert.ok(entra.writes().length > 0);
  assert.doesNotMatch(JSON.stringify(entra.writes()), /Lesen|doorcodeDisplayNames/);
});
