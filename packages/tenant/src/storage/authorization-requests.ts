import type { Refusal } from "../directory/access-rules.ts";
import type { ScopeSet } from "../directory/scopes.ts";
import type { AuditRecord } from "./audit.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import type { NewRefreshToken, NewTokenFamily, TokenFamily } from "./tokens.ts";

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
   * pending → approved, with the consents that follow from it and the audit record in one transaction, which applies
   * the access rule and checks that the session is still there. A second approval of the same session, before the code
   * is redeemed, puts a new code in the place of the first: a double click loses the answer that had it.
   */
  approve(
    id: string,
    by: {
      sessionId: string;
      userId: string;
      approved: ScopeSet;
      amr: string[];
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
