/**
 * What the tenant stores, and how it can change. Every method that changes state is one atomic transition
 * (compare-and-swap); callers never read, decide and write back. Both stores pass the same contract suite
 * (packages/tenant/test/storage/).
 *
 * Times are milliseconds since the epoch from the caller's clock. No store reads a clock of its own.
 */

import type { SigningAlgorithm } from "../directory/entities.ts";
import type { AcceptedScopes } from "./accepted-scopes.ts";
import type { ActingAdministrator } from "./acting.ts";
import type { AdministrationReader, AdministrationStore } from "./administration.ts";
import type { AuditChanges, AuditReader, AuditRecord, AuditStore } from "./audit.ts";
import type { AuthorizationStore } from "./authorization-request.ts";
import type { CredentialReader, CredentialStore } from "./credentials.ts";
import type { Charge, GrantStore } from "./device-grant.ts";
import type { AccessStore, DirectoryReader, DirectoryStore, SettingChanges } from "./directory.ts";
import type { FactorStore, PasskeyStore } from "./factors.ts";
import type { GrantChanges } from "./grant-changes.ts";
import type { LinkStore } from "./links.ts";
import type { LiveRequests } from "./live-requests.ts";
import type { MailStore, OutboxStore } from "./mail.ts";
import type { EmailChangeStore, OwnAccountStore } from "./own-account.ts";
import type { PendingPolls } from "./pending-polls.ts";
import type { PermissionReader, PermissionStore } from "./permissions.ts";
import type { ProfileStore } from "./profiles.ts";
import type { RegistrationReader, RegistrationStore } from "./registrations.ts";
import type { SealStore } from "./sealed.ts";
import type { SessionStore } from "./sessions.ts";
import type { SnapshotStore } from "./snapshots.ts";
import type { TokenStore } from "./tokens.ts";

export type * from "./accepted-scopes.ts";
export type * from "./acting.ts";
export type * from "./administration.ts";
export type * from "./audit.ts";
export type * from "./authorization-request.ts";
export type * from "./credentials.ts";
export type * from "./device-grant.ts";
export type * from "./directory.ts";
export type * from "./factors.ts";
export type * from "./links.ts";
export type * from "./live-requests.ts";
export type * from "./mail.ts";
export type * from "./own-account.ts";
export type * from "./permissions.ts";
export type * from "./profiles.ts";
export type * from "./registrations.ts";
export type * from "./sessions.ts";
export type * from "./snapshots.ts";
export type * from "./tokens.ts";

export interface Store {
  readonly kind: "sqlite" | "postgres";
  readonly access: AccessStore;
  readonly grants: GrantStore;
  readonly grantChanges: GrantChanges;
  readonly liveRequests: LiveRequests;
  readonly pendingPolls: PendingPolls;
  readonly acceptedScopes: AcceptedScopes;
  readonly settingChanges: SettingChanges;
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
  readonly ownAccount: OwnAccountStore;
  readonly emailChanges: EmailChangeStore;
  readonly passkeys: PasskeyStore;
  readonly profiles: ProfileStore;
  readonly throttle: ThrottleStore;
  readonly keys: KeyStore;
  readonly seals: SealStore;
  readonly audit: AuditStore;
  readonly auditChanges: AuditChanges;
  readonly snapshots: SnapshotStore;
  /** The methods that change the tenant, for this administrator: each transaction decides first whether they may. */
  actingFor(by: ActingAdministrator): ActingStore;
  /** Resolves when the store can be reached and changed, otherwise throws. For `/readyz`. */
  ping(): Promise<void>;
  /** PostgreSQL's clock minus `now`, in milliseconds. Undefined for SQLite, which has no clock of its own. */
  clockOffset(now: () => number): Promise<number | undefined>;
  /**
   * Deletes what ended before `now` and is no longer needed: grants, authorization requests and mails a day after their
   * end, used codes, old throttle windows. Returns the number of rows.
   */
  purgeExpired(now: number, options?: PurgeOptions): Promise<number>;
  /** After a restore: see `RestoredSettlement`. */
  settleRestored(settlement: RestoredSettlement): Promise<void>;
  close(): Promise<void>;
}

/** The part of the store that the operations of admin/ change. */
export type ActingStore = Pick<
  Store,
  | "administration"
  | "credentials"
  | "directory"
  | "grants"
  | "keys"
  | "mail"
  | "permissions"
  | "registrations"
  | "tokens"
>;

/**
 * Called once with the name of each operation, such as `grants.poll`. The returned function is called when one has
 * ended. Polls wait for it, so it must be cheap.
 */
export type StoreObserver = (operation: string) => OperationObserver;

/** `startedAt` is of `performance.now()`. `retries`: how often it was repeated. `error` is undefined after a success. */
export type OperationObserver = (startedAt: number, retries: number, error: unknown) => void;

