import type { Selectable } from "kysely";
import { consentsOfApproval, mayApprove } from "../../directory/access-rules.ts";
import type { AuthorizationRequest } from "../authorization-request.ts";
import { type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { ApproveRequestResult, AuthorizationStore } from "../store.ts";
import { factsLoader } from "./access-store.ts";
import { auditWriter } from "./audit-store.ts";
import { addConsent, rememberShown } from "./consent-store.ts";
import { codeRedemption } from "./redeem.ts";
import { signedInCheck } from "./session-store.ts";

export function authorizationStore(database: Database): AuthorizationStore {
  const { db } = database;
  const loadFacts = factsLoader(database, { lock: true });
  const isSignedIn = signedInCheck(database);
  const writeAudit = auditWriter(database);
  const byCode = prepared((by: { codeHash: string }) =>
    db.selectFrom("authorizationRequests").where("codeHash", "=", by.codeHash).selectAll(),
  );
  /** What this session can still decide: undecided requests, and its own decisions that no program has redeemed. */
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

  return {
    async insert(request) {
      const { requested, ...rest } = request;
      await db
        .insertInto("authorizationRequests")
        .values({ ...rest, requested: JSON.stringify(requested), status: "pending", reach: "[]", methods: "[]" })
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

    approve: (id, { audit, now, ...by }) =>
      undoable<ApproveRequestResult>(() =>
        db.transaction().execute(async (trx) => {
          // User and app are locked before the request, in the same order as when codes are withdrawn.
          const { userId, approved, reach, methods, authTime } = by;
          const found = await trx
            .selectFrom("authorizationRequests")
            .where("id", "=", id)
            .select("clientId")
            .executeTakeFirst();
          if (!found) return { outcome: "ended" };
          const facts = await loadFacts(trx, { ...found, userId, resourceId: approved.resourceId });
          if (!(await isSignedIn(trx, { ...by, now }))) return { outcome: "ended" };
          const row = await open(trx, id, by.sessionId, now)
            .set({
              ...by,
              approved: JSON.stringify(approved),
              reach: JSON.stringify(reach),
              methods: JSON.stringify(methods),
              status: "approved",
              decidedAt: now,
              approvedFrom: audit.ip,
            })
            .returningAll()
            .executeTakeFirst();
          if (!row) return { outcome: "ended" };
          const { signedInSince } = row;
          const why = mayApprove({
            ...{ ...facts, scopes: approved, methods, authTime },
            ...{ grantType: "authorization_code", signedInSince, reach: null },
          });
          if (why) throw new Undo<ApproveRequestResult>({ outcome: "refused", why });
          for (const consent of consentsOfApproval(facts, approved)) await addConsent(trx, consent);
          await rememberShown(trx, { clientId: row.clientId, userId, approved, reach });
          await writeAudit(trx, audit);
          return { outcome: "done", request: toRequest(row) };
        }),
      ),

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

function toRequest(stored: Selectable<Tables["authorizationRequests"]>): AuthorizationRequest {
  const { approvedFrom: _, ...row } = stored;
  return {
    ...row,
    requested: JSON.parse(row.requested),
    approved: row.approved === null ? null : JSON.parse(row.approved),
    reach: JSON.parse(row.reach),
    methods: JSON.parse(row.methods),
  };
}
