import { randomUUID } from "node:crypto";
import type { Connection } from "../engine/database.ts";

/** Whether this client ID may be an app's (or an API's): it is new, or that already. The table decides between two who ask at once. */
export async function takeClientId(trx: Connection, clientId: string, kind: "app" | "api"): Promise<boolean> {
  await trx
    .insertInto("clientIds")
    .values({
      clientId,
      kind,
      objectId: randomUUID(),
      uniqueName: null,
      description: null,
      tags: "[]",
      requiredResourceAccess: null,
      // Who registers by the TypeScript API need not know of service principals.
      servicePrincipalId: randomUUID(),
    })
    // Whichever of the table's unique indexes PostgreSQL meets first: with the kind the client ID is unique too.
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const owner = await trx
    .selectFrom("clientIds")
    .where("clientId", "=", clientId)
    .select("kind")
    .executeTakeFirstOrThrow();
  return owner.kind === kind;
}
