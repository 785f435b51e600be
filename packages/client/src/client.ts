import type { Clock } from "./clock.ts";
import type { TokenStore } from "./token-store/contract.ts";
import type { Transport } from "./transport/transport.ts";

/** A user who signed in through this client. */
export interface Account {
  /** Stable within the store: MSAL's `homeAccountId` (lower case), or `sub` at another issuer. */
  id: string;
  /**
   * `preferred_username`, otherwise the email address, otherwise `sub`. For display only, never for access decisions.
   */
  username: string;
  /** The user's display name (`name`), if the issuer supplies one. */
  name: string | undefined;
  /** The user's Entra tenant (`tid`); undefined at other issuers. */
  tenantId: string | undefined;
  /** The issuer, exactly as in the ID token (`iss`). */
  issuer: string;
  /** The authority that the user signed in at. */
  authority: string;
  /** The program's client ID. */
  clientId: string;
}

/** An access token for one resource (RFC 6749 §1.4). */
export interface AccessToken {
  /** Secret. Send it as `Authorization: Bearer …` (RFC 6750 §2.1). */
  token: string;
  /** The scopes that the issuer granted. */
  scopes: string[];
  /** When the token expires, in milliseconds since the epoch. */
  expiresAt: number;
}

/** A web API: the origin that may receive its tokens, and the scopes to request for it. */
export interface Api {
  /** For example `https://todo.example`. http only on this machine. */
  origin: string;
  /** The scopes to request, all of this one API. */
  scopes: string[];
}

/**
 * How a confidential client authenticates: with a secret (RFC 6749 §2.3.1), sent as the issuer's metadata demands, or
 * with a private key (`private_key_jwt`, RFC 7523): PEM, with its certificate if the issuer identifies the client by
 * it, or a JWK. A function is called each time the credential is needed; its result is never stored.
 */
export type ClientCredential =
  | { secret: string | (() => string | Promise<string>) }
  | { privateKey: string | (() => string | Promise<string>) };

/** Options of `createClient`. */
export interface ClientOptions {
  /**
   * The issuer's address: `https://contoso.ciamlogin.com/<tenant ID>`, `https://localhost:8443/<tenant ID>`, or any
   * other OpenID Connect or OAuth issuer.
   */
  authority: string;
  /** The application (client) ID of the app's registration (RFC 6749 §2.2). */
  clientId: string;
  /** The web APIs that `session.fetch` may send tokens to. Default: none. */
  apis?: Api[];
  /** The scopes to request at sign-in, and in `getToken` without scopes. Default: those of the first API. */
  scopes?: string[];
  /** How a confidential client authenticates. Without it the client is a public one (RFC 6749 §2.1). */
  credential?: ClientCredential;
  /**
   * Endpoints that the issuer's metadata lacks; they override those that it has. With both, you can use an issuer
   * without any metadata: it has no ID tokens, and its account has no name.
   */
  endpoints?: {
    /** RFC 8628 §3.1: `https://issuer.example/device/code`. */
    deviceAuthorization?: string;
    /** The token endpoint (RFC 6749 §3.2). */
    token?: string;
  };
  /**
   * The protocol engine: MSAL Node (`entra`) or OpenID Connect (`oidc`). Default: detected from the authority and its
   * metadata.
   */
  engine?: "entra" | "oidc";
  /**
   * Certificates in PEM to trust in addition to the system's. Default: the file in DOORCODE_CA_FILE, otherwise the
   * local tenant's for an authority on this machine.
   */
  ca?: string | string[];
  /** Where tokens are kept. Default: encrypted in the user's state folder; see `openFileStore`. */
  store?: TokenStore | { directory: string };
  /** How a sign-in is shown; `false` shows nothing. Default: on stderr. */
  present?: Presenter | false;
  /** The name that the device gives itself, shown on the issuer's page if the issuer supports it. Default: none. */
  deviceName?: string;
  /** The time, for tests. Default: the system's clock. */
  clock?: Clock;
  /**
   * Sends all requests to the issuer, for tests. Default: node:http and node:https, with the proxy of the environment.
   */
  transport?: Transport;
}

