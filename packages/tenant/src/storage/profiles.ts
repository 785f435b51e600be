import type { Attributes } from "../directory/entities.ts";
import type { AuditRecord } from "./audit.ts";

/** What users say about themselves after sign-up. */
export interface ProfileStore {
  /**
   * Adds attributes to the user's, and records which terms of use they accepted (`termsKey`), in one transaction. False
   * if the account is deleted or disabled.
   */
  complete(input: {
    userId: string;
    attributes: Attributes;
    terms: string | null;
    now: number;
    audit: AuditRecord;
  }): Promise<boolean>;
}
