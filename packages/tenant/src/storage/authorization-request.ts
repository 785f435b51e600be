import type { ScopeSet } from "../directory/scopes.ts";

/**
 * The life of one request of a program's for a sign-in in the browser (RFC 6749 §4.1):
 * `pending → approved → redeemed`, or `denied` from any that is not redeemed; over once `expiresAt` has passed.
 */
export type AuthorizationStatus = "pending" | "approved" | "denied" | "redeemed";

export interface AuthorizationRequest {
  /** Never leaves the tenant: pages know the walk that is about it. */
  id: string;
  clientId: string;
  /** As the program sent it, port included; the token request repeats it (RFC 6749 §4.1.3). */
  redirectUri: string;
  responseMode: ResponseMode;
  /** The program's own, given back to it as it came. */
  state: string | null;
  /** Goes into the ID token (OpenID Connect Core §3.1.2.1). */
  nonce: string | null;
  /** S256 (RFC 7636 §4.2); null for a confidential client that sent none. */
  codeChallenge: string | null;
  requested: ScopeSet;
  /** `prompt=login`, `max_age`: an earlier sign-in does not do. Null: any does. */
  signedInSince: number | null;
  status: AuthorizationStatus;
  createdAt: number;
  expiresAt: number;
  /** Browser session and person of the decision. */
  sessionId: string | null;
  userId: string | null;
  decidedAt: number | null;
  /** Frozen at the yes. */
  approved: ScopeSet | null;
  amr: string[];
  authTime: number | null;
  /** SHA-256 of the authorization code, base64url; the code itself is never stored. */
  codeHash: string | null;
  codeExpiresAt: number | null;
  /** Set by redemption. */
  familyId: string | null;
}

export type ResponseMode = "query" | "form_post";

/** Where an answer goes, and how. */
export type ReturnAddress = Pick<AuthorizationRequest, "redirectUri" | "responseMode" | "state">;
