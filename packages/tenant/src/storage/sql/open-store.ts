import { sql } from "kysely";
import type { Logger } from "pino";
import type { Database } from "../engine/database.ts";
import { openPostgresDatabase, type PostgresOptions } from "../engine/postgres.ts";
import { retried } from "../engine/retry.ts";
import { openSqliteDatabase } from "../engine/sqlite.ts";
import type { PurgeOptions, Store } from "../store.ts";
import { accessStore } from "./access-store.ts";
import { auditStore } from "./audit-store.ts";
import { authorizationStore } from "./authorization-store.ts";
import { credentialStore } from "./credential-store.ts";
import { administrationStore, directoryStore } from "./directory-store.ts";
import { factorStore, passkeyStore } from "./factor-store.ts";
import { grantStore } from "./grant-store.ts";
import { keyStore } from "./key-store.ts";
import { linkStore } from "./link-store.ts";
import { mailStore, outboxStore } from "./mail-store.ts";
import { permissionStore } from "./permission-store.ts";
import { profileStore } from "./profile-store.ts";
import { purgeExpired } from "./purge-expired.ts";
import { registrationStore } from "./registration-store.ts";
import { sessionStore } from "./session-store.ts";
import { throttleStore } from "./throttle-store.ts";
import { tokenStore } from "./token-store.ts";

/** The embedded default: one file (or `:memory:`), readable by its owner only. */
export async function openSqliteStore(file: string, options: { log?: Logger } = {}): Promise<Store> {
  return storeOver(await openSqliteDatabase(file, options));
}

/** For many nodes: every node opens the same database. */
export async function openPostgresStore(url: string, options: PostgresOptions = {}): Promise<Store> {
  return storeOver(await openPostgresDatabase(url, options));
}

/** All verbs over one open database. */
export function storeOver(database: Database): Store {
  let closed: Promise<void> | undefined;
  return {
    kind: database.kind,
    access: retried(accessStore(database)),
    grants: retried(grantStore(database)),
    authorizations: retried(authorizationStore(database)),
    tokens: retried(tokenStore(database)),
    directory: retried(directoryStore(database)),
    credentials: retried(credentialStore(database)),
    registrations: retried(registrationStore(database)),
    permissions: retried(permissionStore(database)),
    administration: administrationStore(database),
    sessions: retried(sessionStore(database)),
    factors: retried(factorStore(database)),
    mail: retried(mailStore(database)),
    outbox: retried(outboxStore(database)),
    links: retried(linkStore(database)),
    passkeys: retried(passkeyStore(database)),
    profiles: retried(profileStore(database)),
    throttle: retried(throttleStore(database)),
    keys: retried(keyStore(database)),
    audit: retried(auditStore(database)),
    ...retried({
      ping: async () => void (await sql`select 1`.execute(database.db)),
      purgeExpired: (now: number, options?: PurgeOptions) => purgeExpired(database, now, options),
    }),
    close() {
      closed ??= database.close();
      return closed;
    },
  };
}
