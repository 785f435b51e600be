import type { AppRole } from "@microsoft/microsoft-graph-types";
import type { ApiEntry, RoleEntry, ScopeEntry } from "../file/model.ts";
import { isExpressible } from "../file/scalars.ts";
import { apiBody, type GraphApplication, type GraphScopeOfApi } from "../graph/applications.ts";
import { PrepareError } from "../prepare-error.ts";
import type { Plan } from "../step.ts";
import {
  adoption,
  changeApplication,
  comparePrincipal,
  createApplication,
  groupMembershipClaims,
  hasGroupClaims,
  reconcilePrincipal,
} from "./applications.ts";
import type { ApplicationWithIds, FoundApplication } from "./current.ts";
import { tagOf } from "./ownership-tags.ts";
import { roleId, scopeId } from "./permissions.ts";
import { Changes, type CompareInput, missing, type PlannedStep, plannedStep } from "./planned-step.ts";

/**
 * Web APIs with their scopes and roles, identifier URI and service principal. A scope or role that the file does not
 * list remains unless pruning: then it is disabled and removed, in two requests, as Graph requires.
 */
export function compareApis(input: CompareInput): PlannedStep[] {
  return Object.entries(input.model.apis).map(([key, api]) => {
    const found = input.current.applications.get(key);
    return found ? change(input, key, api, found) : create(input, key, api);
  });
}

function create(input: CompareInput, key: string, api: ApiEntry): PlannedStep {
  const changes = new Changes();
  changes.text("display name", undefined, api.displayName);
  changes.text("identifier URI", undefined, api.identifierUri);
  changes.added("scopes", Object.keys(api.scopes));
  changes.added("roles", Object.keys(api.roles));
  if (api.groupClaims) changes.flag("group claims", undefined, true);
  if (api.tokenProfile !== "entra") changes.text("token profile", undefined, api.tokenProfile);
  if (api.accessTokenSigningAlg !== "RS256") changes.text("signing algorithm", undefined, api.accessTokenSigningAlg);
  const principal = comparePrincipal(input, undefined, undefined, changes);
  return plannedStep({ kind: "api", name: key, exists: false, changes }, async (context) => {
    const { known } = context;
    const body = apiBody({
      displayName: api.displayName,
      scopes: Object.entries(api.scopes).map(([value, scope]) =>
        scopeOf(scopeId(key, value, known), value, scope, input.target),
      ),
      roles: Object.entries(api.roles).map(([value, role]) => roleOf(roleId(key, value, known), value, role)),
      groupClaims: api.groupClaims,
      tokenProfile: api.tokenProfile,
      accessTokenSigningAlg: api.accessTokenSigningAlg,
      tags: [tagOf(key)],
    });
    const application = await createApplication(context, key, body);
    const uris = newIdentifierUris(input, application, api);
    if (uris) await changeApplication(context.graph, application.id, { identifierUris: uris });
    await reconcilePrincipal(context, application.appId, principal);
  });
}

