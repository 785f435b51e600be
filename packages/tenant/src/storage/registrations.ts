import type { AppCertificate } from "../directory/app-certificate.ts";
import type { Api, App } from "../directory/entities.ts";
import type { AuditRecord } from "./audit.ts";

/** What an app or an API has besides what sign-ins need: its names and objects in Microsoft Graph. */
export interface Registration {
  clientId: string;
  /** Lower-case GUID: the permanent `id` of Graph's application. Never the client ID. */
  objectId: string;
  /** A name by which its creator can find it again. Unique among apps and APIs together. */
  uniqueName: string | null;
  description: string | null;
  tags: string[];
  /** The permissions that it declares. Null if never declared: then those the administrator consented to count. */
  requiredResourceAccess: RequiredResourceAccess[] | null;
  /** Lower-case GUID: the `id` of Graph's service principal. Null if it has none yet. */
  servicePrincipalId: string | null;
}

export interface RequiredResourceAccess {
  resourceAppId: string;
  resourceAccess: { id: string; type: "Scope" | "Role" }[];
}

/** One of Graph's applications. Here it is either a client or an API, and cannot change from one to the other. */
export type Registered =
  | { kind: "app"; registration: Registration; app: App }
  | { kind: "api"; registration: Registration; api: Api };

export type RegistrationKey =
  | { objectId: string }
  | { clientId: string }
  | { uniqueName: string }
  | { servicePrincipalId: string };

/** The property that another registration already has. `user_flow`: the app's user flow does not exist. */
export type RegistrationConflict = "client_id" | "unique_name" | "identifier_uri" | "user_flow";

export type RegistrationChange =
  | { outcome: "changed"; registered: Registered }
  | { outcome: "conflict"; with: RegistrationConflict }
  | { outcome: "unknown" };

/** `certificates`: the app's, oldest first. */
export type ChangeRegistered = (
  before: Registered,
  certificates: AppCertificate[],
) => Registered & { certificates?: AppCertificate[] };

export interface RegistrationReader {
  find(key: RegistrationKey): Promise<Registered | undefined>;
  /** By client ID. */
  list(): Promise<Registered[]>;
  /** Apps or APIs, sorted by name. Cheap with any number of them. */
  page(of: RegistrationQuery): Promise<ListedRegistration[]>;
  /** How many apps and APIs there are, disabled ones included. */
  count(): Promise<number>;
}

/** Which apps or APIs to list. */
export interface RegistrationQuery {
  kind: Registered["kind"];
  /** How the name or the client ID begins, in upper or lower case. Empty: any. */
  prefix: string;
  /** The last one of the previous page. */
  after?: Pick<ListedRegistration, "sortedAs" | "clientId"> | undefined;
  limit: number;
}

export interface ListedRegistration {
  clientId: string;
  name: string;
  /** The name in the lower case of the database, in which order they are listed. */
  sortedAs: string;
  createdAt: number;
  disabledAt: number | null;
}

/**
 * A `change` callback receives the current record under a lock and returns the new one, so concurrent changes see each
 * other's results. It may be called more than once and must have no side effects. If it throws, nothing changes and the
 * error is rethrown.
 */
export interface RegistrationStore extends RegistrationReader {
  /** An app, with its certificates if it has any. */
  insert(
    registered: Registered,
    audit: AuditRecord,
    certificates?: AppCertificate[],
  ): Promise<"inserted" | RegistrationConflict>;
  /**
   * Kind, IDs and creation time never change. If the change removes a scope or role, its consents or assignments are
   * removed too; a role with a new value keeps its assignments. Returned `certificates` replace all certificates of the
   * app, and the audit record has their number.
   */
  change(objectId: string, change: ChangeRegistered, audit: AuditRecord): Promise<RegistrationChange>;
  /** Also deletes its consents, consents to its scopes, assignments and roles. Revokes an app's families. */
  delete(objectId: string, now: number, audit: AuditRecord): Promise<boolean>;
  /** Gives the client ID its service principal. */
  addServicePrincipal(
    clientId: string,
    servicePrincipalId: string,
    audit: AuditRecord,
  ): Promise<"added" | "exists" | "unknown">;
}
