import { sql } from "kysely";
import { TAKE_BACK_MS } from "../../directory/account-rules.ts";
import { normalizeEmail } from "../../directory/entities.ts";
import { NOBODYS_HASH } from "../../directory/password.ts";
import type { Connection } from "../engine/database.ts";
import { isUniqueViolation } from "../engine/retry.ts";
import type { ActionLink, DisplacedUser, EmailChange } from "../store.ts";
import { endInteractions } from "./end-sign-ins.ts";

// What a link in a mail may undo (ADR 0033). It acts for the address to which it was mailed, and only while the account
// has that address, or an open change can give it back.

/** A change that can be taken back, as it is stored. */
export type StoredChange = EmailChange & { number: number };

/** The user, as they are when a link is used. */
export type LockedAccount = DisplacedUser & { id: string; emailNormalized: string };

/**
 * Locks the user's row, whatever the account has: a change of the address comes before this transaction, or after it and
 * is refused, because the version is another one. After the grants, in the order of redemption; before links and changes.
 */
export async function lockAccount(trx: Connection, userId: string): Promise<LockedAccount | undefined> {
  return trx
    .updateTable("users")
    .where("id", "=", userId)
    .set({ credentialsVersion: (row) => sql<number>`${row.ref("credentialsVersion")} + 1` })
    .returning(["id", "email", "emailNormalized", "locale"])
    .executeTakeFirst();
}

/** Oldest first. */
export async function openChangesOf(on: Connection, userId: string, now: number): Promise<StoredChange[]> {
  return on
    .selectFrom("emailChanges")
    .where("userId", "=", userId)
    .where("undoneAt", "is", null)
    .where("expiresAt", ">", now)
    .selectAll()
    .orderBy("number")
    .execute();
}

/**
 * What the reader of a link may do: `own`, because the account has their address; the change that took it from them; or
 * nothing, because the account had that address only by a change that was taken back. By the address, and not by times:
 * the clocks of nodes differ.
 */
export function rightOf(
  { mailedTo, createdAt }: Pick<ActionLink, "mailedTo" | "createdAt">,
  account: { emailNormalized: string },
  changes: StoredChange[],
): "own" | "none" | StoredChange {
  // Of a node of an earlier version, which does not store the address.
  if (mailedTo === null) return changes.find(({ changedAt }) => changedAt >= createdAt) ?? "own";
  if (mailedTo === account.emailNormalized) return "own";
  return changeFrom(mailedTo, changes) ?? "none";
}

/** The first open change that took this address from the account. */
export const changeFrom = (emailNormalized: string, changes: StoredChange[]): StoredChange | undefined =>
  changes.find(({ oldEmail }) => normalizeEmail(oldEmail) === emailNormalized);

/**
 * Gives the account the address that it had before this change. All later changes are void, the password no longer works,
 * and factors from shortly before the change on are removed: those who changed the address may have prepared it. Throws a
 * unique violation if another account has the address. Runs with the user's row locked; the caller ends sign-ins.
 */
export async function takeBack(
  trx: Connection,
  account: LockedAccount,
  change: StoredChange,
  changes: StoredChange[],
  now: number,
): Promise<void> {
  const { id: userId } = account;
  const email = change.oldEmail;
  await trx
    .updateTable("users")
    .where("id", "=", userId)
    .set({ email, emailNormalized: normalizeEmail(email) })
    .execute();
  await voidAfter(trx, account, change, changes, now);
  await trx.updateTable("emailChanges").where("tokenHash", "=", change.tokenHash).set({ undoneAt: now }).execute();
  await replacePassword(trx, userId);
  for (const table of ["passkeys", "totpSecrets", "recoveryCodes"] as const) {
    const since = change.changedAt - TAKE_BACK_MS;
    await trx.deleteFrom(table).where("userId", "=", userId).where("createdAt", ">", since).execute();
  }
  await endInteractions(trx, account, now);
}

/**
 * The account has the address from before this change again. Later changes are void. `rightOf` ignores every link that was
 * mailed to an address in between; they are deleted, because a node of an earlier version does not ask it.
 */
export async function voidAfter(
  trx: Connection,
  account: LockedAccount,
  { number, changedAt }: StoredChange,
  changes: StoredChange[],
  now: number,
): Promise<void> {
  const { id: userId } = account;
  await trx
    .updateTable("emailChanges")
    .where("userId", "=", userId)
    .where("number", ">", number)
    .where("undoneAt", "is", null)
    .set({ undoneAt: now })
    .execute();
  const addresses = (of: StoredChange[]) => of.map(({ oldEmail }) => normalizeEmail(oldEmail));
  const kept = addresses(changes.filter((each) => each.number <= number));
  const between = [account.emailNormalized, ...addresses(changes.filter((each) => each.number > number))];
  const displaced = between.filter((address) => !kept.includes(address));
  await trx
    .deleteFrom("actionLinks")
    .where("userId", "=", userId)
    .where((where) =>
      where.or([
        ...(displaced.length > 0 ? [where("mailedTo", "in", displaced)] : []),
        where.and([where("mailedTo", "is", null), where("createdAt", ">=", changedAt)]),
      ]),
    )
    .execute();
}

/** By one that no one knows, so that only a reset by mail sets another. An account without a password stays without. */
export async function replacePassword(trx: Connection, userId: string): Promise<void> {
  await trx
    .updateTable("users")
    .where("id", "=", userId)
    .where("passwordHash", "is not", null)
    .set({ passwordHash: NOBODYS_HASH })
    .execute();
}

/** If another account got the address meanwhile, the unique index refuses it: `work` is rolled back, and `taken` decides. */
export async function ifFree<Outcome>(taken: () => Promise<Outcome>, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error) && /email_normalized/.test(String((error as Error).message) + detailOf(error))) {
      return taken();
    }
    throw error;
  }
}

/** PostgreSQL names the index; SQLite names the column in its message. */
const detailOf = (error: unknown): string => String((error as { constraint?: unknown }).constraint ?? "");
