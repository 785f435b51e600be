import { sql } from "kysely";
import type { StoredFacts } from "../../directory/access-rules.ts";
import type { Api, App, Consent, User } from "../../directory/entities.ts";
import { COMMAND_LINE_CLIENT_ID } from "../../directory/new-app.ts";
import { DEFAULT_USER_FLOW, type Policy, type UserFlow } from "../../directory/user-flow.ts";
import { togetherInBatches } from "../engine/batches.ts";
import type { Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { TokenStore } from "../store.ts";
import { flowAndPoliciesQuery, toFlow, toPolicies } from "./access-store.ts";
import { toApi } from "./api-store.ts";
import { toApp } from "./app-store.ts";
import { ADMINISTRATOR, isInForce, toConsents } from "./consent-store.ts";
import { versionsIn } from "./renewal-versions.ts";
import { toFamily } from "./token-family.ts";
import { toUser } from "./user-list.ts";

type By = { tokenHash: string; clientId: string };

/** What an administrator registers. It changes rarely, so a node keeps it for as long as its versions are the same. */
interface Registered {
  app: App | undefined;
  /** The app's own, if it has one. */
  flow: UserFlow | undefined;
  policies: Policy[];
  /** That the consents name. */
  apis: Api[];
  /** Of `performance.now()`. */
  readAt: number;
}

/** Of how many apps, or sets of consented APIs, a node keeps what is registered. */
const KEPT = 1_000;
/** A server that crashed with `synchronous_commit = off` may number a transaction like one that it lost. */
const READ_AGAIN_MS = 60_000;

/** Of concurrent requests, on PostgreSQL. */
const BATCHES = { most: 50, atOnce: 2 };

/**
 * Everything that a renewal reads before it signs: in one round trip on PostgreSQL, or two if something that is
 * registered has changed since the last one.
 */
export function renewalReader(database: Database): TokenStore["findRenewal"] {
  const { db, locksRows } = database;
  const together = locksRows ? togetherInBatches(database.together, BATCHES) : database.together;
  const versions = versionsIn(database);
  const kept = new Map<string, Registered>();
  const flowAndPolicies = flowAndPoliciesQuery(database);
  const userOf = (by: Pick<By, "tokenHash">) =>
    db
      .selectFrom("tokenFamilies")
      .where("tokenFamilies.id", "=", (family) =>
        family.selectFrom("refreshTokens").where("tokenHash", "=", by.tokenHash).select("familyId"),
      )
      .select("tokenFamilies.userId");
  // The versions first: what changes later has another version in the transaction that rotates.
  const token = prepared((by: By) =>
    db
      .selectFrom("refreshTokens")
      .innerJoin("tokenFamilies", "tokenFamilies.id", "refreshTokens.familyId")
      .where("tokenHash", "=", by.tokenHash)
      .selectAll("tokenFamilies")
      .select(["generation", "usedAt", "refreshTokens.expiresAt as tokenExpiresAt"])
      .select([
        versions.ofPeople(sql.ref("token_families.user_id"), sql`${by.clientId}`).as("people"),
        versions.ofRegistered(sql.ref("token_families.user_id"), sql`${by.clientId}`).as("registered"),
      ]),
  );
  const apps = prepared((by: By) => db.selectFrom("apps").where("clientId", "=", by.clientId).selectAll());
  const users = prepared((by: By) => db.selectFrom("users").where("id", "=", userOf(by)).selectAll());
  const consented = (by: By) =>
    db
      .selectFrom("consents")
      .where("consents.clientId", "=", by.clientId)
      .where("consents.userId", "in", [sql<string>`${sql.lit(ADMINISTRATOR)}`, userOf(by)]);
  const consentsOf = prepared((by: By) =>
    consented(by).selectAll().orderBy("userId").orderBy("resourceId").orderBy("scope"),
  );
  const consentedApis = (by: By) => consented(by).select("consents.resourceId");
  const apisOf = prepared((by: By) =>
    db.selectFrom("apis").where("clientId", "in", consentedApis(by)).selectAll().orderBy("clientId"),
  );
  const rolesOf = prepared((by: By) =>
    db
      .selectFrom("roleAssignments")
      .where("apiClientId", "in", consentedApis(by))
      .where((where) =>
        where.or([
          where("userId", "=", userOf(by)),
          where("userId", "in", db.selectFrom("groupMembers").where("userId", "=", userOf(by)).select("groupId")),
        ]),
      )
      .select(["apiClientId", "roleValue"])
      .distinct()
      .orderBy("roleValue"),
  );

  /** What is registered, as of this version at least. Undefined: as of now. */
  const registeredAt = async (by: By, key: string | undefined): Promise<Registered> => {
    const known = key === undefined ? undefined : kept.get(key);
    const readAt = performance.now();
    if (known && readAt - known.readAt < READ_AGAIN_MS) return known;
    const [[appRow], flowRows, apiRows] = await together([apps.with(by), flowAndPolicies.with(by), apisOf.with(by)]);
    const found = {
      app: appRow && toApp(appRow),
      flow: toFlow(flowRows[0]),
      policies: flowRows.flatMap(toPolicies),
      apis: apiRows.map(toApi),
      readAt,
    };
    if (key === undefined) return found;
    kept.delete(key);
    kept.set(key, found);
    for (const oldest of kept.size > KEPT ? kept.keys() : []) {
      kept.delete(oldest);
      break;
    }
    return found;
  };

  return async (by) => {
    const stamps = versions.now();
    const [[found], [userRow], consentRows, roleRows] = await together([
      token.with(by),
      users.with(by),
      consentsOf.with(by),
      rolesOf.with(by),
    ]);
    const user = userRow && toUser(userRow);
    const consents = toConsents(consentRows);
    const named = new Set(consents.map(({ resourceId }) => resourceId));
    const read = locksRows ? found && { people: found.people, registered: found.registered } : stamps;
    const seen = read && versions.covers(read.registered, named) ? read : undefined;
    const registered = await registeredAt(by, seen && [by.clientId, seen.registered, ...named].join(" "));
    const { app, apis } = registered;
    const roles = rolesAt(apis, roleRows);
    if (!found) return { app, token: undefined, user, consents, apis, roles, seen: undefined };
    const { generation, usedAt, tokenExpiresAt: expiresAt, people: _, registered: _r, ...family } = found;
    const facts = seen && user && app ? usualFacts(user, app, registered, consents) : undefined;
    return {
      ...{ app, token: { family: toFamily(family), generation, expiresAt, usedAt }, user, consents, apis, roles },
      seen: facts && seen && { facts, versions: seen },
    };
  };
}

function rolesAt(apis: Api[], rows: Pick<Tables["roleAssignments"], "apiClientId" | "roleValue">[]) {
  return new Map(
    apis.map(({ clientId, roles }) => {
      const assigned = rows.filter((row) => row.apiClientId === clientId).map((row) => row.roleValue);
      return [clientId, assigned.filter((value) => isInForce(value, roles))];
    }),
  );
}

/** Undefined if the access rule depends on more: assignments, groups of policies, terms of use, the account's user flow. */
function usualFacts(
  user: User,
  app: App,
  { flow, policies }: Registered,
  consents: Consent[],
): Omit<StoredFacts, "api"> | undefined {
  const userFlow = flow ?? DEFAULT_USER_FLOW;
  const needsMore =
    app.assignmentRequired ||
    policies.some((policy) => policy.groupIds !== null) ||
    userFlow.termsOfUse !== null ||
    (!flow && app.clientId === COMMAND_LINE_CLIENT_ID);
  if (needsMore) return undefined;
  const none = { termsAccepted: true, groupIds: [], assigned: false, administratorHasFactor: false, embedded: false };
  return { user, app, userFlow, policies, consents, ...none };
}
