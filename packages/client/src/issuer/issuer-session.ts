import type { ClientCredential, ClientOptions } from "../client.ts";
import type { Clock } from "../clock.ts";
import type { Fetch } from "../fetch/node-fetch.ts";
import type { Json, TokenStore } from "../token-store/contract.ts";
import type { Transport } from "../transport/transport.ts";

/** Which protocol engine speaks to an issuer. */
export type EngineKind = "entra" | "oidc";

/** One program at one issuer: what every operation between them needs. Made once by `openIssuerSession`. */
export interface IssuerSession {
  /** Without a slash at its end. */
  authority: string;
  clientId: string;
  credential?: ClientCredential | undefined;
  /** The program's, before those of the metadata. */
  endpoints?: ClientOptions["endpoints"];
  /** The program's choice; undefined: the authority or its metadata decides. */
  engine: EngineKind | undefined;
  clock: Clock;
  /** Loaded with its first request. */
  transport: Transport;
  /** For web APIs, with the same certificates and proxy; loaded with its first request. */
  fetch: Fetch;
  /** Opened when it is first used. */
  store: TokenStore;
}

/** The same once it is known what the issuer says of itself. */
export interface ConnectedSession extends IssuerSession {
  metadata: IssuerMetadata;
}

/** What the issuer says of itself (OpenID Connect Discovery §3, RFC 8414), checked. */
export interface IssuerMetadata {
  engine: EngineKind;
  /** The authority that discovery was made at: for MSAL, never with `/v2.0` at the end. */
  authority: string;
  issuer: string;
  tokenEndpoint: string;
  /** Undefined where the issuer has no sign-in by code, or none in a browser. */
  deviceAuthorizationEndpoint: string | undefined;
  authorizationEndpoint: string | undefined;
  /** Undefined at an OAuth server that has none, and so no ID tokens that could be verified. */
  jwksUri: string | undefined;
  /** OpenID Connect: an ID token comes where `openid` is granted. */
  openId: boolean;
  /** Undefined where the issuer lists none. */
  scopesSupported: readonly string[] | undefined;
  revocationEndpoint: string | undefined;
  /** What `…_auth_methods_supported`, `…_auth_signing_alg_values_supported` and `code_challenge_methods_supported` list. */
  tokenAuthMethods: readonly string[] | undefined;
  revocationAuthMethods: readonly string[] | undefined;
  assertionAlgs: readonly string[] | undefined;
  challengeMethods: readonly string[] | undefined;
  /** `doorcode_profile` is there: the issuer knows `device_name`. */
  knowsDevices: boolean;
  document: { [name: string]: Json };
}
