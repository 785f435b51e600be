import type { AppRole, PermissionScope } from "@microsoft/microsoft-graph-types";
import type { ApiEntry, RoleEntry, ScopeEntry } from "../file/model.ts";
import { isExpressible } from "../file/scalars.ts";
import { apiBody, type GraphApplication } from "../graph/applications.ts";
import type { Graph } from "../graph/graph.ts";
import { PrepareError } from "../prepare-error.ts";
import {
  adoption,
  changeApplication,
  comparePrincipal,
  createApplication,
  groupMembershipClaims,
  hasGroupClaims,
  settlePrincipal,
} from "./application-work.ts";
import type { FoundApplication } from "./current.ts";
import { markOf } from "./marks.ts";
import { roleId, scopeId } from "./permissions.ts";
import { Changes, type Comparison, missing, type Work, workOf } from "./work.ts";

/**
 * Web APIs with their scopes and roles, identifier URI and service principal. A scope or role that the file does not
 * list stays, unless pruning: then it is disabled and taken away, in two calls, as Graph demands.
 */
export function apiWork(about: Comparison): Work[] {
  return Object.entries(about.model.apis).map(([key, api]) => {
    const found = about.current.applications.get(key);
    return found ? change(about, key, api, found) : create(about, key, api);
  });
}

function create(about: Comparison, key: string, api: ApiEntry): Work {
  const changes = new Changes();
  changes.text("display name", undefined, api.displayName);
  changes.text("identifier URI", undefined, api.identifierUri);
  changes.added("scopes", Object.keys(api.scopes));
  changes.added("roles", Object.keys(api.roles));
  if (api.groupClaims) changes.flag("group claims", undefined, true);
  if (api.tokenProfile !== "entra") changes.text("token profile", undefined, api.tokenProfile);
  const principal = comparePrincipal(about, undefined, undefined, changes);
  return workOf({ kind: "api", name: key, exists: false, changes: changes.list }, async (graph) => {
    const body = apiBody({
      displayName: api.displayName,
      scopes: Object.entries(api.scopes).map(([value, scope]) =>
        scopeOf(scopeId(key, value, about.current), value, scope),
      ),
      roles: Object.entries(api.roles).map(([value, role]) => roleOf(roleId(key, value, about.current), value, role)),
      groupClaims: api.groupClaims,
      tokenProfile: api.tokenProfile,
      tags: [markOf(key)],
    });
    const found = await createApplication(graph, about, key, body);
    await settleIdentifierUri(graph, about, found, api);
    await settlePrincipal(graph, about, found, principal);
  });
}

function change(about: Comparison, key: string, api: ApiEntry, found: FoundApplication): Work {
  const { application } = found;
  if (about.target === "doorcode" && application.api?.requestedAccessTokenVersion !== 2)
    throw new PrepareError("conflicts_with_tenant", `\`${key}\` is an app in the tenant, and an API in the file.`);
  const changes = new Changes();
  const body: GraphApplication = adoption(found, key, changes);
  if (changes.text("display name", application.displayName ?? "", api.displayName)) body.displayName = api.displayName;
  const version = application.api?.requestedAccessTokenVersion;
  const newVersion = changes.text("access token version", version ? String(version) : undefined, "2");
  if (changes.flag("group claims", hasGroupClaims(application), api.groupClaims))
    body.groupMembershipClaims = groupMembershipClaims(api.groupClaims);
  if (about.target === "doorcode") {
    if (changes.text("token profile", application.doorcodeTokenProfile ?? "entra", api.tokenProfile))
      body.doorcodeTokenProfile = api.tokenProfile;
  }

  const scopes = compareScopes(about, key, api, application.api?.oauth2PermissionScopes ?? [], changes);
  const roles = compareRoles(about, key, api, application.appRoles ?? [], changes);
  const uris = identifierUris(about, found, api);
  if (uris) changes.set("identifier URI", application.identifierUris ?? [], uris);
  const principal = comparePrincipal(about, found, undefined, changes);

  return workOf({ kind: "api", name: key, exists: true, changes: changes.list }, async (graph) => {
    if (scopes.differs || newVersion)
      body.api = {
        ...(newVersion && { requestedAccessTokenVersion: 2 }),
        ...(scopes.differs && { oauth2PermissionScopes: scopes.all }),
      };
    if (roles.differs) body.appRoles = roles.all;
    await changeApplication(graph, found, body);
    // What was disabled a moment ago may be taken away now.
    await changeApplication(graph, found, {
      ...(scopes.gone.length > 0 && { api: { oauth2PermissionScopes: without(scopes) } }),
      ...(roles.gone.length > 0 && { appRoles: without(roles) }),
    });
    await settleIdentifierUri(graph, about, found, api);
    await settlePrincipal(graph, about, found, principal);
  });
}

