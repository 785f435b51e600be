import type { Selectable } from "kysely";
import type { AuthorizationRequest } from "../authorization-request.ts";
import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { AuthorizationStore } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { addConsent } from "./consent-store.ts";
import { codeRedemption } from "./redeem-code.ts";
import { standing } from "./standing.ts";

export function authorizationStore(database: Database): AuthorizationStore {
  const { db, locksRows } = database;
  const stands = standing(database);
  const writeAudit = auditWriter(database);
  const byCode = prepared((by: { codeHash: string }) =>
    db.selectFrom("authorizationRequests").where("codeHash", "=", by.codeHash).selectAll(),
  );
  /** What this session may still decide: nobody's decision yet, or its own that no program has used. */
  const open = (trx: Connection, id: string, sessionId: string, now: number) =>
    trx
      .updateTable("authorizationRequests")
      .where("id", "=", id)
      .where("expiresAt", ">", now)
      .where((where) =>
        where.or([
          where("status", "=", "pending"),
          where.and([where("status", "=", "approved"), where("sessionId", "=", sessionId)]),
        ]),
      );
  /** Held until the transaction ends: a session that ends comes before or after, never between. */
  const isSignedIn = async (trx: Connection, { sessionId, userId, now }: Decision) => {
    const session = await trx
      .selectFrom("sessions")
      .where("id", "=", sessionId)
      .where("userId", "=", userId)
      .where("expiresAt", ">", now)
      .select("id")
      .$if(locksRows, (query) => query.forShare())
      .executeTakeFirst();
    return session !== undefined;
  };

  return {
    async insert(request) {
      const { requested, ...rest } = request;
      await db
        .insertInto("authorizationRequests")
        .values({ ...rest, requested: JSON.stringify(requested), status: "pending", amr: "[]" })
        .execute();
    },

    async find(id) {
      const row = await db.selectFrom("authorizationRequests").where("id", "=", id).selectAll().executeTakeFirst();
      return row && toRequest(row);
    },

    async findByCode(codeHash) {
      const [row] = await byCode(db, { codeHash });
      return row && toRequest(row);
    },

    approve: (id, { consents, audit, now, ...by }) =>
      db.transaction().execute(async (trx) => {
        if (!(await stands.user(trx, by.userId))) return undefined;
        if (!(await isSignedIn(trx, { ...by, now }))) return undefined;
        const approved = JSON.stringify(by.approved);
        const row = await open(trx, id, by.sessionId, now)
          .set({ ...by, approved, amr: JSON.stringify(by.amr), status: "approved", decidedAt: now })
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        for (const consent of consents) await addConsent(trx, consent);
        await writeAudit(trx, audit);
        return toRequest(row);
      }),

    deny: (id, { sessionId, now, audit }) =>
      db.transaction().execute(async (trx) => {
        const row = await open(trx, id, sessionId, now)
          .set({ status: "denied", sessionId, decidedAt: now })
          .returning("id")
          .executeTakeFirst();
        if (!row) return false;
        await writeAudit(trx, audit);
        return true;
      }),

    redeem: codeRedemption(database),
  };
}

type Decision = { sessionId: string; userId: string; now: number };

function toRequest(row: Selectable<Tables["authorizationRequests"]>): AuthorizationRequest {
  return {
    ...row,
    requested: JSON.parse(row.requested),
    approved: row.approved === null ? null : JSON.parse(row.approved),
    amr: JSON.parse(row.amr),
  };
}
