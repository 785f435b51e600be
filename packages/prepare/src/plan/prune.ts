import { deleteApplication, type GraphApplication } from "../graph/applications.ts";
import { deleteGroup } from "../graph/people.ts";
import { deleteUserFlow, excludeApplication } from "../graph/user-flows.ts";
import { type CompareInput, deletionStep, type PlannedStep } from "./planned-step.ts";
import { findPolicy, policyDeletion, secondFactorPolicy } from "./policies.ts";

/**
 * Deletes objects that carry our ownership tag but are not in the file: user flows (with their policy), applications,
 * groups. Users, attributes and other policies have no tag and are never deleted.
 */
export function comparePruned({ current, model, prune }: CompareInput): PlannedStep[] {
  if (!prune) return [];
  const applications = [...current.applications.values(), ...current.pruned.applications];
  const ours = new Set(applications.map(({ application }) => application.appId));
  const flows = current.userFlows.filter(({ tagged, key }) => tagged && key && !Object.hasOwn(model.userFlows, key));
  return [
    ...flows.flatMap(({ flow, key = "", appIds }) => {
      const name = secondFactorPolicy(key);
      const policy = Object.hasOwn(model.policies, name) ? undefined : findPolicy(current, name);
      return [
        ...(policy ? [policyDeletion(name, policy)] : []),
        deletionStep("user flow", key, async ({ graph }) => {
          // A tenant keeps a flow that apps use. Moving other people's apps is up to them; the tenant's error names the
          // apps.
          for (const appId of appIds.filter((each) => ours.has(each)))
            await graph.send(excludeApplication(flow.id, appId));
          await graph.send(deleteUserFlow(flow.id));
        }),
      ];
    }),
    ...appsFirst(current.pruned.applications).map(({ key, application }) =>
      deletionStep(isApi(application) ? "api" : "app", key, async ({ graph }) => {
        await graph.send(deleteApplication(application.id));
      }),
    ),
    ...current.pruned.groups.map(({ key, group }) =>
      deletionStep("group", key, async ({ graph }) => {
        await graph.send(deleteGroup(group.id));
      }),
    ),
  ];
}

function isApi({ api }: GraphApplication): boolean {
  return api?.requestedAccessTokenVersion === 2;
}

/** Apps before the APIs that they use, each by its key. */
function appsFirst<Item extends { key: string; application: GraphApplication }>(applications: readonly Item[]): Item[] {
  const rank = ({ key, application }: Item) => `${isApi(application) ? 1 : 0} ${key}`;
  return [...applications].sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
}
