import type { JWTPayload } from "jose";

/** An access token that was verified. */
export interface AccessToken {
  issuer: string;
  /** The subject: pairwise at Entra, so not comparable between apps. */
  sub: string;
  /** Entra's object ID, the same for all apps of a tenant: the key to store a person's data under. */
  oid: string | undefined;
  /** Entra's tenant ID. */
  tid: string | undefined;
  /** The client that the token was issued to: Entra's `azp`, RFC 9068's `client_id`. */
  azp: string;
  /** Permissions (`scp` or `scope`). Entra's are a person's consent, so an app-only token of its has none. */
  scopes: readonly string[];
  /** App roles. Of an app-only token: its permissions. Of a delegated one: the person's roles. */
  roles: readonly string[];
  /** True when the program acts for itself and no person is behind the token. */
  appOnly: boolean;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** All claims, as signed. */
  claims: JWTPayload;
}
