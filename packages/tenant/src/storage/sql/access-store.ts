import type { Selectable } from "kysely";
import { type AccessFacts, mayIssue, type Refusal, type StoredFacts } from "../../directory/access-rules.ts";
import type { App, User } from "../../directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import { DEFAULT_USER_FLOW, type Policy, type UserFlow } from "../../directory/user-flow.ts";
import type { AccessStore } from "../directory.ts";
import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import { toApi } from "./api-store.ts";
import { toApp } from "./app-store.ts";
import { toConsents } from "./consent-store.ts";
import { toPolicy } from "./policy-store.ts";
import { toUserFlow } from "./user-flow-store.ts";
import { toUser } from "./user-store.ts";

export type LoadFacts = (on: Connection, of: Parameters<AccessStore["facts"]>[0]) => Promise<StoredFacts>;

/** What a transaction is about to issue tokens for. */
export type Issuance = Pick<AccessFacts, "scopes" | "amr" | "authTime" | "grantType" | "signInGrant"> & {
  clientId: string;
  userId: string;
};

export type IssuanceCheck = (trx: Connection, of: Issuance) => Promise<Refusal | undefined>;

export function accessStore(database: Database): AccessStore {
  const load = factsLoader(database, { lock: false });
  return { facts: (of) => load(database.db, of) };
}

/** The access rule in the transaction that issues, on facts that are locked until it ends. */
export function issuanceCheck(database: Database): IssuanceCheck {
  const load = factsLoader(database, { lock: true });
  return async (trx, { clientId, userId, ...sought }) => {
    const facts = await load(trx, { clientId, userId, resourceId: sought.scopes.resourceId });
    return mayIssue({ ...facts, ...sought, signedInSince: null });
  };
}

/**
 * Loads the facts of the access rule. With `lock`, for transactions that approve or issue, each row is held against
 * change until the transaction ends, so that nothing is issued after a withdrawal was answered. SQLite has one writer
 * and takes no locks.
 *
 * Locks are taken in one order everywhere: user, app, assignment, API, consents, family. User flows and policies have
 * none: their writers lock the apps, or the user, first (demand-locks.ts), so they are read after those.
 */
export function factsLoader(database: Database, options: { lock: boolean }): LoadFacts {
  const { db } = database;
  const lock = options.lock && database.locksRows;
  /** Both in one statement, the common case: the user's row is locked first. */
  const userAndApp = prepared((by: { userId: string; clientId: string }) =>
    db
      .selectFrom("users")
      .innerJoin("apps", (join) => join.on("apps.clientId", "=", by.clientId))
      .where("users.id", "=", by.userId)
      .selectAll("users")
      .select(["clientId", "name", "publicClient", "redirectUris", "postLogoutRedirectUris"])
      .select(["userFlowId", "requireMfa", "assignmentRequired", "groupClaims"])
      .select(["grantTypes", "administrativeScopes", "administrationByDeviceCode"])
      .select(["apps.createdAt as appCreatedAt", "apps.disabledAt as appDisabledAt"])
      .$if(lock, (query) => query.forShare()),
  );
  const users = prepared((by: { userId: string }) =>
    db
      .selectFrom("users")
      .where("id", "=", by.userId)
      .selectAll()
      .$if(lock, (query) => query.forShare()),
  );
  const apps = prepared((by: { clientId: string }) =>
    db
      .selectFrom("apps")
      .where("clientId", "=", by.clientId)
      .selectAll()
      .$if(lock, (query) => query.forShare()),
  );
  const assignment = prepared((by: { clientId: string; userId: string }) =>
    db
      .selectFrom("appAssignments")
      .where("clientId", "=", by.clientId)
      .where("principalId", "=", by.userId)
      .select("principalId")
      .$if(lock, (query) => query.forShare()),
  );
  // Groups are locked in the order of `deleteGroup`.
  const groupAssignment = prepared((by: { clientId: string; userId: string }) =>
    db
      .selectFrom("groupMembers")
      .innerJoin("appAssignments", "appAssignments.principalId", "groupMembers.groupId")
      .where("groupMembers.userId", "=", by.userId)
      .where("appAssignments.clientId", "=", by.clientId)
      .select("appAssignments.principalId")
      .limit(1)
      .$if(lock, (query) => query.forShare()),
  );
  const policies = prepared((_by: object) => db.selectFrom("policies").where("enabled", "=", 1).selectAll());
  /** The app's user flow beside each policy: one row at least. */
  const flowAndPolicies = prepared((by: { clientId: string }) =>
    db
      .selectFrom("apps")
      .leftJoin("userFlows", "userFlows.id", "apps.userFlowId")
      .leftJoin("policies", (join) => join.on("policies.enabled", "=", 1))
      .where("apps.clientId", "=", by.clientId)
      .selectAll("userFlows")
      .select(["policies.id as policyId", "policies.name as policyName", "policies.createdAt as policyCreatedAt"])
      .select(["enabled", "clientIds", "groupIds", "excludedUserIds", "requires"]),
  );
  const groups = prepared((by: { userId: string }) =>
    db.selectFrom("groupMembers").where("userId", "=", by.userId).select("groupId"),
  );
  const apis = prepared((by: { resourceId: string }) =>
    db
      .selectFrom("apis")
      .where("clientId", "=", by.resourceId)
      .selectAll()
      .$if(lock, (query) => query.forShare()),
  );
  /** An enabled administrator who has an authenticator app or a passkey; not locked, as no issue takes one away. */
  const administratorsFactor = prepared((_by: object) =>
    db
      .selectFrom("users")
      .where("administrator", "=", 1)
      .where("disabledAt", "is", null)
      .where((where) =>
        where.or([
          where("id", "in", where.selectFrom("totpSecrets").select("totpSecrets.userId")),
          where("id", "in", where.selectFrom("passkeys").select("passkeys.userId")),
        ]),
      )
      .select("id")
      .limit(1),
  );
  const consentsOf = prepared((by: { clientId: string; userId: string }) =>
    db
      .selectFrom("consents")
      .where("clientId", "=", by.clientId)
      .where("userId", "in", ["", by.userId])
      .select(["clientId", "userId", "resourceId", "scope"])
      .orderBy("userId")
      .orderBy("resourceId")
      .orderBy("scope")
      .$if(lock, (query) => query.forShare()),
  );

  const findBoth = async (on: Connection, clientId: string | null, userId: string) => {
    const [both] = clientId === null ? [] : await userAndApp(on, { userId, clientId });
    if (both) return toUserAndApp(both);
    const [user] = await users(on, { userId });
    const [app] = clientId === null ? [] : await apps(on, { clientId });
    return { user: user && toUser(user), app: app && toApp(app) };
  };
  const findDemands = async (on: Connection, app: App | undefined) => {
    const rows = app ? await flowAndPolicies(on, app) : [];
    // No app, or one that was deleted meanwhile: policies for every app count.
    if (rows.length === 0) return { userFlow: DEFAULT_USER_FLOW, policies: (await policies(on, {})).map(toPolicy) };
    return { userFlow: toFlow(rows[0]) ?? DEFAULT_USER_FLOW, policies: rows.flatMap(toPolicies) };
  };

  return async (on, { clientId, userId, resourceId }) => {
    const { user, app } = await findBoth(on, clientId, userId);
    const by = { clientId: app?.clientId ?? "", userId };
    const assigned =
      app?.assignmentRequired === true &&
      ((await assignment(on, by)).length > 0 || (await groupAssignment(on, by)).length > 0);
    const demands = await findDemands(on, app);
    const byGroup = demands.policies.some((policy) => policy.groupIds !== null);
    const groupIds = byGroup ? (await groups(on, { userId })).map((row) => row.groupId) : [];
    const [api] = resourceId === GRAPH_RESOURCE_ID ? [] : await apis(on, { resourceId });
    const consents = app ? toConsents(await consentsOf(on, by)) : [];
    const administers = resourceId === GRAPH_RESOURCE_ID && user?.administrator === true;
    const administratorHasFactor = administers && (await administratorsFactor(on, {})).length > 0;
    return { user, app, ...demands, groupIds, assigned, api: api && toApi(api), consents, administratorHasFactor };
  };
}

