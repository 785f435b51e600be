import { mayChangeAccount } from "../../directory/account-rules.ts";
import type { User } from "../../directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import type { Connection, Database } from "../engine/database.ts";
import type { OwnChange } from "../store.ts";
import { factsLoader } from "./access-store.ts";
import { lockedSession } from "./locked-session.ts";
import { toUser } from "./user-list.ts";

/** The user, if this browser may change their account now. */
export type OwnChangeCheck = (trx: Connection, by: OwnChange, of?: { grave: boolean }) => Promise<User | undefined>;

/**
 * Repeats in the transaction what decided when the form arrived. The user's row is locked first, then the session, in the
 * same order as when sign-ins are ended; grants come before both.
 */
export function ownChangeCheck(database: Database): OwnChangeCheck {
  const { locksRows } = database;
  const loadFacts = factsLoader(database, { lock: true });

  const hasRow = async (trx: Connection, table: "totpSecrets" | "passkeys", userId: string) =>
    (await trx.selectFrom(table).where("userId", "=", userId).select("userId").limit(1).executeTakeFirst()) !==
    undefined;

  return async (trx, by, { grave } = { grave: false }) => {
    const { sessionId, userId, credentialsVersion, signedInAfter, passkeysWork, now } = by;
    const row = await trx
      .selectFrom("users")
      .where("id", "=", userId)
      .where("disabledAt", "is", null)
      .where("credentialsVersion", "=", credentialsVersion)
      .selectAll()
      .$if(locksRows, (query) => query.forUpdate())
      .executeTakeFirst();
    if (!row) return undefined;
    const stored = await loadFacts(trx, { clientId: null, userId, resourceId: GRAPH_RESOURCE_ID });
    const signIn = await lockedSession(trx, { locksRows }, { sessionId, userId, now });
    if (!signIn) return undefined;
    const hasStrongFactor =
      (await hasRow(trx, "totpSecrets", userId)) || (passkeysWork && (await hasRow(trx, "passkeys", userId)));
    const refusal = mayChangeAccount({ stored, signIn, hasStrongFactor, signedInAfter, now, grave });
    return refusal === undefined ? toUser(row) : undefined;
  };
}
