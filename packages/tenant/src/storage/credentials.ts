import type { AppCertificate } from "../directory/app-certificate.ts";
import type { AppSecret } from "../directory/app-secret.ts";
import type { AuditRecord } from "./audit.ts";

export type CertificateAdded = "added" | "known" | "full" | "app_unknown";

export type SecretAdded = "added" | "full" | "app_unknown";

/** How apps authenticate. */
export interface CredentialReader {
  /** Oldest first. */
  certificatesOf(clientId: string): Promise<AppCertificate[]>;
  /** Oldest first, including expired ones. */
  secretsOf(clientId: string): Promise<AppSecret[]>;
}

export interface CredentialStore extends CredentialReader {
  /**
   * In one transaction, adds the certificate and gives the app these application permissions at Graph. An app without a
   * service principal gets `servicePrincipalId`. `known`: the app already has this certificate, and gets the
   * permissions. `full`: it has `MAX_CERTIFICATES`, and nothing changes.
   */
  addCertificate(
    certificate: AppCertificate,
    permissions: { roles: readonly string[]; servicePrincipalId: string },
    audit: AuditRecord,
  ): Promise<CertificateAdded>;
  /**
   * Removes all certificates of the app, and its permissions at Graph. Returns the number of certificates, or undefined
   * if the app does not exist.
   */
  removeCertificates(clientId: string, audit: AuditRecord): Promise<number | undefined>;
  /** `full`: the app has `MAX_SECRETS`, and nothing changes. */
  addSecret(secret: AppSecret, audit: AuditRecord): Promise<SecretAdded>;
  /** False if the app has no such secret. */
  removeSecret(clientId: string, keyId: string, audit: AuditRecord): Promise<boolean>;
  /**
   * Marks a client assertion as used, by a hash of its content and its purpose. True for its first use, which also
   * writes the audit record; false for every later one. Kept until the assertion has expired.
   */
  consumeAssertion(input: { assertionHash: string; expiresAt: number; audit: AuditRecord | null }): Promise<boolean>;
}
