import { randomUUID } from "node:crypto";
import type { AppCertificate } from "../directory/app-certificate.ts";
import type { Consent } from "../directory/entities.ts";
import { ADMINISTRATIVE_SCOPES } from "../directory/graph-scopes.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { redirectKind } from "../oauth/authorization-code/redirect-uri.ts";
import type { AuditEvent, EventOf } from "../storage/audit-events.ts";
import type { AuditRecord, ChangeRegistered, Registered, Registration, RoleAssignment } from "../storage/store.ts";
import { consoleApp } from "../ui/i18n/en/console-apps.ts";
import { type Actor, type AdminStore, auditRecord } from "./admin-context.ts";

type Which = Pick<Registration, "objectId" | "clientId">;

/** Apps and APIs with their properties in Graph. Each operation changes and records in one transaction. */
export function apps({ store, clock }: AdminStore, by: Actor) {
  const { registrations, credentials } = store;
  const record = (event: AuditEvent, clientId: string, detail: AuditRecord["detail"] = {}) =>
    auditRecord(by, clock.now(), event, { app_id: clientId, ...detail }, { clientId });

  return {
    /**
     * Registers an app or API, an app with its certificates. Returns which property conflicts with another
     * registration.
     */
    register(registered: Registered, certificates: AppCertificate[] = []) {
      const { clientId } = registered.registration;
      const detail = {
        name: nameOf(registered),
        kind: registered.kind,
        ...(certificates.length === 0 ? {} : { certificates: certificates.length }),
      };
      return registrations.insert(registered, record("application.created", clientId, detail), certificates);
    },

    /**
     * `change` receives the current registration, and may be called more than once. `changed`: names of the changed
     * properties, for the audit log.
     */
    change: ({ objectId, clientId }: Which, change: ChangeRegistered, changed: string) =>
      registrations.change(objectId, change, record("application.changed", clientId, { changed })),

    /** Whether it can be used, and by whom. */
    changeUse: (
      { objectId, clientId }: Which,
      change: (before: Registered) => Registered,
      detail: { assignment_required?: boolean; enabled?: boolean },
    ) => registrations.change(objectId, change, record("service_principal.changed", clientId, detail)),

    /** Ends its sign-ins and deletes its consents and assignments. False if it is already deleted. */
    remove(registered: Registered) {
      const { objectId, clientId } = registered.registration;
      const audit = record("application.deleted", clientId, { name: nameOf(registered) });
      return registrations.delete(objectId, clock.now(), audit);
    },

    addServicePrincipal: (clientId: string) =>
      registrations.addServicePrincipal(clientId, randomUUID(), record("service_principal.created", clientId)),

    /**
     * A certificate with which the app gets tokens of its own; with `administrator`, with every application permission
     * of Graph.
     */
    addCertificate: (certificate: AppCertificate, { administrator }: { administrator: boolean }) =>
      credentials.addCertificate(
        certificate,
        { roles: administrator ? ADMINISTRATIVE_SCOPES : [], servicePrincipalId: randomUUID() },
        record("app.certificate_added", certificate.clientId, { thumbprint: hex(certificate), administrator }),
      ),

    /**
     * Removes all certificates and the permissions at Graph. Returns the number of certificates, or undefined if the
     * app does not exist.
     */
    removeCertificates: (clientId: string) =>
      credentials.removeCertificates(clientId, record("app.certificates_removed", clientId)),
  };
}

/** Consents and assignments. Each operation changes and records in one transaction. */
export function permissions({ store, clock }: AdminStore, by: Actor) {
  const { permissions } = store;

  const consented = (event: EventOf<"permission_grant">, { clientId, userId, resourceId, scopes }: Consent) => {
    const whose: Record<string, string> = userId === null ? {} : { principal_id: userId };
    const detail = { app_id: clientId, resource_app_id: resourceId, scopes: scopes.join(" "), ...whose };
    return auditRecord(by, clock.now(), `permission_grant.${event}`, detail, { clientId, userId });
  };
  const assigned = (event: EventOf<"role_assignment">, { clientId, roleValue, principalId }: RoleAssignment) => {
    const role: Record<string, string> = roleValue === null ? {} : { role: roleValue };
    const detail = { app_id: clientId, principal_id: principalId, ...role };
    return auditRecord(by, clock.now(), `role_assignment.${event}`, detail, { clientId });
  };

  return {
    /** A user's consent, or the administrator's for all users. */
    addConsent: (consent: Consent) => permissions.insertConsent(consent, consented("created", consent)),
    /** Replaces the scopes of an existing consent. False if there is none. */
    changeConsent: (consent: Consent) => permissions.replaceConsent(consent, consented("changed", consent)),
    /** Sets these scopes, with or without an existing consent. */
    putConsent: (consent: Consent) =>
      permissions.putConsent(consent, {
        inserted: consented("created", consent),
        replaced: consented("changed", consent),
      }),
    /** False if there is none. */
    removeConsent: (consent: Consent) => permissions.deleteConsent(consent, consented("deleted", consent)),

    /** Allows a user or group to use an app, or gives a user, group or app a role at an API. */
    assign: (assignment: RoleAssignment) => permissions.assign(assignment, assigned("created", assignment)),
    /** False if there is no such assignment. */
    unassign: (assignment: RoleAssignment) => permissions.unassign(assignment, assigned("deleted", assignment)),
  };
}

const { redirectFaults } = consoleApp;

/**
 * Why a redirect URI cannot be registered, or null (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1): /authorize redirects
 * to every registered URI.
 */
export function redirectFault(uri: string): keyof typeof redirectFaults | null {
  if (!/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) return "not_absolute";
  const { protocol, username, password } = new URL(uri);
  if (uri.includes("#")) return "fragment";
  if (uri.includes("*")) return "wildcard";
  if (username !== "" || password !== "") return "credentials";
  if (redirectKind(uri) !== undefined) return null;
  if (protocol === "https:") return "long_or_backslash";
  return protocol === "http:" ? "plain_http" : "scheme";
}

/** The same in English words. */
export function redirectProblem(uri: string): string | null {
  const fault = redirectFault(uri);
  return fault && redirectFaults[fault];
}

/** The Graph properties of an app or an API that was never described there. */
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

/** The thumbprint in the form of certificate viewers and Entra's portal. */
export const hex = ({ thumbprint }: Pick<AppCertificate, "thumbprint">) =>
  Buffer.from(thumbprint, "base64url").toString("hex").toUpperCase();

export const unknownApp = () =>
  new TenantError("app_unknown", "No app has this client ID.", "List the apps: doorcode tenant apps");

const nameOf = (registered: Registered) => (registered.kind === "app" ? registered.app : registered.api).name;
