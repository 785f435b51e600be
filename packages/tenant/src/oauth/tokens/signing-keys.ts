import type { JWK, JWTPayload } from "jose";

/** The tenant's RS256 keys. Several are served so that they can rotate; the newest active one signs. */
export interface SigningKeys {
  /** Signs a JWT; `typ` is `JWT` or `at+jwt`. */
  sign(payload: Record<string, unknown>, typ: string): Promise<string>;
  /**
   * The claims of a token this tenant signed, for one of the audiences; undefined for anything else. `exp` counts
   * unless `allowExpired` (an `id_token_hint` may be old).
   */
  verify(token: string, options?: { audience?: string; allowExpired?: boolean }): Promise<JWTPayload | undefined>;
  /** Public keys with kid, use, x5t, x5c, issuer (Entra's shape). */
  published(): Promise<PublishedKey[]>;
  /** Adds a key that signs from `activatesAt` on (milliseconds since the epoch); returns its kid. Keys before it stay served for a day. */
  rotate(activatesAt: number): Promise<string>;
}

export interface PublishedKey extends JWK {
  kid: string;
  issuer: string;
}
