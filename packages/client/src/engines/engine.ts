import type { Account, PresentedCode } from "../client.ts";
import type { EngineKind } from "../issuer/issuer-session.ts";
import type { StoredToken } from "../token-store/read-store.cts";

/** What a sign-in tells while it runs; never a secret. */
export interface FlowObserver {
  code(code: PresentedCode): void | Promise<void>;
  /** A browser on this machine is to open it. */
  browser(url: string): void | Promise<void>;
  waiting(expiresAt: number): void;
  slowed(interval: number): void;
  retrying(reason: string, delay: number): void;
}

export interface SignInInput {
  scopes: string[];
  claims?: string | undefined;
  observer: FlowObserver;
  accept(account: Account, names: readonly string[]): void;
  /** `accept` compares names: an issuer that names nobody is refused before anybody is asked. */
  mustBeNamed: boolean;
  signal: AbortSignal;
}

export type SignedIn = Promise<{ account: Account; accessToken: StoredToken }>;

/** Speaks to one kind of issuer. Everything it keeps goes through the store. */
export interface Engine {
  readonly kind: EngineKind;
  /**
   * One device flow, to its end. The ID token is verified before anything is stored; `accept` sees the account before it is kept
   * and throws to refuse it (`--expect-account`); `names` are what the issuer vouches for as its names.
   * @throws DoorcodeError
   */
  signIn(
    input: SignInInput & { /** Shown by the tenant as "says it is …". */ deviceName?: string | undefined },
  ): SignedIn;
  /** The same by the authorization code flow, in a browser on this machine. `loginHint`: whom the issuer's page may propose. */
  signInByBrowser(input: SignInInput & { loginHint?: string | undefined }): SignedIn;
  /** A token from the network by the account's refresh token, whatever the cache holds. The caller holds the renewal lease. */
  renew(input: {
    account: Account;
    /** What the token is for, and is kept under. */
    scopes: string[];
    /** What is asked for, where the issuer did not grant all of `scopes` before. */
    ask?: string[] | undefined;
    /** A token for whatever was granted will do. */
    fewer?: boolean | undefined;
    claims?: string | undefined;
    signal?: AbortSignal | undefined;
  }): Promise<StoredToken>;
}
