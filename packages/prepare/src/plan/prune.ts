import { deleteApplication } from "../graph/applications.ts";
import { deleteGroup } from "../graph/people.ts";
import { deleteUserFlow } from "../graph/user-flows.ts";
import type { StepKind } from "../step.ts";
import { compareText } from "./export-keys.ts";
import { deletion, findPolicy, secondFactorPolicy } from "./policies.ts";
import type { Comparison, Work } from "./work.ts";

/**
 * What carries our mark and is not in the file is deleted: user flows (with their policy), applications, groups. Users,
 * attributes and policies carry no mark and are never deleted.
 */
export function pruneWork(about: Comparison): Work[] {
  if (!about.prune) return [];
  const { current, model } = about;
  const flows = current.userFlows.filter(({ marked, key }) => marked && key && !Object.hasOwn(model.userFlows, key));
  return [
    ...flows.flatMap((flow) => {
      const policy = secondFactorPolicy(flow.key!);
      const named = Object.hasOwn(model.policies, policy);
      return [
        ...(findPolicy(about, policy) && !named ? [deletion(about, policy)] : []),
        deleted("user flow", flow.key!, async (graph) => {
          await graph.send(deleteUserFlow(flow.flow.id));
          current.userFlows = current.userFlows.filter((other) => other !== flow);
        }),
      ];
    }),
    ...inOrder(current.pruned.applications).map(({ key, application }) =>
      deleted(isApi(application) ? "api" : "app", key, async (graph) => {
        await graph.send(deleteApplication(application.id));
        current.pruned.applications = current.pruned.applications.filter((other) => other.key !== key);
      }),
    ),
    ...current.pruned.groups.map(({ key, group }) =>
      deleted("group", key, async (graph) => {
        await graph.send(deleteGroup(group.id));
        current.pruned.groups = current.pruned.groups.filter((other) => other.key !== key);
      }),
    ),
  ];
}

function isApi({ api }: Comparison["current"]["pruned"]["applications"][number]["application"]): boolean {
  return api?.requestedAccessTokenVersion === 2;
}

/** Apps before the APIs that they ask for, each by its key. */
function inOrder(applications: Comparison["current"]["pruned"]["applications"]) {
  const place = ({ key, application }: (typeof applications)[number]) => `${isApi(application) ? 1 : 0} ${key}`;
  return [...applications].sort((one, other) => compareText(place(one), place(other)));
}

function deleted(kind: StepKind, name: string, run: Work["run"]): Work {
  return { step: { action: "delete", kind, name, changes: [] }, run };
}
