import type { TenantModel } from "../file/model.ts";
import type { GraphAccess } from "../graph/graph-access.ts";
import { needOf } from "../graph/needs.ts";

/**
 * The delegated permissions of Microsoft Graph, and on Entra the directory roles, that planning and applying this file
 * need at most. Known before anybody signs in.
 */
export function permissionsFor(
  model: TenantModel,
  target: GraphAccess["target"],
): { scopes: string[]; roles: string[] } {
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
  (target === "doorcode" && tenant.name !== undefined ? write : read).push("/organization");
  if (tenant.color !== undefined) write.push("/organization/id/branding");
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

  const needs = [
    ...read.map((path) => ({ ...needOf({ method: "GET", path }), role: undefined })),
    ...write.map((path) => needOf({ method: "POST", path })),
  ];
  const scopes = new Set(needs.flatMap((need) => need?.scope ?? []));
  const roles = new Set(needs.flatMap((need) => need?.role ?? []));
  return {
    scopes: [...scopes].filter((scope) => !isCovered(scope, scopes)),
    roles: target === "entra" ? [...roles] : [],
  };
}

/** `Organization.Read.All` beside `Organization.ReadWrite.All`. */
function isCovered(scope: string, scopes: ReadonlySet<string>): boolean {
  return scope.includes(".Read.") && scopes.has(scope.replace(".Read.", ".ReadWrite."));
}

/** What `exportTenant` needs, to read all that a file can say. */
export function permissionsToExport(target: GraphAccess["target"]): { scopes: string[]; roles: string[] } {
  const paths = [
    "/organization",
    "/organization/id/branding",
    "/applications",
    "/servicePrincipals/id/appRoleAssignedTo",
    "/oauth2PermissionGrants",
    "/groups",
    "/identity/authenticationEventsFlows",
    "/identity/userFlowAttributes",
    "/identity/conditionalAccess",
    ...(target === "doorcode" ? ["/users", "/roleManagement"] : []),
  ];
  const scopes = new Set(paths.flatMap((path) => needOf({ method: "GET", path })?.scope ?? []));
  return { scopes: [...scopes], roles: target === "entra" ? ["Global Reader"] : [] };
}
