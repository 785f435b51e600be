import type { Connection, Database } from "../engine/database.ts";

/**
 * What demands a second factor lies in rows that may not be there yet: a new policy, a new member of a group. So its
 * writers take the rows that every issue of a token holds, the apps' or the person's, before they write: once they have
 * answered, no token is issued by what was before.
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
