import type { Refusal } from "../directory/access-rules.ts";
import type { ScopeSet } from "../directory/scopes.ts";
import type { SignInMethod } from "../directory/sign-in-methods.ts";
import type { AuditRecord } from "./audit.ts";

/**
 * The states of one device authorization (RFC 8628): `pending → claimed → approved | denied → redeemed`, and `expired`
 * from any state that is not final. `expired` is never written: a row that is not in a final state counts as expired
 * once `expiresAt` has passed.
 */
export type GrantStatus = "pending" | "claimed" | "approved" | "denied" | "redeemed";

/**
 * Why a grant was denied: the user denied it, two users entered its code, the operator denied it, or something the
 * approval depends on (user, app, API or scope) was withdrawn before redemption.
 */
export type DenialReason = "user" | "two_users" | "operator" | "withdrawn";

export interface DeviceGrant {
  id: string;
  /** SHA-256 of the device_code, base64url. The code itself is never stored (RFC 8628 §5.2). */
  deviceCodeHash: string;
  /** Normalized: upper case, no separator. */
  userCode: string;
  clientId: string;
  requested: ScopeSet;
  status: GrantStatus;
  denialReason: DenialReason | null;
  /** What the device says about itself: attacker-controlled text, cleaned, at most 40 characters. */
  deviceName: string | null;
  devicePlatform: string | null;
  /** The IP address of the devicecode request. */
  initiatedIp: string;
  createdAt: number;
  expiresAt: number;
  /** Session and user of the claim. Both are set from `claimed` on, never one alone. */
  sessionId: string | null;
  userId: string | null;
  /** Frozen at consent: what the user saw and approved. */
  approved: ScopeSet | null;
  /**
   * Frozen at the same time: the scopes that a renewal could add, as the page said. Qualified; empty until approved.
   */
  reach: string[];
  decidedAt: number | null;
  decidedBy: "user" | "operator" | null;
  /** Methods and time of the sign-in that approved. */
  methods: SignInMethod[];
  authTime: number | null;
  /** Set by redemption. */
  familyId: string | null;
}

/** Only what a poll needs. Read on the hot path. */
export type PolledGrant = Pick<DeviceGrant, "id" | "clientId" | "status" | "expiresAt">;

export type NewGrant = Pick<
  DeviceGrant,
  | "id"
  | "deviceCodeHash"
  | "userCode"
  | "clientId"
  | "requested"
  | "deviceName"
  | "devicePlatform"
  | "initiatedIp"
  | "createdAt"
  | "expiresAt"
>;

export type ClaimResult =
  /** This session now holds the claim. `tookOver`: the same user held it in another session before. */
  | { outcome: "claimed"; tookOver: boolean; grant: DeviceGrant }
  /** A different user had claimed it, so the grant is denied for both (`two_users`). */
  | { outcome: "killed"; grant: DeviceGrant }
  /** In a final state, approved or expired before. */
  | { outcome: "ended"; grant: DeviceGrant }
  | { outcome: "unknown" };

export type DecisionResult =
  | { outcome: "done"; grant: DeviceGrant }
  /** Claimed, but by another session: "continued elsewhere". */
  | { outcome: "elsewhere"; grant: DeviceGrant }
  | { outcome: "ended"; grant: DeviceGrant }
  | { outcome: "unknown" };

export type ApproveResult =
  | DecisionResult
  /** The access rule refused, and the grant does not change. */
  | { outcome: "refused"; why: Refusal; grant: DeviceGrant };

/**
 * Something to take from a budget, in the transaction that needs it (`GrantStore.insert`) or together with others
 * (`ThrottleStore.takeAll`).
 */
export interface Charge {
  bucket: string;
  limit: { count: number; windowMs: number };
}

export type InsertResult =
  | { outcome: "inserted" }
  /** Another row has the user_code: the caller must generate a new one. The charges were taken. */
  | { outcome: "user_code_taken" }
  /** The budget of `bucket`, the first from the narrowest, is used up until `retryAt`. Nothing was inserted or taken. */
  | { outcome: "refused"; bucket: string; retryAt: number };

/** Each transition and its audit record are one transaction. A transition that did not happen is not recorded. */
export interface GrantStore {
  /**
   * Takes the charges, at most two, and inserts the grant: of the wider network, if there is one, then of the request's
   * own. A bucket is always one or the other. Concurrent calls share a transaction.
   */
  insert(grant: NewGrant, charges?: readonly Charge[]): Promise<InsertResult>;
  /** Grants of the tenant, or of one client, that are pending or claimed and not expired. */
  countLive(now: number, clientId?: string): Promise<number>;
  /** All grants that are still stored, by state, for the metrics. One whose time is up counts as `expired`. */
  countByState(now: number): Promise<Record<GrantStatus | "expired", number>>;
  /** For polls: one prepared statement, no write. */
  poll(deviceCodeHash: string): Promise<PolledGrant | undefined>;
  findById(id: string): Promise<DeviceGrant | undefined>;
  findByDeviceCodeHash(hash: string): Promise<DeviceGrant | undefined>;
  /** By normalized user_code, in any state. */
  findByUserCode(userCode: string): Promise<DeviceGrant | undefined>;
  /** `audit` is recorded if a second user's claim denies the grant. A claim alone is not recorded. */
  claim(id: string, by: { sessionId: string; userId: string; now: number; audit: AuditRecord }): Promise<ClaimResult>;
  /**
   * Only by the session that holds the claim, for its user, before expiry, and only if the access rule allows it in the
   * same transaction. Freezes scopes and reach and stores the resulting consents. If the user decided (not the
   * operator), it also stores what they were shown.
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
      decidedBy: "user" | "operator";
      now: number;
      audit: AuditRecord;
    },
  ): Promise<ApproveResult>;
  /** Like `approve`. `sessionId` null is the operator, who can also deny a pending grant. */
  deny(
    id: string,
    by: { sessionId: string | null; reason: DenialReason; now: number; audit: AuditRecord },
  ): Promise<DecisionResult>;
  /** Ends the time of a code that is not decided: the device gets `expired_token`, as if it had waited too long. */
  expire(id: string, by: { now: number; audit: AuditRecord }): Promise<DecisionResult>;
}
