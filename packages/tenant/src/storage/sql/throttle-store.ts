import { type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Charge, Full, Taken, ThrottleStore } from "../store.ts";

export function throttleStore(database: Database): ThrottleStore {
  const { db, locksRows } = database;
  const { take, findFull, giveBack } = buckets(database);
  const count = prepared((by: { bucket: string; now: number }) =>
    db.selectFrom("throttles").where("bucket", "=", by.bucket).where("endsAt", ">", by.now).select("count"),
  );
  return {
    take: (bucket, limit, now) => take(db, bucket, limit, now),

    async takeAll(charges, now): Promise<Taken> {
      const [first, ...others] = charges;
      if (first && others.length === 0) {
        // Its own statement is enough: on PostgreSQL one round trip instead of three.
        const { allowed, count, retryAt } = await take(db, first.bucket, first.limit, now);
        return allowed ? { allowed, counts: [count] } : { allowed, bucket: first.bucket, retryAt };
      }
      return undoable(() =>
        db.transaction().execute(async (trx): Promise<Taken> => {
          // SQLite has one writer, so this decides. Whatever is written, and then undone, would still wait for the disk.
          const full = locksRows ? undefined : await firstFull(trx, charges, now);
          if (full) return full;
          const counts: number[] = [];
          for (const { bucket, limit } of charges) {
            const { allowed, count, retryAt } = await take(trx, bucket, limit, now);
            if (!allowed) throw new Undo<Taken>({ allowed, bucket, retryAt });
            counts.push(count);
          }
          return { allowed: true, counts };
        }),
      );
    },

    giveBack: (bucket, now) => giveBack(db, bucket, 1, now),

    async peek(bucket, _windowMs, now) {
      const [row] = await count(db, { bucket, now });
      return row?.count ?? 0;
    },

    async fullUntil(of, now) {
      const [full] = await findFull(db, { ...of, now });
      return full?.endsAt ?? null;
    },
  };

  async function firstFull(on: Connection, charges: readonly Charge[], now: number): Promise<Taken | undefined> {
    for (const { bucket, limit } of charges) {
      const [full] = await findFull(on, { bucket, now, most: limit.count });
      if (full) return { allowed: false, bucket, retryAt: full.endsAt };
    }
    return undefined;
  }
}

interface Taking {
  bucket: string;
  now: number;
  endsAt: number;
  most: number;
}

/** Fixed windows, each starting with the first attempt of its bucket. Also for an open transaction. */
export function buckets({ db }: Pick<Database, "db">) {
  // One statement counts and decides. A refused attempt writes nothing, so a flood of them causes no disk load.
  const takeOne = prepared(({ bucket, now, endsAt, most }: Taking) =>
    db
      .insertInto("throttles")
      .values({ bucket, count: 1, endsAt })
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
            endsAt: row.case().when("throttles.endsAt", "<=", now).then(endsAt).else(row.ref("throttles.endsAt")).end(),
          }))
          .where((where) => where.or([where("throttles.endsAt", "<=", now), where("throttles.count", "<", most)])),
      )
      .returning(["count", "endsAt"]),
  );
  const findFull = prepared(({ bucket, now, most }: Omit<Taking, "endsAt">) =>
    db
      .selectFrom("throttles")
      .where("bucket", "=", bucket)
      .where("endsAt", ">", now)
      .where("count", ">=", most)
      .select(["count", "endsAt"]),
  );
  const refund = prepared(({ bucket, now, count }: Pick<Taking, "bucket" | "now"> & { count: number }) =>
    db
      .updateTable("throttles")
      .where("bucket", "=", bucket)
      .where("endsAt", ">", now)
      .where("count", ">=", count)
      .set((row) => ({ count: row("count", "-", count) })),
  );

  return {
    findFull,

    async take(
      on: Connection,
      bucket: string,
      limit: { count: number; windowMs: number },
      now: number,
    ): ReturnType<ThrottleStore["take"]> {
      for (;;) {
        const most = limit.count;
        const [taken] = await takeOne(on, { bucket, now, endsAt: now + limit.windowMs, most });
        if (taken) return { allowed: true, count: taken.count, retryAt: taken.endsAt };
        const [full] = await findFull(on, { bucket, now, most });
        // Deleted or refunded in between: there is room again.
        if (full) return { allowed: false, count: full.count, retryAt: full.endsAt };
      }
    },

    /** The next one begins a new window. False if the bucket is not used up: then nothing changes. */
    async empty(on: Connection, { bucket, most }: Full, now: number): Promise<boolean> {
      const { numDeletedRows } = await on
        .deleteFrom("throttles")
        .where("bucket", "=", bucket)
        .where("endsAt", ">", now)
        .where("count", ">=", most)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    /** Never goes below 0, never resets the window. */
    async giveBack(on: Connection, bucket: string, count: number, now: number): Promise<void> {
      await refund(on, { bucket, now, count });
    },
  };
}