/**
 * Ends everything in a restored store that may be used only once and may have been used since the backup. Sign-ins
 * continue, unless `endSignIns`.
 */
export interface RestoredSettlement {
  now: number;
  /** Ends every sign-in and browser session, and deletes the signing keys. */
  endSignIns: boolean;
  audit: AuditRecord;
}

export interface PurgeOptions {
  /** When aborted, no further batch is deleted. */
  signal?: Pick<AbortSignal, "aborted">;
}

/** The read-only part of the store: all that Graph and the operator's socket can see. */
export interface StoreReader {
  readonly directory: DirectoryReader;
  readonly credentials: CredentialReader;
  readonly registrations: RegistrationReader;
  readonly permissions: PermissionReader;
  readonly administration: AdministrationReader;
  readonly access: AccessStore;
  readonly tokens: Pick<TokenStore, "findFamily">;
  readonly audit: AuditReader;
}

// ---- throttle, keys --------------------------------------------------------------------------

/** `counts`: of each bucket, with what was taken. `bucket`: the one that is used up until `retryAt`. */
export type Taken = { allowed: true; counts: number[] } | { allowed: false; bucket: string; retryAt: number };

/** A bucket that is used up if it has this many. */
export interface Full {
  bucket: string;
  most: number;
}

export interface ThrottleStore {
  /**
   * Takes one from the bucket's budget for the fixed window, atomically. Returns whether it was within `limit`. An
   * attempt is charged before it is checked, so that parallel guesses cannot all pass.
   */
  take(
    bucket: string,
    limit: { count: number; windowMs: number },
    now: number,
  ): Promise<{ allowed: boolean; count: number; retryAt: number }>;
  /**
   * Takes one of each budget in one transaction, or none: what one of them refuses costs nothing at the others. On
   * PostgreSQL each is locked until the end, so callers with the same buckets name them in the same order.
   */
  takeAll(charges: readonly Charge[], now: number): Promise<Taken>;
  /** Refunds one after a success. Never goes below 0, never resets the window. */
  giveBack(bucket: string, now: number): Promise<void>;
  /** Reads without taking. */
  peek(bucket: string, windowMs: number, now: number): Promise<number>;
  /** When a bucket that is used up opens again, in milliseconds since the epoch. Null: it is not used up. */
  fullUntil(of: Full, now: number): Promise<number | null>;
}

export interface StoredKey {
  kid: string;
  alg: SigningAlgorithm;
  /** Public JWK as JSON. */
  publicJwk: string;
  /** Private JWK, sealed with the tenant's seal key (AES-256-GCM). */
  sealedPrivate: string;
  /** DER certificate, base64 (`x5c`). Null unless the algorithm is RS256: Entra's clients know no other. */
  certificate: string | null;
  createdAt: number;
  /** When it starts to sign. The newest active key of an algorithm signs. */
  activatesAt: number;
  /** When it stops being served. */
  retiresAt: number | null;
}

/** Keys that cannot be opened any more. */
export interface LostKeys {
  /** As they were read: one that was sealed again meanwhile is not lost. */
  keys: StoredKey[];
  now: number;
  /** Written for each key that is retired. */
  audit(key: StoredKey): AuditRecord;
}

export interface KeyStore {
  /** Those of RS256, then those of each other algorithm that is known: in the order in which they sign. */
  list(): Promise<StoredKey[]>;
  /** The known algorithms besides RS256 that an app's ID tokens or an API's access tokens are signed with. */
  inUse(): Promise<SigningAlgorithm[]>;
  insert(key: StoredKey): Promise<boolean>;
  /**
   * The first keys of an algorithm: inserts these only if it has none that is not retired, so that two nodes that start
   * together agree. Retires the lost ones first. Returns all keys, like `list`.
   */
  insertFirst(keys: StoredKey[], lost?: LostKeys): Promise<StoredKey[]>;
  /**
   * Makes the successor of the algorithm's signing key sign from the time that `activatesAt` returns for it, but always
   * after the key that signs now. `kept`: it already signs by then. `none`: there is no successor.
   *
   * @param only nothing changes unless this key is the successor. `none`: it does not exist, or is retired
   */
  promote(
    alg: SigningAlgorithm,
    now: number,
    activatesAt: (successor: StoredKey) => number,
    audit: AuditRecord,
    only?: string,
  ): Promise<{ outcome: "promoted" | "kept"; key: StoredKey } | { outcome: "none" }>;
  /**
   * The key is not served from the time that `retiresAt` returns, or from an earlier one that was set before. `signing`:
   * it signs, and nothing changes. `supersededAt`: when the next key began to sign. Null: it never signed.
   */
  retire(
    kid: string,
    now: number,
    retiresAt: (key: StoredKey, supersededAt: number | null) => number,
    audit: AuditRecord,
  ): Promise<{ outcome: "retired"; key: StoredKey } | { outcome: "unknown" | "signing" }>;
}
