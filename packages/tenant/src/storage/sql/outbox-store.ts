import type { Database } from "../engine/database.ts";
import type { OutboxStore } from "../store.ts";

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
