import type { Refusal } from "../directory/access-rules.ts";
import type { ScopeSet } from "../directory/scopes.ts";
import type { SignInMethod } from "../directory/sign-in-methods.ts";
import type { AuditRecord } from "./audit.ts";
import type { NewRefreshToken, NewTokenFamily, TokenFamily } from "./tokens.ts";

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
  /** As `DeviceGrant.reach`. */
  reach: string[];
  methods: SignInMethod[];
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

export type NewAuthorizationRequest = Pick<
  AuthorizationRequest,
  | "id"
  | "clientId"
  | "redirectUri"
  | "responseMode"
  | "state"
  | "nonce"
  | "codeChallenge"
  | "requested"
  | "signedInSince"
  | "createdAt"
  | "expiresAt"
>;

export type RedeemCodeResult =
  /** This request, and no other, made the family. */
  | { outcome: "redeemed"; family: TokenFamily }
  /** Redeemed before: what came of it is revoked, by this call or an earlier one (RFC 6749 §4.1.2). */
  | { outcome: "reused" }
  /** Unknown, expired, withdrawn, or not what it was issued for. */
  | { outcome: "lost" }
  /** As `TokenStore.redeem` refuses; the code is spent. */
  | { outcome: "refused"; why: Refusal };

export type ApproveRequestResult =
  | { outcome: "done"; request: AuthorizationRequest }
  /** Unknown, expired, decided otherwise, redeemed, or the session is over. */
  | { outcome: "ended" }
  /** The access rule refused: nothing changes. */
  | { outcome: "refused"; why: Refusal };

export interface AuthorizationStore {
  insert(request: NewAuthorizationRequest): Promise<void>;
  find(id: string): Promise<AuthorizationRequest | undefined>;
  findByCode(codeHash: string): Promise<AuthorizationRequest | undefined>;
  /**
   * pending → approved, with the consents that follow from it, what was shown and the audit record in one transaction,
   * which applies the access rule and checks that the session is still there. A second approval of the same session, before the code
   * is redeemed, puts a new code in the place of the first: a double click loses the answer that had it.
   */
  approve(
    id: string,
    by: {
      sessionId: string;
      userId: string;
      approved: ScopeSet;
      reach: string[];
      methods: SignInMethod[];
      authTime: number;
      codeHash: string;
      codeExpiresAt: number;
      now: number;
      audit: AuditRecord;
    },
  ): Promise<ApproveRequestResult>;
  /** A pending request, or one that this session approved and nobody has redeemed. False otherwise. */
  deny(id: string, by: { sessionId: string; now: number; audit: AuditRecord }): Promise<boolean>;
  /**
   * approved → redeemed, family, first refresh token and audit record in one transaction, by the client, redirect URI
   * and code challenge that the code was issued for, with the checks of `TokenStore.redeem`.
   */
  redeem(input: {
    codeHash: string;
    clientId: string;
    redirectUri: string;
    /** Of the verifier that was presented. */
    codeChallenge: string | null;
    family: NewTokenFamily;
    refreshToken: NewRefreshToken | null;
    now: number;
    audit: AuditRecord;
  }): Promise<RedeemCodeResult>;
}
