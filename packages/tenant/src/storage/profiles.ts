import type { Attributes } from "../directory/entities.ts";
import type { AuditRecord } from "./audit.ts";

/** What people say of themselves after sign-up. */
export interface ProfileStore {
  /**
   * Adds attributes to those that the person has given, and notes which terms of use they accepted (`termsKey`); one
   * transaction. False where the account is gone or disabled.
   */
  complete(input: {
    userId: string;
    attributes: Attributes;
    terms: string | null;
    now: number;
    audit: AuditRecord;
  }): Promise<boolean>;
}
