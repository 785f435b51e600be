import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Graph } from "../../src/graph/graph.ts";
import type { GraphRequest } from "../../src/graph/request.ts";
import type { Current } from "../../src/plan/current.ts";
import type { KnownObjects } from "../../src/plan/known-objects.ts";
import type { CompareInput } from "../../src/plan/planned-step.ts";
import { comparePruned } from "../../src/plan/prune.ts";

const flow = (
  key: string | undefined,
  { tagged = true, id = `flow ${key}`, appIds = [] as string[] } = {},
): Current["userFlows"][number] => ({
  flow: { id } as Current["userFlows"][number]["flow"],
  key,
  tagged,
  appIds,
});
const policy = (displayName: string) => ({ id: `policy ${displayName}`, displayName });
const group = (key: string) => ({ key, group: { id: `group ${key}` } });
const app = (key: string, id = `app ${key}`) => ({ key, application: { id } });
const api = (key: string) => ({
  key,
  application: { id: `api ${key}`, api: { requestedAccessTokenVersion: 2 } },
});

/** The planned deletions, and the requests to Graph when they run. */
function pruning(
  current: Partial<Pick<Current, "applications" | "userFlows" | "policies" | "pruned">>,
  options: { prune?: boolean; userFlows?: string[]; policies?: string[] } = {},
) {
  const { prune = true, userFlows = [], policies = [] } = options;
  const keyed = (keys: string[]) => Object.fromEntries(keys.map((key) => [key, {}]));
  const input = {
    model: { userFlows: keyed(userFlows), policies: keyed(policies) },
    current: {
      ...{ applications: new Map(), userFlows: [], policies: [], pruned: { applications: [], groups: [] } },
      ...current,
    },
    prune,
  } as unknown as CompareInput;
  const requests: string[] = [];
  const graph = {
    async send({ method, path }: GraphRequest) {
      requests.push(`${method} ${decodeURIComponent(path)}`);
    },
  } as unknown as Graph;
  const planned = comparePruned(input);
  const steps = planned.map(({ step: { action, kind, name, changes } }) => {
    assert.deepEqual(changes, []);
    return `${action} ${kind} ${name}`;
  });
  const run = async (names: (name: string) => boolean = () => true) => {
    for (const { step, run } of planned) if (names(step.name)) await run({ graph, known: {} as KnownObjects });
    return requests;
  };
  return { steps, run };
}

const everything = () => ({
  userFlows: [flow("Old")],
  policies: [policy("Old: second factor"), policy("another")],
  pruned: { applications: [app("tv")], groups: [group("staff"), group("night")] },
});

describe("pruning", () => {
  test("deletes nothing without --prune", () => {
    assert.deepEqual(pruning(everything(), { prune: false }).steps, []);
  });

  test("deletes objects with our ownership tag that are not in the file, and a user flow after its policy", async () => {
    const { steps, run } = pruning(everything());
    assert.deepEqual(steps, [
      "delete policy Old: second factor",
      "delete user flow Old",
      "delete app tv",
      "delete group staff",
      "delete group night",
    ]);
    assert.deepEqual(await run(), [
      "DELETE /identity/conditionalAccess/policies/policy Old: second factor",
      "DELETE /identity/authenticationEventsFlows/flow Old",
      "DELETE /applications/app tv",
      "DELETE /groups/group staff",
      "DELETE /groups/group night",
    ]);
  });

  test("deletes each object in its own step", async () => {
    const { run } = pruning({
      userFlows: [flow("Old"), flow("Older")],
      pruned: { applications: [app("radio"), app("tv")], groups: [group("staff"), group("night")] },
    });
    assert.deepEqual(await run((name) => ["Older", "radio", "staff"].includes(name)), [
      "DELETE /identity/authenticationEventsFlows/flow Older",
      "DELETE /applications/app radio",
      "DELETE /groups/group staff",
    ]);
  });

  test("changes nothing of what was read", async () => {
    const current = everything();
    await pruning(current).run();
    assert.deepEqual(current, everything());
  });

  test("first removes the file's own apps and those it prunes from a user flow, and no others", async () => {
    const found = (appId: string) => ({ application: { id: appId, appId }, adopt: false });
    const applications = new Map([["tv", found("ours")]]);
    const pruned = { applications: [{ key: "radio", application: { id: "radio", appId: "pruned" } }], groups: [] };
    const userFlows = [flow("Old", { appIds: ["ours", "theirs", "pruned"] })];
    const { run } = pruning({ applications, userFlows, pruned });
    const path = "/identity/authenticationEventsFlows/flow Old";
    assert.deepEqual(await run((name) => name === "Old"), [
      `DELETE ${path}/conditions/applications/includeApplications/ours`,
      `DELETE ${path}/conditions/applications/includeApplications/pruned`,
      `DELETE ${path}`,
    ]);
  });

  test("keeps user flows that the file names, that have no known key, or no ownership tag of ours", () => {
    const userFlows = [flow("Kept"), flow(undefined), flow(""), flow("Theirs", { tagged: false })];
    assert.deepEqual(pruning({ userFlows }, { userFlows: ["Kept"] }).steps, []);
  });

  test("keeps the second-factor policy that the file itself names", () => {
    const options = { policies: ["Old: second factor"] };
    assert.deepEqual(pruning({ ...everything(), pruned: { applications: [], groups: [] } }, options).steps, [
      "delete user flow Old",
    ]);
  });

  test("plans no deletion of a second-factor policy that does not exist", () => {
    assert.deepEqual(pruning({ userFlows: [flow("Old")], policies: [policy("Older: second factor")] }).steps, [
      "delete user flow Old",
    ]);
  });

  test("deletes apps before the APIs that they request, each by its key", () => {
    const applications = [api("todo"), app("tv"), api("mail"), app("radio"), app("camera")];
    assert.deepEqual(pruning({ pruned: { applications, groups: [] } }).steps, [
      "delete app camera",
      "delete app radio",
      "delete app tv",
      "delete api mail",
      "delete api todo",
    ]);
  });

  test("recognizes an API by the token version that the application requests", () => {
    const applications = [1, null].map((requestedAccessTokenVersion) => ({
      key: `v${requestedAccessTokenVersion}`,
      application: { id: "app", api: { requestedAccessTokenVersion } },
    }));
    assert.deepEqual(pruning({ pruned: { applications, groups: [] } }).steps, ["delete app v1", "delete app vnull"]);
  });
});
