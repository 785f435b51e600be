import type { AppRoleAssignment, ServicePrincipal } from "@microsoft/microsoft-graph-types";
import { equals, type GraphRequest, segment } from "./request.ts";

/** "Assigned to the app", with no role of it. */
export const NO_ROLE = "00000000-0000-0000-0000-000000000000";

/** 409 when there is one; 400 when no such app is there (yet). */
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