type Row<Table extends keyof Tables> = Selectable<Tables[Table]>;

function toUserAndApp(
  row: Row<"users"> &
    Omit<Row<"apps">, "createdAt" | "disabledAt"> & {
      appCreatedAt: number;
      appDisabledAt: number | null;
    },
): { user: User; app: App } {
  const { clientId, name, publicClient, redirectUris, postLogoutRedirectUris, ...others } = row;
  const { grantTypes, administrativeScopes, administrationByDeviceCode, ...more } = others;
  const { userFlowId, requireMfa, assignmentRequired, groupClaims, appCreatedAt, appDisabledAt, ...user } = more;
  const may = { grantTypes, administrativeScopes, administrationByDeviceCode };
  const registered = { clientId, name, publicClient, redirectUris, postLogoutRedirectUris };
  const rules = { userFlowId, requireMfa, assignmentRequired, groupClaims };
  const app = toApp({ ...registered, ...may, ...rules, createdAt: appCreatedAt, disabledAt: appDisabledAt });
  return { user: toUser(user), app };
}

/** Of a left join: null where the app has no user flow, or no policy is enabled. */
type FlowAndPolicy = Nullable<Row<"userFlows"> & Omit<Row<"policies">, "id" | "name" | "createdAt">> &
  Nullable<{ policyId: string; policyName: string; policyCreatedAt: number }>;
type Nullable<T> = { [P in keyof T]: T[P] | null };

function toFlow(row: FlowAndPolicy | undefined): UserFlow | undefined {
  if (!row || row.id === null) return undefined;
  const { policyId, policyName, policyCreatedAt, enabled, clientIds, groupIds, excludedUserIds, requires, ...flow } =
    row;
  return toUserFlow(flow as Row<"userFlows">);
}

function toPolicies(row: FlowAndPolicy): Policy[] {
  const { policyId, policyName, policyCreatedAt, enabled, clientIds, groupIds, excludedUserIds, requires } = row;
  if (policyId === null) return [];
  const named = { id: policyId, name: policyName, createdAt: policyCreatedAt };
  return [toPolicy({ ...named, enabled, clientIds, groupIds, excludedUserIds, requires } as Row<"policies">)];
}
