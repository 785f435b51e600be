import type {
  AppRoleAssignment,
  ConditionalAccessPolicy,
  Group,
  IdentityUserFlowAttribute,
  OAuth2PermissionGrant,
  ServicePrincipal,
} from "@microsoft/microsoft-graph-types";
import type { LifetimesEntry } from "../file/model.ts";
import type { GraphApplication } from "../graph/applications.ts";
import type { GraphUserFlow } from "../graph/user-flows.ts";

/**
 * The tenant as it was read: what the file names, and what `--prune` needs. Nothing changes it; an apply that continues
 * after an error reads the tenant again.
 */
export interface Current {
  readonly tenant: Readonly<{
    id: string;
    name: string;
    domains: string[];
    /** The domain of new accounts. */
    defaultDomain: string;
    /** Entra's own: `contoso.onmicrosoft.com`. */
    initialDomain: string | undefined;
    /** `#0b6e4f`; undefined if there is none, or if it was not read. */
    colour: string | undefined;
    /** Whether users may sign up at all; undefined if it was not read. */
    signUp: boolean | undefined;
    /** ID of the account page's user flow; undefined: the default one, or it was not read. */
    accountUserFlowId: string | undefined;
    /** The embedded tenant's; undefined on Entra, whose lifetimes are Microsoft's. */
    lifetimes: LifetimesEntry | undefined;
  }>;
  /** By the key of the file's apps and APIs. */
  readonly applications: ReadonlyMap<string, FoundApplication>;
  /** By appId, including Microsoft Graph's own. */
  readonly servicePrincipals: ReadonlyMap<string, ServicePrincipal & { id: string }>;
  /** The administrator's consents for all users, by the ID of the client's service principal. */
  readonly grants: ReadonlyMap<string, readonly OAuth2PermissionGrant[]>;
  /** By the ID of the resource's service principal. */
  readonly assignments: ReadonlyMap<string, readonly AppRoleAssignment[]>;
  readonly attributes: readonly IdentityUserFlowAttribute[];
  readonly userFlows: readonly FoundUserFlow[];
  /** By the key of the file's groups. */
  readonly groups: ReadonlyMap<string, FoundGroup>;
  /** Member IDs by the group's ID. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  /** By email address, as written in the file. */
  readonly users: ReadonlyMap<string, FoundUser>;
  readonly policies: readonly (ConditionalAccessPolicy & { id: string })[];
  /** Objects that carry our ownership tag but are not in the file; empty unless pruning. */
  readonly pruned: {
    readonly applications: readonly { key: string; application: GraphApplication & { id: string } }[];
    readonly groups: readonly { key: string; group: Group & { id: string } }[];
  };
}

export type ApplicationWithIds = GraphApplication & { id: string; appId: string };

export interface FoundApplication {
  readonly application: ApplicationWithIds;
  /** Found by its display name alone: an ownership tag is added. */
  readonly adopt: boolean;
}

export type FoundGroup = Group & {
  id: string;
  /** Found by its display name alone: an ownership tag is added. */
  adopt: boolean;
};

export interface FoundUserFlow {
  readonly flow: GraphUserFlow & { id: string };
  /** The key in the file or in the ownership tag; undefined for other flows. */
  readonly key: string | undefined;
  /** Whether it carries our ownership tag. */
  readonly tagged: boolean;
  /** The appIds of the apps that use it. */
  readonly appIds: readonly string[];
}

export interface FoundUser {
  readonly id: string;
  readonly name: string;
  /** ID of the role assignment that makes the user an administrator. */
  readonly administratorBy: string | undefined;
}
