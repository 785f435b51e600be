import type { Selectable } from "kysely";
import type { Api, App } from "../../directory/entities.ts";
import type { Policy, UserFlow } from "../../directory/user-flow.ts";
import type { Bound, Database, Together } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import { flowAndPoliciesQuery, toFlow, toPolicies } from "./access-store.ts";
import { toApi } from "./api-store.ts";
import { toApp } from "./app-store.ts";

/** What an administrator registers, as far as a renewal needs it. Shared by requests: change nothing in it. */
export interface Registered {
  app: App | undefined;
  /** The app's own, if it has one. */
  flow: UserFlow | undefined;
  /** Those that are enabled. */
  policies: Policy[];
  /** Of these IDs, as far as they exist. */
  apis: Api[];
}

/** Of how many apps, each with the APIs that its users consented to, a process keeps what is registered. */
const KEPT = 1_000;
/** A server that crashed with `synchronous_commit = off` may number a transaction like one that it lost. */
const READ_AGAIN_MS = 60_000;

interface Kept {
  version: string;
  /** Of `performance.now()`. */
  readAt: number;
  registered: Registered;
}

/**
 * Reads what is registered, unless the process has kept it as of this version (`versionsIn`). It changes once in months.
 * Without a version it is read, and not kept.
 */
export function registeredReader(database: Database, together: Together) {
  const { db } = database;
  const apps = prepared((by: { clientId: string }) =>
    db.selectFrom("apps").where("clientId", "=", by.clientId).selectAll(),
  );
  const flowAndPolicies = flowAndPoliciesQuery(database);
  const kept = new Map<string, Kept>();
  let policies: { rows: string; read: Policy[] } = { rows: "", read: [] };

  /** Every app has the same ones, so they are kept once. */
  const policiesIn = (rows: Parameters<typeof toPolicies>[0][]): Policy[] => {
    const read = rows.flatMap(toPolicies);
    const text = JSON.stringify(read);
    if (policies.rows !== text) policies = { rows: text, read };
    return policies.read;
  };
  const apisOf = (ids: readonly string[]): Bound<Selectable<Tables["apis"]>> => {
    const query = db.selectFrom("apis").where("clientId", "in", ids.length > 0 ? ids : [""]);
    const { sql: text, parameters } = query.selectAll().orderBy("clientId").compile();
    return { text, parameters };
  };

  return async (clientId: string, apiIds: readonly string[], version: string | undefined): Promise<Registered> => {
    const key = [clientId, ...apiIds].join(" ");
    const known = kept.get(key);
    const readAt = performance.now();
    if (known && known.version === version && readAt - known.readAt < READ_AGAIN_MS) return known.registered;
    const [[app], flowRows, apis] = await together([
      apps.with({ clientId }),
      flowAndPolicies.with({ clientId }),
      apisOf(apiIds),
    ]);
    const registered = {
      app: app && toApp(app),
      flow: toFlow(flowRows[0]),
      policies: policiesIn(flowRows),
      apis: apis.map(toApi),
    };
    if (version !== undefined && app) {
      kept.delete(key);
      if (kept.size >= KEPT) kept.delete(kept.keys().next().value as string);
      kept.set(key, { version, readAt, registered });
    }
    return registered;
  };
}
