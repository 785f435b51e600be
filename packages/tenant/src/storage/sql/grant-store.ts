import type { Selectable } from "kysely";
import { consentsOfApproval, mayApprove, type Refusal } from "../../directory/access-rules.ts";
import type { DeviceGrant, PolledGrant } from "../device-grant.ts";
import { announced, type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { ApproveResult, ClaimResult, DecisionResult, GrantStore } from "../store.ts";
import { StoreError } from "../store-error.ts";
import { factsLoader } from "./access-store.ts";
import { auditWriter } from "./audit-store.ts";
import { addConsent, rememberShown } from "./consent-store.ts";
import { grantTopic } from "./grant-changes.ts";
import { grantInserter } from "./new-grants.ts";
import { signedInCheck } from "./session-store.ts";

/**
 * Every transition is one UPDATE that names the state it starts from. If none matched, the row is read to find out why.
 * If it changed meanwhile so that it would match now, the method starts over.
 */
export function grantStore(database: Database): GrantStore {
  const { db, firstRow } = database;
  const loadFacts = factsLoader(database, { lock: true });
  const isSignedIn = signedInCheck(database);
  const writeAudit = auditWriter(database);
  const finder = (by: "id" | "deviceCodeHash" | "userCode") => {
    const select = prepared((of: { value: string }) =>
      db.selectFrom("deviceGrants").where(by, "=", of.value).selectAll(),
    );
    return async (value: string) => {
      const [row] = await select(db, { value });
      return row && toGrant(row);
    };
  };
  const find = finder("id");
  const insert = grantInserter(database);

  return {
    insert: (grant, charges = []) => insert(grant, charges),

    async countLive(now, clientId) {
      const { live } = await db
        .selectFrom("deviceGrants")
        .where("status", "in", ["pending", "claimed"])
        .where("expiresAt", ">", now)
        .$if(clientId !== undefined, (query) => query.where("clientId", "=", clientId as string))
        .select((row) => row.fn.countAll<number>().as("live"))
        .executeTakeFirstOrThrow();
      return live;
    },

    async countByState(now) {
      const counts = { pending: 0, claimed: 0, approved: 0, denied: 0, redeemed: 0, expired: 0 };
      const rows = await db
        .selectFrom("deviceGrants")
        .select((row) => [
          "status",
          row.case().when("expiresAt", "<=", now).then(1).else(0).end().as("late"),
          row.fn.countAll<number>().as("grants"),
        ])
        .groupBy(["status", "late"])
        .execute();
      for (const { status, late, grants } of rows) {
        const isFinal = status === "denied" || status === "redeemed";
        counts[late && !isFinal ? "expired" : status] += Number(grants);
      }
      return counts;
    },

    poll: firstRow<PolledGrant>(
      `select id, client_id as "clientId", status, expires_at as "expiresAt" from ${database.tableName("device_grants")} where device_code_hash = ?`,
    ),

    findById: find,
    findByDeviceCodeHash: finder("deviceCodeHash"),
    findByUserCode: finder("userCode"),

    claim(id, { sessionId, userId, now, audit }): Promise<ClaimResult> {
      const live = (on: Connection) =>
        on.updateTable("deviceGrants").where("id", "=", id).where("expiresAt", ">", now).returningAll();
      return inRounds("claim", id, async () => {
        const grant = await find(id);
        if (!grant) return { outcome: "unknown" };
        if (ended(grant, now)) return { outcome: "ended", grant };

        if (grant.status === "pending") {
          const claimed = await live(db)
            .where("status", "=", "pending")
            .set({ status: "claimed", sessionId, userId })
            .executeTakeFirst();
          return claimed && { outcome: "claimed", tookOver: false, grant: toGrant(claimed) };
        }
        if (grant.userId !== userId) {
          const killed = await announced(database, async (trx, changed) => {
            const row = await live(trx)
              .where("status", "=", "claimed")
              .where("userId", "!=", userId)
              .set({ status: "denied", denialReason: "two_users", decidedAt: now })
              .executeTakeFirst();
            if (row) {
              await writeAudit(trx, audit);
              changed(grantTopic(row.deviceCodeHash));
            }
            return row;
          });
          return killed && { outcome: "killed", grant: toGrant(killed) };
        }
        if (grant.sessionId === sessionId) return { outcome: "claimed", tookOver: false, grant };
        const taken = await live(db)
          .where("status", "=", "claimed")
          .where("userId", "=", userId)
          .where("sessionId", "!=", sessionId)
          .set({ sessionId })
          .executeTakeFirst();
        return taken && { outcome: "claimed", tookOver: true, grant: toGrant(taken) };
      });
    },

    approve(
      id,
      { sessionId, userId, approved, reach, methods, authTime, decidedBy, now, audit },
    ): Promise<ApproveResult> {
      const approval = async (trx: Connection, changed: (topic: string) => void) => {
        // Locks the grant's row first, then what the access rule reads: the same order as redemption.
        const row = await trx
          .updateTable("deviceGrants")
          .where("id", "=", id)
          .where("status", "=", "claimed")
          .where("sessionId", "=", sessionId)
          .where("userId", "=", userId)
          .where("expiresAt", ">", now)
          .set({
            status: "approved",
            approved: JSON.stringify(approved),
            reach: JSON.stringify(reach),
            methods: JSON.stringify(methods),
            authTime,
            decidedAt: now,
            decidedBy,
          })
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        const facts = await loadFacts(trx, { clientId: row.clientId, userId, resourceId: approved.resourceId });
        const why = mayApprove({
          ...{ ...facts, scopes: approved, methods, authTime },
          ...{ grantType: "device_code", signedInSince: null, reach: null },
        });
        if (why) throw new Undo(why);
        // An operator decides without a browser session.
        if (decidedBy === "user" && !(await isSignedIn(trx, { sessionId, userId, now }))) throw new Undo("signed_out");
        for (const consent of consentsOfApproval(facts, approved)) await addConsent(trx, consent);
        // An operator decides for a user, who was shown nothing.
        if (decidedBy === "user") await rememberShown(trx, { clientId: row.clientId, userId, approved, reach });
        await writeAudit(trx, audit);
        changed(grantTopic(row.deviceCodeHash));
        return toGrant(row);
      };
      return inRounds("approve", id, async () => {
        const done = await undoable<DeviceGrant | Refusal | "signed_out" | undefined>(() =>
          announced(database, approval),
        );
        if (typeof done === "object") return { outcome: "done", grant: done };
        const grant = await find(id);
        if (!grant) return { outcome: "unknown" };
        if (done === "signed_out") return { outcome: "elsewhere", grant };
        if (done !== undefined) return { outcome: "refused", why: done, grant };
        if (ended(grant, now)) return { outcome: "ended", grant };
        if (grant.sessionId !== sessionId || grant.userId !== userId) return { outcome: "elsewhere", grant };
        return undefined;
      });
    },

    deny(id, { sessionId, reason, now, audit }): Promise<DecisionResult> {
      const denial = async (trx: Connection, changed: (topic: string) => void) => {
        const live = trx.updateTable("deviceGrants").where("id", "=", id).where("expiresAt", ">", now);
        const open =
          sessionId === null
            ? live.where("status", "in", ["pending", "claimed"])
            : live.where("status", "=", "claimed").where("sessionId", "=", sessionId);
        const decidedBy = sessionId === null ? "operator" : "user";
        const row = await open
          .set({ status: "denied", denialReason: reason, decidedAt: now, decidedBy })
          .returningAll()
          .executeTakeFirst();
        if (row) {
          await writeAudit(trx, audit);
          changed(grantTopic(row.deviceCodeHash));
        }
        return row;
      };
      return inRounds("deny", id, async () => {
        const done = await announced(database, denial);
        if (done) return { outcome: "done", grant: toGrant(done) };
        const grant = await find(id);
        if (!grant) return { outcome: "unknown" };
        if (ended(grant, now)) return { outcome: "ended", grant };
        if (sessionId !== null && grant.sessionId !== sessionId) return { outcome: "elsewhere", grant };
        return undefined;
      });
    },

    expire(id, { now, audit }): Promise<DecisionResult> {
      const expiry = async (trx: Connection, changed: (topic: string) => void) => {
        const row = await trx
          .updateTable("deviceGrants")
          .where("id", "=", id)
          .where("status", "in", ["pending", "claimed"])
          .where("expiresAt", ">", now)
          .set({ expiresAt: now })
          .returningAll()
          .executeTakeFirst();
        if (row) {
          await writeAudit(trx, audit);
          changed(grantTopic(row.deviceCodeHash));
        }
        return row;
      };
      return inRounds("expire", id, async () => {
        const done = await announced(database, expiry);
        if (done) return { outcome: "done", grant: toGrant(done) };
        const grant = await find(id);
        if (!grant) return { outcome: "unknown" };
        return ended(grant, now) ? { outcome: "ended", grant } : undefined;
      });
    },
  };
}

/** States only move forward, and each lost round was lost to another change of the same row. */
const MAX_ROUNDS = 10;

/**
 * @throws StoreError `store_inconsistent` if the row keeps looking as if the change applied, but the change never
 *   matches it
 */
async function inRounds<Result>(verb: string, id: string, attempt: () => Promise<Result | undefined>): Promise<Result> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = await attempt();
    if (result) return result;
  }
  throw new StoreError(
    "store_inconsistent",
    `Device grant ${id} looks as if "${verb}" applied to it, but ${MAX_ROUNDS} attempts changed nothing.`,
    "Check its row in device_grants, and look for another program that changes it.",
  );
}

/** For a transaction that rarely needs it. */
export async function findGrant(
  db: Connection,
  by: "id" | "deviceCodeHash" | "userCode",
  value: string,
): Promise<DeviceGrant | undefined> {
  const row = await db.selectFrom("deviceGrants").where(by, "=", value).selectAll().executeTakeFirst();
  return row && toGrant(row);
}

/** It can no longer be claimed or decided. */
function ended(grant: DeviceGrant, now: number): boolean {
  return (grant.status !== "pending" && grant.status !== "claimed") || grant.expiresAt <= now;
}

export function toGrant(row: Selectable<Tables["deviceGrants"]>): DeviceGrant {
  return {
    ...row,
    requested: JSON.parse(row.requested),
    approved: row.approved === null ? null : JSON.parse(row.approved),
    reach: JSON.parse(row.reach),
    methods: JSON.parse(row.methods),
  };
}
