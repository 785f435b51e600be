import { isDeepStrictEqual } from "node:util";
import type { ConditionalAccessConditionSet, ConditionalAccessPolicy } from "@microsoft/microsoft-graph-types";
import type { Graph } from "../graph/graph.ts";
import { createPolicy, deletePolicy, listPolicies, patchPolicy, policyBody } from "../graph/tenant-settings.ts";
import { PrepareError } from "../prepare-error.ts";
import type { Current } from "./current.ts";
import type { ObjectLookup } from "./known-objects.ts";
import { Changes, type CompareInput, deletionStep, missing, type PlannedStep, plannedStep } from "./planned-step.ts";
import { appIdOf, appsOfFlow, flowOf, nameOfApp, requiresMfaItself } from "./user-flows.ts";

/** The name of the policy that implements a user flow's `mfa: required`. */
export function secondFactorPolicy(userFlow: string): string {
  return `${userFlow}: second factor`;
}

interface WantedPolicy {
  enabled: boolean;
  /** appIds, or `all`; the key of an app that does not exist yet. */
  apps: "all" | string[];
  /** IDs, or `all`; the key of a group that does not exist yet. */
  groups: "all" | string[];
  /** User IDs; the address of a user that does not exist yet. */
  except: string[];
  /** Whether it applies to these apps only. */
  exact: boolean;
}

/**
 * Policies by their display names. Apps, groups and exceptions that the file does not list remain unless pruning;
 * conditions that it cannot express always remain. A policy that the file does not name is left unchanged.
 */
export function comparePolicies(input: CompareInput): PlannedStep[] {
  const { model, prune } = input;
  return [
    ...Object.entries(model.policies).map(([name, policy]) =>
      compare(input, name, (lookup) => ({
        enabled: policy.enabled,
        apps: policy.apps === "all" ? "all" : policy.apps.map((app) => appIdOf(lookup, app) ?? app),
        groups: policy.groups === "all" ? "all" : policy.groups.map((key) => lookup.groupId(key) ?? key),
        except: policy.except.map((email) => lookup.userId(email) ?? email),
        exact: prune,
      })),
    ),
    ...Object.keys(model.userFlows).flatMap((key) => compareSecondFactor(input, key)),
  ];
}

/** The policy of a user flow's `mfa: required`. */
function compareSecondFactor(input: CompareInput, key: string): PlannedStep[] {
  const { model, current, prune } = input;
  const name = secondFactorPolicy(key);
  if (Object.hasOwn(model.policies, name)) return [];
  const required = model.userFlows[key]!.mfa === "required";
  const policy = findPolicy(current, name);
  // The embedded tenant's flow may require it itself, as one of the flow's settings.
  if (required && flowOf(current, key)?.flow.doorcodeMfaRequired && !policy) return [];
  if (required && !requiresMfaItself(input, key)) {
    return [
      compare(input, name, (lookup) => {
        const apps = appsOfFlow(input, key, lookup);
        return { enabled: true, apps: apps.length > 0 ? apps : ["None"], groups: "all", except: [], exact: true };
      }),
    ];
  }
  if (!policy) return [];
  if (prune) return [policyDeletion(name, policy)];
  const changes = new Changes();
  if (policy.state === "enabled") changes.flag("enabled", true, false);
  return [
    plannedStep({ kind: "policy", name, exists: true, changes }, async ({ graph }) => {
      await graph.send(patchPolicy(policy.id, { state: "disabled" }));
    }),
  ];
}

export function policyDeletion(name: string, { id }: FoundPolicy): PlannedStep {
  return deletionStep("policy", name, async ({ graph }) => {
    await graph.send(deletePolicy(id));
  });
}

/**
 * @param wantedWith what the file wants, with the IDs of these objects: first the existing ones, later the new ones too
 */
