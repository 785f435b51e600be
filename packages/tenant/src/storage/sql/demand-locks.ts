import type { Connection, Database } from "../engine/database.ts";

/**
 * A second factor may be required by rows that do not exist yet: a new policy, a new member of a group. So before
 * writing, their writers lock the rows that every token issuance locks: those of the apps, or of the user. Once the
 * write is confirmed, no token is issued under the earlier rules.
 */
export function lockingDemands({ locksRows }: Pick<Database, "locksRows">) {
  return {
    async apps(trx: Connection): Promise<void> {
      if (locksRows) await trx.selectFrom("apps").select("clientId").orderBy("clientId").forUpdate().execute();
    },
    async user(trx: Connection, id: string): Promise<void> {
      if (locksRows) await trx.selectFrom("users").where("id", "=", id).select("id").forUpdate().execute();
    },
  };
}
