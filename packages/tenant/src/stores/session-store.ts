import type { Selectable } from "kysely";
import type { BrowserSession, SessionStore } from "./contract.ts";
import type { Database } from "./database.ts";
import { isForeignKeyViolation } from "./retry.ts";
import type { Tables } from "./schema.ts";
import { standing } from "./standing.ts";

export function sessionStore(database: Database): SessionStore {
  const { db } = database;
  const stands = standing(database);
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

    signIn: (oldId, session) =>
      db.transaction().execute(async (trx) => {
        if (!(await stands.user(trx, session.userId))) return false;
        const old = await trx
          .selectFrom("sessions")
          .where("id", "=", oldId)
          .where("expiresAt", ">", session.createdAt)
          .select("id")
          .$if(database.locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (!old) return false;
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

    async endAllOf(userId) {
      await db.deleteFrom("sessions").where("userId", "=", userId).execute();
    },

    async insertFlow(flow) {
      try {
        await db.insertInto("flows").values(flow).execute();
        return true;
      } catch (error) {
        if (isForeignKeyViolation(error)) return false;
        throw error;
      }
    },

    findFlow: (id, sessionId, now) =>
      db
        .selectFrom("flows")
        .where("id", "=", id)
        .where("sessionId", "=", sessionId)
        .where("expiresAt", ">", now)
        .selectAll()
        .executeTakeFirst(),

    async setFlowEmail(id, sessionId, email) {
      const set = await db
        .updateTable("flows")
        .where("id", "=", id)
        .where("sessionId", "=", sessionId)
        .set({ email, emailVerifiedAt: null, passwordHash: null })
        .returning("id")
        .executeTakeFirst();
      return set !== undefined;
    },

    async setFlowPassword(id, sessionId, passwordHash) {
      const set = await db
        .updateTable("flows")
        .where("id", "=", id)
        .where("sessionId", "=", sessionId)
        .where("emailVerifiedAt", "is not", null)
        .set({ passwordHash })
        .returning("id")
        .executeTakeFirst();
      return set !== undefined;
    },
  };
}

function toSession(row: Selectable<Tables["sessions"]>): BrowserSession {
  return { ...row, amr: JSON.parse(row.amr) };
}
