import type { Selectable, UpdateResult } from "kysely";
import type { Connection, Database } from "../engine/database.ts";
import { isForeignKeyViolation } from "../engine/retry.ts";
import type { Tables } from "../migrations/tables.ts";
import type { BrowserSession, Flow, SessionStore } from "../store.ts";
import { passwordVerbs } from "./password-store.ts";

export function sessionStore(database: Database): SessionStore {
  const { db } = database;
  /**
   * The person may sign in, by this password if one was verified. Held until the transaction ends, so that a new one
   * comes before or after, never between.
   */
  const mayEnter = async (trx: Connection, userId: string, passwordHash: string | undefined) => {
    const user = await trx
      .selectFrom("users")
      .where("id", "=", userId)
      .where("disabledAt", "is", null)
      .$if(passwordHash !== undefined, (query) => query.where("passwordHash", "=", passwordHash as string))
      .select("id")
      .$if(database.locksRows, (query) => query.forShare())
      .executeTakeFirst();
    return user !== undefined;
  };
  const flowOf = (id: string, sessionId: string, on: Connection = db) =>
    on.updateTable("flows").where("id", "=", id).where("sessionId", "=", sessionId);
  return {
    async ensure(session) {
      await db
        .insertInto("sessions")
        .values({ ...session, amr: "[]" })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute();
    },

    async find(id, now) {
      const row = await db
        .selectFrom("sessions")
        .leftJoin("users", "users.id", "sessions.userId")
        .where("sessions.id", "=", id)
        .where("sessions.expiresAt", ">", now)
        .where((where) =>
          where.or([
            where("sessions.userId", "is", null),
            where.and([where("users.id", "is not", null), where("users.disabledAt", "is", null)]),
          ]),
        )
        .selectAll("sessions")
        .executeTakeFirst();
      return row && toSession(row);
    },

    signIn: (oldId, { standsOn = {}, ...session }) =>
      db.transaction().execute(async (trx) => {
        const { passwordHash, flowId } = { passwordHash: undefined, flowId: undefined, ...standsOn };
        if (!(await mayEnter(trx, session.userId, passwordHash))) return false;
        const old = await trx
          .selectFrom("sessions")
          .where("id", "=", oldId)
          .where("expiresAt", ">", session.createdAt)
          .select("id")
          .$if(database.locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (!old) return false;
        if (flowId !== undefined) {
          const passed = trx.selectFrom("flows").where("id", "=", flowId).where("sessionId", "=", oldId);
          if (!(await passed.where("userId", "=", session.userId).select("id").executeTakeFirst())) return false;
        }
        await trx
          .insertInto("sessions")
          .values({ ...session, amr: JSON.stringify(session.amr) })
          .execute();
        await trx.updateTable("flows").where("sessionId", "=", oldId).set({ sessionId: session.id }).execute();
        await trx.deleteFrom("sessions").where("id", "=", oldId).execute();
        return true;
      }),

    async end(id) {
      await db.deleteFrom("sessions").where("id", "=", id).execute();
    },

    async insertFlow(flow) {
      try {
        await db.insertInto("flows").values(toFlowRow(flow)).execute();
        return true;
      } catch (error) {
        if (isForeignKeyViolation(error)) return false;
        throw error;
      }
    },

    async findFlow(id, sessionId, now) {
      const row = await db
        .selectFrom("flows")
        .where("id", "=", id)
        .where("sessionId", "=", sessionId)
        .where("expiresAt", ">", now)
        .selectAll()
        .executeTakeFirst();
      return row && toFlow(row);
    },

    setFlowEmail: (id, sessionId, email, purpose) =>
      changed(flowOf(id, sessionId).set({ email, emailPurpose: purpose, emailVerifiedAt: null, passwordHash: null })),

    setFlowPassword: (id, sessionId, passwordHash) =>
      changed(flowOf(id, sessionId).where("emailVerifiedAt", "is not", null).set({ passwordHash })),

    setFlowFirstFactor: (id, sessionId, { userId, amr, at, keepSignedIn, passwordHash }) =>
      db.transaction().execute(async (trx) => {
        if (passwordHash !== undefined && !(await mayEnter(trx, userId, passwordHash))) return false;
        return changed(
          flowOf(id, sessionId, trx).set({
            userId,
            amr: JSON.stringify(amr),
            firstFactorAt: at,
            keepSignedIn: keepSignedIn ? 1 : 0,
            totpSecretSealed: (row) =>
              row.case().when("userId", "=", userId).then(row.ref("totpSecretSealed")).else(null).end(),
          }),
        );
      }),

    setFlowKeepSignedIn: (id, sessionId, keepSignedIn) =>
      changed(flowOf(id, sessionId).set({ keepSignedIn: keepSignedIn ? 1 : 0 })),

    setFlowTotpSecret: (id, sessionId, userId, totpSecretSealed) =>
      changed(flowOf(id, sessionId).where("userId", "=", userId).set({ totpSecretSealed })),

    takeChallenge: (id, sessionId, number, now) =>
      changed(
        flowOf(id, sessionId)
          .where("challengeNumber", "=", number)
          .where("expiresAt", ">", now)
          .set({ challengeNumber: number + 1 }),
      ),

    ...passwordVerbs(database),
  };
}

async function changed(update: { executeTakeFirst(): Promise<UpdateResult> }): Promise<boolean> {
  return (await update.executeTakeFirst()).numUpdatedRows > 0n;
}

function toFlow(row: Selectable<Tables["flows"]>): Flow {
  return {
    ...row,
    amr: JSON.parse(row.amr),
    keepSignedIn: row.keepSignedIn === 1,
  };
}

function toFlowRow(flow: Flow): Tables["flows"] {
  return {
    ...flow,
    amr: JSON.stringify(flow.amr),
    keepSignedIn: flow.keepSignedIn ? 1 : 0,
  };
}

function toSession(row: Selectable<Tables["sessions"]>): BrowserSession {
  return { ...row, amr: JSON.parse(row.amr) };
}
