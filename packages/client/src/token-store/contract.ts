/**
 * What survives: one map of records. Writers express changes, never whole maps, so that no process brings back what
 * another removed. A removal leaves a tombstone: a later `put` that does not know of it (`basedOn`) is dropped.
 */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export type Change =
  /**
   * `basedOn`: the generation this value was derived from; dropped when the key was removed after it. Undefined: new, always
   * kept. `belongsTo`: the key of the record without which this one means nothing (a token's account); dropped as well when
   * that one was removed after `basedOn`.
   */
  | { put: string; value: Json; basedOn?: number; belongsTo?: string }
  /** Also of a key that is not there: the tombstone counts. */
  | { remove: string };

export interface Snapshot {
  /** Grows with every change; 0 when nothing was ever stored. */
  generation: number;
  records: ReadonlyMap<string, Json>;
}

export interface TokenStore {
  /** @throws DoorcodeError `store_locked`, `store_damaged` */
  read(): Promise<Snapshot>;
  /**
   * Applies the changes to what stands now, all or none; retried against other writers until it is in. An empty list changes
   * nothing and fails where a change would: ask before a person is asked to approve.
   * @throws DoorcodeError `store_locked`, `store_damaged`
   */
  change(changes: readonly Change[]): Promise<Snapshot>;
  /**
   * Runs alone among all processes that use the store and this name. The lease ends by itself after `ttlMs`, so a killed
   * process blocks nobody; `run` gets a signal that aborts when the lease is lost.
   */
  withLease<T>(
    name: string,
    options: { ttlMs: number; signal?: AbortSignal },
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
}

/** Whose records: one program at one authority. */
export interface Owner {
  clientId: string;
  authority: string;
}

/**
 * Keys of records. `<owner key>` is `<clientId>|<authority>`, lower case.
 * - `account:<owner key>|<account id>` → StoredAccount
 * - `access:<owner key>|<account id>|<scopes, sorted, space-joined, lower case>` → StoredAccessToken (see `findToken`)
 * - `refresh:<owner key>|<account id>` → { token, obtained_at } (oidc engine)
 * - `msal:<owner key>|<section>|<MSAL's own key>` → MSAL's record (entra engine; section = Account, IdToken, AccessToken, RefreshToken, AppMetadata)
 * - `metadata:<authority>` → what was discovered, with the engine chosen
 * - `default:<profile>` → { clientId, authority, accountId, scopes, apis } of the CLI's profile
 */
export interface StoredAccount {
  id: string;
  username: string;
  name: string | null;
  tenant_id: string | null;
  issuer: string;
  authority: string;
  client_id: string;
  /** Milliseconds since the epoch. */
  signed_in_at: number;
  [name: string]: Json;
}

/** `not_granted`, where it is there: scopes that were asked for and not granted (RFC 6749 §3.3). */
export interface StoredAccessToken {
  token: string;
  /** Milliseconds since the epoch. */
  expires_at: number;
  scopes: string[];
  account_id: string;
  [name: string]: Json;
}
