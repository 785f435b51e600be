import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Graph } from "../../src/graph/graph.ts";
import type { GraphRequest } from "../../src/graph/request.ts";
import type { Current } from "../../src/plan/current.ts";
import { pruneWork } from "../../src/plan/prune.ts";
import type { Comparison } from "../../src/plan/work.ts";

const flow = (key: string | undefined, { marked = true, id = `flow ${key}` } = {}): Current["userFlows"][number] => ({
  flow: { id } as Current["userFlows"][number]["flow"],
  key,
  marked,
  appIds: [],
});
const policy = (displayName: string) => ({ id: `policy ${displayName}`, displayName });
const group = (key: string) => ({ key, group: { id: `group ${key}` } });
const app = (key: string, id = `app ${key}`) => ({ key, application: { id } });
const api = (key: string) => ({
  key,
  application: { id: `api ${key}`, api: { requestedAccessTokenVersion: 2 } },
});

/** What would be deleted, and what Graph is asked when it is. */
function pruning(
  current: Partial<Pick<Current, "userFlows" | "policies" | "pruned">>,
  options: { prune?: boolean; userFlows?: string[]; policies?: string[] } = {},
) {
  const { prune = true, userFlows = [], policies = [] } = options;
  const keyed = (keys: string[]) => Object.fromEntries(keys.map((key) => [key, {}]));
  const about = {
    model: { userFlows: keyed(userFlows), policies: keyed(policies) },
    current: { userFlows: [], policies: [], pruned: { applications: [], groups: [] }, ...current },
    prune,
  } as unknown as Comparison;
  const requests: string[] = [];
  const graph = {
    async send({ method, path }: GraphRequest) {
      requests.push(`${method} ${decodeURIComponent(path)}`);
    },
  } as unknown as Graph;
  const work = pruneWork(about);
  const steps = work.map(({ step: { action, kind, name, changes } }) => {
    assert.deepEqual(changes, []);
    return `${action} ${kind} ${name}`;
  });
  return { about, work, steps, requests, graph };
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

  test("deletes what carries our mark and is not in the file; a user flow after its policy", async () => {
    const { about, work, steps, requests, graph } = pruning(everything());
    assert.deepEqual(steps, [
      "delete policy Old: second factor",
      "delete user flow Old",
      "delete app tv",
      "delete group staff",
      "delete group night",
    ]);
    for (const { run } of work) await run(graph);
    assert.deepEqual(requests, [
      "DELETE /identity/conditionalAccess/policies/policy Old: second factor",
      "DELETE /identity/authenticationEventsFlows/flow Old",
      "DELETE /applications/app tv",
      "DELETE /groups/group staff",
      "DELETE /groups/group night",
    ]);
    const { userFlows, policies, pruned } = about.current;
    assert.deepEqual([userFlows, policies, pruned], [[], [policy("another")], { applications: [], groups: [] }]);
  });

  test("forgets what it deleted, and that alone, so that a second run goes on from there", async () => {
    const { about, work, graph } = pruning({
      userFlows: [flow("Old"), flow("Older")],
      pruned: { applications: [app("radio"), app("tv")], groups: [group("staff"), group("night")] },
    });
    for (const name of ["Old", "radio", "staff"]) {
      await work.find(({ step }) => step.name === name)?.run(graph);
    }
    const { userFlows, pruned } = about.current;
    assert.deepEqual(userFlows, [flow("Older")]);
    assert.deepEqual(pruned, { applications: [app("tv")], groups: [group("night")] });
  });

  test("leaves user flows that the file names, of no known key, or without our mark", () => {
    const userFlows = [flow("Kept"), flow(undefined), flow(""), flow("Theirs", { marked: false })];
    assert.deepEqual(pruning({ userFlows }, { userFlows: ["Kept"] }).steps, []);
  });

  test("leaves the second-factor policy that the file itself names", () => {
    const options = { policies: ["Old: second factor"] };
    assert.deepEqual(pruning({ ...everything(), pruned: { applications: [], groups: [] } }, options).steps, [
      "delete user flow Old",
    ]);
  });

  test("plans no deletion of a second-factor policy that is not there", () => {
    assert.deepEqual(pruning({ userFlows: [flow("Old")], policies: [policy("Older: second factor")] }).steps, [
      "delete user flow Old",
    ]);
  });

  test("takes apps before the APIs that they ask for, each by its key", () => {
    const applications = [api("todo"), app("tv"), api("mail"), app("radio"), app("camera")];
    assert.deepEqual(pruning({ pruned: { applications, groups: [] } }).steps, [
      "delete app camera",
      "delete app radio",
      "delete app tv",
      "delete api mail",
      "delete api todo",
    ]);
  });

  test("takes an application for an API by the version of the tokens that it asks for", () => {
    const applications = [1, null].map((requestedAccessTokenVersion) => ({
      key: `v${requestedAccessTokenVersion}`,
      application: { id: "app", api: { requestedAccessTokenVersion } },
    }));
    assert.deepEqual(pruning({ pruned: { applications, groups: [] } }).steps, ["delete app v1", "delete app vnull"]);
  });
});