function change(input: CompareInput, key: string, api: ApiEntry, found: FoundApplication): PlannedStep {
  const { application } = found;
  const { id, appId } = application;
  if (input.target === "doorcode" && application.api?.requestedAccessTokenVersion !== 2)
    throw new PrepareError("conflicts_with_tenant", `\`${key}\` is an app in the tenant, but an API in the file.`);
  const changes = new Changes();
  const body: GraphApplication = adoption(found, key, changes);
  if (changes.text("display name", application.displayName ?? "", api.displayName)) body.displayName = api.displayName;
  const version = application.api?.requestedAccessTokenVersion;
  const newVersion = changes.text("access token version", version ? String(version) : undefined, "2");
  if (changes.flag("group claims", hasGroupClaims(application), api.groupClaims))
    body.groupMembershipClaims = groupMembershipClaims(api.groupClaims);
  if (input.target === "doorcode") {
    if (changes.text("token profile", application.doorcodeTokenProfile ?? "entra", api.tokenProfile))
      body.doorcodeTokenProfile = api.tokenProfile;
    const algorithm = application.doorcodeAccessTokenSigningAlg ?? "RS256";
    if (changes.text("signing algorithm", algorithm, api.accessTokenSigningAlg))
      body.doorcodeAccessTokenSigningAlg = api.accessTokenSigningAlg;
  }

  const scopes = compareScopes(input, key, api, application.api?.oauth2PermissionScopes ?? [], changes);
  const roles = compareRoles(input, key, api, application.appRoles ?? [], changes);
  if (scopes.differs || newVersion)
    body.api = {
      ...(newVersion && { requestedAccessTokenVersion: 2 }),
      ...(scopes.differs && { oauth2PermissionScopes: scopes.all }),
    };
  if (roles.differs) body.appRoles = roles.all;
  const uris = newIdentifierUris(input, application, api);
  if (uris) changes.set("identifier URI", application.identifierUris ?? [], uris);
  const principal = comparePrincipal(input, found, undefined, changes);

  return plannedStep({ kind: "api", name: key, exists: true, changes }, async (context) => {
    await changeApplication(context.graph, id, body);
    // Graph removes only what is already disabled.
    await changeApplication(context.graph, id, {
      ...(scopes.removed.length > 0 && { api: { oauth2PermissionScopes: kept(scopes) } }),
      ...(roles.removed.length > 0 && { appRoles: kept(roles) }),
    });
    if (uris) await changeApplication(context.graph, id, { identifierUris: uris });
    await reconcilePrincipal(context, appId, principal);
  });
}

/** How the scopes or roles of an API differ. */
interface Difference<Item> {
  differs: boolean;
  /** The new list, in which everything that is removed later is disabled. */
  all: Item[];
  removed: Item[];
}

function kept<Item>({ all, removed }: Difference<Item>): Item[] {
  return all.filter((item) => !removed.includes(item));
}

function compareScopes(
  input: CompareInput,
  key: string,
  api: ApiEntry,
  present: GraphScopeOfApi[],
  changes: Changes,
): Difference<GraphScopeOfApi> {
  const before = changes.list.length;
  const all: GraphScopeOfApi[] = present.map((scope) => ({ ...scope }));
  for (const [value, wanted] of Object.entries(api.scopes)) {
    const scope = all.find((candidate) => candidate.value === value);
    if (!scope) {
      changes.added("scopes", [value]);
      all.push(scopeOf(scopeId(key, value, input.lookup), value, wanted, input.target));
      continue;
    }
    const what = `scope ${value}`;
    const type = wanted.consent === "admin" ? "Admin" : "User";
    changes.text(`${what} consent`, scope.type?.toLowerCase(), wanted.consent);
    changes.text(`${what} display name`, scope.adminConsentDisplayName ?? "", wanted.displayName);
    changes.text(`${what} description`, scope.adminConsentDescription ?? "", wanted.description);
    if (type === "User") {
      changes.text(`${what} display name for customers`, scope.userConsentDisplayName ?? "", wanted.displayName);
      changes.text(`${what} description for customers`, scope.userConsentDescription ?? "", wanted.description);
    }
    if (input.target === "doorcode") compareDisplayNames(what, scope.doorcodeDisplayNames ?? {}, wanted, changes);
    changes.flag(what, scope.isEnabled ?? true, wanted.enabled);
    Object.assign(scope, scopeOf(scope.id ?? "", value, wanted, input.target));
  }
  const removed = disableUnlisted(input, all, Object.keys(api.scopes));
  changes.removed("scopes", valuesOf(removed));
  return { differs: changes.list.length > before, all, removed };
}

function compareRoles(
  input: CompareInput,
  key: string,
  api: ApiEntry,
  present: AppRole[],
  changes: Changes,
): Difference<AppRole> {
  const before = changes.list.length;
  const all: AppRole[] = present.map((role) => ({ ...role }));
  for (const [value, wanted] of Object.entries(api.roles)) {
    const role = all.find((candidate) => candidate.value === value);
    if (!role) {
      changes.added("roles", [value]);
      all.push(roleOf(roleId(key, value, input.lookup), value, wanted));
      continue;
    }
    const what = `role ${value}`;
    changes.text(`${what} display name`, role.displayName ?? "", wanted.displayName);
    changes.text(`${what} description`, role.description ?? "", wanted.description);
    changes.flag(what, role.isEnabled ?? true, true);
    // The file does not determine who else can have the role, but assigned users and groups must be able to.
    const types = role.allowedMemberTypes ?? [];
    if (wanted.assignedTo.length > 0 && changes.added(`${what} for`, missing(["User"], types)))
      role.allowedMemberTypes = [...types, "User"];
    Object.assign(role, { displayName: wanted.displayName, description: wanted.description, isEnabled: true });
  }
  const removed = disableUnlisted(input, all, Object.keys(api.roles));
  changes.removed("roles", valuesOf(removed));
  return { differs: changes.list.length > before, all, removed };
}