interface Difference<Item> {
  differs: boolean;
  /** With what goes disabled. */
  all: Item[];
  /** Ids of what goes. */
  gone: string[];
}

function without<Item extends { id?: string }>({ all, gone }: Difference<Item>): Item[] {
  return all.filter(({ id }) => !gone.includes(id ?? ""));
}

function compareScopes(
  about: Comparison,
  key: string,
  api: ApiEntry,
  present: PermissionScope[],
  changes: Changes,
): Difference<PermissionScope> {
  const before = changes.list.length;
  const all: PermissionScope[] = present.map((scope) => ({ ...scope }));
  for (const [value, wanted] of Object.entries(api.scopes)) {
    const scope = all.find((candidate) => candidate.value === value);
    if (!scope) {
      changes.added("scopes", [value]);
      all.push(scopeOf(scopeId(key, value, about.current), value, wanted));
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
    changes.flag(what, scope.isEnabled ?? true, wanted.enabled);
    Object.assign(scope, scopeOf(scope.id ?? "", value, wanted));
  }
  const gone = disableUnlisted(about, all, Object.keys(api.scopes));
  changes.removed(
    "scopes",
    gone.map(({ value }) => value ?? ""),
  );
  return { differs: changes.list.length > before, all, gone: gone.map(({ id }) => id ?? "") };
}

function compareRoles(
  about: Comparison,
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
      all.push(roleOf(roleId(key, value, about.current), value, wanted));
      continue;
    }
    const what = `role ${value}`;
    changes.text(`${what} display name`, role.displayName ?? "", wanted.displayName);
    changes.text(`${what} description`, role.description ?? "", wanted.description);
    changes.flag(what, role.isEnabled ?? true, true);
    // Whom else it is for is not the file's; people must be able to have it where the file gives it to some.
    const types = role.allowedMemberTypes ?? [];
    if (wanted.assignedTo.length > 0 && changes.added(`${what} for`, missing(["User"], types)))
      role.allowedMemberTypes = [...types, "User"];
    Object.assign(role, { displayName: wanted.displayName, description: wanted.description, isEnabled: true });
  }
  const gone = disableUnlisted(about, all, Object.keys(api.roles));
  changes.removed(
    "roles",
    gone.map(({ value }) => value ?? ""),
  );
  return { differs: changes.list.length > before, all, gone: gone.map(({ id }) => id ?? "") };
}

function disableUnlisted<Item extends { value?: string | null; isEnabled?: boolean }>(
  { prune }: Comparison,
  items: Item[],
  listed: string[],
): Item[] {
  const gone = prune
    ? items.filter(({ value }) => isExpressible.permission(value) && !listed.includes(value ?? ""))
    : [];
  for (const item of gone) item.isEnabled = false;
  return gone;
}

function scopeOf(id: string, value: string, scope: ScopeEntry): PermissionScope {
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
 * What the URIs become; undefined: they stay. An API of the embedded tenant has one, of Entra perhaps more; there, a
 * file that names none is content with whatever there is.
 */
function identifierUris({ target, prune }: Comparison, found: FoundApplication, api: ApiEntry): string[] | undefined {
  const wanted = api.identifierUri ?? `api://${found.application.appId}`;
  const present = found.application.identifierUris ?? [];
  if (api.identifierUri === undefined && target === "entra" && present.length > 0) return undefined;
  const exact = prune || target === "doorcode";
  if (present.includes(wanted)) return exact && present.length > 1 ? [wanted] : undefined;
  return exact ? [wanted] : [wanted, ...present];
}

async function settleIdentifierUri(
  graph: Graph,
  about: Comparison,
  found: FoundApplication,
  api: ApiEntry,
): Promise<void> {
  const uris = identifierUris(about, found, api);
  if (uris) await changeApplication(graph, found, { identifierUris: uris });
}
