import type { Selectable } from "kysely";
import type { DeviceGrant, PolledGrant } from "../device-grant.ts";
import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { ClaimResult, DecisionResult, GrantStore, NewGrant } from "../store.ts";
import { addConsent } from "./consent-store.ts";

/**
 * Every transition is one UPDATE that names the state it leaves. Where none matched, the row is read to say why;
 * had it changed in between so that it would match now, the verb starts over. States only ever go forward, so it ends.
 */
export function grantStore({ db, firstRow }: Database): GrantStore {
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
        deviceName: grant.deviceName,
        devicePlatform: grant.devicePlatform,
        initiatedIp: grant.initiatedIp,
        createdAt: grant.createdAt,
        expiresAt: grant.expiresAt,
        status: "pending",
        amr: "[]",
      })
      .onConflict((conflict) => conflict.column("userCode").doNothing())
      .returning("id"),
  );

  return {
    async insert(grant) {
      const inserted = await insertPending(db, { ...grant, requested: JSON.stringify(grant.requested) });
      return inserted.length > 0;
    },

    async countLive(now) {
      const { live } = await db
        .selectFrom("deviceGrants")
        .where("status", "in", ["pending", "claimed"])
        .where("expiresAt", ">", now)
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

    async claim(id, { sessionId, userId, now }): Promise<ClaimResult> {
      const live = db.updateTable("deviceGrants").where("id", "=", id).where("expiresAt", ">", now).returningAll();
      for (;;) {
        const grant = await find(id);
        if (!grant) return { outcome: "unknown" };
        if (ended(grant, now)) return { outcome: "ended", grant };

        if (grant.status === "pending") {
          const claimed = await live
            .where("status", "=", "pending")
            .set({ status: "claimed", sessionId, userId })
            .executeTakeFirst();
          if (claimed) return { outcome: "claimed", tookOver: false, grant: toGrant(claimed) };
        } else if (grant.userId !== userId) {
          const killed = await live
            .where("status", "=", "claimed")
            .where("userId", "!=", userId)
            .set({ status: "denied", denialReason: "two_users", decidedAt: now })
            .executeTakeFirst();
          if (killed) return { outcome: "killed", grant: toGrant(killed) };
        } else if (grant.sessionId === sessionId) {
          return { outcome: "claimed", tookOver: false, grant };
        } else {
          const taken = await live
            .where("status", "=", "claimed")
            .where("userId", "=", userId)
            .where("sessionId", "=", grant.sessionId)
            .set({ sessionId })
            .executeTakeFirst();
          if (taken) return { outcome: "claimed", tookOver: true, grant: toGrant(taken) };
        }
      }
    },

    async approve(
      id,
      { sessionId, userId, approved, consents, amr, authTime, decidedBy, now },
    ): Promise<DecisionResult> {
      const approval = async (trx: Connection) => {
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
            amr: JSON.stringify(amr),
            authTime,
            decidedAt: now,
            decidedBy,
          })
          .returningAll()
          .executeTakeFirst();
        // A yes that came too late, or from elsewhere, is none.
        if (row) for (const consent of consents) await addConsent(trx, consent);
        return row;
      };
      for (;;) {
        const done = await db.transaction().execute(approval);
        if (done) return { outcome: "done", grant: toGrant(done) };
        const grant = await find(id);
        if (!grant) return { outcome: "unknown" };
        if (ended(grant, now)) return { outcome: "ended", grant };
        if (grant.sessionId !== sessionId || grant.userId !== userId) return { outcome: "elsewhere", grant };
      }
    },

    async deny(id, { sessionId, reason, now }): Promise<DecisionResult> {
      const live = db.updateTable("deviceGrants").where("id", "=", id).where("expiresAt", ">", now);
      const denial =
        sessionId === null
          ? live.where("status", "in", ["pending", "claimed"])
          : live.where("status", "=", "claimed").where("sessionId", "=", sessionId);
      for (;;) {
        const done = await denial
          .set({
            status: "denied",
            denialReason: reason,
            decidedAt: now,
            decidedBy: sessionId === null ? "operator" : "user",
          })
          .returningAll()
          .executeTakeFirst();
        if (done) return { outcome: "done", grant: toGrant(done) };
        const grant = await find(id);
        if (!grant) return { outcome: "unknown" };
        if (ended(grant, now)) return { outcome: "ended", grant };
        if (sessionId !== null && grant.sessionId !== sessionId) return { outcome: "elsewhere", grant };
      }
    },
  };
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
    amr: JSON.parse(row.amr),
  };
}
