import { type Selectable, sql } from "kysely";
import { normalizeEmail } from "../../directory/entities.ts";
import type { Database } from "../engine/database.ts";
import { isForeignKeyViolation } from "../engine/retry.ts";
import type { Tables } from "../migrations/tables.ts";
import type { Mail, MailStore, OutboxStore } from "../store.ts";

export function mailStore({ db, locksRows }: Database): MailStore {
  return {
    async insertCode(code) {
      const { flowId, ...values } = { ...code, attempts: 0, usedAt: null };
      try {
        await db
          .insertInto("mailCodes")
          .values({ flowId, ...values })
          .onConflict((conflict) => conflict.column("flowId").doUpdateSet(values))
          .execute();
        return true;
      } catch (error) {
        if (isForeignKeyViolation(error)) return false;
        throw error;
      }
    },

    useCode: ({ flowId, sessionId, purpose, codeHash, maxAttempts, now }) =>
      db.transaction().execute(async (trx) => {
        const flow = await trx
          .selectFrom("flows")
          .where("id", "=", flowId)
          .where("sessionId", "=", sessionId)
          .where("expiresAt", ">", now)
          .where("emailPurpose", "=", purpose)
          .select("email")
          .$if(locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (!flow) return "none";

        const attempt = await trx
          .updateTable("mailCodes")
          .where("flowId", "=", flowId)
          .where("purpose", "=", purpose)
          .where("usedAt", "is", null)
          .where("expiresAt", ">", now)
          .where("attempts", "<", maxAttempts)
          .set((row) => ({ attempts: row("attempts", "+", 1) }))
          .returning(["codeHash", "emailNormalized"])
          .executeTakeFirst();
        if (!attempt) {
          const code = await trx
            .selectFrom("mailCodes")
            .where("flowId", "=", flowId)
            .select("flowId")
            .executeTakeFirst();
          return code ? "dead" : "none";
        }
        // Of another address than the flow's: typed again in a second tab while the mail was on its way.
        if (flow.email === null || normalizeEmail(flow.email) !== attempt.emailNormalized) return "wrong";
        if (codeHash !== attempt.codeHash) return "wrong";

        await trx.updateTable("mailCodes").where("flowId", "=", flowId).set({ usedAt: now }).execute();
        await trx.updateTable("flows").where("id", "=", flowId).set({ emailVerifiedAt: now }).execute();
        return "ok";
      }),

    async insertMail({ to, ...mail }) {
      await db
        .insertInto("mails")
        .values({
          ...mail,
          recipient: to,
          recipientNormalized: normalizeEmail(to),
          seq: sql<number>`(select coalesce(max(seq), 0) + 1 from mails)`,
        })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute();
    },

    async listMails(to) {
      const rows = await db
        .selectFrom("mails")
        .$if(to !== undefined, (query) => query.where("recipientNormalized", "=", to as string))
        .selectAll()
        .orderBy("seq", "desc")
        .execute();
      return rows.map(toMail);
    },

    async findMail(id) {
      const row = await db.selectFrom("mails").where("id", "=", id).selectAll().executeTakeFirst();
      return row && toMail(row);
    },
  };
}

function toMail({ id, recipient, subject, text, html, createdAt }: Selectable<Tables["mails"]>): Mail {
  return { id, to: recipient, subject, text, html, createdAt };
}

/** What a mail's end leaves of it. */
const ended = (state: "sent" | "failed" | "expired", now: number) => ({
  state,
  sealed: null,
  leaseUntil: null,
  endedAt: now,
});

export function outboxStore({ db, locksRows }: Database): OutboxStore {
  return {
    async enqueue({ createdAt, ...mail }) {
      await db
        .insertInto("outbox")
        .values({
          ...mail,
          state: "queued",
          attempts: 0,
          nextAttemptAt: createdAt,
          leaseUntil: null,
          lastError: null,
          createdAt,
          endedAt: null,
        })
        .execute();
    },

    lease: ({ id, now, until }) =>
      db
        .updateTable("outbox")
        .where("id", "=", (inner) =>
          inner
            .selectFrom("outbox")
            .where("endedAt", "is", null)
            .where("nextAttemptAt", "<=", now)
            .where("expiresAt", ">", now)
            .where((where) => where.or([where("leaseUntil", "is", null), where("leaseUntil", "<=", now)]))
            .$if(id !== undefined, (query) => query.where("id", "=", id as string))
            .select("id")
            .orderBy("nextAttemptAt")
            .limit(1)
            // Of many workers each takes another mail instead of waiting for the same.
            .$if(locksRows, (query) => query.forUpdate().skipLocked()),
        )
        .set((row) => ({ leaseUntil: until, attempts: row("attempts", "+", 1) }))
        .returning((row) => ["id", row.ref("sealed").$notNull().as("sealed"), "attempts as attempt"])
        .executeTakeFirst(),

    async sent(id, now) {
      const end = await db
        .updateTable("outbox")
        .where("id", "=", id)
        .where("endedAt", "is", null)
        .set({ ...ended("sent", now), lastError: null })
        .executeTakeFirst();
      return end.numUpdatedRows > 0n;
    },

    async retryLater({ id, attempt }, at, error) {
      const put = await db
        .updateTable("outbox")
        .where("id", "=", id)
        .where("attempts", "=", attempt)
        .where("endedAt", "is", null)
        .set({ nextAttemptAt: at, leaseUntil: null, lastError: error })
        .executeTakeFirst();
      return put.numUpdatedRows > 0n;
    },

    async failed({ id, attempt }, error, now) {
      const end = await db
        .updateTable("outbox")
        .where("id", "=", id)
        .where("attempts", "=", attempt)
        .where("endedAt", "is", null)
        .set({ ...ended("failed", now), lastError: error })
        .executeTakeFirst();
      return end.numUpdatedRows > 0n;
    },

    async expire(now) {
      const end = await db
        .updateTable("outbox")
        .where("endedAt", "is", null)
        .where("expiresAt", "<=", now)
        .where((where) => where.or([where("leaseUntil", "is", null), where("leaseUntil", "<=", now)]))
        .set(ended("expired", now))
        .executeTakeFirst();
      return Number(end.numUpdatedRows);
    },

    find: (id) =>
      db.selectFrom("outbox").where("id", "=", id).select(["state", "attempts", "lastError"]).executeTakeFirst(),

    async stateOfCode(flowId) {
      const row = await db
        .selectFrom("mailCodes")
        .innerJoin("outbox", "outbox.id", "mailCodes.mailId")
        .where("mailCodes.flowId", "=", flowId)
        .select("outbox.state")
        .executeTakeFirst();
      return row?.state;
    },
  };
}
