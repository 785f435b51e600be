import { type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { DirectoryReader, LastAdministrator, ManagedUsers } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { endAllSignIns, endSignIns, setDisabled, withdrawGrants } from "./end-sign-ins.ts";
import { forgettingInPolicies } from "./policy-store.ts";
import { acceptTerms } from "./profile-store.ts";
import { userEdits } from "./user-edit.ts";
import { toUser, toUserRow, userReader } from "./user-list.ts";

export function userVerbs({ db }: Database): Pick<DirectoryReader, "findUser" | "findUserByEmail" | "listUsers"> {
  const byId = prepared((by: { id: string }) => db.selectFrom("users").where("id", "=", by.id).selectAll());
  const byEmail = prepared((by: { emailNormalized: string }) =>
    db.selectFrom("users").where("emailNormalized", "=", by.emailNormalized).selectAll(),
  );
  return {
    async findUser(id) {
      const [row] = await byId(db, { id });
      return row && toUser(row);
    },

    async findUserByEmail(emailNormalized) {
      const [row] = await byEmail(db, { emailNormalized });
      return row && toUser(row);
    },

    listUsers: async () => (await db.selectFrom("users").selectAll().orderBy("emailNormalized").execute()).map(toUser),
  };
}

export function managedUsers(database: Database): ManagedUsers {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);
  const read = async (on: Connection, id: string, lock: boolean) => {
    const row = await on
      .selectFrom("users")
      .where("id", "=", id)
      .selectAll()
      .$if(lock && locksRows, (query) => query.forUpdate())
      .executeTakeFirst();
    return row && toUser(row);
  };

  const lockAdministrators = administratorLock(database);
  const deletion = userDeletion(database);

  return {
    ...userReader(database),
    ...userEdits(database),

    insert: (user, audit, terms = null) =>
      db.transaction().execute(async (trx) => {
        const inserted = await trx
          .insertInto("users")
          .values(toUserRow(user))
          .onConflict((conflict) => conflict.column("emailNormalized").doNothing())
          .returning("id")
          .executeTakeFirst();
        if (!inserted) return false;
        if (terms !== null) await acceptTerms(trx, { userId: user.id, terms, acceptedAt: user.createdAt });
        for (const record of [audit].flat()) await writeAudit(trx, record);
        return true;
      }),

    change: (id, change, now, audit, last = "free") =>
      db.transaction().execute(async (trx) => {
        // Enabling writes to the user's grants, whose rows come before the user's in the order of redemption.
        if (locksRows) {
          await trx
            .selectFrom("deviceGrants")
            .where("userId", "=", id)
            .where("status", "=", "approved")
            .select("id")
            .orderBy("id")
            .forUpdate()
            .execute();
        }
        const { isLast } = await lockAdministrators(trx, last);
        const before = await read(trx, id, true);
        if (!before) return undefined;
        const { displayName, attributes, disabledAt, administrator = before.administrator } = change(before);
        if (isLast(id) && (disabledAt !== null || !administrator)) return "last_administrator";
        await trx
          .updateTable("users")
          .where("id", "=", id)
          .set({ displayName, attributes: JSON.stringify(attributes), administrator: administrator ? 1 : 0 })
          .execute();
        if (disabledAt !== before.disabledAt) await setDisabled(trx, id, disabledAt, now);
        await writeAudit(trx, audit);
        return { ...before, displayName, attributes, disabledAt, administrator };
      }),

    delete: (id, now, audit, { last = "free", check } = {}) =>
      undoable<boolean | "last_administrator">(() =>
        db.transaction().execute(async (trx) => {
          const mayGo = async () => {
            const before = check && (await read(trx, id, true));
            if (before) check(before);
          };
          const gone = await deletion(trx, id, now, { last, mayGo });
          if (gone === "last_administrator") throw new Undo<"last_administrator">("last_administrator");
          if (gone) await writeAudit(trx, audit);
          return gone;
        }),
      ),

    endSignIns: (id, now, audit) =>
      db.transaction().execute(async (trx) => {
        await withdrawGrants(trx, id, now);
        const user = await read(trx, id, true);
        if (!user) return undefined;
        const ended = await endSignIns(trx, user, "sessions_revoked", now);
        await writeAudit(trx, audit);
        return ended;
      }),

    endAllSignIns: (now, audit) =>
      db.transaction().execute(async (trx) => {
        const ended = await endAllSignIns(trx, "sessions_revoked", now);
        await writeAudit(trx, audit);
        return ended;
      }),

    resetFactors: (id, now, audit) =>
      db.transaction().execute(async (trx) => {
        await withdrawGrants(trx, id, now);
        const user = await read(trx, id, true);
        if (!user) return undefined;
        const removed = async (table: "totpSecrets" | "recoveryCodes" | "passkeys") =>
          Number((await trx.deleteFrom(table).where("userId", "=", id).executeTakeFirst()).numDeletedRows);
        const factors = {
          authenticatorApp: (await removed("totpSecrets")) > 0,
          recoveryCodes: await removed("recoveryCodes"),
          passkeys: await removed("passkeys"),
        };
        const signIns = await endSignIns(trx, user, "factors_reset", now);
        const { authenticatorApp: authenticator_app, recoveryCodes: recovery_codes, passkeys } = factors;
        await writeAudit(trx, { ...audit, detail: { ...audit.detail, authenticator_app, recovery_codes, passkeys } });
        return { ...factors, signIns };
      }),

    setAdministrator: (id, administrator, audit, last = "free") =>
      db.transaction().execute(async (trx) => {
        const { isLast } = await lockAdministrators(trx, administrator ? "free" : last);
        if (isLast(id)) return "last_administrator";
        const user = await read(trx, id, true);
        if (!user) return "unknown";
        if (user.administrator === administrator) return "same";
        await trx
          .updateTable("users")
          .where("id", "=", id)
          .set({ administrator: administrator ? 1 : 0 })
          .execute();
        await writeAudit(trx, audit);
        return "set";
      }),
  };
}

