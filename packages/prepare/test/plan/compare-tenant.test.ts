import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Graph } from "../../src/graph/graph.ts";
import { compareTenant } from "../../src/plan/compare-tenant.ts";
import { KnownObjects } from "../../src/plan/known-objects.ts";
import { readCurrent } from "../../src/plan/read-current.ts";
import { Entra } from "./fixtures/entra.ts";
import { EVERYTHING, HOW_TO, model } from "./fixtures/models.ts";

describe("comparing a file with a tenant", () => {
  test("returns steps that change the tenant; neither the comparison nor the steps change what was read", async () => {
    await using entra = await Entra.start();
    await entra.prepare(HOW_TO);
    const file = model(EVERYTHING);
    const graph = new Graph(entra.access(), { clock: entra.clock });
    const current = await readCurrent(graph, file, { prune: true });
    const before = structuredClone(current);
    const lookup = new KnownObjects(current);
    const input = { model: file, current, lookup, target: "entra", prune: true, env: {} } as const;

    const { steps, notes } = compareTenant(input);
    const requests = entra.requests.length;
    const again = compareTenant(input);
    assert.equal(entra.requests.length, requests);
    assert.deepEqual([again.steps.map(({ step }) => step), again.notes], [steps.map(({ step }) => step), notes]);
    assert.deepEqual(current, before);

    const known = new KnownObjects(current);
    for (const { step, run } of steps) if (step.action !== "leave") await run({ graph, known });
    assert.deepEqual(current, before);
    assert.deepEqual(await entra.differences(EVERYTHING, { prune: true }), []);
  });

  test("leaves the IDs of new objects to the steps, which know them after they have run", async () => {
    await using entra = await Entra.start();
    const file = model(EVERYTHING);
    const graph = new Graph(entra.access(), { clock: entra.clock });
    const current = await readCurrent(graph, file, { prune: false });
    const lookup = new KnownObjects(current);
    const known = new KnownObjects(current);
    const idsOf = (objects: KnownObjects) => [
      objects.application("second-app")?.appId,
      objects.principalId("second-app"),
      objects.groupId("staff"),
      objects.attributes.find(({ displayName }) => displayName === "loyaltyNumber")?.id,
    ];

    const { steps } = compareTenant({ model: file, current, lookup, target: "entra", prune: false, env: {} });
    for (const { step, run } of steps) if (step.action !== "leave") await run({ graph, known });
    const { applications, servicePrincipals, groups, attributes } = entra.state;
    const app = applications.find(({ uniqueName }) => uniqueName === "second-app");
    assert.deepEqual(idsOf(known), [
      app.appId,
      servicePrincipals.find(({ appId }) => appId === app.appId).id,
      groups.find(({ uniqueName }) => uniqueName === "staff").id,
      attributes.find(({ displayName }) => displayName === "loyaltyNumber").id,
    ]);
    assert.deepEqual(idsOf(lookup), [undefined, undefined, undefined, undefined]);
  });

  test("moves apps between user flows by removing them once from each flow, regardless of the order of steps", async () => {
    const flows = (first: string, second: string) => `
apps: { tv: {}, radio: {} }
userFlows:
  First: { apps: [${first}] }
  Second: { apps: [${second}] }
`;
    await using entra = await Entra.start();
    await entra.prepare(flows("tv", "radio"));
    entra.requests.length = 0;
    await entra.prepare(flows("radio", "tv"), { prune: true });
    const deletions = entra.requests.filter(({ method }) => method === "DELETE").map(({ path }) => path);
    assert.deepEqual(deletions, [...new Set(deletions)]);
    assert.equal(deletions.length, 2);
    assert.deepEqual(await entra.differences(flows("radio", "tv"), { prune: true }), []);
  });
});
