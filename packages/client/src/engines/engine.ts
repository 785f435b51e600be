import type { Account, PresentedCode } from "../client.ts";
import type { EngineKind } from "../issuer/issuer-session.ts";
import type { StoredToken } from "../token-store/read-store.cts";

/** What a sign-in reports while it runs. Never secret. */
export interface FlowObserver {
  /** The user must enter this code. */
  code(code: PresentedCode): void | Promise<void>;
  /** The address that a browser on this machine must open. */
  browser(url: string): void | Promise<void>;
  /** A poll was answered with "not yet". `expiresAt`: milliseconds since the epoch. */
  waiting(expiresAt: number): void;
  /** The issuer asked for slower polls. `interval`: milliseconds between them. */
  slowed(interval: number): void;
  /** A request failed; the next try follows in `delay` milliseconds. */
  retrying(reason: string, delay: number): void;
}

export interface SignInInput {
  scopes: string[];
  claims?: string | undefined;
  observer: FlowObserver;
  accept(account: Account, names: readonly string[]): void;
  /** `accept` compares names. An issuer that names no users is rejected before the sign-in starts. */
  mustBeNamed: boolean;
  signal: AbortSignal;
}

export type SignedIn = Promise<{ account: Account; accessToken: StoredToken }>;

/** Speaks to one kind of issuer. Everything it keeps goes through the store. */
export interface Engine {
  readonly kind: EngineKind;
  /**
   * Runs one device flow to its end. The ID token is verified before anything is stored. `accept` sees the account
   * before it is kept, and throws to reject it (`--expect-account`); `names` are the names that the issuer vouches for.
   * @throws DoorcodeError
   */
  signIn(
    input: SignInInput & {
      /** The tenant's page shows it as the name that the device claims. */ deviceName?: string | undefined;
    },
  ): SignedIn;
  /**
   * The same with the authorization code flow, in a browser on this machine. `loginHint`: the user name that the
   * issuer's page may suggest.
   */
  signInByBrowser(input: SignInInput & { loginHint?: string | undefined }): SignedIn;
  /**
   * Gets a token from the issuer with the account's refresh token, regardless of the cache. The caller holds the
   * renewal lease.
   */
  renew(input: {
    account: Account;
    /** The scopes that the token is for, and that it is stored under. */
    scopes: string[];
    /** The scopes to ask for, where the issuer previously granted only some of `scopes`. */
    ask?: string[] | undefined;
    /** Accept a token for whatever the issuer grants. */
    fewer?: boolean | undefined;
    claims?: string | undefined;
    signal?: AbortSignal | undefined;
  }): Promise<StoredToken>;
}
