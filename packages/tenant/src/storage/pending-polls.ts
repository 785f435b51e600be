/** A waiting grant, polled by a client that sends nothing but its ID. */
export interface PendingPoll {
  clientId: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** One reading of a grant and its app, to be remembered if nothing changed meanwhile. */
export interface PendingRead {
  /** The grant waits, and its app is a public client that may use device codes. */
  remember(expiresAt: number): void;
  /** Call it in any case. */
  end(): void;
}

/**
 * The grants whose next poll needs no database, because its answer is known to be "pending". Each change that can end a
 * waiting poll removes what it concerns: in this process when it is committed, and within `STALE_MS` in another process,
 * even if its notification is lost. Nothing but a pending poll may be answered from it.
 */
export interface PendingPolls {
  find(deviceCodeHash: string): PendingPoll | undefined;
  /** Call it before anything is read. */
  read(deviceCodeHash: string, clientId: string): PendingRead;
  /** Number of remembered grants, for the metrics. */
  readonly size: number;
}

/** How long a change of another process can stay unnoticed, in milliseconds. */
export const STALE_MS = 1_000;
