import type { Connection } from "../engine/database.ts";

type Whose = "userId" | "clientId";

/** Device approvals that no device has redeemed open nothing any more; before the user's or app's row, in the order of redeem. */
export async function withdrawApprovals(trx: Connection, of: Whose, id: string, now: number): Promise<void> {
  await trx
    .updateTable("deviceGrants")
    .where(of, "=", id)
    .where("status", "=", "approved")
    .set({ status: "denied", denialReason: "withdrawn", decidedAt: now })
    .execute();
}

/** Codes that no program has redeemed open nothing any more; with the user's or app's row locked before, as their redemption does. */
export async function withdrawCodes(trx: Connection, of: Whose, id: string, now: number): Promise<void> {
  await trx
    .updateTable("authorizationRequests")
    .where(of, "=", id)
    .where("status", "=", "approved")
    .set({ status: "denied", decidedAt: now })
    .execute();
}
