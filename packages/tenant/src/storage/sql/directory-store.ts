import { announced, type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import { retried } from "../engine/retry.ts";
import type { AdministrationStore, DirectoryStore, StoreObserver } from "../store.ts";
import { apiVerbs } from "./api-store.ts";
import { appVerbs } from "./app-store.ts";
import { auditWriter } from "./audit-store.ts";
import { consentVerbs } from "./consent-store.ts";
import { SETTINGS_TOPIC } from "./follow.ts";
import { groupVerbs, managedGroups } from "./group-store.ts";
import { managedPolicies, policyVerbs } from "./policy-store.ts";
import { managedFlows, userFlowVerbs } from "./user-flow-store.ts";
import { managedUsers, userVerbs } from "./user-store.ts";

export function directoryStore(database: Database): DirectoryStore {
  const { db } = database;
  const writeAudit = auditWriter(database);
  const setting = async (name: string) =>
    (await db.selectFrom("settings").where("name", "=", name).select("value").executeTakeFirst())?.value;

  /** Locks the row until the transaction ends, so that the setting stays as expected. */
  const holds = async (trx: Connection, name: string, value: string | undefined) => {
    if (value === undefined) {
      // The empty value is replaced in the same transaction.
      const inserted = await trx
        .insertInto("settings")
        .values({ name, value: "" })
        .onConflict((conflict) => conflict.column("name").doNothing())
        .returning("name")
        .executeTakeFirst();
      return inserted !== undefined;
    }
    const kept = await trx
      .updateTable("settings")
      .where("name", "=", name)
      .where("value", "=", value)
      .set({ value })
      .returning("name")
      .executeTakeFirst();
    return kept !== undefined;
  };

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
    changeSettings: (values, audit, expected = {}) =>
      undoable(() =>
        announced(database, async (trx, changed) => {
          for (const [name, value] of Object.entries(expected)) {
            if (!(await holds(trx, name, value))) throw new Undo(false);
          }
          for (const [name, value] of Object.entries(values)) {
            await trx
              .insertInto("settings")
              .values({ name, value })
              .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
              .execute();
          }
          await writeAudit(trx, audit);
          changed(SETTINGS_TOPIC);
          return true;
        }),
      ),
    ...userVerbs(database),
    ...appVerbs(database),
    ...apiVerbs(database),
    ...consentVerbs(database),
    ...userFlowVerbs(database),
    ...policyVerbs(database),
    ...groupVerbs(database),
  };
}

export function administrationStore(database: Database, observe?: StoreObserver): AdministrationStore {
  return {
    users: retried(managedUsers(database), "administration", observe),
    groups: retried(managedGroups(database), "administration", observe),
    flows: retried(managedFlows(database), "administration", observe),
    policies: retried(managedPolicies(database), "administration", observe),
  };
}
