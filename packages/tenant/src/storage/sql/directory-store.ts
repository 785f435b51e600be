import type { Database } from "../engine/database.ts";
import { retried } from "../engine/retry.ts";
import type { AdministrationStore, DirectoryStore } from "../store.ts";
import { apiVerbs } from "./api-store.ts";
import { appVerbs } from "./app-store.ts";
import { auditWriter } from "./audit-store.ts";
import { consentVerbs } from "./consent-store.ts";
import { groupVerbs, managedGroups } from "./group-store.ts";
import { managedPolicies, policyVerbs } from "./policy-store.ts";
import { managedFlows, userFlowVerbs } from "./user-flow-store.ts";
import { managedUsers, userVerbs } from "./user-store.ts";

export function directoryStore(database: Database): DirectoryStore {
  const { db } = database;
  const writeAudit = auditWriter(database);
  const setting = async (name: string) =>
    (await db.selectFrom("settings").where("name", "=", name).select("value").executeTakeFirst())?.value;

  return {
    setting,
    async settingOnce(name, value) {
      await db
        .insertInto("settings")
        .values({ name, value })
        .onConflict((conflict) => conflict.column("name").doNothing())
        .execute();
      return (await setting(name)) as string;
    },
    changeSettings: (values, audit) =>
      db.transaction().execute(async (trx) => {
        for (const [name, value] of Object.entries(values)) {
          await trx
            .insertInto("settings")
            .values({ name, value })
            .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
            .execute();
        }
        await writeAudit(trx, audit);
      }),
    ...userVerbs(database),
    ...appVerbs(database),
    ...apiVerbs(database),
    ...consentVerbs(database),
    ...userFlowVerbs(database),
    ...policyVerbs(database),
    ...groupVerbs(database),
  };
}

export function administrationStore(database: Database): AdministrationStore {
  return {
    users: retried(managedUsers(database)),
    groups: retried(managedGroups(database)),
    flows: retried(managedFlows(database)),
    policies: retried(managedPolicies(database)),
  };
}
