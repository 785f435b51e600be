import type { GraphRequest } from "./request.ts";

/** What a call needs of whoever makes it: a delegated permission of Graph, and on Entra a directory role. */
export interface Need {
  read: string;
  write: string;
  /** Least privileged role for writing. */
  role: string;
}

/** By the first words of the path, longer ones first. Microsoft Graph permissions reference. */
const needs: [path: RegExp, Need][] = [
  [
    /^\/servicePrincipals\/[^/]+\/appRoleAssignedTo/,
    {
      read: "Application.Read.All",
      write: "AppRoleAssignment.ReadWrite.All",
      role: "Cloud Application Administrator",
    },
  ],
  [
    /^\/(applications|servicePrincipals)/,
    { read: "Application.Read.All", write: "Application.ReadWrite.All", role: "Cloud Application Administrator" },
  ],
  [
    /^\/oauth2PermissionGrants/,
    {
      read: "DelegatedPermissionGrant.Read.All",
      write: "DelegatedPermissionGrant.ReadWrite.All",
      role: "Cloud Application Administrator",
    },
  ],
  [
    /^\/identity\/authenticationEventsFlows/,
    {
      read: "EventListener.Read.All",
      write: "EventListener.ReadWrite.All",
      role: "External ID User Flow Administrator",
    },
  ],
  [
    /^\/identity\/userFlowAttributes/,
    {
      read: "IdentityUserFlow.Read.All",
      write: "IdentityUserFlow.ReadWrite.All",
      role: "External ID User Flow Attribute Administrator",
    },
  ],
  [
    /^\/identity\/conditionalAccess/,
    { read: "Policy.Read.All", write: "Policy.ReadWrite.ConditionalAccess", role: "Conditional Access Administrator" },
  ],
  [/^\/groups/, { read: "Group.Read.All", write: "Group.ReadWrite.All", role: "Groups Administrator" }],
  [/^\/users/, { read: "User.Read.All", write: "User.ReadWrite.All", role: "User Administrator" }],
  [
    /^\/roleManagement/,
    {
      read: "RoleManagement.Read.Directory",
      write: "RoleManagement.ReadWrite.Directory",
      role: "Privileged Role Administrator",
    },
  ],
  [
    /^\/organization\/[^/]+\/branding/,
    {
      read: "OrganizationalBranding.Read.All",
      write: "OrganizationalBranding.ReadWrite.All",
      role: "Organizational Branding Administrator",
    },
  ],
  [
    /^\/organization/,
    { read: "Organization.Read.All", write: "Organization.ReadWrite.All", role: "Global Administrator" },
  ],
];

/** The permission and the role that this call needs; undefined for a path that is not called here. */
export function needOf(request: Pick<GraphRequest, "method" | "path">): { scope: string; role: string } | undefined {
  const need = needs.find(([path]) => path.test(request.path))?.[1];
  if (!need) return undefined;
  return { scope: request.method === "GET" ? need.read : need.write, role: need.role };
}
