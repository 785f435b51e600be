/**
 * "User, app and scopes are checked again whenever a token is issued." Each row that is read is also locked against
 * change until the transaction ends, so that nothing is issued after an answered withdrawal.
 * Locks are taken in one order everywhere: user, app, API, consents, family.
 */
import type { ApiScope } from "../directory/entities.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "../directory/scopes.ts";
import type { Connection, Database } from "./database.ts";

export async function userStands(database: Database, trx: Connection, id: string): Promise<boolean> {
  const user = await trx
    .selectFrom("users")
    .where("id", "=", id)
    .select("disabledAt")
    .$if(database.locksRows, (query) => query.forShare())
    .executeTakeFirst();
  return user !== undefined && user.disabledAt === null;
}

export async function appStands(database: Database, trx: Connection, clientId: string): Promise<boolean> {
  const app = await trx
    .selectFrom("apps")
    .where("clientId", "=", clientId)
    .select("disabledAt")
    .$if(database.locksRows, (query) => query.forShare())
    .executeTakeFirst();
  return app !== undefined && app.disabledAt === null;
}

/** Each resource scope is still exposed, enabled and consented; an `Admin` scope by the administrator. */
export async function scopesStand(
  database: Database,
  trx: Connection,
  by: { clientId: string; userId: string; scopes: ScopeSet },
): Promise<boolean> {
  const { resourceId, resourceScopes } = by.scopes;
  if (resourceId === GRAPH_RESOURCE_ID) return true;
  const api = await trx
    .selectFrom("apis")
    .where("clientId", "=", resourceId)
    .select(["disabledAt", "scopes"])
    .$if(database.locksRows, (query) => query.forShare())
    .executeTakeFirst();
  if (!api || api.disabledAt !== null) return false;

  const exposed: ApiScope[] = JSON.parse(api.scopes);
  const consents = await trx
    .selectFrom("consents")
    .where("clientId", "=", by.clientId)
    .where("userId", "in", ["", by.userId])
    .where("resourceId", "=", resourceId)
    .select(["userId", "scope"])
    .$if(database.locksRows, (query) => query.forShare())
    .execute();
  return resourceScopes.every((value) => {
    const scope = exposed.find((candidate) => candidate.value === value);
    if (!scope?.enabled) return false;
    return consents.some((consent) => consent.scope === value && (consent.userId === "" || scope.consent === "User"));
  });
}
