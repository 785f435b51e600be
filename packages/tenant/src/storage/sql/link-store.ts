import { announced, type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import type { ActionLink, LinkPurpose, LinkStore, LinkUse } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { restoredRecord } from "./email-change-store.ts";
import { endInteractions } from "./end-sign-ins.ts";
import { grantTopic } from "./grant-changes.ts";
import { enqueueMail } from "./mail-store.ts";
import { ifFree, lockAccount, openChangesOf, replacePassword, rightOf, takeBack } from "./take-back.ts";
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

    async find(tokenHash, now) {
      const link = await live(db, tokenHash, now);
      const user = link && (await findAddress(db, link.userId));
      const right = user && rightOf(link, user, await openChangesOf(db, link.userId, now));
      return link && right && right !== "none" ? { ...link, takesBack: right !== "own" } : undefined;
    },

    use(input) {
      // Without the address, if another account has it meanwhile. Its reader still secures their account.
      return ifFree(
        () => useLink(input, { restores: false }),
        () => useLink(input, { restores: true }),
      );
    },
  };

  function useLink(
    { tokenHash, now, ip, toDisplaced }: Parameters<LinkStore["use"]>[0],
    { restores }: { restores: boolean },
  ): Promise<LinkUse> {
    const dead = new Undo<LinkUse>({ outcome: "dead" });
    return undoable<LinkUse>(() =>
      announced(database, async (trx, changed) => {
        const seen = await live(trx, tokenHash, now);
        if (!seen) return { outcome: "dead" };
        const { userId, purpose, subject } = seen;
        const ofDevice = purpose === "new_device";
        // Grants, then the user's row, then links and changes: the order of a change of the address.
        const denied = await denyGrants(trx, userId, now, ofDevice ? subject : undefined);
        const account = await lockAccount(trx, userId);
        const link = account && (await take(trx, tokenHash, now));
        if (!link) throw dead;
        const changes = await openChangesOf(trx, userId, now);
        const right = rightOf(link, account, changes);
        if (right === "none") throw dead;
        const takenBack = restores && right !== "own" ? right : undefined;
        if (takenBack) {
          await takeBack(trx, account, takenBack, changes, now);
          await enqueueMail(trx, toDisplaced(account));
          await writeAudit(trx, restoredRecord(userId, now, ip));
          denied.push(...(await denyGrants(trx, userId, now)));
        }
        if (ofDevice) await disownDevice(trx, link, now);
        if (takenBack || !ofDevice) await secureAccount(trx, link, now);
        for (const hash of denied) changed(grantTopic(hash));
        await writeAudit(trx, {
          ...{ at: now, event: "user.disowned", actor: "user", userId, clientId: null, ip },
          grantId: ofDevice ? subject : null,
          detail: { purpose, ...(takenBack && { address_restored: true }) },
        });
        return { outcome: "done", link, addressRestored: takenBack !== undefined };
      }),
    );
  }
}

const live = (on: Connection, tokenHash: string, now: number): Promise<ActionLink | undefined> =>
  on
    .selectFrom("actionLinks")
    .where("tokenHash", "=", tokenHash)
    .where("usedAt", "is", null)
    .where("expiresAt", ">", now)
    .selectAll()
    .executeTakeFirst();

const take = (trx: Connection, tokenHash: string, now: number): Promise<ActionLink | undefined> =>
  trx
    .updateTable("actionLinks")
    .where("tokenHash", "=", tokenHash)
    .where("usedAt", "is", null)
    .where("expiresAt", ">", now)
    .set({ usedAt: now })
    .returningAll()
    .executeTakeFirst();

const findAddress = (on: Connection, userId: string) =>
  on.selectFrom("users").where("id", "=", userId).select(["id", "emailNormalized"]).executeTakeFirst();

/** Its grant was denied before, as in redemption: it has no family yet, or its family exists and is revoked. */
async function disownDevice(trx: Connection, { userId, subject }: ActionLink, now: number): Promise<void> {
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
}

/** After the grants were denied and with the user's row locked. */
async function secureAccount(trx: Connection, link: ActionLink, now: number): Promise<void> {
  const { userId, purpose, subject } = link;
  await replacePassword(trx, userId);
  await endInteractionsOf(trx, userId, now);
  // Again, with the user's row locked: a grant may have been claimed and approved since `denyGrants`.
  await withdrawApprovals(trx, "userId", userId, now);
  // An attacker may have added their own factor earlier. The mail about it also has a link, valid as long, but the user
  // may not have read it.
  const recent = aboutSignIns.includes(purpose) ? Number.MAX_SAFE_INTEGER : 2 * link.createdAt - link.expiresAt;
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

/**
 * The reader of the mail is the owner. This also ends a reset or sign-in that another browser started with the
 * account's address.
 */
async function endInteractionsOf(trx: Connection, userId: string, now: number): Promise<void> {
  const user = await findAddress(trx, userId);
  if (user) await endInteractions(trx, user, now);
}

/** A program's key was stolen or a device signed in, neither of which allows adding a factor to the account. */
const aboutSignIns: LinkPurpose[] = ["new_device", "refresh_token_reused", "refresh_token_repeated"];
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
