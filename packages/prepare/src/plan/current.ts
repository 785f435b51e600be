import type {
  AppRoleAssignment,
  ConditionalAccessPolicy,
  Group,
  IdentityUserFlowAttribute,
  OAuth2PermissionGrant,
  ServicePrincipal,
} from "@microsoft/microsoft-graph-types";
import type { GraphApplication } from "../graph/applications.ts";
import type { GraphUserFlow } from "../graph/user-flows.ts";

/**
 * What exists in the tenant, as it was read: what the file names, and what `--prune` has to know. Nothing changes it; an
 * apply that has to continue after an error reads it again.
 */
export interface Current {
  tenant: {
    id: string;
    name: string;
    domains: string[];
    /** The domain of new accounts. */
    defaultDomain: string;
    /** Entra's own: `contoso.onmicrosoft.com`. */
    initialDomain: string | undefined;
    /** `#0b6e4f`; undefined where there is none, or where it was not read. */
    colour: string | undefined;
  };
  /** By key of the file's apps and APIs. */
  applications: Map<string, FoundApplication>;
  /** By appId; Microsoft Graph's own among them. */
  servicePrincipals: Map<string, ServicePrincipal & { id: string }>;
  /** The administrator's, for everybody; by the id of the client's service principal. */
  grants: Map<string, OAuth2PermissionGrant[]>;
  /** By the id of the resource's service principal. */
  assignments: Map<string, AppRoleAssignment[]>;
  attributes: IdentityUserFlowAttribute[];
  userFlows: FoundUserFlow[];
  /** By key of the file's groups. */
  groups: Map<string, Group & { id: string }>;
  /** Ids by the id of the group. */
  members: Map<string, Set<string>>;
  /** By email address as the file has it. */
  users: Map<string, FoundUser>;
  policies: (ConditionalAccessPolicy & { id: string })[];
  /** What carries our ownership tag and is not in the file; empty unless pruning. */
  pruned: {
    applications: { key: string; application: GraphApplication & { id: string } }[];
    groups: { key: string; group: Group & { id: string } }[];
  };
}

export interface FoundApplication {
  application: GraphApplication & { id: string; appId: string };
  /** Found by its display name alone: an ownership tag is added. */
  adopt: boolean;
}

export interface FoundUserFlow {
  flow: GraphUserFlow & { id: string };
  /** Of the file, or of the ownership tag; undefined for other flows. */
  key: string | undefined;
  /** Whether it carries our ownership tag. */
  tagged: boolean;
  /** Of the apps that use it. */
  appIds: string[];
}

export interface FoundUser {
  id: string;
  name: string;
  /** ID of the role assignment that makes the user an administrator. */
  administratorBy: string | undefined;
}
