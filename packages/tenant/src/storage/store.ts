/**
 * What the tenant keeps, and how it may change. Every verb that changes state is one atomic transition
 * (compare-and-swap); callers never read, decide and write back. Both stores pass one contract suite
 * (packages/tenant/test/storage/).
 *
 * Times are milliseconds since the epoch from the caller's clock; no store reads a clock of its own.
 */

import type { AdministrationReader, AdministrationStore } from "./administration.ts";
import type { AuditStore } from "./audit.ts";
import type { AuthorizationStore } from "./authorization-request.ts";
import type { CredentialReader, CredentialStore } from "./credentials.ts";
import type { GrantStore } from "./device-grant.ts";
import type { AccessStore, DirectoryReader, DirectoryStore } from "./directory.ts";
import type { FactorStore, PasskeyStore } from "./factors.ts";
import type { LinkStore } from "./links.ts";
import type { MailStore, OutboxStore } from "./mail.ts";
import type { PermissionReader, PermissionStore } from "./permissions.ts";
import type { ProfileStore } from "./profiles.ts";
import type { RegistrationReader, RegistrationStore } from "./registrations.ts";
import type { SessionStore } from "./sessions.ts";
import type { TokenStore } from "./tokens.ts";

export type * from "./administration.ts";
export type * from "./audit.ts";
export type * from "./authorization-request.ts";
export type * from "./credentials.ts";
export type * from "./device-grant.ts";
export type * from "./directory.ts";
export type * from "./factors.ts";
export type * from "./links.ts";
export type * from "./mail.ts";
export type * from "./permissions.ts";
export type * from "./profiles.ts";
export type * from "./registrations.ts";
export type * from "./sessions.ts";
export type * from "./tokens.ts";

export interface Store {
  readonly kind: "sqlite" | "postgres";
  readonly access: AccessStore;
  readonly grants: GrantStore;
  readonly authorizations: AuthorizationStore;
  readonly tokens: TokenStore;
  readonly directory: DirectoryStore;
  readonly credentials: CredentialStore;
  readonly registrations: RegistrationStore;
  readonly permissions: PermissionStore;
  readonly administration: AdministrationStore;
  readonly sessions: SessionStore;
  readonly factors: FactorStore;
  readonly mail: MailStore;
  readonly outbox: OutboxStore;
  readonly links: LinkStore;
  readonly passkeys: PasskeyStore;
  readonly profiles: ProfileStore;
  readonly throttle: ThrottleStore;
  readonly keys: KeyStore;
  readonly audit: AuditStore;
  /** Answers once the store can be reached; throws otherwise. For `/readyz`. */
  ping(): Promise<void>;
  /** Deletes what ended before `now` and is of no more use (grants, authorization requests and mails a day after their end, used codes, old throttle windows). Returns how many rows. */
  purgeExpired(now: number, options?: PurgeOptions): Promise<number>;
  close(): Promise<void>;
}

export interface PurgeOptions {
  /** Once it is aborted no further batch is deleted. */
  signal?: Pick<AbortSignal, "aborted">;
}

/** The part of the store that shows a tenant and changes nothing: all that Graph and the operator's socket see of it. */
export interface StoreReader {
  readonly directory: DirectoryReader;
  readonly credentials: CredentialReader;
  readonly registrations: RegistrationReader;
  readonly permissions: PermissionReader;
  readonly administration: AdministrationReader;
  readonly access: AccessStore;
  readonly tokens: Pick<TokenStore, "findFamily">;
}

// ---- throttle, keys --------------------------------------------------------------------------

export interface ThrottleStore {
  /**
   * Takes one from the bucket's budget of the fixed window, atomically, and says whether it was still within `limit`.
   * An attempt is charged before it is judged, so that parallel guesses cannot all pass.
   */
  take(
    bucket: string,
    limit: { count: number; windowMs: number },
    now: number,
  ): Promise<{ allowed: boolean; count: number; retryAt: number }>;
  /** Gives one back after a success; never below 0, never a reset. */
  giveBack(bucket: string, now: number): Promise<void>;
  /** Reads without taking. */
  peek(bucket: string, windowMs: number, now: number): Promise<number>;
}

export interface StoredKey {
  kid: string;
  /** Public JWK as JSON. */
  publicJwk: string;
  /** Private JWK sealed by the tenant's seal key (AES-256-GCM). */
  sealedPrivate: string;
  /** DER certificate, base64 (`x5c`). */
  certificate: string;
  createdAt: number;
  /** Signs from then on; the newest active one signs. */
  activatesAt: number;
  /** No longer served from then on. */
  retiresAt: number | null;
}

export interface KeyStore {
  /** In the order in which they sign. */
  list(): Promise<StoredKey[]>;
  insert(key: StoredKey): Promise<boolean>;
  /** First start: inserts these only when there is no key at all, so that two nodes starting together agree. Returns all that are there, as `list`. */
  insertFirst(keys: StoredKey[]): Promise<StoredKey[]>;
  retire(kid: string, retiresAt: number): Promise<void>;
}
