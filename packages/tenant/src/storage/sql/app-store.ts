import type { Selectable } from "kysely";
import type { App } from "../../directory/entities.ts";
import { knownAlgorithm } from "../../directory/signing-algorithms.ts";
import type { Connection, Database } from "../engine/database.ts";
import type { Tables } from "../migrations/tables.ts";
import type { DirectoryReader } from "../store.ts";
import { forgettingInPolicies } from "./policy-store.ts";
import { revokeAll, withdrawApprovals, withdrawCodes } from "./token-family.ts";

/** The column of each member, named as the query builder would. A new member does not compile without its column. */
const COLUMNS: Record<keyof Tables["apps"], string> = {
  name: "name",
  clientId: "client_id",
  publicClient: "public_client",
  grantTypes: "grant_types",
  administrativeScopes: "administrative_scopes",
  administrationByDeviceCode: "administration_by_device_code",
  redirectUris: "redirect_uris",
  postLogoutRedirectUris: "post_logout_redirect_uris",
  userFlowId: "user_flow_id",
  requireMfa: "require_mfa",
  assignmentRequired: "assignment_required",
  groupClaims: "group_claims",
  idTokenSignedResponseAlg: "id_token_signed_response_alg",
  createdAt: "created_at",
  disabledAt: "disabled_at",
};

const SELECTED = Object.entries(COLUMNS)
  .map(([member, column]) => `${column} as "${member}"`)
  .join(", ");

export function appVerbs({ db, firstRow, tableName }: Database): Pick<DirectoryReader, "findApp" | "listApps"> {
  const findRow = firstRow<Selectable<Tables["apps"]>>(
    `select ${SELECTED} from ${tableName("apps")} where client_id = ?`,
  );
  return {
    // Every client request starts with this read, polls included.
    async findApp(clientId) {
      const row = await findRow(clientId);
      return row && toApp(row);
    },

    async listApps() {
      const rows = await db.selectFrom("apps").selectAll().orderBy("createdAt").orderBy("name").execute();
      return rows.map(toApp);
    },
  };
}

/** Approvals, then the app's row, in the same order as redemption. */
export async function deleteApp(database: Database, trx: Connection, clientId: string, now: number): Promise<boolean> {
  await withdrawApprovals(trx, "clientId", clientId, now);
  const app = await trx.deleteFrom("apps").where("clientId", "=", clientId).returning("name").executeTakeFirst();
  if (!app) return false;
  await withdrawCodes(trx, "clientId", clientId, now);
  const taken = await trx
    .deleteFrom("clientIds")
    .where("clientId", "=", clientId)
    .returning("servicePrincipalId")
    .executeTakeFirst();
  const principalId = taken?.servicePrincipalId ?? null;
  if (principalId !== null) {
    await trx.deleteFrom("roleAssignments").where("userId", "=", principalId).execute();
    await trx.deleteFrom("appAssignments").where("principalId", "=", principalId).execute();
  }
  await trx.deleteFrom("consents").where("clientId", "=", clientId).execute();
  await trx.deleteFrom("shownScopes").where("clientId", "=", clientId).execute();
  await trx.deleteFrom("appAssignments").where("clientId", "=", clientId).execute();
  await forgettingInPolicies(database)(trx, "clientIds", clientId);
  await revokeAll(trx, "clientId", clientId, "app_deleted", now);
  return true;
}

export function toApp(row: Selectable<Tables["apps"]>): App {
  return {
    ...row,
    idTokenSignedResponseAlg: knownAlgorithm(row.idTokenSignedResponseAlg),
    publicClient: row.publicClient === 1,
    requireMfa: row.requireMfa === 1,
    assignmentRequired: row.assignmentRequired === 1,
    groupClaims: row.groupClaims === 1,
    grantTypes: row.grantTypes === null ? null : JSON.parse(row.grantTypes),
    administrativeScopes: JSON.parse(row.administrativeScopes),
    administrationByDeviceCode: row.administrationByDeviceCode === 1,
    redirectUris: JSON.parse(row.redirectUris),
    postLogoutRedirectUris: JSON.parse(row.postLogoutRedirectUris),
  };
}

export function toAppRow(app: App): Tables["apps"] {
  return {
    ...app,
    publicClient: app.publicClient ? 1 : 0,
    requireMfa: app.requireMfa ? 1 : 0,
    assignmentRequired: app.assignmentRequired ? 1 : 0,
    groupClaims: app.groupClaims ? 1 : 0,
    grantTypes: app.grantTypes === null ? null : JSON.stringify(app.grantTypes),
    administrativeScopes: JSON.stringify(app.administrativeScopes),
    administrationByDeviceCode: app.administrationByDeviceCode ? 1 : 0,
    redirectUris: JSON.stringify(app.redirectUris),
    postLogoutRedirectUris: JSON.stringify(app.postLogoutRedirectUris),
  };
}