/** Options of `signIn`. */
export interface SignInOptions {
  /**
   * `device` (default): with a code, on any other device (RFC 8628). `browser`: in a browser on this machine, with the
   * authorization code flow and PKCE (RFC 8252); the app needs `http://localhost` among its redirect URIs.
   */
  via?: "device" | "browser";
  /**
   * Opens the browser for `via: "browser"`; `false` opens none. Default: the system's browser if there is a display.
   * The address is also shown. A rejection ends the sign-in with that error.
   */
  openBrowser?: ((url: string) => void | Promise<void>) | false;
  /** The scopes to request. Default: the client's. */
  scopes?: string[];
  /** A claims challenge (JSON) that this sign-in answers (OpenID Connect Core §5.5). */
  claims?: string;
  /**
   * The email address or user name that must sign in. Any other account is rejected and nothing is stored. An email
   * address that the issuer marks as unverified does not count; at Microsoft's shared authorities (`/common`) it counts
   * only with the claim `xms_edov`.
   */
  expectAccount?: string;
  /** Time limit of the sign-in, in milliseconds. Default: the code's lifetime; in a browser 15 minutes. */
  timeoutMs?: number;
  /** Cancels the sign-in. */
  signal?: AbortSignal;
  /** How this sign-in is shown; `false` shows nothing. Default: the client's. */
  present?: Presenter | false;
}

/** Options of `getToken`. */
export interface TokenRequest {
  /** The scopes that the token must have. Default: the client's. */
  scopes?: string[];
  /** Account ID or user name. Default: the account that signed in last. */
  account?: string;
  /**
   * Whether to accept a token that lacks some of the scopes because the issuer granted fewer (RFC 6749 §3.3); the
   * token's `scopes` lists what it has. Default: true if `scopes` is omitted. If false, missing scopes throw
   * `scope_not_granted`.
   */
  allowFewerScopes?: boolean;
  /**
   * How long the token must remain valid, in milliseconds. Default: five minutes, or half the lifetime of a shorter
   * token.
   */
  minTtlMs?: number;
  /** Asks the issuer for a new token even if a stored one is valid. Default: false. */
  forceRefresh?: boolean;
  /** A claims challenge (JSON) that the new token answers, for example from an API's 401. */
  claims?: string;
  /** Stops waiting for the token. A renewal that has started still completes. */
  signal?: AbortSignal;
}

/** The result of `signOut`. */
export interface SignOutResult {
  /**
   * The issuer's answer (RFC 7009); with several accounts, the worst. `yes`: it revoked every token. `nothing`: no
   * stored token could be revoked, so nothing was sent. `unsupported`: it has no revocation endpoint, or does not
   * revoke this kind of token. `refused`: it answered with an error. `failed`: the request failed. `not_asked`:
   * `everywhere` was not set, or no user was signed in.
   */
  revoked: "yes" | "nothing" | "unsupported" | "refused" | "failed" | "not_asked";
  /** HTTP status of a revocation that was refused, or that failed temporarily (429, 5xx). */
  status?: number;
  /** Why the revocation was refused or failed: one sentence for people. */
  reason?: string;
  /** The accounts that were signed out. */
  accounts: Account[];
}

/** What `createClient` returns. */
export interface Client {
  /**
   * Signs a user in, with a code on a second device or in a browser on this machine. Resolves once the tokens are
   * stored.
   * @throws DoorcodeError `denied`, `code_expired`, `wrong_account`, `cancelled`, `timed_out`, `issuer_unreachable`, …
   */
  signIn(options?: SignInOptions): Promise<Session>;
  /**
   * Returns the session of a stored sign-in, by account ID or user name; by default the most recent. Sends no request.
   * @throws DoorcodeError `store_locked`, `store_damaged`
   */
  session(account?: string): Promise<Session | undefined>;
  /**
   * Lists the signed-in accounts, the most recent first.
   * @throws DoorcodeError `store_locked`, `store_damaged`
   */
  accounts(): Promise<Account[]>;
  /**
   * Returns a stored access token, or renews it silently. If several processes need a new one, only one asks the
   * issuer.
   * @throws DoorcodeError `sign_in_needed`, `sign_in_again`, `scope_not_granted`, `issuer_unreachable`, …
   */
  getToken(request?: TokenRequest): Promise<AccessToken>;
  /**
   * Removes an account and all its tokens from the store: by default the most recent; `account` by ID or user name;
   * `all` every account. With `everywhere` it also revokes them at the issuer (RFC 7009). A failed revocation is
   * reported in the result, not thrown.
   * @throws DoorcodeError `sign_in_needed` for an unknown `account`; `store_locked`, `store_damaged`
   */
  signOut(options?: { account?: string; everywhere?: boolean; all?: boolean }): Promise<SignOutResult>;
  /** Calls `listener` for each event of a sign-in. Returns a function that stops this. */
  on(listener: (event: SignInEvent) => void): () => void;
}

