import type { ClientCredential, ClientOptions } from "../client.ts";
import type { Clock } from "../clock.ts";
import type { Fetch } from "../fetch/node-fetch.ts";
import type { Json, TokenStore } from "../token-store/contract.ts";
import type { Transport } from "../transport/transport.ts";

/** The protocol engine that speaks to an issuer. */
export type EngineKind = "entra" | "oidc";

/** One program at one issuer: what all operations share. Created once by `openIssuerSession`. */
export interface IssuerSession {
  /** Without a trailing slash. */
  authority: string;
  clientId: string;
  credential?: ClientCredential | undefined;
  /** Named by the program; these override the metadata. */
  endpoints?: ClientOptions["endpoints"];
  /** The program's choice. Undefined: the authority or its metadata decides. */
  engine: EngineKind | undefined;
  clock: Clock;
  /** Loaded with the first request. */
  transport: Transport;
  /** For web APIs, with the same certificates and proxy. Loaded with the first request. */
  fetch: Fetch;
  /** Opened on first use. */
  store: TokenStore;
}

/** The session, once the issuer's metadata is known. */
export interface ConnectedSession extends IssuerSession {
  metadata: IssuerMetadata;
}

/** What the issuer says about itself (OpenID Connect Discovery §3, RFC 8414), verified. */
export interface IssuerMetadata {
  engine: EngineKind;
  /** The authority used for discovery: for MSAL, never with a trailing `/v2.0`. */
  authority: string;
  issuer: string;
  tokenEndpoint: string;
  /** Undefined where the issuer offers no sign-in with a code, or none in a browser. */
  deviceAuthorizationEndpoint: string | undefined;
  authorizationEndpoint: string | undefined;
  /** Undefined at an OAuth server without keys, whose ID tokens could not be verified. */
  jwksUri: string | undefined;
  /** OpenID Connect: an ID token comes if `openid` is granted. */
  openId: boolean;
  /** Undefined where the issuer does not list them. */
  scopesSupported: readonly string[] | undefined;
  revocationEndpoint: string | undefined;
  /**
   * The content of `…_auth_methods_supported`, `…_auth_signing_alg_values_supported` and
   * `code_challenge_methods_supported`.
   */
  tokenAuthMethods: readonly string[] | undefined;
  revocationAuthMethods: readonly string[] | undefined;
  assertionAlgs: readonly string[] | undefined;
  challengeMethods: readonly string[] | undefined;
  /** `doorcode_profile` is present: the issuer supports `device_name`. */
  knowsDevices: boolean;
  /** The most seconds for which the issuer holds a poll. Undefined where it does not announce that it does. */
  announcedWait: number | undefined;
  document: { [name: string]: Json };
}
