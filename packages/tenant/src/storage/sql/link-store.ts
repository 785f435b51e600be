import { NOBODYS_HASH } from "../../directory/password.ts";
import type { Connection, Database } from "../engine/database.ts";
import type { ActionLink, LinkPurpose, LinkStore } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { endInteractions } from "./end-sign-ins.ts";
import { revokeAll, withdrawCodes } from "./token-family.ts";

/** Why families ended that a person said were not theirs. */
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
      db.transaction().execute(async (trx) => {
        const link = await trx
          .updateTable("actionLinks")
          .where("tokenHash", "=", tokenHash)
          .where("usedAt", "is", null)
          .where("expiresAt", ">", now)
          .set({ usedAt: now })
          .returningAll()
          .executeTakeFirst();
        if (!link) return { outcome: "dead" };

        if (link.purpose === "new_device") await disownDevice(trx, link, now);
        else await secureAccount(trx, link, now);
        await writeAudit(trx, {
          at: now,
          event: "user.disowned",
          actor: "user",
          userId: link.userId,
          clientId: null,
          grantId: link.purpose === "new_device" ? link.subject : null,
          ip,
          detail: { purpose: link.purpose },
        });
        return { outcome: "done", link };
      }),
  };
}

async function disownDevice(trx: Connection, { userId, subject }: ActionLink, now: number): Promise<void> {
  // The grant first, as redemption does: either it is denied here, or its family is there to be revoked.
  await denyGrants(trx, userId, now, subject);
  await endInteractionsOf(trx, userId, now);
  const grant = await trx
    .selectFrom("deviceGrants")
    .where("id", "=", subject)
    .where("userId", "=", userId)
    .select("sessionId")
    .executeTakeFirst();
  // By the grant's id, which outlives its row.
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
}

async function secureAccount(trx: Connection, link: ActionLink, now: number): Promise<void> {
  const { userId, purpose, subject } = link;
  await denyGrants(trx, userId, now);
  await trx
    .updateTable("users")
    .where("id", "=", userId)
    .where("passwordHash", "is not", null)
    .set({ passwordHash: NOBODYS_HASH })
    .execute();
  await endInteractionsOf(trx, userId, now);
  // Whoever did this may have added a way of their own before: its mail has a link too, for as long, but need not be read.
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
}

/** Who reads the mail is the owner: a reset or a sign-in that another browser began with the account's address is over too. */
async function endInteractionsOf(trx: Connection, userId: string, now: number): Promise<void> {
  const user = await trx
    .selectFrom("users")
    .where("id", "=", userId)
    .select(["id", "emailNormalized"])
    .executeTakeFirst();
  if (user) await endInteractions(trx, user, now);
}

/** A key of a program was stolen: that gives no way to add one to the account. */
const aboutPrograms: LinkPurpose[] = ["refresh_token_reused", "refresh_token_repeated"];
const losesRecoveryCodes: LinkPurpose[] = ["authenticator_added", "recovery_codes_replaced", "recovery_code_used"];

/** What this person claimed or approved, and no device has redeemed: all of it, or one. */
async function denyGrants(trx: Connection, userId: string, now: number, id?: string): Promise<void> {
  await trx
    .updateTable("deviceGrants")
    .where("userId", "=", userId)
    .where("status", "in", ["claimed", "approved"])
    .$if(id !== undefined, (query) => query.where("id", "=", id as string))
    .set({ status: "denied", denialReason: "withdrawn", decidedAt: now })
    .execute();
}
