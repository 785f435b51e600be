import type { AuditRecord } from "./audit.ts";

/** What the store keeps sealed, by the purpose of the key that seals it. */
export type SealedValue =
  | { purpose: "signing-keys"; kid: string }
  | { purpose: "totp secret"; userId: string }
  | { purpose: "outbox"; id: string };

export interface SealKeyChange {
  /** Fingerprints of the seal keys. */
  from: string;
  to: string;
  /** Keys that outlive their seal key, sealed with the new one. */
  keptKeys: string;
  /** Opens the value with the old key, and seals it with the new one. If it throws, nothing changes. */
  reseal(value: SealedValue, sealed: string): string;
  audit: AuditRecord;
}

export interface SealStore {
  /** `sealKeptKeys` of the last change of the seal key. Undefined before the first. */
  keptKeys(): Promise<string | undefined>;
  /**
   * Seals everything again, in one transaction. Set-ups of authenticator apps that are not finished start again.
   * `in_use`: another process is connected to this store, which only PostgreSQL can tell; open it with a `poolSize` of 1.
   * `pooled`: a connection pooler is between, so that other processes cannot be seen.
   */
  replace(change: SealKeyChange): Promise<"replaced" | "differs" | "in_use" | "pooled">;
}

/** Names of settings. */
/** Set in a store whose tenant was moved to another one: where to, and when. */
export const MOVED_TO = "moved_to";
export const FINGERPRINT = "seal_key_fingerprint";
export const KEPT_KEYS = "kept_keys";
