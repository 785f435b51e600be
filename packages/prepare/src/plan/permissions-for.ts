import type { TenantModel } from "../file/model.ts";
import type { GraphAccess } from "../graph/request.ts";
import { requiredAccess } from "../graph/request.ts";

/** The permissions that a plan or an apply requires. */
export interface PermissionsNeeded {
  /** Delegated permissions of Microsoft Graph. */
  scopes: string[];
  /** Entra's directory roles. On the embedded tenant an administrator has all of them. */
  roles: string[];
}

/**
 * Returns the permissions that planning and applying a file require at most, before an administrator signs in. With
 * `plan`: those of a plan alone, which only reads.
 * @example
 * ```ts
 * import { permissionsFor, type TenantModel } from "@doorcode/prepare";
 *
 * const scopes = (model: TenantModel) => permissionsFor(model, "entra").scopes;
 * ```
 */
export function permissionsFor(
  model: TenantModel,
  target: GraphAccess["target"],
  options: { prune?: boolean; plan?: boolean } = {},
): PermissionsNeeded {
  const { tenant } = model;
  const apps = Object.values(model.apps);
  const apis = Object.values(model.apis);
  const flows = Object.values(model.userFlows);
  const some = (...lists: { length: number }[]) => lists.some(({ length }) => length > 0);
  const groups = Object.keys(model.groups);
  const users = target === "doorcode" ? Object.keys(model.users) : [];
  const policies = [...Object.keys(model.policies), ...flows.filter(({ mfa }) => mfa === "required")];
  const own = flows.flatMap(({ attributes, termsOfUse }) => [
    ...attributes.filter(({ builtIn }) => !builtIn),
    ...(termsOfUse ? [termsOfUse] : []),
  ]);
  const assigned = [...apps, ...apis.flatMap(({ roles }) => Object.values(roles))].flatMap(
    ({ assignedTo }) => assignedTo,
  );

  const read: string[] = ["/organization"];
  const write: string[] = [];
  const changed = target === "doorcode" && (tenant.name !== undefined || tenant.lifetimes !== undefined);
  (changed ? write : read).push("/organization");
  if (tenant.colour !== undefined) write.push("/organization/id/branding");
  const { signUp, accountUserFlow } = tenant;
  if (signUp !== undefined || accountUserFlow !== undefined) write.push("/policies/authenticationFlowsPolicy");
  if (some(apps, apis)) write.push("/applications");
  if (apps.some(({ adminConsent, permissions }) => adminConsent && permissions.length > 0))
    write.push("/oauth2PermissionGrants");
  if (some(groups)) write.push("/groups");
  if (some(users)) write.push("/users", "/roleManagement");
  if (some(assigned)) write.push("/servicePrincipals/id/appRoleAssignedTo");
  if (some(flows)) write.push("/identity/authenticationEventsFlows");
  if (some(flows)) (some(own) ? write : read).push("/identity/userFlowAttributes");
  if (some(flows, policies)) read.push("/identity/conditionalAccess");
  if (some(policies)) write.push("/identity/conditionalAccess");

  if (options.prune) write.push("/applications", "/groups", "/identity/authenticationEventsFlows");
  if (options.prune) read.push("/identity/conditionalAccess");
  if (options.prune) write.push("/identity/conditionalAccess");
  if (options.prune && some(apps)) write.push("/oauth2PermissionGrants");
  if (options.prune && some(apps, apis)) write.push("/servicePrincipals/id/appRoleAssignedTo");
  return options.plan ? toRead([...read, ...write], target) : needed(read, write, target);
}

/**
 * Returns the permissions that `exportTenant` requires.
 * @example
 * ```ts
 * import { permissionsForExport } from "@doorcode/prepare";
 *
 * const { scopes, roles } = permissionsForExport("entra");
 * ```
 */
export function permissionsForExport(target: GraphAccess["target"]): PermissionsNeeded {
  const read = [
    ...["/organization", "/organization/id/branding", "/applications", "/oauth2PermissionGrants", "/groups"],
    ...["/identity/authenticationEventsFlows", "/identity/userFlowAttributes", "/identity/conditionalAccess"],
    ...(target === "doorcode" ? ["/users", "/roleManagement", "/policies/authenticationFlowsPolicy"] : []),
  ];
  return toRead(read, target);
}

function toRead(paths: string[], target: GraphAccess["target"]): PermissionsNeeded {
  return { scopes: needed(paths, [], target).scopes, roles: target === "entra" ? ["Global Reader"] : [] };
}

function needed(read: string[], write: string[], target: GraphAccess["target"]): PermissionsNeeded {
  const needs = [
    ...read.map((path) => ({ ...requiredAccess({ method: "GET", path }), role: undefined })),
    ...write.map((path) => requiredAccess({ method: "POST", path })),
  ];
  const all = new Set(needs.flatMap((need) => need?.scope ?? []));
  const roles = new Set(needs.flatMap((need) => need?.role ?? []));
  const scopes = [...all].filter((scope) => !isCovered(scope, all));
  return { scopes, roles: target === "entra" ? [...roles] : [] };
}

/** Omits `Organization.Read.All` next to `Organization.ReadWrite.All`. */
function isCovered(scope: string, scopes: ReadonlySet<string>): boolean {
  return scope.includes(".Read.") && scopes.has(scope.replace(".Read.", ".ReadWrite."));
}
