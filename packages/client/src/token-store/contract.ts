/**
 * The value of a record. The store is one map of records. Writers express changes, never whole maps, so that no process
 * restores what another removed. A removal leaves a tombstone: a later `put` that is `basedOn` an older generation is
 * dropped.
 */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** One change of one record. */
export type Change =
  /**
   * `basedOn`: the generation that this value was derived from; the `put` is dropped if the key was removed after it.
   * Undefined: a new value, always kept. `belongsTo`: the key of the record that this one depends on (a token's
   * account); the `put` is also dropped if that key was removed after `basedOn`.
   */
  | { put: string; value: Json; basedOn?: number; belongsTo?: string }
  /** Also for an absent key: the tombstone counts. */
  | { remove: string };

/** The store's content at one moment. */
export interface Snapshot {
  /** Increases with every change; 0 if nothing was ever stored. */
  generation: number;
  /** The records by key. */
  records: ReadonlyMap<string, Json>;
}

/**
 * Where a client keeps accounts and tokens. Implement it for a store of your own; `openFileStore` and `memoryStore`
 * return the built-in ones.
 */
export interface TokenStore {
  /**
   * Returns the newest content.
   * @throws DoorcodeError `store_locked`, `store_damaged`
   */
  read(): Promise<Snapshot>;
  /**
   * Applies all changes, or none, to the newest content; repeated until no other writer interferes. An empty list
   * changes nothing but fails if a change would: call it before you ask a user to approve.
   * @throws DoorcodeError `store_locked`, `store_damaged`
   */
  change(changes: readonly Change[]): Promise<Snapshot>;
  /**
   * Runs `run` while no other process holds the lease `name` of this store. The lease expires after `ttlMs`
   * milliseconds unless it is renewed, so a killed process blocks the others only briefly. The signal that `run`
   * receives aborts if the lease is lost.
   */
  withLease<T>(
    name: string,
    options: { ttlMs: number; signal?: AbortSignal },
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
}

/** The owner of records: one program at one authority. */
export interface Owner {
  /** The program's client ID. */
  clientId: string;
  /** The address that users sign in at. */
  authority: string;
}

/**
 * An account in the store. Keys of records (`<owner key>` is `<clientId>|<authority>` in lower case):
 * - `account:<owner key>|<account id>` → StoredAccount
 * - `access:<owner key>|<account id>|<scopes, sorted, space-joined, lower case>` → StoredAccessToken (see
 *   `findToken`)
 * - `refresh:<owner key>|<account id>` → { token, obtained_at } (oidc engine)
 * - `msal:<owner key>|<section>|<MSAL's own key>` → MSAL's record (entra engine; section = Account, IdToken,
 *   AccessToken, RefreshToken, AppMetadata)
 * - `metadata:<authority>` → the discovered metadata, with the chosen engine
 * - `default:<profile>` → { clientId, authority, accountId, scopes, apis } of the CLI's profile
 */
export interface StoredAccount {
  /** The account's id within the store; see `Account.id`. */
  id: string;
  /** For display; see `Account.username`. */
  username: string;
  /** The display name, if the issuer supplied one. */
  name: string | null;
  /** The user's Entra tenant. */
  tenant_id: string | null;
  /** The `iss` of the ID token. */
  issuer: string;
  /** The address that the user signed in at. */
  authority: string;
  /** The program's client ID. */
  client_id: string;
  /** When the user signed in, in milliseconds since the epoch. */
  signed_in_at: number;
  /** Other members, of other versions. */
  [name: string]: Json;
}

/** An access token in the store. `not_granted`, if present: requested scopes that were not granted (RFC 6749 §3.3). */
export interface StoredAccessToken {
  /** Secret: the access token. */
  token: string;
  /** When the token expires, in milliseconds since the epoch. */
  expires_at: number;
  /** The scopes that the issuer granted. */
  scopes: string[];
  /** The account's id within the store. */
  account_id: string;
  /** Other members, such as `obtained_at`. */
  [name: string]: Json;
}

/** One account of one program at one authority. */
export interface AccountRef extends Owner {
  /** The account's id within the store. */
  id: string;
}

/** An access token as read from the store. */
export interface StoredToken {
  /** Secret: the access token. */
  token: string;
  /** The scopes that the issuer granted. */
  scopes: string[];
  /** When the token expires, in milliseconds since the epoch. */
  expiresAt: number;
  /** When the token was obtained by this machine's clock, in milliseconds since the epoch; 0 if unknown. */
  obtainedAt: number;
  /** Requested scopes that were not granted. */
  notGranted: string[];
}

/** The content of a decrypted store file. */
export interface StoredState {
  /** The records by key; see `StoredAccount`. */
  records: Record<string, Json>;
  /** For each removed key: the generation that removed it, and when in milliseconds since the epoch. */
  tombstones: Record<string, [generation: number, at: number]>;
  /** The names of the last writes. */
  writes: string[];
}

/** The result of `unseal`: the content, or why it cannot be read. */
export type Unsealed = { state: StoredState } | { fault: "damaged" | "newer_version" | "other_key" };

/** Where the key is; the first existing place counts. */
export interface KeySource {
  /** The key's file. */
  path: string;
  /** `named` by DOORCODE_STORE_KEY_FILE, in `systemd`'s credentials, or in the store's `folder`. */
  kind: "named" | "systemd" | "folder";
}
