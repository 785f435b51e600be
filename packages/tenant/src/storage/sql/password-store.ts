import { normalizeEmail } from "../../directory/entities.ts";
import type { Connection, Database } from "../engine/database.ts";
import type { SessionStore } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { endInteractions } from "./end-sign-ins.ts";
import { revokeAll, withdrawCodes } from "./token-family.ts";
import { toUser } from "./user-list.ts";

/** No session has this ID, because IDs are hashes. */
const NO_SESSION = "";

type PasswordVerbs = Pick<SessionStore, "resetPassword" | "changePassword">;

/**
 * A new password ends what the old one began: sessions, tokens, unredeemed approvals, and unfinished sign-ins and
 * resets.
 */
export function passwordVerbs(database: Database): PasswordVerbs {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);

  async function replace(
    trx: Connection,
    user: { id: string; emailNormalized: string },
    next: { passwordHash: string; keepSessionId: string | null; now: number },
  ): Promise<void> {
    const { id: userId } = user;
    await trx
      .updateTable("deviceGrants")
      .where("userId", "=", userId)
      .where("status", "=", "approved")
      .set({ status: "denied", denialReason: "withdrawn" })
      .execute();
    // The user keeps the claim, but no browser that was signed in until now does: an approval it has already submitted
    // is ignored.
    await trx
      .updateTable("deviceGrants")
      .where("userId", "=", userId)
      .where("status", "=", "claimed")
      .$if(next.keepSessionId !== null, (query) => query.where("sessionId", "!=", next.keepSessionId as string))
      .set({ sessionId: NO_SESSION })
      .execute();
    await trx.updateTable("users").where("id", "=", userId).set({ passwordHash: next.passwordHash }).execute();
    await endInteractions(trx, user, next.now);
    await trx
      .deleteFrom("sessions")
      .where("userId", "=", userId)
      .$if(next.keepSessionId !== null, (query) => query.where("id", "!=", next.keepSessionId as string))
      .execute();
    await withdrawCodes(trx, "userId", userId, next.now);
    await revokeAll(trx, "userId", userId, "password_changed", next.now);
  }

  /** Before the user's row, in the same order as redemption. The results are written once the change is certain. */
  const lockGrants = async (trx: Connection, userId: string) => {
    if (!locksRows) return;
    await trx
      .selectFrom("deviceGrants")
      .where("userId", "=", userId)
      .where("status", "in", ["claimed", "approved"])
      .select("id")
      .orderBy("id")
      .forUpdate()
      .execute();
  };

  const hasPasskey = async (trx: Connection, userId: string) => {
    const one = trx.selectFrom("passkeys").where("userId", "=", userId).select("credentialId").limit(1);
    return (await one.executeTakeFirst()) !== undefined;
  };

  return {
    resetPassword: ({ interactionId, sessionId, passwordHash, now, audit }) =>
      db.transaction().execute(async (trx) => {
        const proven = await trx
          .selectFrom("flows")
          .where("id", "=", interactionId)
          .where("sessionId", "=", sessionId)
          .where("emailPurpose", "=", "reset")
          .where("emailVerifiedAt", "is not", null)
          .where("expiresAt", ">", now)
          .select("email")
          .executeTakeFirst();
        if (!proven?.email) return undefined;
        const byEmail = trx
          .selectFrom("users")
          .where("emailNormalized", "=", normalizeEmail(proven.email))
          .where("disabledAt", "is", null);
        const found = await byEmail.select("id").executeTakeFirst();
        if (!found) return undefined;
        await lockGrants(trx, found.id);
        const user = await byEmail
          .selectAll()
          .$if(locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (user?.id !== found.id) return undefined;
        // Access to the mailbox must not be enough to add a password to an account that has a passkey. A user who has
        // both has already used the password.
        const byPasskeyAlone = user.passwordHash === null && (await hasPasskey(trx, user.id));
        if (byPasskeyAlone) return undefined;

        // Uses up the verification, even if another request read it at the same time.
        const taken = await trx
          .updateTable("flows")
          .where("id", "=", interactionId)
          .where("sessionId", "=", sessionId)
          .where("emailPurpose", "=", "reset")
          .where("emailVerifiedAt", "is not", null)
          .where("email", "=", proven.email)
          .set({ emailPurpose: null, emailVerifiedAt: null, passwordHash: null })
          .returning("id")
          .executeTakeFirst();
        if (!taken) return undefined;
        await replace(trx, user, { passwordHash, keepSessionId: null, now });
        await writeAudit(trx, { ...audit, userId: user.id });
        return toUser({ ...user, passwordHash, credentialsVersion: user.credentialsVersion + 1 });
      }),

    changePassword: ({ user: { id: userId, credentialsVersion }, passwordHash, keepSessionId, now, audit }) =>
      db.transaction().execute(async (trx) => {
        await lockGrants(trx, userId);
        const user = await trx
          .selectFrom("users")
          .where("id", "=", userId)
          .where("disabledAt", "is", null)
          .where("credentialsVersion", "=", credentialsVersion)
          .select(["id", "emailNormalized"])
          .$if(locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (!user) return false;
        await replace(trx, user, { passwordHash, keepSessionId, now });
        await writeAudit(trx, audit);
        return true;
      }),
  };
}
