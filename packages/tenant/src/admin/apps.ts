import { randomUUID } from "node:crypto";
import type { AppCertificate } from "../directory/app-certificate.ts";
import type { Consent } from "../directory/entities.ts";
import { ADMINISTRATIVE_SCOPES } from "../directory/graph-scopes.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { redirectKind } from "../oauth/authorization-code/redirect-uri.ts";
import type { AuditRecord, ChangeRegistered, Registered, Registration, RoleAssignment } from "../storage/store.ts";
import { type Actor, type AdminStore, auditRecord } from "./admin-context.ts";

type Which = Pick<Registration, "objectId" | "clientId">;

/** Apps and APIs with what they have in Graph: each operation changes and records it in one transaction. */
export function apps({ store, clock }: AdminStore, by: Actor) {
  const { registrations, credentials } = store;
  const record = (event: string, clientId: string, detail: AuditRecord["detail"] = {}) =>
    auditRecord(by, clock.now(), event, { app_id: clientId, ...detail }, { clientId });

  return {
    /** New, an app with its certificates; says which of its properties another one has. */
    register(registered: Registered, certificates: AppCertificate[] = []) {
      const { clientId } = registered.registration;
      const detail = {
        name: nameOf(registered),
        kind: registered.kind,
        ...(certificates.length === 0 ? {} : { certificates: certificates.length }),
      };
      return registrations.insert(registered, record("application.created", clientId, detail), certificates);
    },

    /** `change` is given what is there, and may be called again. `changed`: names of what changes, for the audit log. */
    change: ({ objectId, clientId }: Which, change: ChangeRegistered, changed: string) =>
      registrations.change(objectId, change, record("application.changed", clientId, { changed })),

    /** Whether it may be used, and by whom. */
    changeUse: (
      { objectId, clientId }: Which,
      change: (before: Registered) => Registered,
      detail: { assignment_required?: boolean; enabled?: boolean },
    ) => registrations.change(objectId, change, record("service_principal.changed", clientId, detail)),

    /** Its sign-ins end, and its consents and assignments go with it. False when it is gone already. */
    remove(registered: Registered) {
      const { objectId, clientId } = registered.registration;
      const audit = record("application.deleted", clientId, { name: nameOf(registered) });
      return registrations.delete(objectId, clock.now(), audit);
    },

    addServicePrincipal: (clientId: string) =>
      registrations.addServicePrincipal(clientId, randomUUID(), record("service_principal.created", clientId)),

    /** By it the app gets tokens of its own; as an `administrator` with every application permission of Graph. */
    addCertificate: (certificate: AppCertificate, { administrator }: { administrator: boolean }) =>
      credentials.addCertificate(
        certificate,
        { roles: administrator ? ADMINISTRATIVE_SCOPES : [], servicePrincipalId: randomUUID() },
        record("app.certificate_added", certificate.clientId, { thumbprint: hex(certificate), administrator }),
      ),

    /** All certificates, and the permissions at Graph. Returns how many; undefined when there is no such app. */
    removeCertificates: (clientId: string) =>
      credentials.removeCertificates(clientId, record("app.certificates_removed", clientId)),
  };
}

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
    /** These scopes, whether there is a consent or none. */
    putConsent: (consent: Consent) =>
      permissions.putConsent(consent, {
        inserted: consented("created", consent),
        replaced: consented("changed", consent),
      }),
    /** False when there is none. */
    removeConsent: (consent: Consent) => permissions.deleteConsent(consent, consented("deleted", consent)),

    /** Lets a person or a group use an app, or gives them, or an app, a role at an API. */
    assign: (assignment: RoleAssignment) => permissions.assign(assignment, assigned("created", assignment)),
    /** False when there is no such assignment. */
    unassign: (assignment: RoleAssignment) => permissions.unassign(assignment, assigned("deleted", assignment)),
  };
}

/**
 * Why nobody may be sent back there, or null (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1): what is registered is what
 * /authorize would answer.
 */
export function redirectProblem(uri: string): string | null {
  if (!/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) return "it is no absolute URI";
  const { protocol, username, password } = new URL(uri);
  if (uri.includes("#")) return "it has a fragment";
  if (uri.includes("*")) return "it has a wildcard, and matches exactly here";
  if (username !== "" || password !== "") return "it has a user name or password";
  if (redirectKind(uri) !== undefined) return null;
  if (protocol === "https:") return "it is too long, or has a backslash";
  return protocol === "http:" ? "it begins with https://, or with http://localhost" : "its scheme leads to no program";
}

/** What an app or an API has in Graph when nobody said anything of it. */
export function newRegistration(clientId: string, uniqueName: string | null = null): Registration {
  return {
    clientId,
    objectId: randomUUID(),
    uniqueName,
    description: null,
    tags: [],
    requiredResourceAccess: null,
    servicePrincipalId: randomUUID(),
  };
}

/** The thumbprint as certificate viewers and Entra's portal show it. */
export const hex = ({ thumbprint }: Pick<AppCertificate, "thumbprint">) =>
  Buffer.from(thumbprint, "base64url").toString("hex").toUpperCase();

export const unknownApp = () =>
  new TenantError("app_unknown", "No program has this client ID.", "List them: doorcode tenant apps");

const nameOf = (registered: Registered) => (registered.kind === "app" ? registered.app : registered.api).name;
