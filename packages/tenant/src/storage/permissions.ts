import type { Consent } from "../directory/entities.ts";
import type { AuditRecord } from "./audit.ts";

/** Whose consent to what; `userId` null is the administrator's, for everybody. */
export type ConsentKey = Pick<Consent, "clientId" | "userId" | "resourceId">;

/**
 * That a person or a group may use an app (`roleValue` null), or that one of them, or an app on its own, has a role at an
 * API; at Microsoft Graph, apps alone.
 */
export interface RoleAssignment {
  /** Of the app or API, or `GRAPH_RESOURCE_ID`. */
  clientId: string;
  roleValue: string | null;
  /** A user's id, a group's, or that of an app's service principal. */
  principalId: string;
}

/** Consents and assignments one by one, as administrators see them. */
export interface PermissionReader {
  /** All, or those for one app; by app, person and resource. */
  listConsents(of?: { clientId: string }): Promise<Consent[]>;
  findConsent(key: ConsentKey): Promise<Consent | undefined>;
  assignmentsAt(clientId: string): Promise<RoleAssignment[]>;
}

export interface PermissionStore extends PermissionReader {
  /** `unknown`: there is no such app. A consent has one scope at least. */
  insertConsent(consent: Consent, audit: AuditRecord): Promise<"inserted" | "exists" | "unknown">;
  /** Exactly these scopes in the place of what stands; false when nothing does. Of two at once the later one stands whole. */
  replaceConsent(consent: Consent, audit: AuditRecord): Promise<boolean>;
  /** Exactly these scopes, whether there was a consent or none: `audit` has a record for either. `unknown`: no such app. */
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
