import type { Kysely } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import type { Logger } from "pino";
import { StoreError } from "../store-error.ts";
import * as firstTables from "./0001-first-tables.ts";
import * as userFlowsAndFactors from "./0002-user-flows-and-factors.ts";
import * as outbox from "./0003-outbox.ts";
import * as flowsKeepNoAnswers from "./0004-flows-keep-no-answers.ts";
import * as administrators from "./0005-administrators.ts";
import * as graph from "./0006-graph.ts";
import * as authorizationRequests from "./0007-authorization-requests.ts";
import * as appCertificates from "./0008-app-certificates.ts";
import * as signInMethods from "./0009-sign-in-methods.ts";
import * as clientPermissions from "./0010-client-permissions.ts";
import * as reachOfSignIns from "./0011-reach-of-sign-ins.ts";
import * as ends from "./0012-ends.ts";
import * as boundedWork from "./0013-bounded-work.ts";
import type { Tables } from "./tables.ts";

/** In order; a released one is never edited, a change is a new one. */
const migrations: Record<string, Migration> = {
  "0001-first-tables": firstTables,
  "0002-user-flows-and-factors": userFlowsAndFactors,
  "0003-outbox": outbox,
  "0004-flows-keep-no-answers": flowsKeepNoAnswers,
  "0005-administrators": administrators,
  "0006-graph": graph,
  "0007-authorization-requests": authorizationRequests,
  "0008-app-certificates": appCertificates,
  "0009-sign-in-methods": signInMethods,
  "0010-client-permissions": clientPermissions,
  "0011-reach-of-sign-ins": reachOfSignIns,
  "0012-ends": ends,
  "0013-bounded-work": boundedWork,
};

/** Brings the tables up to date; two nodes that start together wait for each other. */
export async function migrate(db: Kysely<Tables>, schema?: string, log?: Logger): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  });
  const { error, results } = await migrator.migrateToLatest();
  for (const result of results ?? [])
    log?.info({ migration: result.migrationName, status: result.status }, "migration");
  if (error) {
    throw new StoreError(
      "store_migration_failed",
      "The store's tables could not be brought up to date.",
      "A store that a newer version has opened cannot be opened by an older one: use the newer version, or another store.",
      error,
    );
  }
}