/**
 * Locks the rows of all administrators, in one order, so that of two who remove each other one remains. Before the
 * user's own row and after grants, in the same order as redemption.
 */
function administratorLock({ locksRows }: Database) {
  return async (trx: Connection, last: LastAdministrator) => {
    if (last === "free") return { isLast: () => false };
    const rows = await trx
      .selectFrom("users")
      .where("administrator", "=", 1)
      .select(["id", "disabledAt"])
      .orderBy("id")
      .$if(locksRows, (query) => query.forUpdate())
      .execute();
    const active = rows.filter(({ disabledAt }) => disabledAt === null).map(({ id }) => id);
    return { isLast: (id: string) => active.includes(id) && active.length === 1 };
  };
}

/**
 * Deletes everything of a user, in a transaction that is rolled back unless this returns true. `mayGo` throws if the user
 * may not be deleted; it runs after the administrators are locked.
 */
export function userDeletion(database: Database) {
  const lockAdministrators = administratorLock(database);
  const forgetInPolicies = forgettingInPolicies(database);
  return async (
    trx: Connection,
    id: string,
    now: number,
    { last, mayGo }: { last: LastAdministrator; mayGo(): Promise<void> },
  ): Promise<boolean | "last_administrator"> => {
    await withdrawGrants(trx, id, now);
    const { isLast } = await lockAdministrators(trx, last);
    await mayGo();
    if (isLast(id)) return "last_administrator";
    // Factors, passkeys and links are deleted with the row.
    const user = await trx
      .deleteFrom("users")
      .where("id", "=", id)
      .returning(["id", "emailNormalized"])
      .executeTakeFirst();
    if (!user) return false;
    await endSignIns(trx, user, "user_deleted", now);
    await trx.deleteFrom("consents").where("userId", "=", id).execute();
    await trx.deleteFrom("shownScopes").where("userId", "=", id).execute();
    await trx.deleteFrom("groupMembers").where("userId", "=", id).execute();
    await trx.deleteFrom("appAssignments").where("principalId", "=", id).execute();
    await trx.deleteFrom("roleAssignments").where("userId", "=", id).execute();
    await trx.deleteFrom("mails").where("recipientNormalized", "=", user.emailNormalized).execute();
    await forgetInPolicies(trx, "excludedUserIds", id);
    return true;
  };
}
