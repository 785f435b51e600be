import { sql } from "kysely";
import { normalizeEmail } from "../../directory/entities.ts";
import { type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import type { AuditRecord, EmailChange, EmailChanged, EmailChangeStore, EmailChangeUndone } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { endInteractions, endSignIns, withdrawGrants } from "./end-sign-ins.ts";
import { enqueueMail } from "./mail-store.ts";
import { ownChangeCheck } from "./own-change.ts";
import { changeFrom, ifFree, lockAccount, openChangesOf, type StoredChange, takeBack, voidAfter } from "./take-back.ts";

/** Why families ended when an address was taken back. */
const RESTORED = "email_restored";

export function emailChangeStore(database: Database): EmailChangeStore {
  const { db } = database;
  const writeAudit = auditWriter(database);
  const check = ownChangeCheck(database);

  const findOpen = (on: Connection, tokenHash: string, now: number) =>
    on
      .selectFrom("emailChanges")
      .where("tokenHash", "=", tokenHash)
      .where("undoneAt", "is", null)
      .where("expiresAt", ">", now)
      .selectAll()
      .executeTakeFirst();

  return {
    change: (by, { tokenHash, expiresAt, mail, returned }, audit) =>
      ifFree<EmailChanged>(
        async () => "taken",
        () =>
          db.transaction().execute(async (trx) => {
            const { userId, now } = by;
            const user = await check(trx, by, { grave: true });
            if (!user) return "refused";
            const proven = await trx
              .updateTable("flows")
              .where("id", "=", by.interactionId)
              .where("sessionId", "=", by.sessionId)
              .where("emailPurpose", "=", "change_email")
              .where("emailVerifiedAt", "is not", null)
              .where("expiresAt", ">", now)
              .set({ emailPurpose: null, emailVerifiedAt: null, passwordHash: null })
              .returning("email")
              .executeTakeFirst();
            if (!proven?.email) return "stale";
            const email = proven.email;
            const emailNormalized = normalizeEmail(email);
            // A code that was mailed to the old address, or verified there, proves nothing about this account any more.
            await endInteractions(trx, user, now);
            // The unique index decides, also against a sign-up at the same moment.
            await trx.updateTable("users").where("id", "=", userId).set({ email, emailNormalized }).execute();
            await endInteractions(trx, { id: userId, emailNormalized }, now);
            await writeAudit(trx, audit);
            const changes = await openChangesOf(trx, userId, now);
            const back = changeFrom(emailNormalized, changes);
            if (back) {
              // The reader of that address could take it back, so it counts as that. A link to the address in between would
              // let its reader win over the older one.
              await voidAfter(trx, user, back, changes, now);
              await enqueueMail(trx, returned);
              return "returned";
            }
            // An older link wins, so it must not end before this one.
            await trx
              .updateTable("emailChanges")
              .where("userId", "=", userId)
              .where("undoneAt", "is", null)
              .where("expiresAt", ">", now)
              .where("expiresAt", "<", expiresAt)
              .set({ expiresAt })
              .execute();
            await trx
              .insertInto("emailChanges")
              .values({
                ...{ tokenHash, userId, oldEmail: user.email, changedAt: now, expiresAt, undoneAt: null },
                number: (row) =>
                  row
                    .selectFrom("emailChanges")
                    .where("userId", "=", userId)
                    .select(sql<number>`coalesce(max(number), 0) + 1`.as("next")),
              })
              .execute();
            await enqueueMail(trx, mail);
            return "done";
          }),
      ),

    async find(tokenHash, now) {
      const row = await findOpen(db, tokenHash, now);
      return row && toChange(row);
    },

    async listOf(userId) {
      const rows = await db
        .selectFrom("emailChanges")
        .where("userId", "=", userId)
        .selectAll()
        .orderBy("number")
        .execute();
      return rows.map(toChange);
    },

    undo: ({ tokenHash, now, ip, toDisplaced }) =>
      ifFree<EmailChangeUndone>(
        async () => ({ outcome: "taken" }),
        () =>
          undoable<EmailChangeUndone>(() =>
            db.transaction().execute(async (trx) => {
              const seen = await findOpen(trx, tokenHash, now);
              if (!seen) return { outcome: "dead" };
              // Grants, then the user's row, then the changes: the order of `change`, and of two links at the same moment.
              await withdrawGrants(trx, seen.userId, now);
              const account = await lockAccount(trx, seen.userId);
              const changes = await openChangesOf(trx, seen.userId, now);
              const change = changes.find((each) => each.tokenHash === tokenHash);
              if (!account || !change) throw new Undo<EmailChangeUndone>({ outcome: "dead" });
              await takeBack(trx, account, change, changes, now);
              const emailNormalized = normalizeEmail(change.oldEmail);
              await endSignIns(trx, { id: account.id, emailNormalized }, RESTORED, now);
              if (emailNormalized !== account.emailNormalized) await enqueueMail(trx, toDisplaced(account));
              await writeAudit(trx, restoredRecord(account.id, now, ip));
              return { outcome: "done", change: toChange({ ...change, undoneAt: now }) };
            }),
          ),
      ),
  };
}

/** The reader of an earlier address took the account back. */
export function restoredRecord(userId: string, at: number, ip: string | null): AuditRecord {
  return {
    ...{ at, event: "user.email_restored", actor: "user", userId, clientId: null, grantId: null, ip, detail: {} },
  };
}

function toChange({ number: _, ...change }: StoredChange): EmailChange {
  return change;
}
