import type { ApiRole } from "../../directory/entities.ts";
import type { AdministrativeScope } from "../../directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import type { TenantConfig } from "../../directory/tenant-config.ts";
import type { Registered } from "../../storage/store.ts";
import { appRolesOf, permissionsOf } from "../applications/application-body.ts";
import { GRAPH_SCOPE_IDS } from "../applications/required-access.ts";
import { uuidV5 } from "../derived-id.ts";

/** The global IDs of Microsoft Graph's own application permissions ("Microsoft Graph permissions reference"). */
const ids: Readonly<Record<AdministrativeScope, string>> = {
  "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
  "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
  "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
  "DelegatedPermissionGrant.Read.All": "81b4724a-58aa-41c1-8a55-84ef97466587",
  "DelegatedPermissionGrant.ReadWrite.All": "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
  "EventListener.Read.All": "b7f6385c-6ce6-4639-a480-e23c42ed9784",
  "EventListener.ReadWrite.All": "0edf5e9e-4ce8-468a-8432-d08631d18c43",
  "Group.Read.All": "5b567255-7703-4780-807c-7be8301ae99b",
  "Group.ReadWrite.All": "62a82d76-70ea-41e2-9197-370581804d09",
  "IdentityUserFlow.Read.All": "1b0c317f-dd31-4305-9932-259a8b6e8099",
  "IdentityUserFlow.ReadWrite.All": "65319a09-a2be-469d-8782-f6b07debf789",
  "Organization.Read.All": "498476ce-e0fe-48b0-b801-37ba7e2685c6",
  "Organization.ReadWrite.All": "292d869f-3427-49a8-9dab-8c70152b74e9",
  "OrganizationalBranding.Read.All": "eb76ac34-0d62-4454-b97c-185e4250dc20",
  "OrganizationalBranding.ReadWrite.All": "d2ebfbc1-a5f8-424b-83a6-56ab5927a73c",
  "Policy.Read.All": "246dd0d5-5bd0-4def-940b-0421030a5b68",
  "Policy.ReadWrite.AuthenticationFlows": "25f85f3c-f66c-4205-8cd5-de92dd7f0cec",
  "Policy.ReadWrite.ConditionalAccess": "01c0a623-fc9b-48e9-b794-0756f8e8f067",
  "RoleManagement.Read.Directory": "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
  "RoleManagement.ReadWrite.Directory": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
  "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
  "User.ReadWrite.All": "741f803b-c850-494e-b5df-cde7c675a1ca",
  "User.RevokeSessions.All": "77f3a031-c388-4f99-b373-dc68676a979e",
};

/** Application permissions of Graph, which only apps can have. */
export const GRAPH_APP_ROLES: readonly ApiRole[] = Object.entries(ids).map(([value, id]) => ({
  id,
  value,
  displayName: value,
  allowedMemberTypes: ["Application"],
}));

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

/** The Graph response. Undefined if the application has no service principal. */
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
