import type { Group, ServicePrincipal } from "@microsoft/microsoft-graph-types";
import type { TenantModel } from "../file/model.ts";
import {
  allApplications,
  GRAPH_APP_ID,
  grantsOf,
  listAssignments,
  servicePrincipalsOf,
} from "../graph/applications.ts";
import type { Graph } from "../graph/graph.ts";
import {
  allGroups,
  GLOBAL_ADMINISTRATOR,
  getGroup,
  listMembers,
  roleAssignmentsOf,
  usersByEmail,
} from "../graph/people.ts";
import { listPolicies } from "../graph/tenant-settings.ts";
import { listUserFlowAttributes } from "../graph/user-flows.ts";
import type { Current, FoundUser } from "./current.ts";
import { findApplication } from "./find-application.ts";
import { keyInTags, readDescription } from "./marks.ts";
import { readTenant } from "./read-tenant.ts";
import { readUserFlows } from "./read-user-flows.ts";

/** Reads what the file names, and with `prune` what carries our mark. Asks for nothing else. */
export async function readCurrent(graph: Graph, model: TenantModel, options: { prune: boolean }): Promise<Current> {
  const { prune } = options;
  const current: Current = {
    tenant: await readTenant(graph, { colour: model.tenant.colour !== undefined }),
    applications: new Map(),
    servicePrincipals: new Map(),
    grants: new Map(),
    assignments: new Map(),
    attributes: [],
    userFlows: [],
    groups: new Map(),
    members: new Map(),
    users: new Map(),
    policies: [],
    pruned: { applications: [], groups: [] },
  };
  await readApplications(graph, model, current, prune);
  await readGroups(graph, model, current, prune);
  for (const email of Object.keys(model.users)) {
    const found = await findUser(graph, email, current.tenant.defaultDomain);
    if (found) current.users.set(email, found);
  }
  const flows = Object.values(model.userFlows);
  if (flows.length > 0 || prune) current.userFlows = await readUserFlows(graph, Object.keys(model.userFlows));
  if (flows.length > 0) current.attributes = await graph.list(listUserFlowAttributes());
  if (flows.length > 0 || Object.keys(model.policies).length > 0 || prune)
    current.policies = (await graph.list(listPolicies())).map((policy) => ({ ...policy, id: policy.id ?? "" }));
  return current;
}

async function readApplications(graph: Graph, model: TenantModel, current: Current, prune: boolean): Promise<void> {
  const named = { ...model.apps, ...model.apis };
  for (const [key, { displayName }] of Object.entries(named)) {
    const found = await findApplication(graph, key, displayName);
    if (!found) continue;
    current.applications.set(key, found);
    const principal = await findServicePrincipal(graph, found.application.appId);
    if (principal) current.servicePrincipals.set(found.application.appId, principal);
  }
  if (Object.keys(model.apps).length > 0) {
    const principal = await findServicePrincipal(graph, GRAPH_APP_ID);
    if (principal) current.servicePrincipals.set(GRAPH_APP_ID, principal);
  }

  for (const [key, app] of Object.entries(model.apps)) {
    const principal = principalOf(current, key);
    if (!principal) continue;
    if (app.adminConsent || prune) {
      const grants = await graph.list(grantsOf(principal.id));
      current.grants.set(
        principal.id,
        grants.filter(({ consentType }) => consentType === "AllPrincipals"),
      );
    }
    if (app.assignedTo.length > 0 || prune)
      current.assignments.set(principal.id, await graph.list(listAssignments(principal.id)));
  }
  for (const [key, api] of Object.entries(model.apis)) {
    const principal = principalOf(current, key);
    const assigned = Object.values(api.roles).some(({ assignedTo }) => assignedTo.length > 0);
    if (principal && (assigned || prune))
      current.assignments.set(principal.id, await graph.list(listAssignments(principal.id)));
  }

  if (!prune) return;
  for (const application of await graph.list(allApplications())) {
    const key = keyInTags(application.tags);
    if (key === undefined || application.uniqueName !== key || Object.hasOwn(named, key)) continue;
    current.pruned.applications.push({ key, application: { ...application, id: application.id ?? "" } });
  }
}

function principalOf(current: Current, key: string): (ServicePrincipal & { id: string }) | undefined {
  const found = current.applications.get(key);
  return found && current.servicePrincipals.get(found.application.appId);
}

export async function findServicePrincipal(
  graph: Graph,
  appId: string,
): Promise<(ServicePrincipal & { id: string }) | undefined> {
  const [principal] = await graph.list(servicePrincipalsOf(appId));
  return principal?.id ? { ...principal, id: principal.id } : undefined;
}

async function readGroups(graph: Graph, model: TenantModel, current: Current, prune: boolean): Promise<void> {
  for (const [key, { members }] of Object.entries(model.groups)) {
    const group = await graph.find(getGroup(key));
    if (!group?.id) continue;
    current.groups.set(key, { ...group, id: group.id });
    if (members.length > 0 || prune) {
      const found = await graph.list(listMembers(group.id));
      current.members.set(group.id, new Set(found.map(({ id }) => id ?? "")));
    }
  }
  if (!prune) return;
  for (const group of await graph.list(allGroups())) {
    const key = markOfGroup(group);
    if (key !== undefined && !Object.hasOwn(model.groups, key) && group.id)
      current.pruned.groups.push({ key, group: { ...group, id: group.id } });
  }
}

/** The key of a group that is ours by both its uniqueName and its description. */
function markOfGroup(group: Group): string | undefined {
  const { key } = readDescription(group.description);
  return key !== undefined && group.uniqueName === key ? key : undefined;
}

export async function findUser(graph: Graph, email: string, issuer: string): Promise<FoundUser | undefined> {
  const [user] = await graph.list(usersByEmail(email, issuer));
  if (!user?.id) return undefined;
  const roles = await graph.list(roleAssignmentsOf(user.id));
  const administrator = roles.find(({ roleDefinitionId }) => roleDefinitionId === GLOBAL_ADMINISTRATOR);
  return { id: user.id, name: user.displayName ?? "", administratorBy: administrator?.id };
}
