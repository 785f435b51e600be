import type { AppCertificate } from "../directory/app-certificate.ts";
import type { Api, App } from "../directory/entities.ts";
import type { AuditRecord } from "./audit.ts";

/** What an app or an API has beside what sign-ins need: its names and objects in Microsoft Graph. */
export interface Registration {
  clientId: string;
  /** Lower-case GUID: the `id` of Graph's application, for good; never the client ID. */
  objectId: string;
  /** What whoever registered it finds it by again; unique among apps and APIs together. */
  uniqueName: string | null;
  description: string | null;
  tags: string[];
  /** The permissions it says it needs; null when nobody ever said, and then those that the administrator consented to. */
  requiredResourceAccess: RequiredResourceAccess[] | null;
  /** Lower-case GUID: the `id` of Graph's service principal; null until there is one. */
  servicePrincipalId: string | null;
}

export interface RequiredResourceAccess {
  resourceAppId: string;
  resourceAccess: { id: string; type: "Scope" | "Role" }[];
}

/** One of Graph's applications: here it is a client or an API, and stays what it was made as. */
export type Registered =
  | { kind: "app"; registration: Registration; app: App }
  | { kind: "api"; registration: Registration; api: Api };

export type RegistrationKey =
  | { objectId: string }
  | { clientId: string }
  | { uniqueName: string }
  | { servicePrincipalId: string };

/** Which property another registration has already; `user_flow`: the app is to use one that there is not. */
export type RegistrationConflict = "client_id" | "unique_name" | "identifier_uri" | "user_flow";

export type RegistrationChange =
  | { outcome: "changed"; registered: Registered }
  | { outcome: "conflict"; with: RegistrationConflict }
  | { outcome: "unknown" };

/** `certificates`: of an app, oldest first. */
export type ChangeRegistered = (
  before: Registered,
  certificates: AppCertificate[],
) => Registered & { certificates?: AppCertificate[] };

export interface RegistrationReader {
  find(key: RegistrationKey): Promise<Registered | undefined>;
  /** By client ID. */
  list(): Promise<Registered[]>;
}

/**
 * A `change` is given what stands, under a lock, and returns what is to stand: of two at once each sees what the other
 * left. It may be called again and has no effect of its own; what it throws is thrown, and nothing has changed.
 */
export interface RegistrationStore extends RegistrationReader {
  /** An app with its certificates, where it has some. */
  insert(
    registered: Registered,
    audit: AuditRecord,
    certificates?: AppCertificate[],
  ): Promise<"inserted" | RegistrationConflict>;
  /**
   * Kind, ids and time of making stay as they are. What was consented of a scope, or assigned of a role, that goes with
   * this change goes too; a role keeps its assignments under a new value. An app's `certificates`, where they are
   * returned, are all that it has from then on, and the audit record says how many.
   */
  change(objectId: string, change: ChangeRegistered, audit: AuditRecord): Promise<RegistrationChange>;
  /** With its consents, those to its scopes, assignments and roles; revokes an app's families. */
  delete(objectId: string, now: number, audit: AuditRecord): Promise<boolean>;
  /** Gives the client ID its service principal. */
  addServicePrincipal(
    clientId: string,
    servicePrincipalId: string,
    audit: AuditRecord,
  ): Promise<"added" | "exists" | "unknown">;
}
