import { sql } from "kysely";
import type { Connection } from "../engine/database.ts";
import { revokeAll, withdrawApprovals, withdrawCodes } from "./token-family.ts";

/**
 * Disabling ends what a person has (ASVS 7.4.2), and enabling revives nothing of it: what was begun before, or at that
 * very moment, is over. A yes that no device has redeemed stays to be refused until then, so that the device hears why.
 */
export async function setDisabled(
  trx: Connection,
  id: string,
  disabledAt: number | null,
  now: number,
): Promise<boolean> {
  const before = await trx
    .selectFrom("users")
    .where("id", "=", id)
    .select(["disabledAt", "emailNormalized"])
    .executeTakeFirst();
  if (!before) return false;
  if (disabledAt === null && before.disabledAt === null) return true;
  // Before the user's row, in the order of redeem.
  if (disabledAt === null) await withdrawApprovalsOfDisabled(trx, id, now);
  await trx.updateTable("users").where("id", "=", id).set({ disabledAt }).execute();
  await endInteractions(trx, { id, emailNormalized: before.emailNormalized }, now);
  // Disabled, a code is refused when it comes; enabled again, it is over.
  if (before.disabledAt !== null) await withdrawCodes(trx, "userId", id, now);
  if (disabledAt !== null) await revokeAll(trx, "userId", id, "user_disabled", now);
  await trx.deleteFrom("sessions").where("userId", "=", id).execute();
  return true;
}

/** Grants come before the user's row, in the order of redeem. */
export async function withdrawGrants(trx: Connection, userId: string, now: number): Promise<void> {
  // A claim stays the person's, and is of no browser that was signed in until now. First: an approval under way is
  // waited for here, and withdrawn by the next statement.
  await trx
    .updateTable("deviceGrants")
    .where("userId", "=", userId)
    .where("status", "=", "claimed")
    .set({ sessionId: "" })
    .execute();
  await withdrawApprovals(trx, "userId", userId, now);
}

/** After `withdrawGrants` and the user's row. */
export async function endSignIns(
  trx: Connection,
  user: { id: string; emailNormalized: string },
  reason: string,
  now: number,
): Promise<void> {
  await endInteractions(trx, user, now);
  await withdrawCodes(trx, "userId", user.id, now);
  await revokeAll(trx, "userId", user.id, reason, now);
  await trx.deleteFrom("sessions").where("userId", "=", user.id).execute();
}

async function withdrawApprovalsOfDisabled(trx: Connection, userId: string, now: number): Promise<void> {
  const isDisabled = trx.selectFrom("users").where("id", "=", userId).where("disabledAt", "is not", null).select("id");
  await trx
    .updateTable("deviceGrants")
    .where("userId", "in", isDisabled)
    .where("status", "=", "approved")
    .set({ status: "denied", denialReason: "withdrawn", decidedAt: now })
    .execute();
}

/**
 * Ends every interaction that has shown who this person is, or has proven or could still prove their address, in whichever
 * browser; and every sign-in that was verified before and has not made its session yet, which compares the version in its
 * own transaction. After the grants, before sessions and families: users, flows, codes is the order of a sign-in.
 */
export async function endInteractions(
  trx: Connection,
  user: { id: string; emailNormalized: string },
  now: number,
): Promise<void> {
  await trx
    .updateTable("users")
    .where("id", "=", user.id)
    .set((row) => ({ credentialsVersion: row("credentialsVersion", "+", 1) }))
    .execute();
  await trx
    .updateTable("flows")
    .where("userId", "=", user.id)
    .set({ userId: null, methods: "[]", firstFactorAt: null, totpSecretSealed: null })
    .execute();
  await trx
    .updateTable("flows")
    // Addresses are ASCII (`isEmailAddress`), so that both databases lower them alike.
    .where(sql`lower(email)`, "=", user.emailNormalized)
    .set({ emailVerifiedAt: null, passwordHash: null })
    .execute();
  await trx
    .updateTable("mailCodes")
    .where("emailNormalized", "=", user.emailNormalized)
    .where("usedAt", "is", null)
    .set({ usedAt: now })
    .execute();
}
