import type { Refusal } from "../directory/access-rules.ts";
import type { ScopeSet } from "../directory/scopes.ts";
import type { SignInMethod } from "../directory/sign-in-methods.ts";
import type { AuditRecord } from "./audit.ts";
import type { NewRefreshToken, NewTokenFamily, TokenFamily } from "./tokens.ts";

/**
 * The states of one program's request for a sign-in in the browser (RFC 6749 §4.1): `pending → approved → redeemed`, or
 * `denied` from any state but redeemed. It ends when `expiresAt` passes.
 */
export type AuthorizationStatus = "pending" | "approved" | "denied" | "redeemed";

export interface AuthorizationRequest {
  /** Never leaves the tenant: pages know the interaction instead. */
  id: string;
  clientId: string;
  /** As the program sent it, port included. The token request must repeat it (RFC 6749 §4.1.3). */
  redirectUri: string;
  responseMode: ResponseMode;
  /** The program's own value, returned unchanged. */
  state: string | null;
  /** Copied to the ID token (OpenID Connect Core §3.1.2.1). */
  nonce: string | null;
  /** S256 (RFC 7636 §4.2). Null if a confidential client sent none. */
  codeChallenge: string | null;
  requested: ScopeSet;
  /** `prompt=login`, `max_age`: earlier sign-ins are not accepted. Null: any sign-in is. */
  signedInSince: number | null;
  status: AuthorizationStatus;
  createdAt: number;
  expiresAt: number;
  /** Browser session and user of the decision. */
  sessionId: string | null;
  userId: string | null;
  decidedAt: number | null;
  /** Frozen at the approval. */
  approved: ScopeSet | null;
  /** See `DeviceGrant.reach`. */
  reach: string[];
  methods: SignInMethod[];
  authTime: number | null;
  /** SHA-256 of the authorization code, base64url. The code itself is never stored. */
  codeHash: string | null;
  codeExpiresAt: number | null;
  /** Set by redemption. */
  familyId: string | null;
}

export type ResponseMode = "query" | "form_post";

/** Where the response is sent, and how. */
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
  /** The redemption of this request created the family. */
  | { outcome: "redeemed"; family: TokenFamily }
  /** Already redeemed. The resulting sign-in is revoked, by this call (`ended`) or an earlier one (RFC 6749 §4.1.2). */
  | { outcome: "reused"; ended: boolean }
  /** Unknown, expired, withdrawn, or issued for something else. */
  | { outcome: "lost" }
  /** As in `TokenStore.redeem`. The code is used up. */
  | { outcome: "refused"; why: Refusal };

export type ApproveRequestResult =
  | { outcome: "done"; request: AuthorizationRequest }
  /** Unknown, expired, already decided or redeemed, or the session has ended. */
  | { outcome: "ended" }
  /** The access rule refused, and nothing changes. */
  | { outcome: "refused"; why: Refusal };

export interface AuthorizationStore {
  insert(request: NewAuthorizationRequest): Promise<void>;
  find(id: string): Promise<AuthorizationRequest | undefined>;
  findByCode(codeHash: string): Promise<AuthorizationRequest | undefined>;
  /**
   * pending → approved. One transaction applies the access rule, checks that the session still exists, and stores the
   * consents, the shown scopes and the audit record. A second approval by the same session, before the code is
   * redeemed, replaces the code: after a double click, only the last response has a valid code.
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
  /** A pending request, or one that this session approved and that has not been redeemed. Otherwise false. */
  deny(id: string, by: { sessionId: string; now: number; audit: AuditRecord }): Promise<boolean>;
  /**
   * approved → redeemed. One transaction stores family, first refresh token and audit record. Client, redirect URI and
   * code challenge must match those the code was issued for. Also checks what `TokenStore.redeem` checks.
   */
  redeem(input: {
    codeHash: string;
    clientId: string;
    redirectUri: string;
    /** Computed from the code verifier of the token request. */
    codeChallenge: string | null;
    family: NewTokenFamily;
    refreshToken: NewRefreshToken | null;
    now: number;
    audit: AuditRecord;
  }): Promise<RedeemCodeResult>;
}
