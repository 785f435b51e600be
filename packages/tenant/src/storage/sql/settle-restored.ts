import type { Database } from "../engine/database.ts";
import type { RestoredSettlement } from "../store.ts";
import { beginEpoch } from "./audit-epochs.ts";
import { auditWriter } from "./audit-store.ts";

/**
 * Ends what may have been used once already, after the backup was made: codes of devices and browsers, interactions with
 * their mailed codes, and mails in the queue.
 */
export async function settleRestored(
  database: Database,
  { now, endSignIns, audit }: RestoredSettlement,
): Promise<void> {
  const writeAudit = auditWriter(database);
  await database.db.transaction().execute(async (trx) => {
    await trx.deleteFrom("deviceGrants").where("status", "in", ["pending", "claimed", "approved"]).execute();
    await trx.deleteFrom("authorizationRequests").where("status", "in", ["pending", "approved"]).execute();
    await trx.deleteFrom("flows").execute();
    await trx.deleteFrom("outbox").where("endedAt", "is", null).execute();
    if (endSignIns) {
      await trx
        .updateTable("tokenFamilies")
        .where("revokedAt", "is", null)
        .set({ revokedAt: now, revokedReason: "restored" })
        .execute();
      await trx.deleteFrom("sessions").execute();
      // A key that leaked and was retired after the backup would sign again. The next start creates new keys.
      await trx.deleteFrom("signingKeys").execute();
      await trx.deleteFrom("otherSigningKeys").execute();
    }
    await beginEpoch(trx, now);
    await writeAudit(trx, audit);
  });
}
