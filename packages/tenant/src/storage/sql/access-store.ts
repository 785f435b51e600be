import type { ExpressionBuilder, Selectable } from "kysely";
import {
  type AccessFacts,
  type ConsentFacts,
  mayIssue,
  type Refusal,
  type StoredFacts,
} from "../../directory/access-rules.ts";
import type { App, GrantType, User } from "../../directory/entities.ts";
import { COMMAND_LINE_CLIENT_ID } from "../../directory/new-app.ts";
import { GRAPH_RESOURCE_ID, qualifiedScope } from "../../directory/scopes.ts";
import {
  ACCOUNT_FLOW_SETTING,
  DEFAULT_USER_FLOW,
  type Policy,
  SIGN_UP_SETTING,
  termsKey,
  type UserFlow,
} from "../../directory/user-flow.ts";
import type { AccessStore } from "../directory.ts";
import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import { toApi } from "./api-store.ts";
import { toApp } from "./app-store.ts";
import { ADMINISTRATOR, toConsents } from "./consent-store.ts";
import { toPolicy } from "./policy-store.ts";
import { toUserFlow } from "./user-flow-store.ts";
import { toUser } from "./user-list.ts";

export type LoadFacts = (on: Connection, of: Parameters<AccessStore["facts"]>[0]) => Promise<StoredFacts>;

/** What a transaction is about to issue tokens for. */
export type Issuance = Pick<AccessFacts, "scopes" | "methods" | "authTime" | "grantType" | "signInGrant" | "reach"> & {
  clientId: string;
  userId: string;
};

export type IssuanceCheck = (trx: Connection, of: Issuance) => Promise<Refusal | undefined>;

export function accessStore(database: Database): AccessStore {
  const load = factsLoader(database, { lock: false });
  const loadConsentFacts = consentFactsLoader(database, load);
  return { facts: (of) => load(database.db, of), consentFacts: loadConsentFacts };
}

/** What a consent page needs in addition to the facts of the access rule. */
function consentFactsLoader({ db }: Database, load: LoadFacts): AccessStore["consentFacts"] {
  const consentedApis = prepared((by: { clientId: string; userId: string }) =>
    db
      .selectFrom("apis")
      .where("clientId", "in", (where) =>
        where
          .selectFrom("consents")
          .where("consents.clientId", "=", by.clientId)
          .where("consents.userId", "in", [ADMINISTRATOR, by.userId])
          .select("resourceId"),
      )
      .selectAll()
      .orderBy("name")
      .orderBy("clientId"),
  );
  const shownScopes = prepared((by: { clientId: string; userId: string }) =>
    db
      .selectFrom("shownScopes")
      .where("clientId", "=", by.clientId)
      .where("userId", "=", by.userId)
      .select(["resourceId", "scope"]),
  );
  return async (of): Promise<ConsentFacts> => {
    const { clientId, userId } = of;
    if (clientId === null) return { ...(await load(db, of)), consentedApis: [], shown: [] };
    const by = { clientId, userId };
    const [facts, apis, shown] = await Promise.all([load(db, of), consentedApis(db, by), shownScopes(db, by)]);
    if (!facts.app) return { ...facts, consentedApis: [], shown: [] };
    return {
      ...facts,
      consentedApis: apis.map(toApi),
      shown: shown.map(({ resourceId, scope }) => qualifiedScope(resourceId, scope)),
    };
  };
}

/** Applies the access rule in the transaction that issues, on facts that are locked until it ends. */
export function issuanceCheck(database: Database): IssuanceCheck {
  const load = factsLoader(database, { lock: true });
  return async (trx, { clientId, userId, ...sought }) => {
    const facts = await load(trx, { clientId, userId, resourceId: sought.scopes.resourceId });
    return mayIssue({ ...facts, ...sought, signedInSince: null });
  };
}

/**
 * Loads the facts of the access rule. With `lock`, for transactions that approve or issue, each row is locked until the
 * transaction ends, so that nothing is issued after a withdrawal was confirmed. SQLite has one writer and takes no
 * locks.
 *
 * Locks are taken in the same order everywhere: user, app, assignment, API, consents, family. User flows and policies
 * have no locks: their writers first lock the apps, or the user (demand-locks.ts), so they are read after those.
 */
