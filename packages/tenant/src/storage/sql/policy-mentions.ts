import type { Policy } from "../../directory/user-flow.ts";
import type { Connection, Database } from "../engine/database.ts";
import { toPolicy, toPolicyRow } from "./user-flow-store.ts";

/**
 * Takes what is deleted out of every policy that names it, in the transaction that deletes it: Graph refuses a policy
 * that names what there is not. A policy that named nothing else is about nothing, never about everything.
 */
export function forgettingInPolicies({ locksRows }: Pick<Database, "locksRows">) {
  return async (trx: Connection, list: "clientIds" | "groupIds" | "excludedUserIds", id: string): Promise<void> => {
    const rows = await trx
      .selectFrom("policies")
      .selectAll()
      .orderBy("id")
      .$if(locksRows, (query) => query.forUpdate())
      .execute();
    for (const before of rows.map(toPolicy)) {
      if (!before[list]?.includes(id)) continue;
      const policy: Policy = { ...before, [list]: before[list].filter((each) => each !== id) };
      await trx
        .updateTable("policies")
        .where("id", "=", policy.id)
        .set({ [list]: toPolicyRow(policy)[list] })
        .execute();
    }
  };
}
