import type { Kysely, TransactionBuilder } from "kysely";
import { mayUseConsole } from "../../directory/console-rules.ts";
import { type ActingAdministrator, RightWithdrawn } from "../acting.ts";
import type { Connection, Database } from "../engine/database.ts";
import { retried } from "../engine/retry.ts";
import type { Tables } from "../migrations/tables.ts";
import type { ActingStore, StoreObserver } from "../store.ts";
import { credentialStore } from "./credential-store.ts";
import { administrationStore, directoryStore } from "./directory-store.ts";
import { grantStore } from "./grant-store.ts";
import { keyStore } from "./key-store.ts";
import { lockedSession } from "./locked-session.ts";
import { mailStore } from "./mail-store.ts";
import { permissionStore } from "./permission-store.ts";
import { registrationStore } from "./registration-store.ts";
import { tokenStore } from "./token-store.ts";
import { toUser } from "./user-list.ts";

/**
 * The methods that change a tenant, for an administrator: every transaction first decides again whether they may. One place
 * for all of them, so that no operation can omit it.
 */
export function actingStore(database: Database, by: ActingAdministrator, observe?: StoreObserver): ActingStore {
  const acting: Database = { ...database, db: startingWith(database.db, rightCheck(database, by)) };
  return {
    administration: administrationStore(acting, observe),
    credentials: retried(credentialStore(acting), "credentials", observe),
    directory: retried(directoryStore(acting), "directory", observe),
    grants: retried(grantStore(acting), "grants", observe),
    keys: retried(keyStore(acting), "keys", observe),
    mail: retried(mailStore(acting), "mail", observe),
    permissions: retried(permissionStore(acting), "permissions", observe),
    registrations: retried(registrationStore(acting), "registrations", observe),
    tokens: retried(tokenStore(acting), "tokens", observe),
  };
}

/**
 * Locks the administrator's row, then their session, so that a withdrawal waits for the change or stops it. Grants come
 * before users in the order of redemption; a deadlock with one of the administrator's own is repeated (`retried`).
 *
 * @throws RightWithdrawn
 */
function rightCheck({ locksRows }: Database, { sessionId, userId, signedInAfter, now }: ActingAdministrator) {
  return async (trx: Connection): Promise<void> => {
    const user = await trx
      .selectFrom("users")
      .where("id", "=", userId)
      .selectAll()
      .$if(locksRows, (query) => query.forShare())
      .executeTakeFirst();
    const signIn = await lockedSession(trx, { locksRows }, { sessionId, userId, now });
    if (!user || !signIn) throw new RightWithdrawn("signed_out");
    const why = mayUseConsole({ user: toUser(user), ...signIn, signedInAfter, now });
    if (why) throw new RightWithdrawn(why);
  };
}

/** The same database, each of whose transactions begins with `first`. */
function startingWith(db: Kysely<Tables>, first: (trx: Connection) => Promise<void>): Kysely<Tables> {
  const checked = (builder: TransactionBuilder<Tables>) => ({
    setIsolationLevel: (...level: Parameters<typeof builder.setIsolationLevel>) =>
      checked(builder.setIsolationLevel(...level)),
    execute: <Result>(work: (trx: Connection) => Promise<Result>): Promise<Result> =>
      builder.execute(async (trx) => {
        await first(trx);
        return work(trx);
      }),
  });
  return new Proxy(db, {
    get(target, name) {
      if (name === "transaction") return () => checked(target.transaction());
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
