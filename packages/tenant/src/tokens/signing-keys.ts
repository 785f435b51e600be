import type { JWK } from "jose";

/** The tenant's RS256 keys. Several are served so that they can rotate; the newest active one signs. */
export interface SigningKeys {
  /** Signs a JWT; `typ` is `JWT` or `at+jwt`. */
  sign(payload: Record<string, unknown>, typ: string): Promise<string>;
  /** Public keys with kid, use, x5t, x5c, issuer (Entra's shape). */
  published(): Promise<PublishedKey[]>;
  /** Adds a key that signs from `activatesAt` on, and retires the ones before it a token lifetime later. */
  rotate(activatesAt: number): Promise<string>;
}

export interface PublishedKey extends JWK {
  kid: string;
  issuer: string;
}
