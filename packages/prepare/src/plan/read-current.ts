import type {
  AppRoleAssignment,
  Group,
  OAuth2PermissionGrant,
  ServicePrincipal,
} from "@microsoft/microsoft-graph-types";
import type { GroupEntry, TenantModel } from "../file/model.ts";
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
import { getBranding, getOrganization, getSignUpPolicy, listPolicies } from "../graph/tenant-settings.ts";
import {
  type GraphUserFlow,
  identityProvidersOf,
  listIncludedApplications,
  listUserFlowAttributes,
  listUserFlows,
} from "../graph/user-flows.ts";
import { PrepareError } from "../prepare-error.ts";
import type { ApplicationWithIds, Current, FoundApplication, FoundGroup, FoundUser, FoundUserFlow } from "./current.ts";
import { keyFromTags, parseDescription, tagOf } from "./ownership-tags.ts";

/** Reads what the file names and, with `prune`, what carries our ownership tag. Nothing else is requested. */
export async function readCurrent(graph: Graph, model: TenantModel, { prune }: { prune: boolean }): Promise<Current> {
  const tenant = await readTenant(graph, {
    colour: model.tenant.colour !== undefined,
    signUp: model.tenant.signUp !== undefined || model.tenant.accountUserFlow !== undefined,
  });
  const applications = await readApplications(graph, model);
  const access = await readAccess(graph, model, applications, prune);
  const unlistedApplications = prune ? await readUnlistedApplications(graph, model) : [];
  const groups = await readGroups(graph, model, prune);
  const unlistedGroups = prune ? await readUnlistedGroups(graph, model) : [];
  const users = await readUsers(graph, model, tenant.defaultDomain);
  const flows = Object.keys(model.userFlows);
  const userFlows = flows.length > 0 || prune ? await readUserFlows(graph, flows) : [];
  const attributes = flows.length > 0 ? await graph.list(listUserFlowAttributes()) : [];
  const hasPolicies = flows.length > 0 || Object.keys(model.policies).length > 0 || prune;
  const policies = hasPolicies ? await graph.list(listPolicies()) : [];
  return {
    tenant,
    ...applications,
    ...access,
    attributes,
    userFlows,
    ...groups,
    users,
    policies: policies.map((policy) => ({ ...policy, id: policy.id ?? "" })),
    pruned: { applications: unlistedApplications, groups: unlistedGroups },
  };
}

type Applications = Pick<Current, "applications" | "servicePrincipals">;

async function readApplications(graph: Graph, model: TenantModel): Promise<Applications> {
  const applications = new Map<string, FoundApplication>();
  const servicePrincipals = new Map<string, ServicePrincipal & { id: string }>();
  const readPrincipal = async (appId: string) => {
    const principal = await findServicePrincipal(graph, appId);
    if (principal) servicePrincipals.set(appId, principal);
  };
  for (const [key, { displayName }] of Object.entries({ ...model.apps, ...model.apis })) {
    const found = await findApplication(graph, key, displayName);
    if (!found) continue;
    const { id } = found.application;
    checkUnshared(
      "application",
      key,
      id,
      [...applications].map(([other, { application }]) => [other, application.id]),
    );
    applications.set(key, found);
    await readPrincipal(found.application.appId);
  }
  if (Object.keys(model.apps).length > 0) await readPrincipal(GRAPH_APP_ID);
  return { applications, servicePrincipals };
}

/** The administrator's consents of apps, and the assignments of apps and roles, if the file or `prune` needs them. */
async function readAccess(
  graph: Graph,
  { apps, apis }: TenantModel,
  { applications, servicePrincipals }: Applications,
  prune: boolean,
): Promise<Pick<Current, "grants" | "assignments">> {
  const grants = new Map<string, OAuth2PermissionGrant[]>();
  const assignments = new Map<string, AppRoleAssignment[]>();
  const principalOf = (key: string) => servicePrincipals.get(applications.get(key)?.application.appId ?? "");
  for (const [key, { adminConsent, assignedTo }] of Object.entries(apps)) {
    const principal = principalOf(key);
    if (!principal) continue;
    if (adminConsent || prune) {
      const found = await graph.list(grantsOf(principal.id));
      grants.set(
        principal.id,
        found.filter(({ consentType }) => consentType === "AllPrincipals"),
      );
    }
    if (assignedTo.length > 0 || prune) assignments.set(principal.id, await graph.list(listAssignments(principal.id)));
  }
  for (const [key, { roles }] of Object.entries(apis)) {
    const principal = principalOf(key);
    const assigned = Object.values(roles).some(({ assignedTo }) => assignedTo.length > 0);
    if (principal && (assigned || prune))
      assignments.set(principal.id, await graph.list(listAssignments(principal.id)));
  }
  return { grants, assignments };
}

