import type { Kysely } from "kysely";
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
import * as operatorsCommands from "./0014-operators-commands.ts";
import * as auditEpochs from "./0015-audit-epochs.ts";
import * as signingAlgorithms from "./0016-signing-algorithms.ts";
import * as ownAccount from "./0017-own-account.ts";
import * as ownAccountIndexes from "./0018-own-account-indexes.ts";
import * as consoleIndexes from "./0019-console-indexes.ts";
import * as recordsIndexes from "./0020-records-indexes.ts";

/**
 * From 0015 on, a migration only expands: new tables, columns that may be null or have a constant default, indexes. Nodes
 * of the version before keep serving meanwhile (docs/decisions/0024). `expand-only.test.ts` checks it.
 */
export interface Migration {
  /** Runs in one transaction, which must be short: requests wait for its locks. */
  up?(db: Kysely<unknown>): Promise<void>;
  /**
   * Instead of `up`: indexes of tables that exist already. PostgreSQL creates them outside a transaction, without
   * blocking writes.
   */
  indexes?: readonly NewIndex[];
  /** Set by a migration that takes away what a version before it used. */
  contracts?: {
    /** The number of the newest migration of the oldest version that can still work with the store, such as `0017`. */
    oldest: string;
    /** What is no longer needed, and since which version. */
    why: string;
  };
}

export interface NewIndex {
  name: string;
  table: string;
  /** What follows the table's name: `(expires_at) where used_at is null`. */
  columns: string;
  /** The database that needs it, or needs it in this form. Default: both. */
  only?: "sqlite" | "postgres";
}

/** In order. Never edit a released migration: add a new one. */
export const migrations: Record<string, Migration> = {
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
  "0014-operators-commands": operatorsCommands,
  "0015-audit-epochs": auditEpochs,
  "0016-signing-algorithms": signingAlgorithms,
  "0017-own-account": ownAccount,
  "0018-own-account-indexes": ownAccountIndexes,
  "0019-console-indexes": consoleIndexes,
  "0020-records-indexes": recordsIndexes,
};
