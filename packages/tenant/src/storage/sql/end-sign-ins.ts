import { sql } from "kysely";
import type { Connection } from "../engine/database.ts";
import { endOfNewestToken, revokeAll, withdrawApprovals, withdrawCodes } from "./token-family.ts";

/**
 * Disabling a user ends everything they have (ASVS 7.4.2), and enabling restores none of it: what began before or
 * at that moment has ended. An unredeemed approval is kept until the next poll, so that the device learns why it is
 * refused.
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
  // Before the user's row, in the same order as redemption.
  if (disabledAt === null) await withdrawApprovalsOfDisabled(trx, id, now);
  await trx.updateTable("users").where("id", "=", id).set({ disabledAt }).execute();
  await endInteractions(trx, { id, emailNormalized: before.emailNormalized }, now);
  // A code is refused while the user is disabled. After enabling, it stays invalid.
  if (before.disabledAt !== null) await withdrawCodes(trx, "userId", id, now);
  if (disabledAt !== null) await revokeAll(trx, "userId", id, "user_disabled", now);
  await trx.deleteFrom("sessions").where("userId", "=", id).execute();
  return true;
}

/** Grants come before the user's row, in the same order as redemption. */
export async function withdrawGrants(trx: Connection, userId: string, now: number): Promise<void> {
  // The user keeps the claim, but no browser that was signed in until now does. First, because it waits for an approval
  // in progress, which the next statement then withdraws.
  await trx
    .updateTable("deviceGrants")
    .where("userId", "=", userId)
    .where("status", "=", "claimed")
    .set({ sessionId: "" })
    .execute();
  await withdrawApprovals(trx, "userId", userId, now);
}

/** After `withdrawGrants` and the user's row. Returns how many sign-ins of programs were live. */
export async function endSignIns(
  trx: Connection,
  user: { id: string; emailNormalized: string },
  reason: string,
  now: number,
): Promise<number> {
  await endInteractions(trx, user, now);
  // Again, with the user's row locked: a grant may have been claimed and approved since `withdrawGrants`.
  await withdrawApprovals(trx, "userId", user.id, now);
  await withdrawCodes(trx, "userId", user.id, now);
  const ended = await revokeAll(trx, "userId", user.id, reason, now);
  await trx.deleteFrom("sessions").where("userId", "=", user.id).execute();
  return ended;
}

/** `withdrawGrants` and `endSignIns` for all users, in the same order. Returns how many sign-ins of programs were live. */
export async function endAllSignIns(trx: Connection, reason: string, now: number): Promise<number> {
  await trx.updateTable("deviceGrants").where("status", "=", "claimed").set({ sessionId: "" }).execute();
  const denied = { status: "denied", denialReason: "withdrawn", decidedAt: now } as const;
  await trx.updateTable("deviceGrants").where("status", "=", "approved").set(denied).execute();
  await trx
    .updateTable("users")
    .set((row) => ({ credentialsVersion: row("credentialsVersion", "+", 1) }))
    .execute();
  // Again, with the users' rows locked: a grant may have been claimed and approved in between.
  await trx.updateTable("deviceGrants").where("status", "=", "approved").set(denied).execute();
  await trx
    .updateTable("flows")
    .set({
      ...{ userId: null, methods: "[]", firstFactorAt: null, totpSecretSealed: null },
      ...{ emailVerifiedAt: null, passwordHash: null },
    })
    .execute();
  await trx.updateTable("mailCodes").where("usedAt", "is", null).set({ usedAt: now }).execute();
  const withdrawn = { status: "denied", decidedAt: now } as const;
  await trx.updateTable("authorizationRequests").where("status", "=", "approved").set(withdrawn).execute();
  // With the users' rows locked, none begins or is renewed between the two.
  const { live } = await trx
    .selectFrom("tokenFamilies")
    .where("revokedAt", "is", null)
    .where("expiresAt", ">", now)
    .where((family) => family(endOfNewestToken(family), ">", now))
    .select(({ fn }) => fn.countAll<number>().as("live"))
    .executeTakeFirstOrThrow();
  await trx
    .updateTable("tokenFamilies")
    .where("revokedAt", "is", null)
    .where("expiresAt", ">", now)
    .set({ revokedAt: now, revokedReason: reason })
    .execute();
  await trx.deleteFrom("sessions").where("userId", "is not", null).execute();
  return Number(live);
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
 * In every browser, ends interactions that have identified this user, or that verified or could still verify their
 * address. Also ends sign-ins that were verified before and have no session yet: these compare the version in their own
 * transaction. Runs after the grants and before sessions and families: users, flows, codes is the order of a sign-in.
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
    // Addresses are ASCII (`isEmailAddress`), so both databases produce the same lower case.
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
