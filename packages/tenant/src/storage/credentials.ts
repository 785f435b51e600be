import type { AppCertificate } from "../directory/app-certificate.ts";
import type { AppSecret } from "../directory/app-secret.ts";
import type { AuditRecord } from "./audit.ts";

export type CertificateAdded = "added" | "known" | "full" | "app_unknown";

export type SecretAdded = "added" | "full" | "app_unknown";

/** How apps prove who they are. */
export interface CredentialReader {
  /** Oldest first. */
  certificatesOf(clientId: string): Promise<AppCertificate[]>;
  /** Expired ones too; oldest first. */
  secretsOf(clientId: string): Promise<AppSecret[]>;
}

export interface CredentialStore extends CredentialReader {
  /**
   * Adds the certificate, and lets the app act at Graph with these application permissions, in one transaction; an app
   * without a service principal gets `servicePrincipalId`. `known`: it has this very certificate, and gets the permissions;
   * `full`: it has `MAX_CERTIFICATES`, and nothing changes.
   */
  addCertificate(
    certificate: AppCertificate,
    permissions: { roles: readonly string[]; servicePrincipalId: string },
    audit: AuditRecord,
  ): Promise<CertificateAdded>;
  /** All certificates of the app, and its permissions at Graph. Returns how many certificates; undefined without the app. */
  removeCertificates(clientId: string, audit: AuditRecord): Promise<number | undefined>;
  /** `full`: the app has `MAX_SECRETS`, and nothing changes. */
  addSecret(secret: AppSecret, audit: AuditRecord): Promise<SecretAdded>;
  /** False when the app has no such secret. */
  removeSecret(clientId: string, keyId: string, audit: AuditRecord): Promise<boolean>;
  /**
   * A client assertion, by a hash of what it is and what it is used for: true for the first who brings it, and then the
   * audit record is written with it; false for every other. Kept until it has expired.
   */
  consumeAssertion(input: { assertionHash: string; expiresAt: number; audit: AuditRecord | null }): Promise<boolean>;
}
