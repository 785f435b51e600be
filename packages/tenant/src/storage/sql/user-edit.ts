import { normalizeEmail } from "../../directory/entities.ts";
import { type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import type { ManagedUsers, UserEdited } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { endInteractions, endSignIns, withdrawGrants } from "./end-sign-ins.ts";
import { enqueueMail } from "./mail-store.ts";
import { changeFrom, ifFree, openChangesOf, replacePassword, voidAfter } from "./take-back.ts";
import { buckets } from "./throttle-store.ts";
import { toUser } from "./user-list.ts";

/** What an administrator changes about a user's name, address, links and password, and about a limit of theirs. */
export function userEdits(database: Database): Pick<ManagedUsers, "edit" | "voidPassword" | "liftLimit"> {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);
  const { empty } = buckets(database);
  /** Locks the row, in the order of every other change of an address: after grants, before links and changes. */
  const read = async (on: Connection, id: string) => {
    const row = await on
      .selectFrom("users")
      .where("id", "=", id)
      .selectAll()
      .$if(locksRows, (query) => query.forUpdate())
      .executeTakeFirst();
    return row && toUser(row);
  };

  return {
    edit: (id, { shown, displayName, address, voidLinks }, now, audit) =>
      ifFree<UserEdited>(
        async () => ({ outcome: "taken" }),
        () =>
          undoable<UserEdited>(() =>
            db.transaction().execute(async (trx) => {
              const before = await read(trx, id);
              if (!before) return { outcome: "unknown" };
              if (before.email !== shown.email || before.displayName !== shown.displayName) {
                throw new Undo<UserEdited>({ outcome: "changed", user: before });
              }
              await trx.updateTable("users").where("id", "=", id).set({ displayName }).execute();
              const changes = voidLinks || address ? await openChangesOf(trx, id, now) : [];
              if (address) {
                const { email, mail } = address;
                const emailNormalized = normalizeEmail(email);
                await endInteractions(trx, before, now);
                // The unique index decides, also against a sign-up at the same moment.
                await trx.updateTable("users").where("id", "=", id).set({ email, emailNormalized }).execute();
                await endInteractions(trx, { id, emailNormalized }, now);
                const back = changeFrom(emailNormalized, changes);
                if (back) await voidAfter(trx, before, back, changes, now);
                if (mail) await enqueueMail(trx, mail);
              }
              if (voidLinks) await voidLinksOf(trx, id, now);
              for (const record of audit) await writeAudit(trx, record);
              return { outcome: "done", user: (await read(trx, id)) as NonNullable<typeof before> };
            }),
          ),
      ),

    voidPassword: (id, now, audit) =>
      undoable<boolean | undefined>(() =>
        db.transaction().execute(async (trx) => {
          // Grants, then the user's row, in the order of redemption.
          await withdrawGrants(trx, id, now);
          const user = await read(trx, id);
          if (!user) return undefined;
          if (user.passwordHash === null) throw new Undo(false);
          await replacePassword(trx, id);
          await endSignIns(trx, user, "password_voided", now);
          await writeAudit(trx, audit);
          return true;
        }),
      ),

    liftLimit: (id, limitOf, now, audit) =>
      undoable<boolean | undefined>(() =>
        db.transaction().execute(async (trx) => {
          // Its address stays until the end.
          const user = await read(trx, id);
          if (!user) return undefined;
          if (!(await empty(trx, limitOf(user), now))) throw new Undo(false);
          await writeAudit(trx, audit);
          return true;
        }),
      ),
  };
}

/** Of every mail to this user, whichever address it went to. */
async function voidLinksOf(trx: Connection, userId: string, now: number): Promise<void> {
  await trx
    .updateTable("emailChanges")
    .where("userId", "=", userId)
    .where("undoneAt", "is", null)
    .set({ undoneAt: now })
    .execute();
  await trx.deleteFrom("actionLinks").where("userId", "=", userId).execute();
}
