import type { Database } from "../engine/database.ts";

const DAY = 24 * 60 * 60 * 1000;

/** Deletes what is of no more use; what hangs on a row (refresh tokens, flows, mail codes) goes with it. Returns the rows it named. */
export async function purgeExpired({ db }: Database, now: number): Promise<number> {
  const gone = [
    // A day later: until then a late poll or page still hears what became of the grant; then its user_code is free again.
    db.deleteFrom("deviceGrants").where("expiresAt", "<=", now - DAY),
    // Likewise, and until then a second use of its code still ends what the first one gave.
    db.deleteFrom("authorizationRequests").where("expiresAt", "<=", now - DAY),
    db.deleteFrom("tokenFamilies").where("expiresAt", "<=", now - DAY),
    db
      .deleteFrom("mailCodes")
      .where((where) => where.or([where("expiresAt", "<=", now), where("usedAt", "is not", null)])),
    db.deleteFrom("actionLinks").where("expiresAt", "<=", now),
    db.deleteFrom("flows").where("expiresAt", "<=", now),
    db
      .deleteFrom("sessions")
      .where((where) => where.or([where("expiresAt", "<=", now), where("idleExpiresAt", "<=", now)])),
    db.deleteFrom("usedAssertions").where("expiresAt", "<=", now),
    db.deleteFrom("throttles").where("endsAt", "<=", now),
    // Until then a page can still say that its mail was refused.
    db.deleteFrom("outbox").where("endedAt", "<=", now - DAY),
    db.deleteFrom("mails").where("createdAt", "<=", now - 7 * DAY),
  ];
  let rows = 0;
  for (const deletion of gone) rows += Number((await deletion.executeTakeFirst()).numDeletedRows);
  return rows;
}
