import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";

/**
 * Whether a person, or a group of theirs, is assigned to an app. With `lock` the row that says so is held until the
 * transaction ends: a withdrawal comes before or after, never between. Groups are locked in the order of `deleteGroup`.
 */
export function assignments(
  { db, locksRows }: Database,
  { lock }: { lock: boolean },
): (on: Connection, by: { clientId: string; userId: string }) => Promise<boolean> {
  const locks = lock && locksRows;
  const direct = prepared((by: { clientId: string; userId: string }) =>
    db
      .selectFrom("appAssignments")
      .where("clientId", "=", by.clientId)
      .where("principalId", "=", by.userId)
      .select("principalId")
      .$if(locks, (query) => query.forShare()),
  );
  const throughGroup = prepared((by: { clientId: string; userId: string }) =>
    db
      .selectFrom("groupMembers")
      .innerJoin("appAssignments", "appAssignments.principalId", "groupMembers.groupId")
      .where("groupMembers.userId", "=", by.userId)
      .where("appAssignments.clientId", "=", by.clientId)
      .select("appAssignments.principalId")
      .limit(1)
      .$if(locks, (query) => query.forShare()),
  );
  return async (on, by) => (await direct(on, by)).length > 0 || (await throughGroup(on, by)).length > 0;
}
