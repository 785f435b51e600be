/** Access to the Microsoft Graph of one tenant. */
export interface GraphAccess {
  /**
   * `entra`: Microsoft's Graph. `doorcode`: the embedded tenant's, which has a few additional members
   * (docs/differences.md).
   */
  target: "entra" | "doorcode";
  /** For example `https://graph.microsoft.com/v1.0` or `https://localhost:8443/graph/v1.0`. No trailing slash. */
  base: string;
  /** Like `fetch`, with the administrator's token. Called only with addresses below `base`. */
  fetch(url: string, init: { method: string; headers: Record<string, string>; body?: string }): Promise<Response>;
}

/** One request to Graph. */
export interface GraphRequest<Answer = unknown> {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** The path below `GraphAccess.base`, with its query: `/applications?$filter=…`. */
  path: string;
  headers?: Record<string, string>;
  body?: object;
  /** For the compiler only: the body of a 200 or 201. */
  answer?: Answer;
}

/** An OData string such as `'it''s'` (OData 4.01 URL conventions §5.1.1.6.1), encoded for a URL. */
export function literal(text: string): string {
  return `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;
}

/** One path segment: an ID, which may contain characters that a URL reserves. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}

/** `$filter=displayName eq '…'`. */
export function equals(property: string, value: string): string {
  return `$filter=${property}%20eq%20${literal(value)}`;
}

/** What a request requires of its caller: a delegated permission of Graph, and on Entra a directory role. */
export interface RequiredAccess {
  read: string;
  write: string;
  /** The least privileged role for writing. */
  role: string;
}

/** By the start of the path, longer ones first. Source: Microsoft Graph permissions reference. */
const accessByPath: [path: RegExp, RequiredAccess][] = [
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
  [
    /^\/policies\/authenticationFlowsPolicy/,
    {
      read: "Policy.Read.All",
      write: "Policy.ReadWrite.AuthenticationFlows",
      role: "Authentication Policy Administrator",
    },
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

/** The permission and the role that a request requires; undefined for a path that this package does not use. */
export function requiredAccess(
  request: Pick<GraphRequest, "method" | "path">,
): { scope: string; role: string } | undefined {
  const need = accessByPath.find(([path]) => path.test(request.path))?.[1];
  if (!need) return undefined;
  return { scope: request.method === "GET" ? need.read : need.write, role: need.role };
}
