import type { Database } from "../engine/database.ts";
import type { ThrottleStore } from "../store.ts";

/** Fixed windows, each starting with the first attempt of its bucket. */
export function throttleStore({ db }: Database): ThrottleStore {
  return {
    async take(bucket, limit, now) {
      for (;;) {
        // One statement counts and decides. A refused attempt writes nothing, so a flood of them causes no disk load.
        const taken = await db
          .insertInto("throttles")
          .values({ bucket, count: 1, endsAt: now + limit.windowMs })
          .onConflict((conflict) =>
            conflict
              .column("bucket")
              .doUpdateSet((row) => ({
                count: row
                  .case()
                  .when("throttles.endsAt", "<=", now)
                  .then(1)
                  .else(row("throttles.count", "+", 1))
                  .end(),
                endsAt: row
                  .case()
                  .when("throttles.endsAt", "<=", now)
                  .then(now + limit.windowMs)
                  .else(row.ref("throttles.endsAt"))
                  .end(),
              }))
              .where((where) =>
                where.or([where("throttles.endsAt", "<=", now), where("throttles.count", "<", limit.count)]),
              ),
          )
          .returning(["count", "endsAt"])
          .executeTakeFirst();
        if (taken) return { allowed: true, count: taken.count, retryAt: taken.endsAt };

        const full = await db
          .selectFrom("throttles")
          .where("bucket", "=", bucket)
          .where("endsAt", ">", now)
          .where("count", ">=", limit.count)
          .select(["count", "endsAt"])
          .executeTakeFirst();
        // Deleted or refunded in between: there is room again.
        if (full) return { allowed: false, count: full.count, retryAt: full.endsAt };
      }
    },

    async giveBack(bucket, now) {
      await db
        .updateTable("throttles")
        .where("bucket", "=", bucket)
        .where("endsAt", ">", now)
        .where("count", ">", 0)
        .set((row) => ({ count: row("count", "-", 1) }))
        .execute();
    },

    async peek(bucket, _windowMs, now) {
      const row = await db
        .selectFrom("throttles")
        .where("bucket", "=", bucket)
        .where("endsAt", ">", now)
        .select("count")
        .executeTakeFirst();
      return row?.count ?? 0;
    },
  };
}
