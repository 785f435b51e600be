import type { OAuth2PermissionGrant } from "@microsoft/microsoft-graph-types";
import { equals, type GraphRequest, segment } from "./request.ts";

/** The administrator's consent for everybody. Ids are of service principals. */
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
