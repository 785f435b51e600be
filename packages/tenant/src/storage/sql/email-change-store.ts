import { sql } from "kysely";
import { normalizeEmail } from "../../directory/entities.ts";
import { NOBODYS_HASH } from "../../directory/password.ts";
import { type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import { isUniqueViolation } from "../engine/retry.ts";
import type { EmailChange, EmailChangeStore, EmailChangeUndone } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { endInteractions, endSignIns, withdrawGrants } from "./end-sign-ins.ts";
import { enqueueMail } from "./mail-store.ts";
import { ownChangeCheck } from "./own-change.ts";

/** Why families ended when an address was taken back. */
const RESTORED = "email_restored";

export function emailChangeStore(database: Database): EmailChangeStore {
  const { db } = database;
  const writeAudit = auditWriter(database);
  const check = ownChangeCheck(database);

  const open = (now: number) => ({
    find: (on: Connection, tokenHash: string) =>
      on
        .selectFrom("emailChanges")
        .where("tokenHash", "=", tokenHash)
        .where("undoneAt", "is", null)
        .where("expiresAt", ">", now)
        .selectAll(),
    take: (trx: Connection, tokenHash: string) =>
      trx
        .updateTable("emailChanges")
        .where("tokenHash", "=", tokenHash)
        .where("undoneAt", "is", null)
        .where("expiresAt", ">", now)
        .set({ undoneAt: now })
        .returningAll(),
  });

  return {
    change: (by, { tokenHash, expiresAt, mail }, audit) =>
      ifFree<"done" | "refused" | "stale" | "taken">("taken", () =>
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
          await writeAudit(trx, audit);
          return "done";
        }),
      ),

    async find(tokenHash, now) {
      const row = await open(now).find(db, tokenHash).executeTakeFirst();
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

    undo: ({ tokenHash, now, ip }) =>
      ifFree<EmailChangeUndone>({ outcome: "taken" }, () =>
        undoable<EmailChangeUndone>(() =>
          db.transaction().execute(async (trx) => {
            const seen = await open(now).find(trx, tokenHash).executeTakeFirst();
            if (!seen) return { outcome: "dead" };
            // Grants, then the user's row, then the changes: the order of `change`, and of two links at the same moment.
            await withdrawGrants(trx, seen.userId, now);
            const user = await trx
              .updateTable("users")
              .where("id", "=", seen.userId)
              .set({ credentialsVersion: (row) => sql<number>`${row.ref("credentialsVersion")} + 1` })
              .returning(["id", "emailNormalized"])
              .executeTakeFirst();
            const taken = user && (await open(now).take(trx, tokenHash).executeTakeFirst());
            if (!taken) throw new Undo<EmailChangeUndone>({ outcome: "dead" });
            await giveBack(trx, taken, user.emailNormalized, now);
            await writeAudit(trx, {
              at: now,
              event: "user.email_restored",
              actor: "user",
              userId: user.id,
              clientId: null,
              grantId: null,
              ip,
              detail: {},
            });
            return { outcome: "done", change: toChange(taken) };
          }),
        ),
      ),
  };
}

async function giveBack(
  trx: Connection,
  change: EmailChange & { number: number },
  newEmail: string,
  now: number,
): Promise<void> {
  const { userId, oldEmail, changedAt, expiresAt } = change;
  await restore(trx, change, newEmail, now);
  await trx
    .updateTable("users")
    .where("id", "=", userId)
    .where("passwordHash", "is not", null)
    .set({ passwordHash: NOBODYS_HASH })
    .execute();
  // They may have prepared it by adding a factor. The link of the mail about that is as old.
  const recent = 2 * changedAt - expiresAt;
  for (const table of ["passkeys", "totpSecrets", "recoveryCodes"] as const) {
    await trx.deleteFrom(table).where("userId", "=", userId).where("createdAt", ">", recent).execute();
  }
  await endSignIns(trx, { id: userId, emailNormalized: normalizeEmail(oldEmail) }, RESTORED, now);
}

/** Gives the address back. Runs with the user's row locked. */
async function restore(
  trx: Connection,
  { userId, number, oldEmail: email, changedAt }: EmailChange & { number: number },
  newEmail: string,
  now: number,
): Promise<void> {
  const emailNormalized = normalizeEmail(email);
  await trx.updateTable("users").where("id", "=", userId).set({ email, emailNormalized }).execute();
  // The one who changed the address got the mails since then. None of their links may undo what the owner does now.
  await trx
    .updateTable("emailChanges")
    .where("userId", "=", userId)
    .where("number", ">=", number)
    .where("undoneAt", "is", null)
    .set({ undoneAt: now })
    .execute();
  await trx.deleteFrom("actionLinks").where("userId", "=", userId).where("createdAt", ">=", changedAt).execute();
  await endInteractions(trx, { id: userId, emailNormalized: newEmail }, now);
}

/**
 * For a link that was mailed at that time: its reader had the address that the account had then, and gets it back. Runs
 * with the user's row locked. False if the address was not changed since, or if another account has it now.
 */
export async function takeBackChangesSince(
  trx: Connection,
  userId: string,
  mailedAt: number,
  now: number,
): Promise<boolean> {
  const first = await trx
    .selectFrom("emailChanges")
    .where("userId", "=", userId)
    .where("undoneAt", "is", null)
    .where("expiresAt", ">", now)
    .where("changedAt", ">=", mailedAt)
    .selectAll()
    .orderBy("number")
    .limit(1)
    .executeTakeFirst();
  if (!first) return false;
  const holders = await trx
    .selectFrom("users")
    .where((where) =>
      where.or([where("id", "=", userId), where("emailNormalized", "=", normalizeEmail(first.oldEmail))]),
    )
    .select(["id", "emailNormalized"])
    .execute();
  const own = holders.find(({ id }) => id === userId);
  if (!own || holders.length > 1) return false;
  await restore(trx, first, own.emailNormalized, now);
  return true;
}

/** An account got the address meanwhile: the unique index refused it, and the transaction is rolled back. */
async function ifFree<Outcome>(taken: Outcome, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error) && /email_normalized/.test(String((error as Error).message) + detailOf(error))) {
      return taken;
    }
    throw error;
  }
}

/** PostgreSQL names the index; SQLite names the column in its message. */
const detailOf = (error: unknown): string => String((error as { constraint?: unknown }).constraint ?? "");

function toChange({ number: _, ...change }: EmailChange & { number: number }): EmailChange {
  return change;
}
