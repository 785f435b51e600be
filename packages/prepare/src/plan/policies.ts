import type { ConditionalAccessConditionSet, ConditionalAccessPolicy } from "@microsoft/microsoft-graph-types";
import { createPolicy, deletePolicy, patchPolicy, policyBody } from "../graph/conditional-access.ts";
import { PrepareError } from "./prepare-error.ts";
import { flowOf, nameOfApp } from "./user-flows.ts";
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
        apps: policy.apps === "all" ? "all" : policy.apps.map((app) => appIdOf(about, app)),
        groups: policy.groups === "all" ? "all" : policy.groups.map((key) => about.current.groups.get(key)?.id ?? key),
        except: policy.except.map((email) => about.current.users.get(email)?.id ?? email),
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
  if (flowOf(about.current, key)?.flow.doorcodeMfaRequired) {
    if (entry.mfa === "off")
      about.notes.add(`The user flow ${key} requires a second factor by itself; only its program can change that.`);
    return [];
  }
  if (entry.mfa === "required") {
    return [
      compare(about, name, () => {
        const others = flowOf(about.current, key)?.appIds ?? [];
        const apps = [...new Set([...entry.apps.map((app) => appIdOf(about, app)), ...others])];
        return { enabled: true, apps: apps.length > 0 ? apps : ["None"], groups: "all", except: [] };
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
  compareList("apps", present?.apps, wanted.apps, about, changes, (id) => nameOfApp(about, id));
  compareList("groups", present?.groups, wanted.groups, about, changes, (id) => nameOfGroup(about, id));
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
    const keep = (there: "all" | string[] | undefined, list: "all" | string[]) =>
      list === "all" || there === "all" || about.prune ? list : [...new Set([...(there ?? []), ...list])];
    const apps = keep(present?.apps, now.apps);
    const groups = keep(present?.groups, now.groups);
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
      const made = await graph.send(createPolicy(body));
      if (!made?.id) throw new PrepareError("graph_misbehaved", `Graph gives the policy ${name} no id.`);
      graph.created(made.id);
      about.current.policies.push({ ...body, ...made, id: made.id });
    }
  });
}

function compareList(
  what: string,
  present: "all" | string[] | undefined,
  wanted: "all" | string[],
  { prune }: Comparison,
  changes: Changes,
  name: (id: string) => string,
): void {
  const text = (list: "all" | string[] | undefined) => (list === "all" ? "all" : list?.map(name).join(", "));
  if (present === undefined || present === "all" || wanted === "all") {
    if (present !== wanted) changes.text(what, text(present), text(wanted));
    return;
  }
  changes.added(what, missing(wanted, present).map(name));
  changes.removed(what, (prune ? missing(present, wanted) : []).map(name));
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

export interface PolicySettingsFound extends Omit<WantedPolicy, "enabled"> {
  enabled: boolean;
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

function appIdOf({ current }: Comparison, app: string): string {
  return current.applications.get(app)?.application.appId ?? app;
}

function nameOfGroup({ current }: Comparison, id: string): string {
  return [...current.groups].find(([, group]) => group.id === id)?.[0] ?? id;
}

function nameOfUser({ current }: Comparison, id: string): string {
  return [...current.users].find(([, user]) => user.id === id)?.[0] ?? id;
}
