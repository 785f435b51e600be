import type { Consent } from "../directory/entities.ts";
import type { RoleAssignment } from "../storage/store.ts";
import { type Actor, type AdminStore, auditRecord } from "./admin-context.ts";

/** Consents and assignments: each operation changes and records it in one transaction. */
export function permissions({ store, clock }: AdminStore, by: Actor) {
  const { permissions } = store;

  const consented = (event: string, { clientId, userId, resourceId, scopes }: Consent) => {
    const whose: Record<string, string> = userId === null ? {} : { principal_id: userId };
    const detail = { app_id: clientId, resource_app_id: resourceId, scopes: scopes.join(" "), ...whose };
    return auditRecord(by, clock.now(), `permission_grant.${event}`, detail, { clientId, userId });
  };
  const assigned = (event: string, { clientId, roleValue, principalId }: RoleAssignment) => {
    const role: Record<string, string> = roleValue === null ? {} : { role: roleValue };
    const detail = { app_id: clientId, principal_id: principalId, ...role };
    return auditRecord(by, clock.now(), `role_assignment.${event}`, detail, { clientId });
  };

  return {
    /** A person's, or the administrator's for everybody. */
    addConsent: (consent: Consent) => permissions.insertConsent(consent, consented("created", consent)),
    /** These scopes instead of those that there are. False when there is none. */
    changeConsent: (consent: Consent) => permissions.replaceConsent(consent, consented("changed", consent)),
    /** False when there is none. */
    removeConsent: (consent: Consent) => permissions.deleteConsent(consent, consented("deleted", consent)),

    /** Lets a person or a group use an app, or gives them, or an app, a role at an API. */
    assign: (assignment: RoleAssignment) => permissions.assign(assignment, assigned("created", assignment)),
    /** False when there is no such assignment. */
    unassign: (assignment: RoleAssignment) => permissions.unassign(assignment, assigned("deleted", assignment)),
  };
}
