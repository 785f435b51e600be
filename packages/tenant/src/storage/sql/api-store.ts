import type { Selectable } from "kysely";
import type { Api } from "../../directory/entities.ts";
import { knownAlgorithm } from "../../directory/signing-algorithms.ts";
import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { DirectoryReader } from "../store.ts";

export function apiVerbs({ db }: Database): Pick<DirectoryReader, "findApi" | "findApiByIdentifierUri" | "listApis"> {
  const finder = (column: "clientId" | "identifierUri") => {
    const select = prepared((by: { value: string }) => db.selectFrom("apis").where(column, "=", by.value).selectAll());
    return async (value: string) => {
      const [row] = await select(db, { value });
      return row && toApi(row);
    };
  };

  return {
    findApi: finder("clientId"),
    findApiByIdentifierUri: finder("identifierUri"),

    async listApis() {
      const rows = await db.selectFrom("apis").selectAll().orderBy("createdAt").orderBy("name").execute();
      return rows.map(toApi);
    },
  };
}

export async function deleteApi(trx: Connection, clientId: string): Promise<boolean> {
  const api = await trx.deleteFrom("apis").where("clientId", "=", clientId).returning("name").executeTakeFirst();
  if (!api) return false;
  await trx.deleteFrom("clientIds").where("clientId", "=", clientId).execute();
  await trx.deleteFrom("consents").where("resourceId", "=", clientId).execute();
  await trx.deleteFrom("shownScopes").where("resourceId", "=", clientId).execute();
  await trx.deleteFrom("appAssignments").where("clientId", "=", clientId).execute();
  await trx.deleteFrom("roleAssignments").where("apiClientId", "=", clientId).execute();
  return true;
}

export function toApi(row: Selectable<Tables["apis"]>): Api {
  return {
    ...row,
    accessTokenSigningAlg: knownAlgorithm(row.accessTokenSigningAlg),
    scopes: JSON.parse(row.scopes),
    roles: JSON.parse(row.roles),
    groupClaims: row.groupClaims === 1,
  };
}

export function toApiRow(api: Api): Tables["apis"] {
  return {
    ...api,
    scopes: JSON.stringify(api.scopes),
    roles: JSON.stringify(api.roles),
    groupClaims: api.groupClaims ? 1 : 0,
  };
}
