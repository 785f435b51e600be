import type { UnifiedRoleAssignment } from "@microsoft/microsoft-graph-types";
import { equals, type GraphRequest, segment } from "./request.ts";

/** The same in every tenant. */
export const GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10";

export function roleAssignmentsOf(principalId: string): GraphRequest<{ value: UnifiedRoleAssignment[] }> {
  return { method: "GET", path: `/roleManagement/directory/roleAssignments?${equals("principalId", principalId)}` };
}

export function makeAdministrator(principalId: string): GraphRequest<UnifiedRoleAssignment> {
  return {
    method: "POST",
    path: "/roleManagement/directory/roleAssignments",
    body: { principalId, roleDefinitionId: GLOBAL_ADMINISTRATOR, directoryScopeId: "/" },
  };
}

export function withdrawAdministrator(assignmentId: string): GraphRequest {
  return { method: "DELETE", path: `/roleManagement/directory/roleAssignments/${segment(assignmentId)}` };
}