export function factsLoader(database: Database, options: { lock: boolean }): LoadFacts {
  const { db } = database;
  const lock = options.lock && database.locksRows;
  /** The common case: both in one statement, which locks the user's row first. */
  const userAndApp = prepared((by: { userId: string; clientId: string }) =>
    db
      .selectFrom("users")
      .innerJoin("apps", (join) => join.on("apps.clientId", "=", by.clientId))
      .where("users.id", "=", by.userId)
      .selectAll("users")
      .select(["clientId", "name", "publicClient", "redirectUris", "postLogoutRedirectUris"])
      .select(["userFlowId", "requireMfa", "assignmentRequired", "groupClaims"])
      .select(["grantTypes", "administrativeScopes", "administrationByDeviceCode", "idTokenSignedResponseAlg"])
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
  // Groups are locked in the same order as in `deleteGroup`.
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
  const flowAndPolicies = flowAndPoliciesQuery(database);
  /** The account page's user flow. No row if none is configured, a row of nulls if it was deleted. */
  const accountFlow = prepared((_by: object) =>
    db
      .selectFrom("settings")
      .leftJoin("userFlows", "userFlows.id", "settings.value")
      .where("settings.name", "=", ACCOUNT_FLOW_SETTING)
      .where("settings.value", "!=", "")
      .selectAll("userFlows"),
  );
  const signUpSetting = prepared((_by: object) =>
    db.selectFrom("settings").where("name", "=", SIGN_UP_SETTING).select("value"),
  );
  /** An app that users can sign up for, through its own user flow or the default one, and that can sign users in. */
  const appWithSignUp = prepared((_by: object) =>
    db
      .selectFrom("apps")
      .leftJoin("userFlows", "userFlows.id", "apps.userFlowId")
      .where("apps.disabledAt", "is", null)
      .where("apps.clientId", "!=", COMMAND_LINE_CLIENT_ID)
      .where((where) => where.or([where("apps.userFlowId", "is", null), where("userFlows.signUpAllowed", "=", 1)]))
      .where(signsPeopleIn)
      .select("apps.clientId")
      .limit(1),
  );
  const groups = prepared((by: { userId: string }) =>
    db.selectFrom("groupMembers").where("userId", "=", by.userId).select("groupId"),
  );
  /** Never withdrawn, so it needs no lock. */
  const acceptances = prepared((by: { userId: string; terms: string }) =>
    db.selectFrom("acceptedTerms").where("userId", "=", by.userId).where("terms", "=", by.terms).select("acceptedAt"),
  );
  const apis = prepared((by: { resourceId: string }) =>
    db
      .selectFrom("apis")
      .where("clientId", "=", by.resourceId)
      .selectAll()
      .$if(lock, (query) => query.forShare()),
  );
  /**
   * An enabled administrator who has an authenticator app or a passkey. Not locked, because issuing tokens never
   * removes one.
   */
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
      .where("userId", "in", [ADMINISTRATOR, by.userId])
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
  /**
   * The user flow that the operator configured, unchanged. Otherwise the default one, which allows sign-up only if some
   * app does.
   */
  const findAccountFlow = async (on: Connection): Promise<UserFlow> => {
    const [named] = await accountFlow(on, {});
    if (named && named.id !== null) return toUserFlow(named as Row<"userFlows">);
    const signUpAllowed = named === undefined && (await appWithSignUp(on, {})).length > 0;
    return { ...DEFAULT_USER_FLOW, signUpAllowed };
  };
  type FlowRows = Awaited<ReturnType<typeof flowAndPolicies>>;
  const findDemands = async (on: Connection, app: App | undefined, flowRows: () => Promise<FlowRows>) => {
    const rows = app ? await flowRows() : [];
    const own = toFlow(rows[0]);
    const ofAccount = !own && (!app || app.clientId === COMMAND_LINE_CLIENT_ID);
    const userFlow = ofAccount ? await findAccountFlow(on) : (own ?? DEFAULT_USER_FLOW);
    const signUp = rows[0] ? rows[0].signUp : (await signUpSetting(on, {}))[0]?.value;
    return {
      userFlow: signUp === "off" ? { ...userFlow, signUpAllowed: false } : userFlow,
      // No app, or a deleted one: the policies for every app apply.
      policies: rows.length > 0 ? rows.flatMap(toPolicies) : (await policies(on, {})).map(toPolicy),
    };
  };

  /**
   * With locks, a read starts in its turn. Without locks, it starts at once: over a network the usual reads then take as
   * long as one.
   */
  const inTurn = <Rows>(read: () => Promise<Rows>): (() => Promise<Rows>) => {
    if (options.lock) return read;
    const started = read();
    started.catch(() => undefined);
    return () => started;
  };

  return async (on, { clientId, userId, resourceId }) => {
    const by = { clientId: clientId ?? "", userId };
    const both = inTurn(() => findBoth(on, clientId, userId));
    const flowRows = inTurn(async () => (clientId === null ? [] : await flowAndPolicies(on, by)));
    const apiRows = inTurn(async () => (resourceId === GRAPH_RESOURCE_ID ? [] : await apis(on, { resourceId })));
    const consentRows = inTurn(async () => (clientId === null ? [] : await consentsOf(on, by)));
    const { user, app } = await both();
    const assigned =
      app?.assignmentRequired === true &&
      ((await assignment(on, by)).length > 0 || (await groupAssignment(on, by)).length > 0);
    const demands = await findDemands(on, app, flowRows);
    const byGroup = demands.policies.some((policy) => policy.groupIds !== null);
    const groupIds = byGroup ? (await groups(on, { userId })).map((row) => row.groupId) : [];
    const { termsOfUse } = demands.userFlow;
    const termsAccepted =
      termsOfUse === null || (await acceptances(on, { userId, terms: termsKey(termsOfUse) })).length > 0;
    const [api] = await apiRows();
    const consents = app ? toConsents(await consentRows()) : [];
    const administers = resourceId === GRAPH_RESOURCE_ID && user?.administrator === true;
    const administratorHasFactor = administers && (await administratorsFactor(on, {})).length > 0;
    return {
      ...{ user, app, ...demands, termsAccepted, groupIds, assigned },
      ...{ api: api && toApi(api), consents, administratorHasFactor, embedded: database.embedded === true },
    };
  };
}

/** The app's user flow, joined with each policy: at least one row. */
export const flowAndPoliciesQuery = ({ db }: Pick<Database, "db">) =>
  prepared((by: { clientId: string }) =>
    db
      .selectFrom("apps")
      .leftJoin("userFlows", "userFlows.id", "apps.userFlowId")
      .leftJoin("policies", (join) => join.on("policies.enabled", "=", 1))
      .where("apps.clientId", "=", by.clientId)
      .selectAll("userFlows")
      .select(["policies.id as policyId", "policies.name as policyName", "policies.createdAt as policyCreatedAt"])
      .select(["enabled", "clientIds", "groupIds", "excludedUserIds", "requires"])
      .select((row) => row.selectFrom("settings").where("name", "=", SIGN_UP_SETTING).select("value").as("signUp")),
  );

/** By device code, or by authorization code with a redirect URI (`grantTypesOf`). */
function signsPeopleIn(where: ExpressionBuilder<Pick<Tables, "apps">, "apps">) {
  const names = (grant: GrantType) => where("apps.grantTypes", "like", `%"${grant}"%`);
  const usual = where("apps.grantTypes", "is", null);
  const publicClient = where("apps.publicClient", "=", 1);
  return where.or([
    where.and([usual, publicClient]),
    names("device_code"),
    where.and([where("apps.redirectUris", "!=", "[]"), where.or([usual, names("authorization_code")])]),
  ]);
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
  const { grantTypes, administrativeScopes, administrationByDeviceCode, idTokenSignedResponseAlg, ...more } = others;
  const { userFlowId, requireMfa, assignmentRequired, groupClaims, appCreatedAt, appDisabledAt, ...user } = more;
  const may = { grantTypes, administrativeScopes, administrationByDeviceCode };
  const registered = { clientId, name, publicClient, redirectUris, postLogoutRedirectUris, idTokenSignedResponseAlg };
  const rules = { userFlowId, requireMfa, assignmentRequired, groupClaims };
  const app = toApp({ ...registered, ...may, ...rules, createdAt: appCreatedAt, disabledAt: appDisabledAt });
  return { user: toUser(user), app };
}

/** From a left join: null if the app has no user flow, or no policy is enabled. */
type FlowAndPolicy = Nullable<Row<"userFlows"> & Omit<Row<"policies">, "id" | "name" | "createdAt">> &
  Nullable<{ policyId: string; policyName: string; policyCreatedAt: number; signUp: string }>;
type Nullable<T> = { [P in keyof T]: T[P] | null };

export function toFlow(row: FlowAndPolicy | undefined): UserFlow | undefined {
  if (!row || row.id === null) return undefined;
  const { policyId, policyName, policyCreatedAt, enabled, clientIds, groupIds, excludedUserIds, requires, ...rest } =
    row;
  const { signUp, ...flow } = rest;
  return toUserFlow(flow as Row<"userFlows">);
}

export function toPolicies(row: FlowAndPolicy): Policy[] {
  const { policyId, policyName, policyCreatedAt, enabled, clientIds, groupIds, excludedUserIds, requires } = row;
  if (policyId === null) return [];
  const named = { id: policyId, name: policyName, createdAt: policyCreatedAt };
  return [toPolicy({ ...named, enabled, clientIds, groupIds, excludedUserIds, requires } as Row<"policies">)];
}
