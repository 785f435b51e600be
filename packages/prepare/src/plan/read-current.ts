import type { Group, ServicePrincipal } from "@microsoft/microsoft-graph-types";
import type { TenantModel } from "../file/model.ts";
import {
  allApplications,
  applicationsByDisplayName,
  applicationsByTag,
  GRAPH_APP_ID,
  type GraphApplication,
  getApplication,
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
import { getBranding, getOrganization, listPolicies } from "../graph/tenant-settings.ts";
import {
  type GraphUserFlow,
  identityProvidersOf,
  listIncludedApplications,
  listUserFlowAttributes,
  listUserFlows,
} from "../graph/user-flows.ts";
import { PrepareError } from "../prepare-error.ts";
import type { Current, FoundApplication, FoundUser, FoundUserFlow } from "./current.ts";
import type { ApplicationWithIds } from "./known-objects.ts";
import { keyFromTags, parseDescription, tagOf } from "./ownership-tags.ts";

/** Reads what the file names, and with `prune` what carries our ownership tag. Nothing else is requested. */
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
    const key = keyFromTags(application.tags);
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
    const key = tagOfGroup(group);
    if (key !== undefined && !Object.hasOwn(model.groups, key) && group.id)
      current.pruned.groups.push({ key, group: { ...group, id: group.id } });
  }
}

/** The key of a group that is ours by its uniqueName and its description. */
function tagOfGroup(group: Group): string | undefined {
  const { key } = parseDescription(group.description);
  return key !== undefined && group.uniqueName === key ? key : undefined;
}

async function findUser(graph: Graph, email: string, issuer: string): Promise<FoundUser | undefined> {
  const [user] = await graph.list(usersByEmail(email, issuer));
  if (!user?.id) return undefined;
  const roles = await graph.list(roleAssignmentsOf(user.id));
  const administrator = roles.find(({ roleDefinitionId }) => roleDefinitionId === GLOBAL_ADMINISTRATOR);
  return { id: user.id, name: user.displayName ?? "", administratorBy: administrator?.id };
}

export async function readTenant(graph: Graph, options: { colour: boolean }): Promise<Current["tenant"]> {
  const [organization] = await graph.list(getOrganization());
  if (!organization?.id) throw new PrepareError("graph_misbehaved", "Graph names no organization.");
  const verified = organization.verifiedDomains ?? [];
  const domains = verified.flatMap(({ name }) => (name ? [name] : []));
  const branding = options.colour ? await graph.find(getBranding(organization.id)) : undefined;
  return {
    id: organization.id,
    name: organization.displayName ?? "",
    domains,
    defaultDomain: verified.find(({ isDefault }) => isDefault)?.name ?? domains[0] ?? "",
    initialDomain: verified.find(({ isInitial }) => isInitial)?.name ?? undefined,
    colour: branding?.backgroundColor?.toLowerCase() ?? undefined,
  };
}

/**
 * Finds the application of a key: by uniqueName, else by our tag, else the one application of that display name that
 * has neither (created in the portal, which cannot set a uniqueName).
 *
 * @throws {PrepareError} `ambiguous`, where several fit.
 */
async function findApplication(graph: Graph, key: string, displayName: string): Promise<FoundApplication | undefined> {
  const unique = await graph.find(getApplication(key));
  if (unique) return { application: withIds(unique), adopt: false };

  const tagged = await graph.list(applicationsByTag(tagOf(key)));
  const [ours] = tagged;
  if (tagged.length > 1) throw ambiguous(tagged, `carry the tag \`${tagOf(key)}\``, key);
  if (ours) return { application: withIds(ours), adopt: false };

  const alike = await graph.list(applicationsByDisplayName(displayName));
  const free = alike.filter(({ uniqueName, tags }) => !uniqueName && keyFromTags(tags) === undefined);
  const [only] = free;
  if (free.length > 1) throw ambiguous(free, `have the display name "${displayName}"`, key);
  return only && { application: withIds(only), adopt: true };
}

function ambiguous(applications: GraphApplication[], what: string, key: string): PrepareError {
  const ids = applications.map(({ appId }) => appId).join(", ");
  return new PrepareError("ambiguous", `${applications.length} applications ${what}: ${ids}.`, {
    hint: `Give the one that the file means by \`${key}\` the tag \`${tagOf(key)}\`, and none of the others.`,
  });
}

function withIds(application: GraphApplication): ApplicationWithIds {
  const { id, appId } = application;
  if (!id || !appId) throw new PrepareError("graph_misbehaved", "Graph answers with an application without ids.");
  return { ...application, id, appId };
}

/**
 * Reads every user flow of the tenant with its apps, as an app of the file may be in any of them. A flow belongs to a
 * key by its ownership tag, else by its display name.
 */
export async function readUserFlows(graph: Graph, keys: string[]): Promise<FoundUserFlow[]> {
  const found: FoundUserFlow[] = [];
  for (const flow of await graph.list(listUserFlows())) {
    if (!flow.id) throw new PrepareError("graph_misbehaved", "Graph answers with a user flow without an id.");
    const tagged = parseDescription(flow.description).key;
    const applications = await graph.list(listIncludedApplications(flow.id));
    found.push({
      flow: { ...(await withIdentityProviders(graph, flow)), id: flow.id },
      key: tagged,
      tagged: tagged !== undefined,
      appIds: applications.flatMap(({ appId }) => (appId ? [appId.toLowerCase()] : [])),
    });
  }
  for (const key of keys) {
    const ours = found.filter((flow) => flow.key === key);
    const named = ours.length > 0 ? ours : found.filter(({ flow, tagged }) => !tagged && flow.displayName === key);
    if (named.length > 1)
      throw new PrepareError(
        "ambiguous",
        `${named.length} user flows are \`${key}\`: ${named.map(({ flow }) => flow.id).join(", ")}.`,
        {
          hint: "Give all but one of them another name, and take the line `doorcode:…` out of their descriptions.",
        },
      );
    if (named[0]) named[0].key = key;
  }
  return found;
}

/** Entra's list leaves them out. */
async function withIdentityProviders(graph: Graph, flow: GraphUserFlow): Promise<GraphUserFlow> {
  if (flow.onAuthenticationMethodLoadStart?.identityProviders || !flow.id) return flow;
  const identityProviders = await graph.list(identityProvidersOf(flow.id));
  return { ...flow, onAuthenticationMethodLoadStart: { ...flow.onAuthenticationMethodLoadStart, identityProviders } };
}
