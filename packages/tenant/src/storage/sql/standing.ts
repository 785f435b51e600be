/**
 * "User, app and scopes are checked again whenever a token is issued." Each row that is read is also locked against
 * change until the transaction ends, so that nothing is issued after an answered withdrawal.
 * Locks are taken in one order everywhere: user, app, assignments, API, consents, family.
 */
import { administrativeScopes } from "../../directory/administration.ts";
import { MFA } from "../../directory/authentication-methods.ts";
import type { ApiScope } from "../../directory/entities.ts";
import { anyNames, policiesAbout } from "../../directory/policies.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "../../directory/scopes.ts";
import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import { assignments } from "./assignment.ts";
import { toPolicy } from "./policy-store.ts";

export interface Standing {
  user(trx: Connection, id: string): Promise<boolean>;
  app(trx: Connection, clientId: string): Promise<boolean>;
  /**
   * The sign-in had a second factor, or app, user flow and policies demand none; after `user` and `app`, whose locks
   * hold these too (demand-locks.ts).
   */
  factors(trx: Connection, by: { clientId: string; userId: string; amr: string[] }): Promise<boolean>;
  /** Where the app requires assignment, this person or a group of theirs has it. To be asked after `app`, which locks the app's row. */
  assigned(trx: Connection, by: { clientId: string; userId: string }): Promise<boolean>;
  /** Nothing administrative is among the scopes, or this person is an administrator. To be asked after `user`, which locks the person's row. */
  administrator(trx: Connection, by: { userId: string; scopes: ScopeSet }): Promise<boolean>;
  /** Each resource scope is still exposed, enabled and consented; an `Admin` scope by the administrator. */
  scopes(trx: Connection, by: { clientId: string; userId: string; scopes: ScopeSet }): Promise<boolean>;
}

export function standing(database: Database): Standing {
  const { db, locksRows } = database;
  const users = prepared((by: { id: string }) =>
    db
      .selectFrom("users")
      .where("id", "=", by.id)
      .select("disabledAt")
      .$if(locksRows, (query) => query.forShare()),
  );
  const administrators = prepared((by: { userId: string }) =>
    db.selectFrom("users").where("id", "=", by.userId).where("administrator", "=", 1).select("id"),
  );
  const apps = prepared((by: { clientId: string }) =>
    db
      .selectFrom("apps")
      .where("clientId", "=", by.clientId)
      .select("disabledAt")
      .$if(locksRows, (query) => query.forShare()),
  );
  const demands = prepared((by: { clientId: string }) =>
    db
      .selectFrom("apps")
      .leftJoin("userFlows", "userFlows.id", "apps.userFlowId")
      .where("clientId", "=", by.clientId)
      .select(["requireMfa", "mfaRequired"]),
  );
  const policies = prepared((_by: object) => db.selectFrom("policies").where("enabled", "=", 1).selectAll());
  const groups = prepared((by: { userId: string }) =>
    db.selectFrom("groupMembers").where("userId", "=", by.userId).select("groupId"),
  );
  const requiring = prepared((by: { clientId: string }) =>
    db.selectFrom("apps").where("clientId", "=", by.clientId).where("assignmentRequired", "=", 1).select("clientId"),
  );
  const isAssigned = assignments(database, { lock: true });
  const apis = prepared((by: { resourceId: string }) =>
    db
      .selectFrom("apis")
      .where("clientId", "=", by.resourceId)
      .select(["disabledAt", "scopes"])
      .$if(locksRows, (query) => query.forShare()),
  );
  const consentsAt = prepared((by: { clientId: string; userId: string; resourceId: string }) =>
    db
      .selectFrom("consents")
      .where("clientId", "=", by.clientId)
      .where("userId", "in", ["", by.userId])
      .where("resourceId", "=", by.resourceId)
      .select(["userId", "scope"])
      .$if(locksRows, (query) => query.forShare()),
  );

  return {
    async user(trx, id) {
      const [user] = await users(trx, { id });
      return user !== undefined && user.disabledAt === null;
    },

    async app(trx, clientId) {
      const [app] = await apps(trx, { clientId });
      return app !== undefined && app.disabledAt === null;
    },

    async assigned(trx, by) {
      return (await requiring(trx, by)).length === 0 || isAssigned(trx, by);
    },

    async factors(trx, { clientId, userId, amr }) {
      if (amr.includes(MFA)) return true;
      const [app] = await demands(trx, { clientId });
      if (app?.requireMfa === 1 || app?.mfaRequired === 1) return false;
      const about = policiesAbout((await policies(trx, {})).map(toPolicy), { clientId, userId });
      if (about.length === 0) return true;
      const groupIds = (await groups(trx, { userId })).map((row) => row.groupId);
      return !anyNames(about, groupIds);
    },

    async administrator(trx, { userId, scopes }) {
      return administrativeScopes(scopes).length === 0 || (await administrators(trx, { userId })).length > 0;
    },

    async scopes(trx, { clientId, userId, scopes }) {
      const { resourceId, resourceScopes } = scopes;
      if (resourceId === GRAPH_RESOURCE_ID) return true;
      const [api] = await apis(trx, { resourceId });
      if (!api || api.disabledAt !== null) return false;

      const exposed: ApiScope[] = JSON.parse(api.scopes);
      const consents = await consentsAt(trx, { clientId, userId, resourceId });
      return resourceScopes.every((value) => {
        const scope = exposed.find((candidate) => candidate.value === value);
        if (!scope?.enabled) return false;
        return consents.some(
          (consent) => consent.scope === value && (consent.userId === "" || scope.consent === "User"),
        );
      });
    },
  };
}
