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
 * What exists in the tenant, as it was read: what the file names, and what `--prune` has to know. Nothing changes it; an
 * apply that has to continue after an error reads it again.
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
    /** `#0b6e4f`; undefined where there is none, or where it was not read. */
    colour: string | undefined;
    /** Whether people may sign up at all; undefined where it was not read. */
    signUp: boolean | undefined;
    /** ID of the user flow of the account page; undefined: the default one, or it was not read. */
    accountUserFlowId: string | undefined;
    /** Of the embedded tenant; undefined on Entra, whose lifetimes are Microsoft's. */
    lifetimes: LifetimesEntry | undefined;
  }>;
  /** By key of the file's apps and APIs. */
  readonly applications: ReadonlyMap<string, FoundApplication>;
  /** By appId; Microsoft Graph's own among them. */
  readonly servicePrincipals: ReadonlyMap<string, ServicePrincipal & { id: string }>;
  /** The administrator's, for everybody; by the id of the client's service principal. */
  readonly grants: ReadonlyMap<string, readonly OAuth2PermissionGrant[]>;
  /** By the id of the resource's service principal. */
  readonly assignments: ReadonlyMap<string, readonly AppRoleAssignment[]>;
  readonly attributes: readonly IdentityUserFlowAttribute[];
  readonly userFlows: readonly FoundUserFlow[];
  /** By key of the file's groups. */
  readonly groups: ReadonlyMap<string, Group & { id: string }>;
  /** Ids by the id of the group. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  /** By email address as the file has it. */
  readonly users: ReadonlyMap<string, FoundUser>;
  readonly policies: readonly (ConditionalAccessPolicy & { id: string })[];
  /** What carries our ownership tag and is not in the file; empty unless pruning. */
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

export interface FoundUserFlow {
  readonly flow: GraphUserFlow & { id: string };
  /** Of the file, or of the ownership tag; undefined for other flows. */
  readonly key: string | undefined;
  /** Whether it carries our ownership tag. */
  readonly tagged: boolean;
  /** Of the apps that use it. */
  readonly appIds: readonly string[];
}

export interface FoundUser {
  readonly id: string;
  readonly name: string;
  /** ID of the role assignment that makes the user an administrator. */
  readonly administratorBy: string | undefined;
}
