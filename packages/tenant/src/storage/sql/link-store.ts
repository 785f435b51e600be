import { NOBODYS_HASH } from "../../directory/password.ts";
import { announced, type Connection, type Database } from "../engine/database.ts";
import type { ActionLink, LinkPurpose, LinkStore } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { takeBackChangesSince } from "./email-change-store.ts";
import { endInteractions } from "./end-sign-ins.ts";
import { grantTopic } from "./grant-changes.ts";
import { revokeAll, withdrawApprovals, withdrawCodes } from "./token-family.ts";

/** Why families ended that a user disowned. */
const DISOWNED = "disowned";

export function linkStore(database: Database): LinkStore {
  const { db } = database;
  const writeAudit = auditWriter(database);
  return {
    async insert(link) {
      await db.insertInto("actionLinks").values(link).execute();
    },

    find: (tokenHash, now) =>
      db
        .selectFrom("actionLinks")
        .where("tokenHash", "=", tokenHash)
        .where("usedAt", "is", null)
        .where("expiresAt", ">", now)
        .selectAll()
        .executeTakeFirst(),

    use: ({ tokenHash, now, ip }) =>
      announced(database, async (trx, changed) => {
        const link = await trx
          .updateTable("actionLinks")
          .where("tokenHash", "=", tokenHash)
          .where("usedAt", "is", null)
          .where("expiresAt", ">", now)
          .set({ usedAt: now })
          .returningAll()
          .executeTakeFirst();
        if (!link) return { outcome: "dead" };

        const { denied, addressRestored } =
          link.purpose === "new_device"
            ? { denied: await disownDevice(trx, link, now), addressRestored: false }
            : await secureAccount(trx, link, now);
        for (const hash of denied) changed(grantTopic(hash));
        await writeAudit(trx, {
          at: now,
          event: "user.disowned",
          actor: "user",
          userId: link.userId,
          clientId: null,
          grantId: link.purpose === "new_device" ? link.subject : null,
          ip,
          detail: { purpose: link.purpose, ...(addressRestored && { address_restored: true }) },
        });
        return { outcome: "done", link, addressRestored };
      }),
  };
}

/** Returns the grants that were denied. */
async function disownDevice(trx: Connection, { userId, subject }: ActionLink, now: number): Promise<string[]> {
  // The grant first, as in redemption: either it is denied here, or its family already exists and is revoked.
  const denied = await denyGrants(trx, userId, now, subject);
  await endInteractionsOf(trx, userId, now);
  const grant = await trx
    .selectFrom("deviceGrants")
    .where("id", "=", subject)
    .where("userId", "=", userId)
    .select("sessionId")
    .executeTakeFirst();
  // By the grant's ID, which outlives its row.
  await trx
    .updateTable("tokenFamilies")
    .where("userId", "=", userId)
    .where("grantId", "=", subject)
    .where("revokedAt", "is", null)
    .set({ revokedAt: now, revokedReason: DISOWNED })
    .execute();
  if (grant?.sessionId) {
    await trx.deleteFrom("sessions").where("id", "=", grant.sessionId).where("userId", "=", userId).execute();
  }
  return denied;
}

/** Returns the grants that were denied, and whether the account got an earlier address back. */
async function secureAccount(
  trx: Connection,
  link: ActionLink,
  now: number,
): Promise<{ denied: string[]; addressRestored: boolean }> {
  const { userId, purpose, subject } = link;
  const denied = await denyGrants(trx, userId, now);
  await trx
    .updateTable("users")
    .where("id", "=", userId)
    .where("passwordHash", "is not", null)
    .set({ passwordHash: NOBODYS_HASH })
    .execute();
  // Otherwise the reset that follows would go to the address of the one who changed it.
  const addressRestored = await takeBackChangesSince(trx, userId, link.createdAt, now);
  await endInteractionsOf(trx, userId, now);
  // Again, with the user's row locked: a grant may have been claimed and approved since `denyGrants`.
  await withdrawApprovals(trx, "userId", userId, now);
  // An attacker may have added their own factor earlier. The mail about it also has a link, valid as long, but the user
  // may not have read it.
  const recent = aboutPrograms.includes(purpose) ? Number.MAX_SAFE_INTEGER : 2 * link.createdAt - link.expiresAt;
  await trx
    .deleteFrom("passkeys")
    .where("userId", "=", userId)
    .where((where) =>
      where.or([
        where("createdAt", ">", recent),
        ...(purpose === "passkey_added" ? [where("credentialId", "=", subject)] : []),
      ]),
    )
    .execute();
  const app = await trx
    .deleteFrom("totpSecrets")
    .where("userId", "=", userId)
    .$if(purpose !== "authenticator_added", (query) => query.where("createdAt", ">", recent))
    .returning("userId")
    .executeTakeFirst();
  await trx
    .deleteFrom("recoveryCodes")
    .where("userId", "=", userId)
    .$if(!app && !losesRecoveryCodes.includes(purpose), (query) => query.where("createdAt", ">", recent))
    .execute();
  await withdrawCodes(trx, "userId", userId, now);
  await revokeAll(trx, "userId", userId, DISOWNED, now);
  await trx.deleteFrom("sessions").where("userId", "=", userId).execute();
  return { denied, addressRestored };
}

/**
 * The reader of the mail is the owner. This also ends a reset or sign-in that another browser started with the
 * account's address.
 */
async function endInteractionsOf(trx: Connection, userId: string, now: number): Promise<void> {
  const user = await trx
    .selectFrom("users")
    .where("id", "=", userId)
    .select(["id", "emailNormalized"])
    .executeTakeFirst();
  if (user) await endInteractions(trx, user, now);
}

/** A program's key was stolen, which does not allow adding a factor to the account. */
const aboutPrograms: LinkPurpose[] = ["refresh_token_reused", "refresh_token_repeated"];
const losesRecoveryCodes: LinkPurpose[] = ["authenticator_added", "recovery_codes_replaced", "recovery_code_used"];

/** What this user claimed or approved and no device has redeemed: all of it, or one grant. */
async function denyGrants(trx: Connection, userId: string, now: number, id?: string): Promise<string[]> {
  const denied = await trx
    .updateTable("deviceGrants")
    .where("userId", "=", userId)
    .where("status", "in", ["claimed", "approved"])
    .$if(id !== undefined, (query) => query.where("id", "=", id as string))
    .set({ status: "denied", denialReason: "withdrawn", decidedAt: now })
    .returning("deviceCodeHash")
    .execute();
  return denied.map(({ deviceCodeHash }) => deviceCodeHash);
}
