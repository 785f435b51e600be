import type { Connection, Database } from "../engine/database.ts";
import type { ProfileStore } from "../store.ts";
import { auditWriter } from "./audit-store.ts";

export function profileStore(database: Database): ProfileStore {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);
  return {
    complete: ({ userId, attributes, terms, now, audit }) =>
      db.transaction().execute(async (trx) => {
        const user = await trx
          .selectFrom("users")
          .where("id", "=", userId)
          .where("disabledAt", "is", null)
          .select("attributes")
          .$if(locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (!user) return false;
        const all = { ...JSON.parse(user.attributes), ...attributes };
        await trx
          .updateTable("users")
          .where("id", "=", userId)
          .set({ attributes: JSON.stringify(all) })
          .execute();
        if (terms !== null) await acceptTerms(trx, { userId, terms, acceptedAt: now });
        await writeAudit(trx, audit);
        return true;
      }),
  };
}

/** If accepted twice, the first time counts. */
export async function acceptTerms(
  trx: Connection,
  accepted: { userId: string; terms: string; acceptedAt: number },
): Promise<void> {
  await trx
    .insertInto("acceptedTerms")
    .values(accepted)
    .onConflict((conflict) => conflict.columns(["userId", "terms"]).doNothing())
    .execute();
  await trx
    .updateTable("users")
    .where("id", "=", accepted.userId)
    .set({ termsAcceptedAt: accepted.acceptedAt })
    .execute();
}
