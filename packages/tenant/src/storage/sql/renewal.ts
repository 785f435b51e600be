import { sql } from "kysely";
import type { StoredFacts } from "../../directory/access-rules.ts";
import type { Api, App, Consent, User } from "../../directory/entities.ts";
import { COMMAND_LINE_CLIENT_ID } from "../../directory/new-app.ts";
import { DEFAULT_USER_FLOW } from "../../directory/user-flow.ts";
import { togetherInBatches } from "../engine/batches.ts";
import type { Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { TokenStore } from "../store.ts";
import { ADMINISTRATOR, isInForce, toConsents } from "./consent-store.ts";
import { type Registered, registeredReader } from "./registered.ts";
import { versionsIn } from "./renewal-versions.ts";
import { toFamily } from "./token-family.ts";
import { toUser } from "./user-list.ts";

type By = { tokenHash: string; clientId: string };

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
  const registeredOf = registeredReader(database, together);
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
        versions.ofPersonal(sql.ref("token_families.user_id"), sql`${by.clientId}`).as("personal"),
        versions.ofRegistered(sql.ref("token_families.user_id"), sql`${by.clientId}`).as("registered"),
      ]),
  );
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
    const stamps = versions.now();
    const [[found], [userRow], consentRows, roleRows] = await together([
      token.with(by),
      users.with(by),
      consentsOf.with(by),
      rolesOf.with(by),
    ]);
    const user = userRow && toUser(userRow);
    const consents = toConsents(consentRows);
    const apiIds = [...new Set(consents.map(({ resourceId }) => resourceId))].sort();
    const read = found && (locksRows ? { personal: found.personal, registered: found.registered } : stamps);
    const seen = read && versions.covers(read.registered, apiIds) ? read : undefined;
    const registered = await registeredOf(by.clientId, apiIds, seen?.registered);
    const { app, apis } = registered;
    const roles = rolesAt(apis, roleRows);
    if (!found) return { app, token: undefined, user, consents, apis, roles, seen: undefined };
    const { generation, usedAt, tokenExpiresAt: expiresAt, personal: _, registered: _r, ...family } = found;
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
