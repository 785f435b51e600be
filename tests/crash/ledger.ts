/** What a client knows of something it asked for: never asked, asked but the answer was lost, answered. */
export type Known = "no" | "maybe" | "yes";

/** One sign-in on one device as its client saw it: the truth that a restarted tenant is held against. */
export interface SignIn {
  deviceCode: string;
  userCode: string;
  email: string;
  approved: Known;
  denied: Known;
  redeemed: Known;
  /** Refresh tokens that arrived, oldest first: the last one is good until revoked, the others are spent. */
  tokens: string[];
  revoked: Known;
  /** In a worker's hands: nobody else uses it meanwhile. */
  busy: boolean;
}

/** A secret that must be refused for ever. */
export type Spent = { kind: "device_code" | "refresh_token"; secret: string; because: string };

export interface Ledger {
  users: string[];
  open: SignIn[];
  spent: Spent[];
  /** What was done and answered, and what was asked and not answered. */
  done: Record<string, number>;
  lost: Record<string, number>;
  /** Checks after a restart that held. */
  held: Record<string, number>;
}

export function newLedger(): Ledger {
  return { users: [], open: [], spent: [], done: {}, lost: {}, held: {} };
}

export function count(of: Record<string, number>, what: string): void {
  of[what] = (of[what] ?? 0) + 1;
}

/** A promise of the tenant that was broken. */
export class Violation extends Error {}
