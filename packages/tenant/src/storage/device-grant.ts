import type { Refusal } from "../directory/access-rules.ts";
import type { ScopeSet } from "../directory/scopes.ts";
import type { SignInMethod } from "../directory/sign-in-methods.ts";
import type { AuditRecord } from "./audit.ts";

/**
 * The life of one device authorization (RFC 8628):
 * `pending → claimed → approved | denied → redeemed`; `expired` from any state that is not terminal.
 * `expired` is never written: it is what a row that is not terminal means once `expiresAt` has passed.
 */
export type GrantStatus = "pending" | "claimed" | "approved" | "denied" | "redeemed";

/**
 * Why a grant was denied: the person said no, two people used its code, the operator said no, or what the approval
 * stood on (user, app, API or scope) was withdrawn before redemption.
 */
export type DenialReason = "user" | "two_users" | "operator" | "withdrawn";

export interface DeviceGrant {
  id: string;
  /** SHA-256 of the device_code, base64url; the code itself is never stored (RFC 8628 §5.2). */
  deviceCodeHash: string;
  /** Normalized: upper case, no separator. */
  userCode: string;
  clientId: string;
  requested: ScopeSet;
  status: GrantStatus;
  denialReason: DenialReason | null;
  /** What the device says of itself; attacker-controlled text, cleaned, at most 40 characters. */
  deviceName: string | null;
  devicePlatform: string | null;
  /** Where the devicecode request came from. */
  initiatedIp: string;
  createdAt: number;
  expiresAt: number;
  /** Session and user of the claim: both set from `claimed` on, never one alone. */
  sessionId: string | null;
  userId: string | null;
  /** Frozen at consent: what the person saw and said yes to. */
  approved: ScopeSet | null;
  /** Frozen with them: what the page said that a renewal could add. Qualified scopes; empty until approved. */
  reach: string[];
  decidedAt: number | null;
  decidedBy: "user" | "operator" | null;
  /** Methods and time of the sign-in that approved. */
  methods: SignInMethod[];
  authTime: number | null;
  /** Set by redemption. */
  familyId: string | null;
}

/** What the poll needs and nothing more; read on the hot path. */
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
  /** This session holds the claim now; `tookOver` when the same user held it in another session before. */
  | { outcome: "claimed"; tookOver: boolean; grant: DeviceGrant }
  /** Another person had claimed it: the grant is denied for everybody (`two_users`). */
  | { outcome: "killed"; grant: DeviceGrant }
  /** Terminal, approved, or expired before. */
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
  /** The access rule refused: the grant stays as it is. */
  | { outcome: "refused"; why: Refusal; grant: DeviceGrant };

/** Each transition and its audit record are one transaction; what did not happen is not recorded. */
export interface GrantStore {
  /** False when the user_code is taken by another row: the caller draws a new one. */
  insert(grant: NewGrant): Promise<boolean>;
  /** Grants that are pending or claimed and not expired, of the tenant or of one client. */
  countLive(now: number, clientId?: string): Promise<number>;
  /** The poll's read: one prepared statement, no write. */
  poll(deviceCodeHash: string): Promise<PolledGrant | undefined>;
  findById(id: string): Promise<DeviceGrant | undefined>;
  findByDeviceCodeHash(hash: string): Promise<DeviceGrant | undefined>;
  /** By normalized user_code, in whatever state. */
  findByUserCode(userCode: string): Promise<DeviceGrant | undefined>;
  /** `audit` is the record of a grant that a second user kills; a claim itself has none. */
  claim(id: string, by: { sessionId: string; userId: string; now: number; audit: AuditRecord }): Promise<ClaimResult>;
  /**
   * Only the session that holds the claim, for its user, before expiry, and where the access rule permits it in the same
   * transaction. Freezes scopes and reach, and remembers the consents that follow from it and, where the user decided,
   * what they were shown.
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
  /** As `approve`; `sessionId` null is the operator, who may deny a pending grant too. */
  deny(
    id: string,
    by: { sessionId: string | null; reason: DenialReason; now: number; audit: AuditRecord },
  ): Promise<DecisionResult>;
}
