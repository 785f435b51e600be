import type { ConditionalAccessPolicy } from "@microsoft/microsoft-graph-types";
import type { PolicyEntry, UserFlowEntry } from "../file/model.ts";
import { secondFactorPolicy, settingsOf } from "../plan/policies.ts";
import { compareText, sorted } from "./keys.ts";
import type { People } from "./people.ts";
import type { Registrations } from "./registrations.ts";

/** Policies that require a second factor, except those of a user flow's `mfa`. */
export function exportPolicies(all: {
  policies: ConditionalAccessPolicy[];
  userFlows: Record<string, UserFlowEntry>;
  registrations: Registrations;
  people: People;
  notes: Set<string>;
}): Record<string, PolicyEntry> {
  const { policies, userFlows, registrations, people, notes } = all;
  const ofFlows = new Set(Object.keys(userFlows).map(secondFactorPolicy));
  const found: [string, PolicyEntry][] = [];
  for (const policy of policies) {
    const name = policy.displayName ?? "";
    if (ofFlows.has(name)) continue;
    const settings = settingsOf(policy);
    const { enabled, apps, groups, except, requires } = settings;
    if (requires !== "mfa") {
      notes.add(`The policy "${name}" requires something other than a second factor and is omitted.`);
      continue;
    }
    const entry: PolicyEntry = {
      enabled,
      require: "mfa",
      apps: apps === "all" ? "all" : names(apps, (id) => appName(registrations, id)),
      groups: groups === "all" ? "all" : names(groups, (id) => people.groups.get(id)?.key),
      except: names(except, (id) => people.users.get(id)?.email),
    };
    if (entry.apps.length === 0 || entry.groups.length === 0) {
      notes.add(`The policy "${name}" covers nothing that the file can name and is omitted.`);
      continue;
    }
    if (found.some(([other]) => other === name)) {
      notes.add(`There are several policies "${name}". The file contains the first.`);
      continue;
    }
    const whole = (list: "all" | string[], ids: "all" | string[]) => list === "all" || list.length === ids.length;
    if (!whole(entry.apps, apps) || !whole(entry.groups, groups) || !whole(entry.except, except))
      notes.add(`The policy "${name}" names apps, groups or users that are not in the file.`);
    if (policy.state === "enabledForReportingButNotEnforced")
      notes.add(`The policy "${name}" only reports. The file says that it is off.`);
    if (hasMoreConditions(policy)) notes.add(`The policy "${name}" has conditions that the file cannot express.`);
    found.push([name, entry]);
  }
  return sorted(found);
}

function names(ids: string[], name: (id: string) => string | undefined): string[] {
  return ids.flatMap((id) => name(id) ?? []).sort(compareText);
}

function appName({ all }: Registrations, appId: string): string | undefined {
  const registration = all.get(appId);
  return registration?.isApi ? undefined : registration?.key;
}

function hasMoreConditions({ conditions }: ConditionalAccessPolicy): boolean {
  const { applications, users } = conditions ?? {};
  const lists = [
    applications?.excludeApplications,
    users?.excludeGroups,
    users?.excludeRoles,
    users?.includeRoles,
    (users?.includeUsers ?? []).filter((id) => id !== "All"),
    conditions?.signInRiskLevels,
    conditions?.userRiskLevels,
  ];
  return Boolean(conditions?.locations || conditions?.platforms) || lists.some((list) => list && list.length > 0);
}