/** Applications that are ours by both uniqueName and tag, but not in the file. */
async function readUnlistedApplications(graph: Graph, { apps, apis }: TenantModel) {
  const applications = await graph.list(allApplications());
  return applications.flatMap((application): Current["pruned"]["applications"] => {
    const key = keyFromTags(application.tags);
    if (key === undefined || application.uniqueName !== key) return [];
    if (Object.hasOwn(apps, key) || Object.hasOwn(apis, key)) return [];
    return [{ key, application: { ...application, id: application.id ?? "" } }];
  });
}

export async function findServicePrincipal(
  graph: Graph,
  appId: string,
): Promise<(ServicePrincipal & { id: string }) | undefined> {
  const [principal] = await graph.list(servicePrincipalsOf(appId));
  return principal?.id ? { ...principal, id: principal.id } : undefined;
}

async function readGroups(
  graph: Graph,
  model: TenantModel,
  prune: boolean,
): Promise<Pick<Current, "groups" | "members">> {
  const groups = new Map<string, FoundGroup>();
  const members = new Map<string, Set<string>>();
  let all: Promise<Group[]> | undefined;
  for (const [key, entry] of Object.entries(model.groups)) {
    const unique = await graph.find(getGroup(key));
    // Read only if a group is missing, and once: Graph cannot search for a line of a description.
    if (!unique && graph.target === "doorcode") all ??= graph.list(allGroups());
    const group = unique?.id ? { ...unique, id: unique.id, adopt: false } : findGroup((await all) ?? [], key, entry);
    if (!group) continue;
    checkUnshared(
      "group",
      key,
      group.id,
      [...groups].map(([other, { id }]) => [other, id]),
    );
    groups.set(key, group);
    if (entry.members.length === 0 && !prune) continue;
    const found = await graph.list(listMembers(group.id));
    members.set(group.id, new Set(found.map(({ id }) => id ?? "")));
  }
  return { groups, members };
}

/**
 * Finds the group of a key that is no uniqueName, as `findApplication`: by our tag, otherwise the only one with that
 * display name and neither tag nor uniqueName, which the console makes. Not on Entra: there users may create groups and
 * name them, and would get what the file gives to its own.
 * @throws {PrepareError} `ambiguous` if several match.
 */
function findGroup(all: readonly Group[], key: string, { displayName }: GroupEntry): FoundGroup | undefined {
  const groups = all.flatMap((group) => (group.id && !group.uniqueName ? [{ ...group, id: group.id }] : []));
  const keyOf = ({ description }: Group) => parseDescription(description).key;
  const [tagged, ...moreTagged] = groups.filter((group) => keyOf(group) === key);
  if (moreTagged.length > 0) throw ambiguousGroups([tagged!, ...moreTagged], `have the line \`${tagOf(key)}\``, key);
  if (tagged) return { ...tagged, adopt: false };
  const free = groups.filter((group) => group.displayName === displayName && keyOf(group) === undefined);
  if (free.length > 1) throw ambiguousGroups(free, `have the display name "${displayName}"`, key);
  return free[0] && { ...free[0], adopt: true };
}

function ambiguousGroups(groups: readonly { id: string }[], what: string, key: string): PrepareError {
  const ids = groups.map(({ id }) => id).join(", ");
  return new PrepareError("ambiguous", `${groups.length} groups ${what}: ${ids}.`, {
    hint: `Add the line \`${tagOf(key)}\` to the description of the one that the file means by \`${key}\`, and to no other.`,
  });
}

/** @throws {PrepareError} `ambiguous` if another key of the file means the same object, so that they would share it. */
function checkUnshared(
  kind: "application" | "group",
  key: string,
  id: string,
  found: Iterable<[string, string]>,
): void {
  for (const [other, itsId] of found) {
    if (itsId !== id) continue;
    throw new PrepareError(
      "ambiguous",
      `\`${other}\` and \`${key}\` are both the ${kind} ${id}: they have its display name.`,
      {
        hint: "Give one of them another display name.",
      },
    );
  }
}

/** Groups that are ours by both uniqueName and description, but not in the file. */
async function readUnlistedGroups(graph: Graph, model: TenantModel) {
  const groups = await graph.list(allGroups());
  return groups.flatMap((group): Current["pruned"]["groups"] => {
    const { key } = parseDescription(group.description);
    if (key === undefined || group.uniqueName !== key || Object.hasOwn(model.groups, key) || !group.id) return [];
    return [{ key, group: { ...group, id: group.id } }];
  });
}

