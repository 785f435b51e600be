/** What a client knows about a request: never sent, sent but the response was lost, answered. */
export type Known = "no" | "maybe" | "yes";

/** One sign-in on one device as its client saw it. A restarted tenant must agree with it. */
export interface SignIn {
  deviceCode: string;
  userCode: string;
  email: string;
  approved: Known;
  denied: Known;
  redeemed: Known;
  /** Refresh tokens that arrived, oldest first: the last one is valid until revoked, the others are used. */
  tokens: string[];
  revoked: Known;
  /** Owned by a worker: no other worker uses it. */
  busy: boolean;
}

/** A secret that must be refused forever. */
export type Spent = { kind: "device_code" | "refresh_token"; secret: string; because: string };

export interface Ledger {
  users: string[];
  open: SignIn[];
  spent: Spent[];
  /** Requests that were answered, and requests that were not. */
  done: Record<string, number>;
  lost: Record<string, number>;
  /** Checks that passed after a restart. */
  held: Record<string, number>;
}

export function newLedger(): Ledger {
  return { users: [], open: [], spent: [], done: {}, lost: {}, held: {} };
}

export function count(of: Record<string, number>, what: string): void {
  of[what] = (of[what] ?? 0) + 1;
}

/** A broken promise of the tenant. */
export class Violation extends Error {}