function disableUnlisted<Item extends { value?: string | null; isEnabled?: boolean }>(
  { prune }: CompareInput,
  items: Item[],
  listed: string[],
): Item[] {
  const unlisted = prune
    ? items.filter(({ value }) => isExpressible.permission(value) && !listed.includes(value ?? ""))
    : [];
  for (const item of unlisted) item.isEnabled = false;
  return unlisted;
}

function valuesOf(items: readonly { value?: string | null }[]): string[] {
  return items.map(({ value }) => value ?? "");
}

function compareDisplayNames(
  what: string,
  present: Record<string, string>,
  { displayNames }: ScopeEntry,
  changes: Changes,
): void {
  for (const language of new Set([...Object.keys(present), ...Object.keys(displayNames)]))
    changes.text(`${what} display name (${language})`, present[language], displayNames[language]);
}

/** Entra has one text for all languages. */
export function apiNotes({ model, target }: CompareInput): string[] {
  if (target !== "entra") return [];
  const scopes = Object.entries(model.apis).flatMap(([key, api]) =>
    Object.entries(api.scopes)
      .filter(([, { displayNames }]) => Object.keys(displayNames).length > 0)
      .map(([value]) => `${key}/${value}`),
  );
  if (scopes.length === 0) return [];
  return [
    `The file has \`displayNames\` (${scopes.join(", ")}), which only the embedded tenant shows. Entra has one text for all languages and gets \`displayName\`.`,
  ];
}

function scopeOf(id: string, value: string, scope: ScopeEntry, target: CompareInput["target"]): GraphScopeOfApi {
  return {
    id,
    value,
    type: scope.consent === "admin" ? "Admin" : "User",
    adminConsentDisplayName: scope.displayName,
    adminConsentDescription: scope.description,
    ...(scope.consent === "user" && {
      userConsentDisplayName: scope.displayName,
      userConsentDescription: scope.description,
    }),
    isEnabled: scope.enabled,
    ...(target === "doorcode" && { doorcodeDisplayNames: scope.displayNames }),
  };
}

function roleOf(id: string, value: string, role: RoleEntry): AppRole {
  return {
    id,
    value,
    displayName: role.displayName,
    description: role.description,
    allowedMemberTypes: ["User", "Application"],
    isEnabled: true,
  };
}

/**
 * The identifier URIs to set; undefined: they remain. The embedded tenant's APIs have one, Entra's may have more; there
 * any URI satisfies a file that names none.
 */
function newIdentifierUris(
  { target, prune }: Pick<Plan, "target" | "prune">,
  { appId, identifierUris }: ApplicationWithIds,
  api: ApiEntry,
): string[] | undefined {
  const wanted = api.identifierUri ?? `api://${appId}`;
  const present = identifierUris ?? [];
  if (api.identifierUri === undefined && target === "entra" && present.length > 0) return undefined;
  const exact = prune || target === "doorcode";
  if (present.includes(wanted)) return exact && present.length > 1 ? [wanted] : undefined;
  return exact ? [wanted] : [wanted, ...present];
}

/** The identifier URI that clients use once the plan is applied. */
export function identifierUriOf(
  plan: Pick<Plan, "target" | "prune">,
  application: ApplicationWithIds | undefined,
  api: ApiEntry,
): string {
  if (api.identifierUri !== undefined) return api.identifierUri;
  const uris = application && (newIdentifierUris(plan, application, api) ?? application.identifierUris);
  return uris?.[0] ?? `api://${application?.appId ?? ""}`;
}