async function readUsers(graph: Graph, model: TenantModel, issuer: string): Promise<Current["users"]> {
  const users = new Map<string, FoundUser>();
  for (const email of Object.keys(model.users)) {
    const found = await findUser(graph, email, issuer);
    if (found) users.set(email, found);
  }
  return users;
}

async function findUser(graph: Graph, email: string, issuer: string): Promise<FoundUser | undefined> {
  const [user] = await graph.list(usersByEmail(email, issuer));
  if (!user?.id) return undefined;
  const roles = await graph.list(roleAssignmentsOf(user.id));
  const administrator = roles.find(({ roleDefinitionId }) => roleDefinitionId === GLOBAL_ADMINISTRATOR);
  return { id: user.id, name: user.displayName ?? "", administratorBy: administrator?.id };
}

export async function readTenant(
  graph: Graph,
  options: { colour: boolean; signUp: boolean },
): Promise<Current["tenant"]> {
  const [organization] = await graph.list(getOrganization());
  if (!organization?.id) throw new PrepareError("graph_misbehaved", "Graph returned no organization.");
  const verified = organization.verifiedDomains ?? [];
  const domains = verified.flatMap(({ name }) => (name ? [name] : []));
  const branding = options.colour ? await graph.find(getBranding(organization.id)) : undefined;
  const signUp = options.signUp ? await graph.find(getSignUpPolicy()) : undefined;
  return {
    id: organization.id,
    name: organization.displayName ?? "",
    domains,
    defaultDomain: verified.find(({ isDefault }) => isDefault)?.name ?? domains[0] ?? "",
    initialDomain: verified.find(({ isInitial }) => isInitial)?.name ?? undefined,
    colour: branding?.backgroundColor?.toLowerCase() ?? undefined,
    signUp: signUp?.selfServiceSignUp?.isEnabled,
    accountUserFlowId: signUp?.doorcodeAccountUserFlow?.id,
    lifetimes: organization.doorcodeLifetimes ?? undefined,
  };
}

/**
 * Finds the application of a key: by uniqueName, otherwise by our tag, otherwise the only application with that display
 * name and neither of them (created in the portal, which cannot set a uniqueName).
 * @throws {PrepareError} `ambiguous` if several match.
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
    hint: `Give the tag \`${tagOf(key)}\` to the one that the file means by \`${key}\`, and to no other.`,
  });
}

function withIds(application: GraphApplication): ApplicationWithIds {
  const { id, appId } = application;
  if (!id || !appId) throw new PrepareError("graph_misbehaved", "Graph returned an application without IDs.");
  return { ...application, id, appId };
}

/**
 * Reads all user flows of the tenant with their apps, since an app of the file may be in any of them. A flow's
 * ownership tag names its key; without a tag, its display name does.
 */
export async function readUserFlows(graph: Graph, keys: string[]): Promise<FoundUserFlow[]> {
  const found: FoundUserFlow[] = [];
  for (const flow of await graph.list(listUserFlows())) {
    if (!flow.id) throw new PrepareError("graph_misbehaved", "Graph returned a user flow without an ID.");
    const { key } = parseDescription(flow.description);
    const applications = await graph.list(listIncludedApplications(flow.id));
    found.push({
      flow: { ...(await withIdentityProviders(graph, flow)), id: flow.id },
      key,
      tagged: key !== undefined,
      appIds: applications.flatMap(({ appId }) => (appId ? [appId.toLowerCase()] : [])),
    });
  }
  const keysWithoutTag = new Set(keys.filter((key) => !found.some((flow) => flow.key === key)));
  const flows = found.map((flow) => {
    const name = flow.flow.displayName ?? "";
    return !flow.tagged && keysWithoutTag.has(name) ? { ...flow, key: name } : flow;
  });
  for (const key of keys) {
    const ours = flows.filter((flow) => flow.key === key);
    if (ours.length > 1)
      throw new PrepareError(
        "ambiguous",
        `${ours.length} user flows belong to \`${key}\`: ${ours.map(({ flow }) => flow.id).join(", ")}.`,
        {
          hint: "Rename all but one of them, and remove the line `doorcode:…` from their descriptions.",
        },
      );
  }
  return flows;
}

/** Entra's list omits them. */
async function withIdentityProviders(graph: Graph, flow: GraphUserFlow): Promise<GraphUserFlow> {
  if (flow.onAuthenticationMethodLoadStart?.identityProviders || !flow.id) return flow;
  const identityProviders = await graph.list(identityProvidersOf(flow.id));
  return { ...flow, onAuthenticationMethodLoadStart: { ...flow.onAuthenticationMethodLoadStart, identityProviders } };
}
