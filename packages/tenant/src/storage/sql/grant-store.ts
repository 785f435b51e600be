import type { Selectable } from "kysely";
import { consentsOfApproval, mayApprove, type Refusal } from "../../directory/access-rules.ts";
import type { DeviceGrant, PolledGrant } from "../device-grant.ts";
import { type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { ApproveResult, ClaimResult, DecisionResult, GrantStore, NewGrant } from "../store.ts";
import { StoreError } from "../store-error.ts";
import { factsLoader } from "./access-store.ts";
import { auditWriter } from "./audit-store.ts";
import { addConsent, rememberShown } from "./consent-store.ts";

/**
 * Every transition is one UPDATE that names the state it leaves. Where none matched, the row is read to say why; had it
 * changed in between so that it would match now, the verb starts over.
 */
export function grantStore(database: Database): GrantStore {
  const { db, firstRow } = database;
  const loadFacts = factsLoader(database, { lock: true });
  const writeAudit = auditWriter(database);
  const find = (id: string) => findGrant(db, "id", id);
  const insertPending = prepared((grant: Pick<Tables["deviceGrants"], keyof NewGrant>) =>
    db
      .insertInto("deviceGrants")
      .values({
        id: grant.id,
        deviceCodeHash: grant.deviceCodeHash,
        userCode: grant.userCode,
        clientId: grant.clientId,
        requested: grant.requested,
        reach: "[]",
        deviceName: grant.deviceName,
        devicePlatform: grant.devicePlatform,
        initiatedIp: grant.initiatedIp,
        createdAt: grant.createdAt,
        expiresAt: grant.expiresAt,
        status: "pending",
        methods: "[]",
      })
      .onConflict((conflict) => conflict.column("userCode").doNothing())
      .returning("id"),
  );

  return {
    async insert(grant) {
      const inserted = await insertPending(db, { ...grant, requested: JSON.stringify(grant.requested) });
      return inserted.length > 0;
    },

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

    poll: firstRow<PolledGrant>(
      "poll",
      'select id, client_id as "clientId", status, expires_at as "expiresAt" from device_grants where device_code_hash = ?',
    ),

    findById: find,
    findByDeviceCodeHash: (hash) => findGrant(db, "deviceCodeHash", hash),
    findByUserCode: (userCode) => findGrant(db, "userCode", userCode),

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
          const killed = await db.transaction().execute(async (trx) => {
            const row = await live(trx)
              .where("status", "=", "claimed")
              .where("userId", "!=", userId)
              .set({ status: "denied", denialReason: "two_users", decidedAt: now })
              .executeTakeFirst();
            if (row) await writeAudit(trx, audit);
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
      const approval = async (trx: Connection) => {
        // The grant's row first, then what the access rule reads: the order of its redemption.
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
        for (const consent of consentsOfApproval(facts, approved)) await addConsent(trx, consent);
        // An operator decides in a person's name, who has seen nothing of it.
        if (decidedBy === "user") await rememberShown(trx, { clientId: row.clientId, userId, approved, reach });
        await writeAudit(trx, audit);
        return toGrant(row);
      };
      return inRounds("approve", id, async () => {
        const done = await undoable<DeviceGrant | Refusal | undefined>(() => db.transaction().execute(approval));
        if (typeof done === "object") return { outcome: "done", grant: done };
        const grant = await find(id);
        if (!grant) return { outcome: "unknown" };
        if (done !== undefined) return { outcome: "refused", why: done, grant };
        if (ended(grant, now)) return { outcome: "ended", grant };
        if (grant.sessionId !== sessionId || grant.userId !== userId) return { outcome: "elsewhere", grant };
        return undefined;
      });
    },

    deny(id, { sessionId, reason, now, audit }): Promise<DecisionResult> {
      const denial = async (trx: Connection) => {
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
        if (row) await writeAudit(trx, audit);
        return row;
      };
      return inRounds("deny", id, async () => {
        const done = await db.transaction().execute(denial);
        if (done) return { outcome: "done", grant: toGrant(done) };
        const grant = await find(id);
        if (!grant) return { outcome: "unknown" };
        if (ended(grant, now)) return { outcome: "ended", grant };
        if (sessionId !== null && grant.sessionId !== sessionId) return { outcome: "elsewhere", grant };
        return undefined;
      });
    },
  };
}

/** States only go forward, and every round that is lost was lost to another change of the same row. */
const MAX_ROUNDS = 10;

/** @throws StoreError `store_inconsistent` when the row keeps reading as if the change matched it, and the change keeps missing it */
async function inRounds<Result>(verb: string, id: string, attempt: () => Promise<Result | undefined>): Promise<Result> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = await attempt();
    if (result) return result;
  }
  throw new StoreError(
    "store_inconsistent",
    `Device grant ${id} reads as if "${verb}" applied to it, and ${MAX_ROUNDS} attempts changed nothing.`,
    "Look at its row in device_grants, and for a program that changes it besides the tenant.",
  );
}

export async function findGrant(
  db: Connection,
  by: "id" | "deviceCodeHash" | "userCode",
  value: string,
): Promise<DeviceGrant | undefined> {
  const row = await db.selectFrom("deviceGrants").where(by, "=", value).selectAll().executeTakeFirst();
  return row && toGrant(row);
}

/** Nobody can claim or decide it any more. */
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
