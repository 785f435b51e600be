import type {
  Application,
  AppRole,
  AppRoleAssignment,
  OAuth2PermissionGrant,
  PermissionScope,
  RequiredResourceAccess,
  ServicePrincipal,
} from "@microsoft/microsoft-graph-types";
import type { AdministrativeScope, GrantType, SigningAlgorithm } from "../file/known-values.ts";
import { equals, type GraphRequest, literal, segment } from "./request.ts";

/** The appId of Microsoft Graph itself, as a resource. */
export const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";

/** IDs of the delegated Graph permissions that customers' apps request; the same in every tenant. */
export const GRAPH_SCOPE_IDS = {
  openid: "37f7f235-527c-4136-accd-4a02d197296e",
  offline_access: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
  profile: "14dad69e-099b-42c9-810b-d002981feec1",
  email: "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
  "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
} as const;

export type GraphScope = keyof typeof GRAPH_SCOPE_IDS;

/** With the additional members of the embedded tenant (docs/differences.md). */
export type GraphApplication = Omit<Application, "api"> & {
  api?:
    | (Omit<NonNullable<Application["api"]>, "oauth2PermissionScopes"> & { oauth2PermissionScopes?: GraphScopeOfApi[] })
    | null;
  doorcodeTokenProfile?: "entra" | "rfc9068" | null;
  doorcodeAccessTokenSigningAlg?: SigningAlgorithm | null;
  doorcodeIdTokenSignedResponseAlg?: SigningAlgorithm | null;
  doorcodeGrantTypes?: GrantType[] | null;
  doorcodeAdministrativeScopes?: AdministrativeScope[];
};
export type GraphScopeOfApi = PermissionScope & { doorcodeDisplayNames?: Record<string, string> };

export interface ClientAppSettings {
  displayName: string;
  isFallbackPublicClient: boolean;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  requiredResourceAccess: RequiredResourceAccess[];
  groupClaims: boolean;
  idTokenSignedResponseAlg: SigningAlgorithm;
  grantTypes?: GrantType[] | undefined;
  administrativeScopes?: AdministrativeScope[] | undefined;
  tags: string[];
}

export interface ApiSettings {
  displayName: string;
  scopes: GraphScopeOfApi[];
  roles: AppRole[];
  groupClaims: boolean;
  tokenProfile: "entra" | "rfc9068";
  accessTokenSigningAlg: SigningAlgorithm;
  tags: string[];
}

/** The body that creates a client application. */
export function clientAppBody(settings: ClientAppSettings): GraphApplication {
  return {
    displayName: settings.displayName,
    signInAudience: "AzureADMyOrg",
    isFallbackPublicClient: settings.isFallbackPublicClient,
    publicClient: { redirectUris: settings.redirectUris },
    ...(settings.postLogoutRedirectUris.length > 0 && { web: { redirectUris: settings.postLogoutRedirectUris } }),
    requiredResourceAccess: settings.requiredResourceAccess,
    ...(settings.groupClaims && { groupMembershipClaims: "SecurityGroup" }),
    ...(settings.idTokenSignedResponseAlg !== "RS256" && {
      doorcodeIdTokenSignedResponseAlg: settings.idTokenSignedResponseAlg,
    }),
    ...(settings.grantTypes && { doorcodeGrantTypes: settings.grantTypes }),
    ...(settings.administrativeScopes?.length && { doorcodeAdministrativeScopes: settings.administrativeScopes }),
    tags: settings.tags,
  };
}

/** The body that creates a web API. Its identifier URI is set afterwards, because it contains the appId. */
export function apiBody(settings: ApiSettings): GraphApplication {
  return {
    displayName: settings.displayName,
    signInAudience: "AzureADMyOrg",
    api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: settings.scopes },
    appRoles: settings.roles,
    ...(settings.groupClaims && { groupMembershipClaims: "SecurityGroup" }),
    ...(settings.tokenProfile !== "entra" && { doorcodeTokenProfile: settings.tokenProfile }),
    ...(settings.accessTokenSigningAlg !== "RS256" && {
      doorcodeAccessTokenSigningAlg: settings.accessTokenSigningAlg,
    }),
    tags: settings.tags,
  };
}

