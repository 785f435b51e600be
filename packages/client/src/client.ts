import type { Clock } from "./clock.ts";
import type { TokenStore } from "./token-store/contract.ts";
import type { Transport } from "./transport/transport.ts";

/** Somebody who signed in through this client. */
export interface Account {
  /** Stable within the store: MSAL's `homeAccountId` (lower case) or `sub` at another issuer. */
  id: string;
  /** `preferred_username`, else email, else sub: for people, never for decisions. */
  username: string;
  name: string | undefined;
  tenantId: string | undefined;
  /** The issuer exactly (`iss`). */
  issuer: string;
  authority: string;
  clientId: string;
}

/** An access token for one resource. */
export interface AccessToken {
  token: string;
  scopes: string[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** A web API: where its tokens may go, and the scopes they are for. */
export interface Api {
  /** `https://todo.example`; http only on this machine. */
  origin: string;
  scopes: string[];
}

/**
 * What a confidential client proves its identity by: a secret (RFC 6749 §2.3.1), sent as the issuer's metadata says, or a
 * private key (`private_key_jwt`, RFC 7523): PEM, with its certificate where the issuer knows the client by that, or a JWK.
 * A function gives it each time that it is needed; nothing of it is kept.
 */
export type ClientCredential =
  | { secret: string | (() => string | Promise<string>) }
  | { privateKey: string | (() => string | Promise<string>) };

export interface ClientOptions {
  /** The issuer's address: `https://contoso.ciamlogin.com/<tenant id>`, `https://localhost:8443/<tenant id>`, any issuer. */
  authority: string;
  clientId: string;
  apis?: Api[];
  /** Asked for at sign-in and by `getToken` when it names none; by default those of the first API. */
  scopes?: string[];
  /** How a confidential client proves who it is; without it the client is a public one. */
  credential?: ClientCredential;
  /**
   * Endpoints that the issuer's metadata does not name; they stand before those that it names. With both, an issuer that has
   * no metadata at all can be used: one without ID tokens, whose account has no name.
   */
  endpoints?: {
    /** RFC 8628 §3.1: `https://issuer.example/device/code`. */
    deviceAuthorization?: string;
    /** RFC 6749 §3.2. */
    token?: string;
  };
  /** Which protocol engine; found out by itself. */
  engine?: "entra" | "oidc";
  /** Certificates in PEM to trust beside the system's; by default DOORCODE_CA_FILE, and on loopback the local tenant's. */
  ca?: string | string[];
  /** Where tokens are kept: by default encrypted in the user's state folder. */
  store?: TokenStore | { directory: string };
  /** How a sign-in is shown; by default on stderr. */
  present?: Presenter | false;
  /** What the issuer's page may show as the name that the device gives itself. */
  deviceName?: string;
  clock?: Clock;
  transport?: Transport;
}

export interface SignInOptions {
  /**
   * `device` (the default): by a code on any other device. `browser`: in a browser on this machine, by authorization code with
   * PKCE; it needs `http://localhost` among the app's redirect URIs.
   */
  via?: "device" | "browser";
  /**
   * How the browser is opened for `via: "browser"`, where that may be: by default the system's own where there is a display.
   * The address is shown in any case. A rejection ends the sign-in with that error.
   */
  openBrowser?: ((url: string) => void | Promise<void>) | false;
  scopes?: string[];
  /** A claims challenge to answer (JSON). */
  claims?: string;
  /**
   * Email or user name that must come out; anybody else is refused, and nothing is kept. An email address that the issuer says
   * it did not check does not count; at Microsoft's shared authorities (`/common`) only with the claim `xms_edov`.
   */
  expectAccount?: string;
  /** By default as long as the code lives; in a browser 15 minutes. */
  timeoutMs?: number;
  signal?: AbortSignal;
  present?: Presenter | false;
}

export interface TokenRequest {
  scopes?: string[];
  /** Account id or user name; by default whoever signed in last. */
  account?: string;
  /**
   * Whether a token serves that lacks some of the scopes, because the issuer granted fewer (RFC 6749 §3.3); `scopes` of the
   * token says which it has. By default only where `scopes` is left out; else `scope_not_granted`.
   */
  allowFewerScopes?: boolean;
  /** How long the token must still be good; by default five minutes. */
  minTtlMs?: number;
  /** Ask the issuer whatever is kept. */
  forceRefresh?: boolean;
  claims?: string;
  signal?: AbortSignal;
}

export interface SignOutResult {
  /**
   * What the issuer answered (RFC 7009); of several accounts the worst. `yes`: it revoked every token that was sent.
   * `nothing`: no token was kept that could be revoked, so nothing was sent. `unsupported`: it has no revocation endpoint, or
   * does not revoke this kind of token. `refused`: it answered with an error. `failed`: it could not be asked. `not_asked`:
   * without `everywhere`, or nobody was signed in.
   */
  revoked: "yes" | "nothing" | "unsupported" | "refused" | "failed" | "not_asked";
  /** HTTP status of the answer to a revocation that was refused, or that failed for now (429, 5xx). */
  status?: number;
  /** A sentence on why it was refused or failed, for people. */
  reason?: string;
  /** Whom this signed out. */
  accounts: Account[];
}

export interface Client {
  /**
   * Signs somebody in, by a code on a second device or in a browser here; resolves once the tokens are kept.
   * @throws DoorcodeError
   */
  signIn(options?: SignInOptions): Promise<Session>;
  /** The session of a kept sign-in, by account id or user name, or of whoever signed in last. Asks nobody. */
  session(account?: string): Promise<Session | undefined>;
  /** Everybody who is signed in, the last one first. */
  accounts(): Promise<Account[]>;
  /**
   * A kept token, else one by silent renewal: of all processes that need it at once, one asks the issuer.
   * @throws DoorcodeError `sign_in_needed`, `sign_in_again`, `scope_not_granted`, `issuer_unreachable`, …
   */
  getToken(request?: TokenRequest): Promise<AccessToken>;
  signOut(options?: { account?: string; everywhere?: boolean; all?: boolean }): Promise<SignOutResult>;
  /** Calls `listener` for everything that happens in a sign-in; returns what ends that. */
  on(listener: (event: SignInEvent) => void): () => void;
}

export interface Session {
  readonly account: Account;
  getToken(request?: Omit<TokenRequest, "account">): Promise<AccessToken>;
  /**
   * `fetch` with a token, to the origins declared in `apis` only. A claims challenge and a 401 lead to one silent renewal.
   * @throws DoorcodeError `origin_not_declared`, `sign_in_again`, `body_not_replayable`, and what getToken throws
   */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  signOut(options?: { everywhere?: boolean }): Promise<SignOutResult>;
}

/** What happens while somebody signs in; each is also one line of `doorcode login --json`. Holds no secret. */
export type SignInEvent =
  | { event: "code"; code: PresentedCode }
  /** A browser on this machine is to open the address; whoever has it can do no more than sign in. */
  | { event: "browser"; url: string }
  /** One poll said "not yet". */
  | { event: "waiting"; expiresAt: number }
  /** The issuer asked for slower polls; milliseconds between them from now on. */
  | { event: "slowed"; interval: number }
  /** The network or the issuer failed; the next try comes in `delay` milliseconds. */
  | { event: "retrying"; reason: string; delay: number }
  /** `notGranted`: scopes that were asked for and that the issuer's answer leaves out (RFC 6749 §3.3), if any. */
  | { event: "signed_in"; account: Account; notGranted?: string[] };

/** What may be shown of a DeviceCode: not its secret, nor a time that means nothing outside this process. */
export type PresentedCode = Omit<DeviceCode, "deviceCode" | "deadline">;

/** Shows a sign-in to a person. `show` may be asynchronous; a rejection ends the sign-in with that error. */
export interface Presenter {
  show(event: SignInEvent, about: { clientId: string; authority: string }): void | Promise<void>;
  /** The sign-in ended, well or not: stop the countdown, give the terminal back. */
  end?(outcome: "signed_in" | "failed" | "cancelled"): void;
}

/** What the device authorization endpoint answered (RFC 8628 §3.2), after reading: numbers are numbers, the interval has its default. */
export interface DeviceCode {
  /** Secret: never shown, logged or put into an event. */
  deviceCode: string;
  userCode: string;
  verificationUri: string;
  /** Undefined where the issuer gives none (Entra). */
  verificationUriComplete: string | undefined;
  /** The issuer's own sentence, if any (Entra). */
  message: string | undefined;
  /** Milliseconds since the epoch, counted from the start of the request. */
  expiresAt: number;
  /** The same moment on `Clock.monotonic`: what decides, where it is known. */
  deadline?: number;
  /** Milliseconds between polls; 5,000 unless the issuer said otherwise (RFC 8628 §3.5). */
  interval: number;
}
