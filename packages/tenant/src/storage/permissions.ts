import type { Consent } from "../directory/entities.ts";
import type { AuditRecord } from "./audit.ts";

/** Whose consent, and to what. `userId` null is the administrator's consent, for all users. */
export type ConsentKey = Pick<Consent, "clientId" | "userId" | "resourceId">;

/**
 * A user or group may use an app (`roleValue` null), or a user, a group or an app has a role at an API. At Microsoft
 * Graph, only apps have roles.
 */
export interface RoleAssignment {
  /** Of the app or API, or `GRAPH_RESOURCE_ID`. */
  clientId: string;
  roleValue: string | null;
  /** The ID of a user, a group, or an app's service principal. */
  principalId: string;
}

/** Individual consents and assignments, as administrators see them. */
export interface PermissionReader {
  /** All, or those of one app, sorted by app, user and resource. */
  listConsents(of?: { clientId: string }): Promise<Consent[]>;
  findConsent(key: ConsentKey): Promise<Consent | undefined>;
  assignmentsAt(clientId: string): Promise<RoleAssignment[]>;
}

export interface PermissionStore extends PermissionReader {
  /** `unknown`: the app does not exist. A consent must have at least one scope. */
  insertConsent(consent: Consent, audit: AuditRecord): Promise<"inserted" | "exists" | "unknown">;
  /**
   * Replaces the scopes of an existing consent. False if there is none. Of two concurrent calls, the later one wins as
   * a whole.
   */
  replaceConsent(consent: Consent, audit: AuditRecord): Promise<boolean>;
  /**
   * Sets exactly these scopes, with or without an existing consent: `audit` has a record for either case. `unknown`:
   * the app does not exist.
   */
  putConsent(
    consent: Consent,
    audit: { inserted: AuditRecord; replaced: AuditRecord },
  ): Promise<"inserted" | "replaced" | "unknown">;
  deleteConsent(key: ConsentKey, audit: AuditRecord): Promise<boolean>;

  assign(
    assignment: RoleAssignment,
    audit: AuditRecord,
  ): Promise<"assigned" | "exists" | "unknown_principal" | "unknown_resource">;
  unassign(assignment: RoleAssignment, audit: AuditRecord): Promise<boolean>;
}
