import { isDeepStrictEqual } from "node:util";
import type { ConditionalAccessConditionSet, ConditionalAccessPolicy } from "@microsoft/microsoft-graph-types";
import type { Graph } from "../graph/graph.ts";
import { createPolicy, deletePolicy, listPolicies, patchPolicy, policyBody } from "../graph/tenant-settings.ts";
import { PrepareError } from "../prepare-error.ts";
import { appIdOf, appsOfFlow, demandsByItself, flowOf, nameOfApp } from "./user-flows.ts";
import { Changes, type Comparison, missing, type Work, workOf } from "./work.ts";

/** The name of the policy that is a user flow's `mfa: required`. */
export function secondFactorPolicy(userFlow: string): string {
  return `${userFlow}: second factor`;
}

interface WantedPolicy {
  enabled: boolean;
  /** appIds, or `all`; of an app that is yet to be made, its key. */
  apps: "all" | string[];
  /** Ids, or `all`; of a group that is yet to be made, its key. */
  groups: "all" | string[];
  /** Ids of users; of one that is yet to be made, the address. */
  except: string[];
  /** Whether it is about these apps and no others. */
  exact: boolean;
}

/**
 * Policies by their display names. Apps, groups and exceptions that the file does not list stay, unless pruning; so do,
 * always, conditions that it has no words for. A policy that the file does not name is nobody's we know.
 */
export function policyWork(about: Comparison): Work[] {
  const { model } = about;
  return [
    ...Object.entries(model.policies).map(([name, policy]) =>
      compare(about, name, () => ({
        enabled: policy.enabled,
        apps: policy.apps === "all" ? "all" : policy.apps.map((app) => appIdOf(about, app) ?? app),
        groups: policy.groups === "all" ? "all" : policy.groups.map((key) => about.current.groups.get(key)?.id ?? key),
        except: policy.except.map((email) => about.current.users.get(email)?.id ?? email),
        exact: about.prune,
      })),
    ),
    ...Object.keys(model.userFlows).flatMap((key) => secondFactorWork(about, key)),
  ];
}

function secondFactorWork(about: Comparison, key: string): Work[] {
  const name = secondFactorPolicy(key);
  if (Object.hasOwn(about.model.policies, name)) return [];
  const entry = about.model.userFlows[key]!;
  const policy = findPolicy(about, name);
  // The embedded tenant's flow may demand it by itself; the flow's own work sees to that.
  if (entry.mfa === "required" && flowOf(about.current, key)?.flow.doorcodeMfaRequired && !policy) return [];
  if (entry.mfa === "required" && !demandsByItself(about, key)) {
    return [
      compare(about, name, () => {
        const apps = appsOfFlow(about, key);
        return { enabled: true, apps: apps.length > 0 ? apps : ["None"], groups: "all", except: [], exact: true };
      }),
    ];
  }
  if (!policy) return [];
  if (about.prune) return [deletion(about, name)];
  const changes = new Changes();
  const enabled = policy.state === "enabled";
  if (enabled) changes.flag("enabled", true, false);
  return [
    workOf({ kind: "policy", name, exists: true, changes: changes.list }, async (graph) => {
      await graph.send(patchPolicy(policy.id, { state: "disabled" }));
      policy.state = "disabled";
    }),
  ];
}

export function deletion(about: Comparison, name: string): Work {
  return {
    step: { action: "delete", kind: "policy", name, changes: [] },
    run: async (graph) => {
      const policy = findPolicy(about, name);
      if (!policy) return;
      await graph.send(deletePolicy(policy.id));
      about.current.policies = about.current.policies.filter((other) => other !== policy);
    },
  };
}

function compare(about: Comparison, name: string, wantedNow: () => WantedPolicy): Work {
  const wanted = wantedNow();
  const policy = findPolicy(about, name);
  const changes = new Changes();
  const present = policy && settingsOf(policy);
  changes.flag("enabled", present?.enabled, wanted.enabled);
  if (present && !present.requiresMfa) changes.text("requires", present.requires, "mfa");
  compareList("apps", present?.apps, wanted.apps, wanted.exact, changes, (id) => nameOfApp(about, id));
  compareList("groups", present?.groups, wanted.groups, about.prune, changes, (id) => nameOfGroup(about, id));
  const gone = about.prune && about.target === "doorcode" ? missing(present?.except ?? [], wanted.except) : [];
  changes.added(
    "except",
    missing(wanted.except, present?.except ?? []).map((id) => nameOfUser(about, id)),
  );
  changes.removed(
    "except",
    gone.map((id) => nameOfUser(about, id)),
  );

  const exists = policy !== undefined;
  return workOf({ kind: "policy", name, exists, changes: changes.list }, async (graph) => {
    // Apps and groups that were yet to be made are there by now.
    const now = wantedNow();
    const keep = (there: "all" | string[] | undefined, list: "all" | string[], exact: boolean) =>
      list === "all" || there === "all" || exact ? list : [...new Set([...(there ?? []), ...list])];
    const apps = keep(present?.apps, now.apps, now.exact);
    const groups = keep(present?.groups, now.groups, about.prune);
    const body = policyBody({
      displayName: name,
      enabled: now.enabled,
      applications: apps === "all" ? ["All"] : apps.filter((id) => id !== "None" || apps.length === 1),
      groups: groups === "all" ? undefined : groups,
      excludeUsers: [...new Set([...(present?.except ?? []).filter((id) => !gone.includes(id)), ...now.except])],
    });
    if (policy) {
      const changed = withConditionsOf(policy, body);
      await graph.send(patchPolicy(policy.id, changed));
      Object.assign(policy, changed);
    } else {
      about.current.policies.push({ ...body, ...(await create(graph, body)) });
    }
  });
}

/**
 * Graph has nothing against two policies of one name, so another run beside this may have made the same: the earliest
 * stays, whoever looks first.
 */
async function create(graph: Graph, body: ConditionalAccessPolicy): Promise<ConditionalAccessPolicy & { id: string }> {
  const made = await graph.send(createPolicy(body));
  if (!made?.id) throw new PrepareError("graph_misbehaved", `Graph gives the policy ${body.displayName} no id.`);
  graph.created(made.id);
  const same = (other: ConditionalAccessPolicy) =>
    other.displayName === body.displayName && isDeepStrictEqual(settingsOf(other), settingsOf(body));
  const age = ({ createdDateTime, id }: ConditionalAccessPolicy) => `${createdDateTime} ${id}`;
  const twins = (await graph.list(listPolicies())).filter(same).sort((one, other) => (age(one) < age(other) ? -1 : 1));
  const [first = made, ...others] = twins;
  for (const { id = "" } of others) await graph.send(deletePolicy(id));
  return { ...first, id: first.id ?? made.id };
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

/** Locations, platforms, excluded groups and roles …: what the file has no words for is sent back as it is. */
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

/** What is there, as the file would say it. */
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

export function findPolicy({ current }: Pick<Comparison, "current">, name: string) {
  const found = current.policies.filter(({ displayName }) => displayName === name);
  if (found.length > 1)
    throw new PrepareError(
      "ambiguous",
      `${found.length} policies are called "${name}": ${found.map(({ id }) => id).join(", ")}.`,
    );
  return found[0];
}

function nameOfGroup({ current }: Comparison, id: string): string {
  return [...current.groups].find(([, group]) => group.id === id)?.[0] ?? id;
}

function nameOfUser({ current }: Comparison, id: string): string {
  return [...current.users].find(([, user]) => user.id === id)?.[0] ?? id;
}
