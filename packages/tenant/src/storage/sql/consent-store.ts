import type { ApiRole, Consent } from "../../directory/entities.ts";
import { isAdministrative } from "../../directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID, qualifiedScopes, type ScopeSet } from "../../directory/scopes.ts";
import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { DirectoryReader } from "../store.ts";

/** The administrator's consent, as a value of the user ID column. */
export const ADMINISTRATOR = "";

export function consentVerbs({ db }: Database): Pick<DirectoryReader, "consentsFor" | "rolesFor"> {
  const consentsOf = prepared((by: { clientId: string; userId: string }) =>
    db
      .selectFrom("consents")
      .where("clientId", "=", by.clientId)
      .where("userId", "in", [ADMINISTRATOR, by.userId])
      .selectAll()
      .orderBy("userId")
      .orderBy("resourceId")
      .orderBy("scope"),
  );
  const rolesOf = prepared((by: { apiClientId: string; userId: string }) =>
    db
      .selectFrom("roleAssignments")
      // Graph has no row in that table.
      .leftJoin("apis", "apis.clientId", "roleAssignments.apiClientId")
      .where("apiClientId", "=", by.apiClientId)
      .where((where) =>
        where.or([
          where("userId", "=", by.userId),
          where(
            "userId",
            "in",
            db.selectFrom("groupMembers").where("groupMembers.userId", "=", by.userId).select("groupId"),
          ),
        ]),
      )
      .select(["roleValue", "apis.roles"])
      .distinct()
      .orderBy("roleValue"),
  );

  return {
    async consentsFor(clientId, userId) {
      return toConsents(await consentsOf(db, { clientId, userId }));
    },

    async rolesFor(apiClientId, principalId) {
      const rows = await rolesOf(db, { apiClientId, userId: principalId });
      return rows
        .filter(({ roleValue, roles }) =>
          apiClientId === GRAPH_RESOURCE_ID
            ? isAdministrative(roleValue)
            : isInForce(roleValue, JSON.parse(roles ?? "[]") as ApiRole[]),
        )
        .map((row) => row.roleValue);
    },
  };
}

/** No one has a role that the API deleted or disabled. */
export const isInForce = (value: string, roles: ApiRole[]): boolean =>
  roles.some((role) => role.value === value && role.enabled !== false);

/** One for each owner and resource, in row order. */
export function toConsents(rows: Tables["consents"][]): Consent[] {
  const consents = new Map<string, Consent>();
  for (const { clientId, userId, resourceId, scope } of rows) {
    const key = `${userId} ${resourceId}`;
    const consent = consents.get(key);
    if (consent) consent.scopes.push(scope);
    else {
      const owner = userId === ADMINISTRATOR ? null : userId;
      consents.set(key, { clientId, userId: owner, resourceId, scopes: [scope] });
    }
  }
  return [...consents.values()];
}

/**
 * Part of the transaction of the approval: the page listed these scopes, and the user approved them. Sorted, so that
 * concurrent approvals never deadlock.
 */
export async function rememberShown(
  trx: Connection,
  by: { clientId: string; userId: string; approved: ScopeSet; reach: readonly string[] },
): Promise<void> {
  const { clientId, userId, approved, reach } = by;
  const shown = [...new Set([...qualifiedScopes(approved), ...reach])].sort();
  if (shown.length === 0) return;
  const rows = shown.map((qualified) => {
    const slash = qualified.indexOf("/");
    return { clientId, userId, resourceId: qualified.slice(0, slash), scope: qualified.slice(slash + 1) };
  });
  await trx
    .insertInto("shownScopes")
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Part of the transaction of the approval, if there is one. */
export async function addConsent(db: Connection, { clientId, userId, resourceId, scopes }: Consent): Promise<void> {
  if (scopes.length === 0) return;
  await db
    .insertInto("consents")
    .values(scopes.map((scope) => ({ clientId, userId: userId ?? ADMINISTRATOR, resourceId, scope })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
