import { type RawBuilder, type Selectable, sql } from "kysely";
import { normalizeEmail } from "../../directory/entities.ts";
import type { Connection, Database } from "../engine/database.ts";
import { isForeignKeyViolation } from "../engine/retry.ts";
import type { Tables } from "../migrations/tables.ts";
import type { Mail, MailCodePurpose, MailStore, NewOutboxMail, OutboxStore } from "../store.ts";

export function mailStore({ db, locksRows }: Database): MailStore {
  return {
    async insertCode(code) {
      const { interactionId: flowId, ...own } = code;
      const values = { ...own, purpose: columnOf(own.purpose), attempts: 0, usedAt: null };
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

    useCode: ({ interactionId, sessionId, purpose, codeHash, maxAttempts, now }) =>
      db.transaction().execute(async (trx) => {
        const flow = await trx
          .selectFrom("flows")
          .where("id", "=", interactionId)
          .where("sessionId", "=", sessionId)
          .where("expiresAt", ">", now)
          .where("emailPurpose", "=", purpose)
          .select("email")
          .$if(locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (!flow) return "none";

        const attempt = await trx
          .updateTable("mailCodes")
          .where("flowId", "=", interactionId)
          .where("purpose", "=", columnOf(purpose))
          .where("usedAt", "is", null)
          .where("expiresAt", ">", now)
          .where("attempts", "<", maxAttempts)
          .set((row) => ({ attempts: row("attempts", "+", 1) }))
          .returning(["codeHash", "emailNormalized"])
          .executeTakeFirst();
        if (!attempt) {
          const code = await trx
            .selectFrom("mailCodes")
            .where("flowId", "=", interactionId)
            .select("flowId")
            .executeTakeFirst();
          return code ? "dead" : "none";
        }
        // For a different address than the flow's: it was entered again in a second tab while the mail was being sent.
        if (flow.email === null || normalizeEmail(flow.email) !== attempt.emailNormalized) return "wrong";
        if (codeHash !== attempt.codeHash) return "wrong";

        await trx.updateTable("mailCodes").where("flowId", "=", interactionId).set({ usedAt: now }).execute();
        await trx.updateTable("flows").where("id", "=", interactionId).set({ emailVerifiedAt: now }).execute();
        return "ok";
      }),

    async insertMail({ to, ...mail }) {
      await db
        .insertInto("mails")
        .values({
          ...mail,
          recipient: to,
          recipientNormalized: normalizeEmail(to),
          seq: (row) => row.selectFrom("mails").select(sql<number>`coalesce(max(seq), 0) + 1`.as("next")),
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

    async searchMails({ text, limit }) {
      const found = db.selectFrom("mails").where(mentions(text));
      const [rows, counted] = await Promise.all([
        found.selectAll().orderBy("seq", "desc").limit(limit).execute(),
        found.select(({ fn }) => fn.countAll<number>().as("total")).executeTakeFirstOrThrow(),
      ]);
      return { mails: rows.map((row) => ({ ...toMail(row), seq: Number(row.seq) })), total: Number(counted.total) };
    },

    deleteMails: (of) =>
      db.transaction().execute(async (trx) => {
        const mails = trx.deleteFrom("mails");
        const chosen =
          "id" in of ? mails.where("id", "=", of.id) : mails.where(mentions(of.text)).where("seq", "<=", of.upTo);
        return Number((await chosen.executeTakeFirst()).numDeletedRows);
      }),
  };
}

/** Whether recipient or subject contains this, in any case. All of them contain the empty text. */
function mentions(text: string): RawBuilder<boolean> {
  const like = `%${text.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
  return sql<boolean>`(recipient_normalized like ${like} escape '\\' or lower(subject) like ${like} escape '\\')`;
}

/**
 * The column has a check that nodes of an earlier version need, and it lacks the newest purpose. The interaction's purpose
 * decides: an earlier version knows no step with that one, and the code's hash has it, too.
 */
const columnOf = (purpose: MailCodePurpose) => (purpose === "change_email" ? "sign_up" : purpose);

function toMail({ id, recipient, subject, text, html, createdAt }: Selectable<Tables["mails"]>): Mail {
  return { id, to: recipient, subject, text, html, createdAt };
}

/** What remains of a mail that was sent or has failed. */
const ended = (state: "sent" | "failed" | "expired", now: number) => ({
  state,
  sealed: null,
  leaseUntil: null,
  endedAt: now,
});

/** In the transaction of the change that the mail reports, if there is one. */
export async function enqueueMail(on: Connection, { createdAt, ...mail }: NewOutboxMail): Promise<void> {
  await on
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
}

export function outboxStore({ db, locksRows }: Database): OutboxStore {
  return {
    enqueue: (mail) => enqueueMail(db, mail),

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
            // Concurrent workers each take a different mail instead of waiting for the same one.
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

    async backlog(now) {
      const { queued, oldestAt } = await db
        .selectFrom("outbox")
        .where("endedAt", "is", null)
        .where("expiresAt", ">", now)
        .select((row) => [row.fn.countAll<number>().as("queued"), row.fn.min("createdAt").as("oldestAt")])
        .executeTakeFirstOrThrow();
      return { queued: Number(queued), oldestAt: oldestAt === null ? null : Number(oldestAt) };
    },

    find: (id) =>
      db.selectFrom("outbox").where("id", "=", id).select(["state", "attempts", "lastError"]).executeTakeFirst(),

    async stateOfCode(interactionId) {
      const row = await db
        .selectFrom("mailCodes")
        .innerJoin("outbox", "outbox.id", "mailCodes.mailId")
        .where("mailCodes.flowId", "=", interactionId)
        .select("outbox.state")
        .executeTakeFirst();
      return row?.state;
    },
  };
}