/** 201 with the new application, or 204 if one with that uniqueName exists; the body then changes it. */
export function upsertApplication(uniqueName: string, body: GraphApplication): GraphRequest<GraphApplication> {
  return {
    method: "PATCH",
    path: `/applications(uniqueName=${literal(uniqueName)})`,
    headers: { prefer: "create-if-missing" },
    body,
  };
}

/** 404 if it does not exist. */
export function getApplication(uniqueName: string): GraphRequest<GraphApplication> {
  return { method: "GET", path: `/applications(uniqueName=${literal(uniqueName)})` };
}

export function patchApplication(id: string, body: GraphApplication): GraphRequest {
  return { method: "PATCH", path: `/applications/${segment(id)}`, body };
}

export function deleteApplication(id: string): GraphRequest {
  return { method: "DELETE", path: `/applications/${segment(id)}` };
}

type Applications = GraphRequest<{ value: GraphApplication[] }>;

export function applicationsByTag(tag: string): Applications {
  return { method: "GET", path: `/applications?$filter=tags/any(t:t%20eq%20${literal(tag)})` };
}

export function applicationsByDisplayName(displayName: string): Applications {
  return { method: "GET", path: `/applications?${equals("displayName", displayName)}` };
}

export function allApplications(): Applications {
  return { method: "GET", path: "/applications?$top=999" };
}

/** The role "assigned to the app", without a role of the app itself. */
export const NO_ROLE = "00000000-0000-0000-0000-000000000000";

/** 409 if it exists; 400 if the application does not exist (yet). */
export function createServicePrincipal(appId: string): GraphRequest<ServicePrincipal> {
  return { method: "POST", path: "/servicePrincipals", body: { appId } };
}

export function servicePrincipalsOf(appId: string): GraphRequest<{ value: ServicePrincipal[] }> {
  return { method: "GET", path: `/servicePrincipals?${equals("appId", appId)}` };
}

export function patchServicePrincipal(id: string, body: ServicePrincipal): GraphRequest {
  return { method: "PATCH", path: `/servicePrincipals/${segment(id)}`, body };
}

/** Who has a role of this resource. */
export function listAssignments(resourceId: string): GraphRequest<{ value: AppRoleAssignment[] }> {
  return { method: "GET", path: `/servicePrincipals/${segment(resourceId)}/appRoleAssignedTo?$top=999` };
}

/** `principalId`: a user or a group. */
export function assignRole(
  resourceId: string,
  principalId: string,
  appRoleId: string,
): GraphRequest<AppRoleAssignment> {
  return {
    method: "POST",
    path: `/servicePrincipals/${segment(resourceId)}/appRoleAssignedTo`,
    body: { principalId, resourceId, appRoleId },
  };
}

export function withdrawRole(resourceId: string, assignmentId: string): GraphRequest {
  return {
    method: "DELETE",
    path: `/servicePrincipals/${segment(resourceId)}/appRoleAssignedTo/${segment(assignmentId)}`,
  };
}

/** The administrator's consent for all users. The IDs are those of service principals. */
export function createGrant(
  clientId: string,
  resourceId: string,
  scopes: string[],
): GraphRequest<OAuth2PermissionGrant> {
  return {
    method: "POST",
    path: "/oauth2PermissionGrants",
    body: { clientId, consentType: "AllPrincipals", resourceId, scope: scopes.join(" ") },
  };
}

export function grantsOf(clientId: string): GraphRequest<{ value: OAuth2PermissionGrant[] }> {
  return { method: "GET", path: `/oauth2PermissionGrants?${equals("clientId", clientId)}` };
}

export function patchGrant(id: string, scopes: string[]): GraphRequest {
  return { method: "PATCH", path: `/oauth2PermissionGrants/${segment(id)}`, body: { scope: scopes.join(" ") } };
}

export function deleteGrant(id: string): GraphRequest {
  return { method: "DELETE", path: `/oauth2PermissionGrants/${segment(id)}` };
}
