import type { Refusal } from "../directory/access-rules.ts";
import type { GrantType } from "../directory/entities.ts";
import type { ScopeSet } from "../directory/scopes.ts";
import type { SignInMethod } from "../directory/sign-in-methods.ts";
import type { AuditRecord } from "./audit.ts";
import type { DeviceGrant } from "./device-grant.ts";

/** One sign-in of one program: all refresh tokens that descend from one redemption. */
export interface TokenFamily {
  id: string;
  userId: string;
  clientId: string;
  /** The device grant or authorization request that it came of. */
  grantId: string | null;
  /** How the user signed in. */
  grantType: Extract<GrantType, "device_code" | "authorization_code">;
  /** What was consented at sign-in. */
  scopes: ScopeSet;
  /** What its page said that a renewal could add: qualified scopes, frozen at sign-in. */
  reach: string[];
  methods: SignInMethod[];
  authTime: number;
  createdAt: number;
  /** End of its last refresh token. */
  expiresAt: number;
  revokedAt: number | null;
  revokedReason: string | null;
}

export type NewTokenFamily = Omit<TokenFamily, "grantType" | "revokedAt" | "revokedReason">;

export interface NewRefreshToken {
  /** SHA-256 of the token, base64url. */
  tokenHash: string;
  expiresAt: number;
}

export type RedeemResult =
  /** This request, and no other, made the family. */
  | { outcome: "redeemed"; family: TokenFamily }
  /** Already redeemed, or not approved, or expired. */
  | { outcome: "lost"; grant: DeviceGrant | undefined }
  /** The access rule refused: nothing was issued and the grant is denied. */
  | { outcome: "refused"; why: Refusal };

export type RotateResult =
  /** First use: generation n+1 is the `next` that was passed in. */
  | { outcome: "rotated"; family: TokenFamily; generation: number }
  /** Second use within the grace, n+1 unused: unseal `successorSealed` with token n and give it out again. */
  | {
      outcome: "grace";
      family: TokenFamily;
      generation: number;
      successorSealed: string;
      /** The other network that it was first used from, where the person is to be told of it now: once a day at most. */
      elsewhere: string | null;
    }
  /** Reuse outside the grace: the family is revoked, by this very call (`ended`) or by a reuse before. */
  | { outcome: "reuse"; family: TokenFamily; ended: boolean }
  | { outcome: "revoked"; family: TokenFamily }
  | { outcome: "expired"; family: TokenFamily }
  /**
   * The access rule refused. Where user or app is disabled or gone, the family is revoked; for any other reason nothing
   * changes, and once it is gone the token renews again.
   */
  | { outcome: "refused"; why: Refusal; family: TokenFamily }
  /** Issued to another app: nothing changes. */
  | { outcome: "wrong_client" }
  | { outcome: "unknown" };

export interface TokenStore {
  /**
   * approved → redeemed, family, first refresh token (when `refreshToken` is given) and audit record in one
   * transaction, which applies the access rule (`mayIssue`) to what was approved.
   */
  redeem(input: {
    deviceCodeHash: string;
    clientId: string;
    family: NewTokenFamily;
    refreshToken: NewRefreshToken | null;
    now: number;
    audit: AuditRecord;
  }): Promise<RedeemResult>;
  /** The family of a refresh token, whatever their state; changes nothing. */
  findByRefreshToken(
    tokenHash: string,
  ): Promise<{ family: TokenFamily; generation: number; expiresAt: number; usedAt: number | null } | undefined>;
  findFamily(id: string): Promise<TokenFamily | undefined>;
  /** See design "Refresh": first use rotates, a second one within `graceMs` while n+1 is unused repeats, any other reuse revokes the family. Revocation wins over grace. */
  rotate(input: {
    tokenHash: string;
    clientId: string;
    /** Of the access token that goes with it. */
    scopes: ScopeSet;
    next: NewRefreshToken;
    /** The next token, encrypted under a key derived from the presented one. */
    nextSealed: string;
    graceMs: number;
    /** The family ends this long after it began, however often it is renewed. */
    familyMs: number;
    /** The network that the request came from. */
    from: string;
    now: number;
    audit: AuditRecord;
  }): Promise<RotateResult>;
  /** True when this call revoked it, false when it was revoked already or is unknown. */
  revokeFamily(id: string, reason: string, now: number, audit: AuditRecord): Promise<boolean>;
  /** All sign-ins of one user; returns how many were live. */
  revokeUser(userId: string, reason: string, now: number, audit: AuditRecord): Promise<number>;
}
