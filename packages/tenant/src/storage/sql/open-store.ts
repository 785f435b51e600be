import { DEFAULT_LIMITS } from "../../directory/tenant-config.ts";
import type { Database } from "../engine/database.ts";
import { openPostgresDatabase, type PostgresOptions } from "../engine/postgres.ts";
import { retried } from "../engine/retry.ts";
import { openSqliteDatabase, type SqliteOptions } from "../engine/sqlite.ts";
import type { PurgeOptions, RestoredSettlement, Store, StoreObserver } from "../store.ts";
import { acceptedScopes } from "./accepted-scopes.ts";
import { accessStore } from "./access-store.ts";
import { actingStore } from "./acting-store.ts";
import { auditChanges, auditStore } from "./audit-store.ts";
import { authorizationStore } from "./authorization-store.ts";
import { credentialStore } from "./credential-store.ts";
import { administrationStore, directoryStore } from "./directory-store.ts";
import { emailChangeStore } from "./email-change-store.ts";
import { factorStore, passkeyStore } from "./factor-store.ts";
import { clockOffset, ping, settingChanges } from "./follow.ts";
import { grantChanges } from "./grant-changes.ts";
import { grantStore } from "./grant-store.ts";
import { keyStore } from "./key-store.ts";
import { linkStore } from "./link-store.ts";
import { liveRequests } from "./live-requests.ts";
import { mailStore, outboxStore } from "./mail-store.ts";
import { ownAccountStore } from "./own-account-store.ts";
import { pendingPolls } from "./pending-polls.ts";
import { permissionStore } from "./permission-store.ts";
import { profileStore } from "./profile-store.ts";
import { purgeExpired } from "./purge-expired.ts";
import { registrationStore } from "./registration-store.ts";
import { sealStore } from "./seal-store.ts";
import { sessionStore } from "./session-store.ts";
import { settleRestored } from "./settle-restored.ts";
import { snapshotStore } from "./snapshot-store.ts";
import { throttleStore } from "./throttle-store.ts";
import { tokenStore } from "./token-store.ts";

export { cannotOpen, connectSqlite } from "../engine/sqlite.ts";
export { mayRespondLater } from "../engine/store-failure.ts";

export interface OverOptions {
  observe?: StoreObserver;
  /** How often watched grants are checked for lost notifications, in milliseconds. Default: `RECHECK_MS`. */
  recheckMs?: number;
  /** How many waiting grants are kept in memory. Default: `DEFAULT_LIMITS.pollsInMemory`. */
  pollsInMemory?: number;
}

/** The embedded default: one file (or `:memory:`), readable by its owner only. */
export async function openSqliteStore(file: string, options: SqliteOptions & OverOptions = {}): Promise<Store> {
  return storeOver(await openSqliteDatabase(file, options), options);
}

/** For several nodes: every node opens the same database. */
export async function openPostgresStore(url: string, options: PostgresOptions & OverOptions = {}): Promise<Store> {
  return storeOver(await openPostgresDatabase(url, options), options);
}

/** All methods, on one open database. */
export function storeOver(
  database: Database,
  { observe, recheckMs, pollsInMemory = DEFAULT_LIMITS.pollsInMemory }: OverOptions = {},
): Store {
  let closed: Promise<void> | undefined;
  const changes = grantChanges(database, recheckMs);
  return {
    kind: database.kind,
    access: retried(accessStore(database), "access", observe),
    grants: retried(grantStore(database), "grants", observe),
    grantChanges: changes,
    liveRequests: retried(liveRequests(database), "liveRequests", observe),
    pendingPolls: pendingPolls(database, pollsInMemory),
    acceptedScopes: acceptedScopes(database),
    settingChanges: settingChanges(database),
    authorizations: retried(authorizationStore(database), "authorizations", observe),
    tokens: retried(tokenStore(database), "tokens", observe),
    directory: retried(directoryStore(database), "directory", observe),
    credentials: retried(credentialStore(database), "credentials", observe),
    registrations: retried(registrationStore(database), "registrations", observe),
    permissions: retried(permissionStore(database), "permissions", observe),
    administration: administrationStore(database, observe),
    sessions: retried(sessionStore(database), "sessions", observe),
    factors: retried(factorStore(database), "factors", observe),
    mail: retried(mailStore(database), "mail", observe),
    outbox: retried(outboxStore(database), "outbox", observe),
    links: retried(linkStore(database), "links", observe),
    ownAccount: retried(ownAccountStore(database), "ownAccount", observe),
    emailChanges: retried(emailChangeStore(database), "emailChanges", observe),
    passkeys: retried(passkeyStore(database), "passkeys", observe),
    profiles: retried(profileStore(database), "profiles", observe),
    throttle: retried(throttleStore(database), "throttle", observe),
    keys: retried(keyStore(database), "keys", observe),
    seals: retried(sealStore(database), "seals", observe),
    audit: retried(auditStore(database), "audit", observe),
    auditChanges: auditChanges(database),
    snapshots: snapshotStore(database),
    actingFor: (by) => actingStore(database, by, observe),
    ...retried(
      {
        ping: () => ping(database),
        clockOffset: (now: () => number) => clockOffset(database, now),
        purgeExpired: (now: number, options?: PurgeOptions) => purgeExpired(database, now, options),
        settleRestored: (settlement: RestoredSettlement) => settleRestored(database, settlement),
      },
      "store",
      observe,
    ),
    close() {
      changes.close();
      closed ??= database.close();
      return closed;
    },
  };
}