/** A signed-in account. */
export interface Session {
  /** The user who signed in. */
  readonly account: Account;
  /**
   * Like `Client.getToken`, for this account.
   * @throws DoorcodeError `sign_in_needed`, `sign_in_again`, `scope_not_granted`, `issuer_unreachable`, …
   */
  getToken(request?: Omit<TokenRequest, "account">): Promise<AccessToken>;
  /**
   * Like `fetch`, with an access token, for the origins in `apis` only. A claims challenge or a 401 leads to one silent
   * renewal.
   * @throws DoorcodeError `origin_not_declared`, `sign_in_again`, `body_not_replayable`, and what `getToken` throws; a
   * TypeError for a network failure, as `fetch` does
   */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /**
   * Removes this account from the store. With `everywhere` it also revokes its tokens at the issuer (RFC 7009).
   * @throws DoorcodeError `store_locked`, `store_damaged`
   */
  signOut(options?: { everywhere?: boolean }): Promise<SignOutResult>;
}

/** What happens during a sign-in. `doorcode login --json` prints each as one line. Contains no secret. */
export type SignInEvent =
  | { event: "code"; code: PresentedCode }
  /** A browser on this machine must open the address. The address alone does not give access to the account. */
  | { event: "browser"; url: string }
  /** A poll was answered with "not yet". */
  | { event: "waiting"; expiresAt: number }
  /** The issuer asked for slower polls: `interval` is the new time between them, in milliseconds. */
  | { event: "slowed"; interval: number }
  /** The network or the issuer failed; the next try follows in `delay` milliseconds. */
  | { event: "retrying"; reason: string; delay: number }
  /** `notGranted`: requested scopes that the issuer did not grant (RFC 6749 §3.3), if any. */
  | { event: "signed_in"; account: Account; notGranted?: string[] };

/**
 * The part of a DeviceCode that may be shown: without its secret, and without times that mean nothing outside this
 * process.
 */
export type PresentedCode = Omit<DeviceCode, "deviceCode" | "deadline">;

/** Shows a sign-in to the user. */
export interface Presenter {
  /** Shows one event. `about`: which program signs in where. A rejection ends the sign-in with that error. */
  show(event: SignInEvent, about: { clientId: string; authority: string }): void | Promise<void>;
  /** The sign-in ended: stop the countdown and restore the terminal. */
  end?(outcome: "signed_in" | "failed" | "cancelled"): void;
}

/**
 * The device authorization response (RFC 8628 §3.2), normalized: numbers are numbers, and the interval has its default.
 */
export interface DeviceCode {
  /** Secret: never shown, logged or part of an event. */
  deviceCode: string;
  /** The code that the user enters. */
  userCode: string;
  /** The page that the user opens. */
  verificationUri: string;
  /** The page with the code in its address; undefined if the issuer sends none (Entra). */
  verificationUriComplete: string | undefined;
  /** The issuer's own instruction for the user, if any (Entra). */
  message: string | undefined;
  /** When the code expires, in milliseconds since the epoch, counted from the start of the request. */
  expiresAt: number;
  /** The same moment on `Clock.monotonic`; takes precedence if available. */
  deadline?: number;
  /** Time between polls in milliseconds: 5,000 unless the issuer says otherwise (RFC 8628 §3.5). */
  interval: number;
}
