export interface AuditRecord {
  at: number;
  /** `device_grant.redeemed`, `refresh_token.reused`, `user.signed_in` … */
  event: string;
  actor: "user" | "client" | "operator" | "tenant";
  userId: string | null;
  clientId: string | null;
  grantId: string | null;
  ip: string | null;
  /** Never contains a secret. */
  detail: Record<string, string | number | boolean>;
}

/** Which records to read. Omitted members do not restrict them. */
export interface AuditFilter {
  event?: string | undefined;
  /** Records of this user, or that name them in `detail`. */
  userId?: string | undefined;
  /** Records from this time on. */
  since?: number | undefined;
}

/**
 * How far a reader has come. Records get their numbers in the order in which they are written, but transactions end in
 * another order, so a record may appear after ones with higher numbers. A cursor misses none and repeats none.
 */
export interface AuditCursor {
  /** Everything up to this number was read. */
  low: number;
  /** Up to this number, no more records appear. */
  complete: number;
  /** Above `low`: the numbers that were read, as ranges in their order. */
  read: [from: number, to: number][];
  /** Up to this number, no more records appear once every transaction before this one has ended. */
  pending: { upTo: number; transaction: string } | null;
  /** The restores that the log had when the cursor was made. Null: made by a version that did not record them. */
  epochs: AuditEpoch[] | null;
  /** The record with the highest number that was read, to notice a restore that was not recorded. */
  anchor: AuditAnchor | null;
}

/** A restore of the log: the last number that the backup had. */
export type AuditEpoch = [id: string, after: number];

export interface AuditAnchor {
  seq: number;
  at: number;
  digest: string;
}

export interface AuditPage {
  /** In the order of their numbers, which is close to the order in which they were written. */
  records: AuditRecord[];
  cursor: AuditCursor;
  /** There may be more records now. */
  more: boolean;
  /**
   * Set if the log was restored since the cursor was made, so that records that were read no longer exist. `records`
   * continue at the last record that both logs have: exactly, or a few minutes before, so that some are repeated.
   */
  restored?: "exact" | "repeats" | undefined;
}

export interface AuditReader extends AuditSearcher {
  /** Newest first. */
  list(filter: AuditFilter & { limit: number }): Promise<AuditRecord[]>;
  /**
   * What users see of their own, newest first: records about them, and changes that administrators made to them (`graph.…`, `console.…`), whose
   * `userId`, `clientId` and `ip` are of the caller. Nothing that they did to others.
   *
   * @param of.events without the prefix of Graph, and without renewals
   *
   * @param of.after skips records that are newer than `at`, and `skip` of those that are not: where a page ended
   */
  listOwn(of: {
    userId: string;
    since: number;
    events: readonly string[];
    after?: { at: number; skip: number } | undefined;
    limit: number;
  }): Promise<AuditRecord[]>;
  /** Where to begin: at the first record that fits the filter, or at the one that is this many before the end. */
  start(filter: AuditFilter & { newest?: number | undefined }): Promise<AuditCursor>;
  /** The next records. At most `limit` are looked at, of which those are returned that fit the filter. */
  read(cursor: AuditCursor, filter: AuditFilter & { limit: number }): Promise<AuditPage>;
}

export interface AuditStore extends AuditReader {
  write(record: AuditRecord): Promise<void>;
}

/**
 * Which records an administrator looks for. Omitted members do not restrict them. With `userId`, `clientId` or `ip`,
 * renewals are left out unless `event` names them: no index leads to them, because there is one an hour for each device.
 */
export interface AuditSearch {
  /** Without a prefix: changes through Graph and in the console are found, too. */
  event?: string | undefined;
  /** Records by or about this user, or of a change by an administrator that affected them. */
  userId?: string | undefined;
  clientId?: string | undefined;
  ip?: string | undefined;
  /** Records from this time on. */
  since?: number | undefined;
  /** Records before this time. */
  until?: number | undefined;
}

/** A record's place in the log, newest first. Several have the same time. */
export interface AuditPlace {
  at: number;
  seq: number;
}

export interface AuditFound {
  /** Newest first. May be fewer than the limit, and even none, although there are more. */
  records: (AuditRecord & AuditPlace)[];
  /** Where to continue. Null: this was the end of the log. */
  next: AuditPlace | null;
}

/** How many records of an event were written from `at` until `slotMs` later. */
export interface AuditCount {
  at: number;
  event: string;
  count: number;
}

export interface AuditSearcher {
  /** The cost is bounded by the limit, not by the length of the log. */
  search(filter: AuditSearch & { after?: AuditPlace | undefined; limit: number }): Promise<AuditFound>;
  /**
   * Counts by slots of time, the first of which begins at `from`. Slots without records are left out. It reads an index
   * alone, in proportion to the records of these events between `from` and `to`.
   */
  countBySlot(of: { events: readonly string[]; from: number; to: number; slotMs: number }): Promise<AuditCount[]>;
  /**
   * What happened to one sign-in of a program, oldest first, without its renewals: the records of its grant, and those
   * of its owner that name its family.
   *
   * @param of.since when the family began
   */
  listSignIn(of: {
    grantId: string | null;
    family: { id: string; userId: string } | null;
    since: number;
    limit: number;
  }): Promise<AuditRecord[]>;
}

/** Notices records without reading again and again. */
export interface AuditChanges {
  /**
   * Calls back after each transaction of this process that may have written records. False if that is not possible,
   * because other processes write, too (PostgreSQL).
   */
  watch(changed: () => void): boolean;
}
