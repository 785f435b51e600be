import type { DirectoryObject, Group, UnifiedRoleAssignment, User } from "@microsoft/microsoft-graph-types";
import { equals, type GraphRequest, literal, segment } from "./request.ts";

/** The body that creates a security group. */
export function groupBody(settings: { displayName: string; description: string; mailNickname: string }): Group {
  return {
    displayName: settings.displayName,
    description: settings.description,
    mailEnabled: false,
    mailNickname: settings.mailNickname,
    securityEnabled: true,
  };
}

/** 201 with the new group, or 204 if one with that uniqueName exists; the body then changes it. */
export function upsertGroup(uniqueName: string, body: Group): GraphRequest<Group> {
  return {
    method: "PATCH",
    path: `/groups(uniqueName=${literal(uniqueName)})`,
    headers: { prefer: "create-if-missing" },
    body,
  };
}

const groupMembers = "$select=id,uniqueName,displayName,description,groupTypes,securityEnabled";

/** 404 if it does not exist. */
export function getGroup(uniqueName: string): GraphRequest<Group> {
  return { method: "GET", path: `/groups(uniqueName=${literal(uniqueName)})?${groupMembers}` };
}

export function allGroups(): GraphRequest<{ value: Group[] }> {
  return { method: "GET", path: `/groups?${groupMembers}&$top=999` };
}

export function patchGroup(id: string, body: Group): GraphRequest {
  return { method: "PATCH", path: `/groups/${segment(id)}`, body };
}

export function deleteGroup(id: string): GraphRequest {
  return { method: "DELETE", path: `/groups/${segment(id)}` };
}

export function listMembers(id: string): GraphRequest<{ value: DirectoryObject[] }> {
  return { method: "GET", path: `/groups/${segment(id)}/members?$top=999` };
}

/** 400 if the user is already a member. */
export function addMember(base: string, id: string, memberId: string): GraphRequest {
  return {
    method: "POST",
    path: `/groups/${segment(id)}/members/$ref`,
    body: { "@odata.id": `${base}/directoryObjects/${segment(memberId)}` },
  };
}

export function removeMember(id: string, memberId: string): GraphRequest {
  return { method: "DELETE", path: `/groups/${segment(id)}/members/${segment(memberId)}/$ref` };
}

/** An account that signs in with an email address. `issuer`: the tenant's domain. */
export function createUser(user: {
  email: string;
  name: string;
  issuer: string;
  password: string;
}): GraphRequest<User> {
  const body: User = {
    displayName: user.name,
    identities: [{ signInType: "emailAddress", issuer: user.issuer, issuerAssignedId: user.email }],
    mail: user.email,
    passwordProfile: { password: user.password, forceChangePasswordNextSignIn: false },
    passwordPolicies: "DisablePasswordExpiration",
  };
  return { method: "POST", path: "/users", body };
}

export function usersByEmail(email: string, issuer: string): GraphRequest<{ value: User[] }> {
  const condition = `c/issuerAssignedId%20eq%20${literal(email)}%20and%20c/issuer%20eq%20${literal(issuer)}`;
  return { method: "GET", path: `/users?$filter=identities/any(c:${condition})&${userMembers}` };
}

const userMembers = "$select=id,displayName,mail,identities";

export function allUsers(): GraphRequest<{ value: User[] }> {
  return { method: "GET", path: `/users?${userMembers}&$top=999` };
}

export function patchUser(id: string, body: User): GraphRequest {
  return { method: "PATCH", path: `/users/${segment(id)}`, body };
}

/** The role's ID is the same in every tenant. */
export const GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10";

export function roleAssignmentsOf(principalId: string): GraphRequest<{ value: UnifiedRoleAssignment[] }> {
  return { method: "GET", path: `/roleManagement/directory/roleAssignments?${equals("principalId", principalId)}` };
}

/** All administrators at once, for those who read all users. */
export function administratorAssignments(): GraphRequest<{ value: UnifiedRoleAssignment[] }> {
  const condition = equals("roleDefinitionId", GLOBAL_ADMINISTRATOR);
  return { method: "GET", path: `/roleManagement/directory/roleAssignments?${condition}&$top=999` };
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
