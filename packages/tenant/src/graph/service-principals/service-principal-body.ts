import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import type { TenantConfig } from "../../directory/tenant-config.ts";
import type { Registered } from "../../storage/store.ts";
import { appRolesOf, permissionsOf } from "../applications/application-body.ts";
import { GRAPH_SCOPE_IDS } from "../applications/required-access.ts";
import { uuidV5 } from "../derived-id.ts";
import { GRAPH_APP_ROLES } from "./graph-app-roles.ts";

/** Microsoft Graph's own service principal, which every tenant has. */
export const graphPrincipalId = ({ tenantId }: Pick<TenantConfig, "tenantId">) => uuidV5(tenantId, GRAPH_RESOURCE_ID);

export function graphPrincipal(config: TenantConfig) {
  return {
    ...common(config),
    id: graphPrincipalId(config),
    appId: GRAPH_RESOURCE_ID,
    displayName: "Microsoft Graph",
    accountEnabled: true,
    appRoleAssignmentRequired: false,
    servicePrincipalNames: [GRAPH_RESOURCE_ID, "https://graph.microsoft.com"],
    oauth2PermissionScopes: Object.entries(GRAPH_SCOPE_IDS).map(([value, id]) => ({
      id,
      value,
      type: "User",
      adminConsentDisplayName: value,
      adminConsentDescription: value,
      userConsentDisplayName: value,
      userConsentDescription: value,
      isEnabled: true,
    })),
    appRoles: appRolesOf(GRAPH_APP_ROLES),
  };
}

/** As Graph answers it; undefined where the application has none. */
export function servicePrincipalOf(registered: Registered, config: TenantConfig) {
  const { servicePrincipalId: id, clientId: appId } = registered.registration;
  if (id === null) return undefined;
  const app = registered.kind === "app" ? registered.app : undefined;
  const api = registered.kind === "api" ? registered.api : undefined;
  const either = (app ?? api)!;
  return {
    ...common(config),
    id,
    appId,
    displayName: either.name,
    accountEnabled: either.disabledAt === null,
    appRoleAssignmentRequired: app?.assignmentRequired ?? false,
    servicePrincipalNames: [appId, ...(api ? [api.identifierUri] : [])],
    ...permissionsOf(api),
  };
}

const common = ({ tenantId }: TenantConfig) => ({
  deletedDateTime: null,
  appOwnerOrganizationId: tenantId,
  servicePrincipalType: "Application",
  signInAudience: "AzureADMyOrg",
  tags: [],
});
