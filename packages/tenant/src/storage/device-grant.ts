import type { ScopeSet } from "../directory/scopes.ts";

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
  decidedAt: number | null;
  decidedBy: "user" | "operator" | null;
  /** Authentication methods (RFC 8176) and time of the sign-in that approved. */
  amr: string[];
  authTime: number | null;
  /** Set by redemption. */
  familyId: string | null;
}

/** What the poll needs and nothing more; read on the hot path. */
export type PolledGrant = Pick<DeviceGrant, "id" | "clientId" | "status" | "expiresAt">;
