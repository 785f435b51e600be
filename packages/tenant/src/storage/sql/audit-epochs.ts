import { createHash, randomBytes } from "node:crypto";
import type { Connection } from "../engine/database.ts";
import type { Tables } from "../migrations/tables.ts";
import type { AuditAnchor, AuditCursor, AuditEpoch } from "../store.ts";

/**
 * How much later a record may have been written than its time says, compared with others: clocks of nodes differ, and
 * transactions take a while.
 */
const UNCERTAIN_MS = 5 * 60_000;

/** From here on, a restored log and the one that a reader has read differ. */
export interface Divergence {
  /** The last number that is certainly the same in both. */
  after: number;
  /** False: records just after `after` may have been read before. */
  exact: boolean;
}

/** The restores of this log, in their order. */
export async function epochsOf(on: Connection): Promise<AuditEpoch[]> {
  const rows = await on.selectFrom("auditEpochs").orderBy("number").select(["id", "afterSeq"]).execute();
  return rows.map(({ id, afterSeq }) => [id, Number(afterSeq)]);
}

/** Called in the transaction that ends a restore, before it writes a record. */
export async function beginEpoch(on: Connection, now: number): Promise<void> {
  const last = await on
    .selectFrom("auditEpochs")
    .select((row) => row.fn.max<number | null>("number").as("number"))
    .executeTakeFirst();
  await on
    .insertInto("auditEpochs")
    .values({
      id: randomBytes(9).toString("base64url"),
      number: Number(last?.number ?? 0) + 1,
      afterSeq: (await anchorAt(on))?.seq ?? 0,
      startedAt: now,
    })
    .execute();
}

/** The record with the highest number, or with the highest up to `upTo`. Null for an empty log. */
export async function anchorAt(on: Connection, upTo?: number): Promise<AuditAnchor | null> {
  const row = await on
    .selectFrom("auditRecords")
    .$if(upTo !== undefined, (query) => query.where("seq", "<=", upTo as number))
    .selectAll()
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : anchorOf(row);
}

export const anchorOf = (row: Omit<Tables["auditRecords"], "seq" | "subjectId"> & { seq: unknown }): AuditAnchor => ({
  seq: Number(row.seq),
  at: row.at,
  digest: createHash("sha256")
    .update(JSON.stringify([row.at, row.event, row.actor, row.userId, row.clientId, row.grantId, row.ip, row.detail]))
    .digest("base64url")
    .slice(0, 22),
});

/**
 * Whether the log was restored after the reader got this cursor. `doorcode tenant restore` records that. PostgreSQL's own
 * tools do not, but then the last record that the reader has read is missing, or another one has its number.
 */
export async function divergenceFrom(
  on: Connection,
  { epochs: known, anchor }: AuditCursor,
  epochs: AuditEpoch[],
): Promise<Divergence | undefined> {
  if (known !== null) {
    const same = epochs.findIndex(([id], index) => known[index]?.[0] !== id);
    const common = same === -1 ? epochs.length : same;
    const others = [...epochs.slice(common), ...known.slice(common)];
    if (others.length > 0) return { after: Math.min(...others.map(([, after]) => after)), exact: true };
  }
  if (anchor === null) return undefined;
  const found = await anchorAt(on, anchor.seq);
  if (found?.seq === anchor.seq && found.digest === anchor.digest) return undefined;
  // What was written since the restore is newer than anything that the reader has read.
  const certain = await on
    .selectFrom("auditRecords")
    .where("at", "<=", anchor.at - UNCERTAIN_MS)
    .select((row) => row.fn.max<number | null>("seq").as("seq"))
    .executeTakeFirst();
  return { after: Number(certain?.seq ?? 0), exact: false };
}