function compare(input: CompareInput, name: string, wantedWith: (lookup: ObjectLookup) => WantedPolicy): PlannedStep {
  const { current, prune } = input;
  const wanted = wantedWith(input.lookup);
  const policy = findPolicy(current, name);
  const changes = new Changes();
  const present = policy && settingsOf(policy);
  changes.flag("enabled", present?.enabled, wanted.enabled);
  if (present && !present.requiresMfa) changes.text("requires", present.requires, "mfa");
  compareList("apps", present?.apps, wanted.apps, wanted.exact, changes, (id) => nameOfApp(current, id));
  compareList("groups", present?.groups, wanted.groups, prune, changes, (id) => nameById(current.groups, id));
  const removed = prune && input.target === "doorcode" ? missing(present?.except ?? [], wanted.except) : [];
  const nameOfUser = (id: string) => nameById(current.users, id);
  changes.added("except", missing(wanted.except, present?.except ?? []).map(nameOfUser));
  changes.removed("except", removed.map(nameOfUser));

  const exists = policy !== undefined;
  return plannedStep({ kind: "policy", name, exists, changes }, async ({ graph, known }) => {
    const { enabled, except, exact, ...now } = wantedWith(known);
    const union = (before: "all" | string[] | undefined, list: "all" | string[], exact: boolean) =>
      list === "all" || before === "all" || exact ? list : [...new Set([...(before ?? []), ...list])];
    const apps = union(present?.apps, now.apps, exact);
    const groups = union(present?.groups, now.groups, prune);
    const body = policyBody({
      displayName: name,
      enabled,
      applications: apps === "all" ? ["All"] : apps.filter((id) => id !== "None" || apps.length === 1),
      groups: groups === "all" ? undefined : groups,
      excludeUsers: [...new Set([...(present?.except ?? []).filter((id) => !removed.includes(id)), ...except])],
    });
    if (policy) await graph.send(patchPolicy(policy.id, withConditionsOf(policy, body)));
    else await create(graph, body);
  });
}

/**
 * Graph allows two policies with one name, so a concurrent run may have created the same one. The earliest remains,
 * whichever run checks first.
 */
async function create(graph: Graph, body: ConditionalAccessPolicy): Promise<void> {
  const made = await graph.send(createPolicy(body));
  if (!made?.id)
    throw new PrepareError("graph_misbehaved", `Graph returned the policy ${body.displayName} without an ID.`);
  graph.created(made.id);
  const same = (other: ConditionalAccessPolicy) =>
    other.displayName === body.displayName && isDeepStrictEqual(settingsOf(other), settingsOf(body));
  const age = ({ createdDateTime, id }: ConditionalAccessPolicy) => `${createdDateTime} ${id}`;
  const twins = (await graph.list(listPolicies())).filter(same).sort((one, other) => (age(one) < age(other) ? -1 : 1));
  for (const { id = "" } of twins.slice(1)) await graph.send(deletePolicy(id));
}

function compareList(
  what: string,
  present: "all" | string[] | undefined,
  wanted: "all" | string[],
  exact: boolean,
  changes: Changes,
  name: (id: string) => string,
): void {
  const text = (list: "all" | string[] | undefined) => (list === "all" ? "all" : list?.map(name).join(", "));
  if (present === undefined || present === "all" || wanted === "all") {
    if (present !== wanted) changes.text(what, text(present), text(wanted));
    return;
  }
  changes.added(what, missing(wanted, present).map(name));
  changes.removed(what, (exact ? missing(present, wanted) : []).map(name));
}

/** Locations, platforms, excluded groups and roles …: what the file cannot express is sent back unchanged. */
function withConditionsOf(policy: ConditionalAccessPolicy, body: ConditionalAccessPolicy): ConditionalAccessPolicy {
  const { conditions, grantControls } = policy;
  const merged: ConditionalAccessConditionSet = {
    ...conditions,
    clientAppTypes: conditions?.clientAppTypes ?? body.conditions!.clientAppTypes!,
    applications: { ...conditions?.applications, ...body.conditions?.applications },
    users: { ...conditions?.users, ...body.conditions?.users },
  };
  const kept = grantControls?.builtInControls?.includes("mfa") ? {} : { grantControls: body.grantControls! };
  return { state: body.state!, conditions: merged, ...kept };
}

export interface PolicySettingsFound extends Omit<WantedPolicy, "exact"> {
  requiresMfa: boolean;
  requires: string;
}

/** Converts a policy of Graph to its form in the file. */
export function settingsOf({ state, conditions, grantControls }: ConditionalAccessPolicy): PolicySettingsFound {
  const apps = conditions?.applications?.includeApplications ?? [];
  const { includeUsers = [], includeGroups = [], excludeUsers = [] } = conditions?.users ?? {};
  const controls = grantControls?.builtInControls ?? [];
  return {
    enabled: state === "enabled",
    apps: apps.includes("All") ? "all" : apps,
    groups: includeUsers.includes("All") ? "all" : includeGroups,
    except: excludeUsers,
    requiresMfa: controls.includes("mfa"),
    requires: controls.join(", "),
  };
}

type FoundPolicy = Current["policies"][number];

export function findPolicy({ policies }: Current, name: string): FoundPolicy | undefined {
  const found = policies.filter(({ displayName }) => displayName === name);
  if (found.length > 1)
    throw new PrepareError(
      "ambiguous",
      `${found.length} policies are called "${name}": ${found.map(({ id }) => id).join(", ")}.`,
    );
  return found[0];
}

function nameById(objects: ReadonlyMap<string, { id: string }>, id: string): string {
  return [...objects].find(([, object]) => object.id === id)?.[0] ?? id;
}
