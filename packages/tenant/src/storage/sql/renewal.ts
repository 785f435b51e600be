import { sql } from "kysely";
import type { StoredFacts } from "../../directory/access-rules.ts";
import type { Api, App, Consent, User } from "../../directory/entities.ts";
import { COMMAND_LINE_CLIENT_ID } from "../../directory/new-app.ts";
import { DEFAULT_USER_FLOW } from "../../directory/user-flow.ts";
import type { Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { TokenStore } from "../store.ts";
import { flowAndPoliciesQuery, toFlow, toPolicies } from "./access-store.ts";
import { toApi } from "./api-store.ts";
import { toApp } from "./app-store.ts";
import { ADMINISTRATOR, isInForce, toConsents } from "./consent-store.ts";
import { toFamily } from "./token-family.ts";
import { toUser } from "./user-list.ts";

type By = { tokenHash: string; clientId: string };

/** Everything that a renewal reads before it signs: on PostgreSQL in one round trip. */
export function renewalReader(database: Database): TokenStore["findRenewal"] {
  const { db, together, locksRows } = database;
  const flowAndPolicies = flowAndPoliciesQuery(database);
  const userOf = (by: Pick<By, "tokenHash">) =>
    db
      .selectFrom("refreshTokens")
      .innerJoin("tokenFamilies", "tokenFamilies.id", "refreshTokens.familyId")
      .where("tokenHash", "=", by.tokenHash)
      .select("tokenFamilies.userId");
  const noVersions = sql<string>`''`;
  // First: a fact that changes later has another version in the transaction that rotates.
  const token = prepared((by: By) =>
    db
      .selectFrom("refreshTokens")
      .innerJoin("tokenFamilies", "tokenFamilies.id", "refreshTokens.familyId")
      .where("tokenHash", "=", by.tokenHash)
      .selectAll("tokenFamilies")
      .select(["generation", "usedAt", "refreshTokens.expiresAt as tokenExpiresAt"])
      .select(
        (locksRows ? versionsOf(database, sql.ref("token_families.user_id"), sql`${by.clientId}`) : noVersions).as(
          "versions",
        ),
      ),
  );
  const apps = prepared((by: By) => db.selectFrom("apps").where("clientId", "=", by.clientId).selectAll());
  const users = prepared((by: By) => db.selectFrom("users").where("id", "=", userOf(by)).selectAll());
  const consented = (by: By) =>
    db
      .selectFrom("consents")
      .where("consents.clientId", "=", by.clientId)
      .where((where) =>
        where.or([where("consents.userId", "=", ADMINISTRATOR), where("consents.userId", "=", userOf(by))]),
      );
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

  return async (by) => {
    const [[found], [appRow], [userRow], flowRows, consentRows, apiRows, roleRows] = await together([
      token.with(by),
      apps.with(by),
      users.with(by),
      flowAndPolicies.with(by),
      consentsOf.with(by),
      apisOf.with(by),
      rolesOf.with(by),
    ]);
    const app = appRow && toApp(appRow);
    const user = userRow && toUser(userRow);
    const consents = toConsents(consentRows);
    const apis = apiRows.map(toApi);
    const roles = rolesAt(apis, roleRows);
    if (!found) return { app, token: undefined, user, consents, apis, roles, seen: undefined };
    const { generation, usedAt, tokenExpiresAt: expiresAt, versions, ...family } = found;
    const facts = locksRows && user && app ? usualFacts(user, app, flowRows, consents) : undefined;
    return {
      ...{ app, token: { family: toFamily(family), generation, expiresAt, usedAt }, user, consents, apis, roles },
      seen: facts && { facts, versions },
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
  flowRows: Parameters<typeof toPolicies>[0][],
  consents: Consent[],
): Omit<StoredFacts, "api"> | undefined {
  const own = toFlow(flowRows[0]);
  const userFlow = own ?? DEFAULT_USER_FLOW;
  const policies = flowRows.flatMap(toPolicies);
  const needsMore =
    app.assignmentRequired ||
    policies.some((policy) => policy.groupIds !== null) ||
    userFlow.termsOfUse !== null ||
    (!own && app.clientId === COMMAND_LINE_CLIENT_ID);
  if (needsMore) return undefined;
  const none = { termsAccepted: true, groupIds: [], assigned: false, administratorHasFactor: false, embedded: false };
  return { user, app, userFlow, policies, consents, ...none };
}

type Part = ReturnType<typeof sql>;

/**
 * PostgreSQL only: the versions of all rows that `usualFacts` and the APIs were read from. `xmin` is the transaction that
 * wrote a row, so a row that was changed, added or removed since changes the text.
 */
export function versionsOf({ tableName }: Pick<Database, "tableName">, userId: Part, clientId: Part) {
  const table = (name: string) => sql.raw(tableName(name));
  const all = sql.raw("string_agg(xmin::text, ',' order by xmin::text)");
  const consents = sql`from ${table("consents")} where client_id = ${clientId} and user_id in (${sql.lit(ADMINISTRATOR)}, ${userId})`;
  const flow = sql`(select user_flow_id from ${table("apps")} where client_id = ${clientId})`;
  return sql<string>`concat(
    (select xmin from ${table("users")} where id = ${userId}), '/',
    (select xmin from ${table("apps")} where client_id = ${clientId}), '/',
    (select ${all} ${consents}), '/',
    (select ${all} from ${table("apis")} where client_id in (select resource_id ${consents})), '/',
    (select xmin from ${table("user_flows")} where id = ${flow}), '/',
    (select ${all} from ${table("policies")} where enabled = 1))`;
}
